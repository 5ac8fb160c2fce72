"""The answer in a reply, as one text, by the kind of answer that was asked for."""

import re
from typing import TYPE_CHECKING

from scorers.extraction.code import ExtractedCode, extract_code
from scorers.extraction.files import ExtractedFile, extract_files
from scorers.extraction.tool_calls import calls_of, extract_tool_calls, to_json, to_reply

if TYPE_CHECKING:
    from scorers.execution.tests import Kind

_TICKS = re.compile(r"`+")


def extract_answer(reply: str, kind: "Kind", *, finish_reason: str = "stop") -> ExtractedCode:
    """The answer in `reply`, in linear time and without ever raising.

    Luau for the kinds function, module and script. For `files` the files in order of their paths, each in a fence under
    `### path`, as `extract_files` reads them; code that no path names is one fence alone. For `tools` a JSON list of
    `{"arguments", "name"}`, empty where the reply makes no call. `finish_reason` is the sampler's.
    """
    if kind == "files":
        return _files(reply, finish_reason)
    if kind == "tools":
        calls = extract_tool_calls(reply, finish_reason=finish_reason)
        return ExtractedCode(to_json(calls.calls), fenced=False, truncated=calls.truncated)
    return extract_code(reply, finish_reason=finish_reason)


def reply_with(answer: str, kind: "Kind") -> str:
    """The reply that gives an answer and nothing else: what training teaches.

    Raises:
        ValueError: the answer is of kind `tools` and no list of calls.
    """
    if kind == "files":
        return answer.strip()
    return to_reply(calls_of(answer)) if kind == "tools" else f"```luau\n{answer.strip()}\n```"


def files_text(files: tuple[ExtractedFile, ...]) -> str:
    """The files as one text that `extract_files` reads back."""
    return "\n\n".join(_section(file) for file in sorted(files, key=lambda file: file.path or ""))


def _files(reply: str, finish_reason: str) -> ExtractedCode:
    files = extract_files(reply, finish_reason=finish_reason)
    code = extract_code(reply, finish_reason=finish_reason)
    named = tuple(file for file in files if file.path is not None)
    text = files_text(named or (ExtractedFile(None, code.code, code.truncated),)) if named or code.code else ""
    return ExtractedCode(text, fenced=code.fenced, truncated=code.truncated)


def _section(file: ExtractedFile) -> str:
    longest = max((len(ticks) for ticks in _TICKS.findall(file.code)), default=0)
    fence = "`" * max(3, longest + 1)
    block = f"{fence}luau\n{file.code}\n{fence}"
    return block if file.path is None else f"### {file.path}\n{block}"
