"""An Exercism track's folder (github.com/exercism/lua): `exercises/practice/SLUG/` with instructions, a stub, a busted spec and
an example that solves it. The answer is the whole module that the spec requires."""

import json
from pathlib import Path
from typing import Any

from eval.external.jsonl import read_text
from eval.external.lua import unsupported_lua
from eval.external.row import Row, SuiteError, shim
from scorers.execution import Tests
from scorers.extraction import ExtractedCode, extract_code
from scorers.language import parse

HINT = "An exercise holds .docs/instructions.md, .meta/config.json, .meta/example.lua, SLUG.lua and SLUG_spec.lua."
DOCUMENTS = ("introduction.md", "instructions.md", "instructions.append.md")
_NAMES = (
    "require", "describe", "it", "pending", "setup", "before_each", "after_each", "teardown", "assert", "spy",
)  # fmt: skip
_MISSING = frozenset(("expose", "finally", "insulate", "match", "mock", "randomize", "stub"))


def read_exercism(folder: Path) -> tuple[Row, ...]:
    """The exercises of a track, of its `exercises` folder or of one exercise, by slug. Raises SuiteError naming the exercise."""
    if not folder.is_dir():
        raise SuiteError(f"there is no folder {folder}.", hint="Give a track's folder, or that of one exercise.")
    exercises = sorted({file.parent for file in folder.rglob("*_spec.lua")}, key=lambda path: path.name)
    if not exercises:
        raise SuiteError(f"{folder} holds no exercise (*_spec.lua).", hint=HINT)
    return tuple(_row(exercise) for exercise in exercises)


def _row(folder: Path) -> Row:
    slug = folder.name
    files = _files(folder)
    spec = read_text(folder / files["test"])
    module = Path(files["solution"]).stem
    example = folder / files["example"]
    reference = example.read_text(encoding="utf-8") if example.is_file() else None
    return Row(
        id=slug,
        category=folder.parent.name,
        prompt=_prompt(folder, files["solution"]),
        tests=Tests(None, _executable(spec), kind="module"),
        read_reply=_code_of,
        reference=reference,
        unsupported=_unsupported(spec, reference, module),
    )


def _files(folder: Path) -> dict[str, str]:
    """The one file of each role. Raises SuiteError when the configuration is wrong."""
    slug = folder.name
    usual = {"solution": f"{slug}.lua", "test": f"{slug}_spec.lua", "example": ".meta/example.lua"}
    config = folder / ".meta" / "config.json"
    if not config.is_file():
        return usual
    try:
        listed: dict[str, Any] = json.loads(read_text(config)).get("files", {})
    except (json.JSONDecodeError, AttributeError) as error:
        raise SuiteError(f"{config} is not an exercise's configuration: {error}.", hint=HINT) from error
    return {role: (listed.get(role) or [name])[0] for role, name in usual.items()}


def _prompt(folder: Path, solution: str) -> str:
    texts = [read_text(path).strip() for name in DOCUMENTS if (path := folder / ".docs" / name).is_file()]
    if not texts:
        raise SuiteError(f"{folder} has no .docs/instructions.md.", hint=HINT)
    stub = folder / solution
    if stub.is_file():
        texts.append(f"Begin with this file:\n\n```lua\n{read_text(stub).strip()}\n```")
    module = Path(solution).stem
    texts.append(
        f"Write the whole module `{module}`, which tests load with `require('{module}')`. It runs under Luau, so use only what "
        "Luau has. Answer with one ```luau block."
    )
    return "\n\n".join(texts)


def _executable(spec: str) -> str:
    names = ", ".join(_NAMES)
    values = ", ".join(f"framework.{name}" for name in _NAMES)
    head = f"busted(function(framework)\nlocal {names} = {values}"
    return "\n".join((shim("common"), shim("busted"), head, spec, "end)"))


def _unsupported(spec: str, reference: str | None, module: str) -> str | None:
    if reference is None:
        return "it has no example to prove that its spec runs here"
    if reason := unsupported_lua("its spec", spec, frozenset((module,))) or unsupported_lua(
        "its example", reference, frozenset()
    ):
        return reason
    missing = sorted(parse(spec).global_reads.keys() & _MISSING)
    return f"its spec: {missing[0]} of busted is not there" if missing else None


def _code_of(reply: str, finish_reason: str) -> ExtractedCode:
    return extract_code(reply, finish_reason=finish_reason)
