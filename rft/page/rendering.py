"""The template engine: escapes everything, says "not measured" for what is missing, and lets the page ask for nothing."""

import base64
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from rft.errors import InputError
from rft.forgetting import percent
from rft.page.answers import Alike, Source
from rft.plain import visible
from rft.reporting.cells import in_words, p_in_words
from scorers import SCORERS

if TYPE_CHECKING:
    from rft.page.building import Page

NOT_MEASURED = "not measured"


def write_page(page: "Page", file: Path) -> int:
    """Write the page, whole or not at all, and return its bytes. Raises InputError where it cannot be written."""
    content = render_page(page).encode()
    partial = file.with_name(f".{file.name}.partial")
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(file)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise InputError(f"the page {file} cannot be written: {error.strerror}.", hint="Name another file.") from error
    return len(content)


def render_page(page: "Page") -> str:
    """The page as HTML. Its policy allows its own style and script, and no address at all."""
    style, script = _text("style.css"), _text("filter.js")
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    return _engine().get_template("page.html").render(
        page=page, report=page.report, style=Markup(style), script=Markup(script), policy=policy
    )  # fmt: skip


def draw_answer(one: Alike, sources: Sequence[Source], judge: str) -> Markup:
    """One answer of the sample browser."""
    template = _engine().get_template("answer.html")
    return Markup(template.render(one=one, answer=one.answer, sources=sources, judge=judge, scorers=SCORERS))


@cache
def _engine() -> Environment:
    engine = Environment(
        loader=PackageLoader("rft.page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters["share"] = _share
    engine.filters["figure"] = percent
    engine.filters["decimal"] = _decimal
    engine.filters["p"] = p_in_words
    engine.filters["words"] = in_words
    engine.filters["ticked"] = _ticked
    return engine


def _shown(value: Any) -> Any:
    if value is None:
        return NOT_MEASURED
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _share(value: float | None) -> str | None:
    return None if value is None else f"{100 * value:.1f}"


def _decimal(value: float | None, digits: int = 2) -> str | None:
    return None if value is None else f"{value:.{digits}f}"


def _ticked(text: str) -> Markup:
    """A sentence whose commands stand between backticks."""
    parts = visible(text).split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(parts))


def _text(name: str) -> str:
    """A file of the templates' folder that is no template: the policy knows it by its hash."""
    loader = _engine().loader
    assert loader is not None
    return loader.get_source(_engine(), name)[0]


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
