"""A dry rendering of a model's chat template, in a child: what it makes of a system text and of thinking. Loads no weights."""

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rollouts.child import serve, stream_child
from rollouts.prompt import Tokenizer, messages_for, render_text, switches_thinking

SYSTEM, USER = "Answer with Luau code only.", "Write a function that adds two numbers."
OPENS, CLOSES = ("<think>", "<thinking>", "<|think|>"), ("</think>", "</thinking>", "<|/think|>")


@dataclass(frozen=True, slots=True)
class Rendered:
    """One of the four combinations: whether it holds, and how or why not."""

    system: bool
    thinking: bool
    holds: bool
    how: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def dry_rendering(folder: Path) -> list[Rendered]:
    """The four combinations of a system text or none, and thinking or not; empty of a model without a chat template.

    Raises ChildFailed or ChildDied when the tokenizer cannot be loaded.
    """
    with tempfile.TemporaryDirectory() as logs:
        request = {"folder": str(folder)}
        told = next(iter(stream_child("rft.modelling.rendering", request, Path(logs) / "rendering.log")))
    return [Rendered(**each) for each in told["combinations"]]


def combinations(tokenizer: Tokenizer) -> list[Rendered]:
    """As `dry_rendering`, of a loaded tokenizer."""
    if tokenizer.chat_template is None:
        return []
    return [_try(tokenizer, system, thinking) for system in (False, True) for thinking in (False, True)]


def _try(tokenizer: Tokenizer, system: bool, thinking: bool) -> Rendered:
    from rollouts.errors import ModelError

    try:
        words = [_system(tokenizer, thinking)] if system else []
        holds, how = _thinking(tokenizer, thinking, SYSTEM if system else None)
    except ModelError as error:
        return Rendered(system, thinking, holds=False, how=str(error))
    return Rendered(system, thinking, holds, "; ".join([*words, how]))


def _system(tokenizer: Tokenizer, thinking: bool) -> str:
    """How the system's text is shown. What the template has no place for stands at the head of the first user's turn."""
    asked = render_text(tokenizer, messages_for(USER, SYSTEM), thinking=thinking)
    merged = render_text(tokenizer, messages_for(f"{SYSTEM}\n\n{USER}", None), thinking=thinking)
    return "the system's text at the head of the user's turn" if asked == merged else "a system turn of its own"


def _thinking(tokenizer: Tokenizer, thinking: bool, system: str | None) -> tuple[bool, str]:
    text = render_text(tokenizer, messages_for(USER, system), thinking=thinking)
    opened = max(map(text.rfind, OPENS)) > max(map(text.rfind, CLOSES))
    if not thinking:
        return (False, "the template opens a thought all the same") if opened else (True, "answers at once")
    other = render_text(tokenizer, messages_for(USER, system), thinking=False)
    if opened or (switches_thinking(tokenizer) and text != other):
        return True, "thinks first"
    return False, "the template has no switch for thinking"


def work(request: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
    """Load the tokenizer of `folder` and send the combinations."""
    from mlx_lm.utils import load_tokenizer

    from rollouts.errors import ModelError

    try:
        tokenizer = load_tokenizer(Path(request["folder"]))
    except (OSError, RuntimeError, TypeError, ValueError, KeyError) as error:
        raise ModelError(
            f"the tokenizer in {request['folder']} cannot be loaded: {error}",
            hint="The folder needs tokenizer.json and tokenizer_config.json, as `mlx_lm.convert` writes them.",
        ) from error
    send({"kind": "rendered", "combinations": [each.to_json() for each in combinations(tokenizer)]})


if __name__ == "__main__":
    serve(work)
