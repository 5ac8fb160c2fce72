"""Reads demonstrations: JSONL rows as mlx-lm takes them, of one prompt and its completion or of a chat with tool calls."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eval.external.jsonl import RowError, read_rows
from eval.external.row import SuiteError
from rft.errors import InputError
from rft.training.rows import TrainingRow
from rollouts.prompt import Message
from scorers.extraction.tool_calls import ToolCall, to_reply

HINT = (
    'A row is {"prompt": "...", "completion": "..."}, or {"messages": [...], "tools": [...]} with turns of user and assistant; '
    "texts must not be empty."
)
ROLES = ("system", "user", "assistant", "tool")


class _Wrong(ValueError):
    """What is wrong with a row."""


def load_demonstrations(file: Path) -> tuple[TrainingRow, ...]:
    """The rows of a JSONL file. Raises InputError naming the file and the line.

    A chat that calls tools gives a row for each of the assistant's turns, with loss on that turn alone.
    """
    try:
        rows = tuple(row for place, fields in read_rows(file) for row in _rows(fields, place))
    except RowError as error:
        raise InputError(str(error), hint=HINT) from error
    except SuiteError as error:
        raise InputError(f"demonstrations: {error}", hint="Correct data.demonstrations; it names a JSONL file.") from error
    if not rows:
        raise InputError(f"{file} holds no demonstrations.", hint=HINT)
    return rows


def exchanges(row: TrainingRow) -> list[tuple[str, str]]:
    """Each question of a row with a reply to it: one pair, or one for every turn of the assistant."""
    pairs: list[tuple[str, str]] = []
    question = ""
    for message in row.messages:
        if message["role"] == "user":
            question = message["content"]
        elif message["role"] == "assistant":
            pairs.append((question, _said(message)))
    return pairs or [(row.prompt, row.completion)]


def _rows(fields: dict[str, Any], place: str) -> tuple[TrainingRow, ...]:
    try:
        _refuse_half_characters(fields)
        return tuple(_chat(fields)) if "messages" in fields else (_single(fields),)
    except _Wrong as error:
        raise InputError(f"{place}: {error}.", hint=HINT) from error


def _refuse_half_characters(fields: dict[str, Any]) -> None:
    """JSON can hold one half of a surrogate pair. No file and no tokenizer can."""
    try:
        json.dumps(fields, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _Wrong(f"it holds half a character ({error.object[error.start]!r}), which no text can") from error


def _single(fields: dict[str, Any]) -> TrainingRow:
    texts: list[str] = []
    for name in ("prompt", "completion"):
        value = fields.get(name)
        if name not in fields:
            raise _Wrong(f"it has no {name!r}, and no 'messages'")
        if not isinstance(value, str) or not value.strip():
            raise _Wrong(f"its {name!r} is {'empty' if isinstance(value, str) else 'no text'}")
        texts.append(value)
    return TrainingRow(texts[0], texts[1])


def _chat(fields: dict[str, Any]) -> Iterator[TrainingRow]:
    listed = fields["messages"]
    if not isinstance(listed, list) or not listed:
        raise _Wrong("messages is no list of turns")
    messages = [_message(entry, f"turn {i}") for i, entry in enumerate(listed, 1)]
    _refuse_order([message["role"] for message in messages])
    tools = _used(fields.get("tools") or [], _called(messages))
    if not tools and not _called(messages):
        yield _row(messages)
        return
    for k, message in enumerate(messages):
        if message["role"] == "assistant":
            yield _row(messages[: k + 1], tools, only_last=True)


def _row(messages: list[Message], tools: tuple[Mapping[str, Any], ...] = (), *, only_last: bool = False) -> TrainingRow:
    questions = [message["content"] for message in messages if message["role"] == "user"]
    replies = [_said(message) for message in messages if message["role"] == "assistant"]
    if only_last:
        questions, replies = questions[-1:], replies[-1:]
    prompt, completion = "\n\n".join(questions), "\n\n".join(replies)
    if [message["role"] for message in messages] == ["user", "assistant"] and not tools:
        return TrainingRow(prompt, completion)
    return TrainingRow(prompt, completion, messages=tuple(messages), tools=tools, only_last=only_last)


def _said(message: Message) -> str:
    """A turn as one text, its calls as `<tool_call>` writes them."""
    functions = [call["function"] for call in message.get("tool_calls", ())]
    calls = to_reply(tuple(ToolCall(function["name"], function["arguments"]) for function in functions))
    return "\n".join(text for text in (message["content"], calls) if text)


def _refuse_order(roles: list[str]) -> None:
    if "system" in roles[1:]:
        raise _Wrong("only the first turn may be the system's")
    first = roles[1 if roles[0] == "system" else 0 :][:1]
    if first != ["user"]:
        raise _Wrong("the first turn, after the system's, must be the user's")
    if roles[-1] != "assistant":
        raise _Wrong("the last turn must be the assistant's: what follows it would be learned by nobody")


def _message(entry: Any, place: str) -> Message:
    if not isinstance(entry, dict) or entry.get("role") not in ROLES:
        raise _Wrong(f"{place} has no role of {', '.join(ROLES)}")
    calls = [_call(call, place) for call in entry.get("tool_calls") or ()]
    content = entry.get("content")
    if content is None and calls:
        content = ""
    if not isinstance(content, str) or not (content.strip() or calls or entry["role"] == "tool"):
        raise _Wrong(f"{place} has no text")
    if calls and entry["role"] != "assistant":
        raise _Wrong(f"{place} calls a tool, which only the assistant can")
    kept = {name: entry[name] for name in ("name", "tool_call_id", "reasoning_content") if isinstance(entry.get(name), str)}
    return {"role": entry["role"], "content": content, **kept, **({"tool_calls": calls} if calls else {})}


def _call(call: Any, place: str) -> dict[str, Any]:
    """A call with its arguments as an object: templates write them in forms of their own."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise _Wrong(f'{place} has a tool call without {{"function": {{"name": ..., "arguments": ...}}}}')
    arguments = function.get("arguments", {})
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except json.JSONDecodeError as error:
            raise _Wrong(f"{place} calls {function['name']} with arguments that are no JSON: {error}") from error
    if not isinstance(arguments, dict):
        raise _Wrong(f"{place} calls {function['name']} with arguments that are no object")
    identity = {"id": call["id"]} if isinstance(call.get("id"), str) else {}
    return {**identity, "type": "function", "function": {"name": function["name"], "arguments": arguments}}


def _called(messages: list[Message]) -> set[str]:
    return {call["function"]["name"] for message in messages for call in message.get("tool_calls", ())}


def _used(tools: Any, called: set[str]) -> tuple[Mapping[str, Any], ...]:
    """The definitions of the tools that are called; all of them where none is, since that is what there is to learn."""
    names = [_name(tool) for tool in tools] if isinstance(tools, list) else [None]
    if not all(isinstance(name, str) for name in names):
        raise _Wrong('tools is no list of {"type": "function", "function": {"name": ..., "parameters": ...}}')
    if missing := sorted(called - set(names)):
        raise _Wrong(f"no definition in tools of {', '.join(missing)}")
    return tuple(tool for tool, name in zip(tools, names, strict=True) if name in called or not called)


def _name(tool: Any) -> Any:
    function = tool.get("function") if isinstance(tool, dict) else None
    return function.get("name") if isinstance(function, dict) else None
