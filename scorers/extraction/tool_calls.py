"""Tool calls in a model's reply, in the forms in which models write them.

Choices made here:
- A call counts where it is marked as one, or where a JSON fence or the whole reply is one. A tool that prose names is no call.
- Marked calls win: JSON fences beside them are examples or plans.
- Reasoning and blocks of Luau hold no calls. JSON that is not finished is no call.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scorers.extraction.fences import LUAU_TAGS
from scorers.extraction.reader import read

_MARK = re.compile(
    r"(?P<tag><tool_call>|\[TOOL_CALLS\]|<\|python_tag\|>)"  # Qwen and Hermes; Mistral; Llama 3.1 and later
    r"|<function=(?P<function>[\w.-]{1,100})>"  # Llama 3.1
    r"|^[ \t]*+(?P<fence>`{3,}+|~{3,}+)[ \t]*+(?P<info>[^`\n]{0,200})$",
    re.MULTILINE,
)
_BETWEEN = re.compile(r"[\s,;]*+")
_NAMES = ("name", "tool", "tool_name")
_ARGUMENTS = ("arguments", "args", "parameters", "input")
_MAX_UNREAD = 50
"""After so many unreadable calls the rest is left alone: each attempt may look at the whole reply."""

_MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool. `arguments` are JSON values."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ExtractedCalls:
    """The calls of a reply in order, and in `unread` what was meant as a call and could not be read, with the reason.

    `truncated` says that the reply or its reasoning was not finished.
    """

    calls: tuple[ToolCall, ...]
    unread: tuple[str, ...]
    truncated: bool


def extract_tool_calls(reply: str, *, finish_reason: str = "stop") -> ExtractedCalls:
    """Find the tool calls in `reply`, in linear time and without ever raising.

    Read are `<tool_call>{...}</tool_call>`, `[TOOL_CALLS] [...]`, `<|python_tag|>{...}`, `<function=name>{...}</function>`,
    fences of JSON, and a reply that is JSON as a whole. A call is `{"name", "arguments"}`, with the other names in use
    (`tool`, `args`, `parameters`), in `{"function": ...}` and `{"tool_calls": [...]}` as well; its arguments may be a JSON
    text. `finish_reason` is the sampler's: all but `stop` mean that it was cut off.
    """
    reading = read(reply)
    truncated = finish_reason != "stop" or not reading.reasoning_ended
    whole = _Found()
    if reading.prose.startswith(("{", "[")):
        whole.read_json(reading.prose)
    if whole.bare:
        return ExtractedCalls(tuple(whole.bare), (), truncated)
    found = _Found()
    for segment in reading.segments:
        found.scan(segment.text)
    calls = found.marked or found.bare
    unread = found.unread if calls or found.unread else whole.unread
    return ExtractedCalls(tuple(calls), tuple(unread), truncated)


def calls_of(text: str) -> tuple[ToolCall, ...]:
    """The calls of a JSON list, as a reference is written. Raises ValueError saying why it is none."""
    try:
        value = _decoder.decode(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {_reason(error)}") from error
    if not isinstance(value, list):
        raise ValueError("not a JSON list")
    return tuple(_call(item, named=False) for item in value)


def to_json(calls: tuple[ToolCall, ...]) -> str:
    """The list of calls as one JSON text, the same for the same calls."""
    return _dumped([{"name": call.name, "arguments": call.arguments} for call in calls])


def to_reply(calls: tuple[ToolCall, ...]) -> str:
    """The calls as a reply makes them: `<tool_call>` around each."""
    texts = (_dumped({"name": call.name, "arguments": call.arguments}) for call in calls)
    return "\n".join(f"<tool_call>\n{text}\n</tool_call>" for text in texts)


def _dumped(value: Any) -> str:
    # A lone surrogate, which UTF-8 cannot hold, becomes a question mark.
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode("utf-8", errors="replace").decode("utf-8")


@dataclass(slots=True)
class _Found:
    marked: list[ToolCall] = field(default_factory=list)
    bare: list[ToolCall] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def scan(self, text: str) -> None:
        """Read every marked call and every fence of a stretch of answer."""
        at = 0
        while len(self.unread) < _MAX_UNREAD and (mark := _MARK.search(text, at)):
            is_fence = mark["fence"] is not None
            at = self._fence(text, mark) if is_fence else self._sequence(text, mark.end(), mark["function"])

    def read_json(self, text: str) -> None:
        """Read a text without a mark that holds JSON and nothing else, one value or several."""
        calls: list[ToolCall] = []
        try:
            for value, _ in _values(text, 0, whole=True):
                calls += _calls(value, named=True)
        except (ValueError, RecursionError) as error:
            self.unread.append(_reason(error))
        else:
            self.bare += calls

    def _fence(self, text: str, mark: re.Match[str]) -> int:
        """Read a fenced block, closed on a line of its own or behind its text; returns where it ends."""
        closing = re.compile(rf"{mark['fence']}[`~]*+[ \t]*+$", re.MULTILINE).search(text, mark.end())
        end = len(text) if closing is None else closing.start()
        tag = (mark["info"].split(maxsplit=1) or [""])[0].lower()
        body = text[mark.end() : end].strip()
        if tag in LUAU_TAGS:
            pass
        elif body.startswith(("{", "[")) and not body.startswith("[TOOL_CALLS]"):
            self.read_json(body)
        else:
            self.scan(_MARK.sub(_without_fence, body))
        return len(text) if closing is None else closing.end()

    def _sequence(self, text: str, at: int, function: str | None) -> int:
        """Read the JSON values behind a mark; returns where they end."""
        count = len(self.marked)
        try:
            for value, end in _values(text, at, whole=False):
                at = end
                self.marked += [ToolCall(function, _arguments(value))] if function else _calls(value, named=False)
        except (ValueError, RecursionError) as error:
            self.unread.append(_reason(error))
        else:
            if len(self.marked) == count:
                self.unread.append("no JSON behind the mark of a call")
        return at


def _without_fence(mark: re.Match[str]) -> str:
    return "" if mark["fence"] is not None else mark[0]


def _values(text: str, at: int, *, whole: bool) -> Iterator[tuple[Any, int]]:
    """JSON objects and lists from `at` on, each with where it ends. Raises ValueError where one is broken, or where other
    text follows and `whole` forbids it."""
    while True:
        between = _BETWEEN.match(text, at)
        start = at if between is None else between.end()
        if text[start : start + 1] not in ("{", "["):
            if whole and start < len(text):
                raise ValueError("other text stands behind the JSON")
            return
        value, at = _decoder.raw_decode(text, start)
        yield value, at


def _calls(value: Any, *, named: bool) -> list[ToolCall]:
    """The calls in a JSON value. `named` asks for arguments: without a mark `{"name": "Bob"}` is no call."""
    if isinstance(value, list):
        return [_call(item, named=named) for item in value]
    if isinstance(value, dict) and isinstance(value.get("tool_calls"), list):
        return [_call(item, named=named) for item in value["tool_calls"]]
    return [_call(value, named=named)]


def _call(value: Any, *, named: bool) -> ToolCall:
    if not isinstance(value, dict):
        raise ValueError("a call is a JSON object")
    inner = value.get("function")
    if isinstance(inner, dict):
        return _call(inner, named=named)
    name = inner if isinstance(inner, str) else next((value[key] for key in _NAMES if key in value), None)
    if not isinstance(name, str) or not name:
        raise ValueError("a call names its tool")
    given = next((key for key in _ARGUMENTS if key in value), None)
    if given is None and named:
        raise ValueError("a call has arguments")
    return ToolCall(name, _arguments(None if given is None else value[given]))


def _arguments(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        value = _decoder.decode(value) if value.strip() else None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("the arguments of a call are a JSON object")
    _refuse_depth(value, _MAX_DEPTH)
    return value


def _refuse_depth(value: Any, levels: int) -> None:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if levels == 0:
        raise ValueError("the arguments of a call nest too deeply")
    for item in inner:
        _refuse_depth(item, levels - 1)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:20]} is too large")
    return value


def _constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _reason(error: Exception) -> str:
    return "it nests too deeply" if isinstance(error, RecursionError) else str(error)[:200]


_decoder = json.JSONDecoder(parse_float=_number, parse_constant=_constant)
