"""The Luau inside an answer, piece by piece: what is compiled and scored."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from scorers.compiler import CompileResult
from scorers.diagnostics import Diagnostic, Severity
from scorers.execution.tests import Kind
from scorers.extraction.files import extract_files
from scorers.extraction.tool_calls import ToolCall, calls_of
from scorers.report import SCORERS, ScoreReport

_RUN_CODE = ("run_code", "run_script_in_play_mode")
_UNNAMED = "a file without a path"


class Part(NamedTuple):
    """One Luau source of an answer. `name` is the file's path or the call; it is empty where the answer is one source."""

    name: str
    source: str


def parts(code: str, kind: Kind) -> list[Part]:
    """The Luau sources of an answer in order: none for tool calls that hold no code.

    Raises:
        ValueError: an answer of kind `files` holds no file, or one of kind `tools` no call or no list of calls.
    """
    if kind == "files":
        files = extract_files(code)
        if not files:
            raise ValueError("the answer holds no file")
        return [Part(file.path or _UNNAMED, file.code) for file in files]
    if kind == "tools":
        calls = _calls(code)
        if not calls:
            raise ValueError("the answer makes no tool call")
        return [Part(f"call {i} ({call.name})", source) for i, call in enumerate(calls, 1) for source in _luau_in(call)]
    return [Part("", code)]


def verdict_on(results: Iterable[tuple[Part, CompileResult]]) -> CompileResult:
    """The first verdict against a part, with the part's name, else that all is well."""
    for part, result in results:
        if not result.ok:
            return replace(result, message=_named(part, result.message or "the compiler refuses this code"))
    return CompileResult(ok=True)


def merged(scored: Sequence[tuple[Part, ScoreReport]]) -> ScoreReport:
    """One report on all parts: of each score the lowest, of the findings all, each with its part's name.

    Calls that hold no Luau have nothing to find fault with: the full score. The metrics of one source stay; those of
    several are left out.
    """
    if len(scored) == 1 and not scored[0][0].name:
        return scored[0][1]
    return ScoreReport(
        compiles=all(report.compiles for _, report in scored),
        scores={name: min((report.scores[name] for _, report in scored), default=1.0) for name in SCORERS},
        diagnostics=tuple(
            replace(found, message=_named(part, found.message)) for part, report in scored for found in report.diagnostics
        ),
        metrics=scored[0][1].metrics if len(scored) == 1 else {},
    )


def no_answer(reason: str) -> ScoreReport:
    """The report on what is no answer of its kind: nothing was written."""
    found = Diagnostic("no-answer", "syntax", Severity.ERROR, 1, 1, 1, 2, reason)
    return ScoreReport(compiles=False, scores=dict.fromkeys(SCORERS, 0.0), diagnostics=(found,))


def _named(part: Part, message: str) -> str:
    return f"{part.name}: {message}" if part.name else message


def _calls(code: str) -> tuple[ToolCall, ...]:
    try:
        return calls_of(code)
    except ValueError as error:
        raise ValueError(f"the answer is no list of tool calls: {error}") from error


def _luau_in(call: ToolCall) -> Iterator[str]:
    """The Luau that a call runs or writes into scripts."""
    arguments = call.arguments
    if call.name in _RUN_CODE:
        yield from _texts(arguments.get("code"))
    elif call.name in ("set_property", "mass_set_property") and arguments.get("property") == "Source":
        yield from _texts(arguments.get("value"))
    elif call.name in ("create_object", "mass_create_objects"):
        objects = arguments.get("objects", [])
        for made in [arguments, *(objects if isinstance(objects, list) else [])]:
            properties = made.get("properties") if isinstance(made, dict) else None
            yield from _texts(properties.get("Source") if isinstance(properties, dict) else None)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
