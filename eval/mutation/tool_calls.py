"""Mutants of an answer that is a JSON list of tool calls: `[{"name": ..., "arguments": {...}}]`."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from eval.mutation.mutant import Mutant

Calls = list[dict[str, Any]]
SourceMutants = Callable[[str], list[Mutant]]
_PATHS = ("path", "parent", "paths")
_CODE = "code"


def call_mutants(reference: str, source_mutants: SourceMutants) -> list[Mutant]:
    """Calls dropped and swapped, their arguments changed, their Luau mutated."""
    calls = read_calls(reference)
    return [
        *_dropped(calls),
        *_swapped(calls),
        *(mutant for number in range(len(calls)) for mutant in _arguments(calls, number, source_mutants)),
    ]


def read_calls(text: str) -> Calls:
    """A list of calls; none where the text is no such list: a reference that cannot be read fails by itself."""
    try:
        calls = json.loads(text)
    except json.JSONDecodeError:
        return []
    return calls if isinstance(calls, list) and all(isinstance(call, dict) and "name" in call for call in calls) else []


def _dropped(calls: Calls) -> Iterator[Mutant]:
    for number, call in enumerate(calls):
        yield _mutant(f"call {number + 1} drop", "dropped statement", calls[:number] + calls[number + 1 :], call, "")


def _swapped(calls: Calls) -> Iterator[Mutant]:
    """Neighbours in the other order, where the later names what the earlier one named: others may come in any order."""
    for number, (one, other) in enumerate(pairwise(calls)):
        if one != other and _last_names(one) & _last_names(other):
            swapped = [*calls[:number], other, one, *calls[number + 2 :]]
            yield _mutant(f"call {number + 1} swap with {number + 2}", "argument order", swapped, one, other)


def _last_names(call: dict[str, Any]) -> set[str]:
    return {text.rpartition(".")[2] for _, text in _leaves(call.get("arguments", {})) if isinstance(text, str)}


def _arguments(calls: Calls, number: int, source_mutants: SourceMutants) -> Iterator[Mutant]:
    """Changes to one value each of one call."""
    call = calls[number]
    arguments = call.get("arguments", {})
    for place, value in _leaves(arguments):
        where = f"call {number + 1} {'.'.join(map(str, place))}"
        if place[-1] == _CODE and isinstance(value, str):
            for inner in source_mutants(value):
                changed = _with(calls, number, place, inner.answer)
                yield replace(inner, label=f"{where} {inner.label}", answer=_written(changed))
            continue
        for new, what in _others(place, value):
            changed = _with(calls, number, place, new)
            yield _mutant(f"{where} {what}", "constant", changed, call, changed[number])
    for place in _renamable(arguments):
        changed = json.loads(json.dumps(calls))
        holder = _at(changed[number]["arguments"], place[:-1])
        holder[f"{place[-1]}X"] = holder.pop(place[-1])
        where = f"call {number + 1} {'.'.join(map(str, place))}"
        yield _mutant(f"{where} rename", "constant", changed, call, changed[number])


Place = tuple[str | int, ...]


def _others(place: Place, value: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(value, bool):
        yield not value, "flip"
    elif isinstance(value, int | float):
        yield value + 1, "+ 1"
        if value != 0:
            yield 0, "to 0"
    elif isinstance(value, str):
        is_path = any(part in _PATHS for part in place)
        if is_path and "." in value:
            yield value.rpartition(".")[0], "to its parent"
        yield f"{value}X", "+ X"


def _leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """The plain values of a JSON value with where they stand."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield place, value
        return
    for key, part in items:
        yield from _leaves(part, (*place, key))


def _renamable(value: Any, place: Place = ()) -> Iterator[Place]:
    """The names of properties in objects under `properties`."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        if place and place[-1] == "properties":
            yield (*place, key)
        yield from _renamable(part, (*place, key))


def _with(calls: Calls, number: int, place: Place, value: Any) -> Calls:
    changed: Calls = json.loads(json.dumps(calls))
    _at(changed[number]["arguments"], place[:-1])[place[-1]] = value
    return changed


def _at(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value


def _mutant(label: str, operator: str, calls: Calls, before: Any, after: Any) -> Mutant:
    return Mutant(label, operator, _written(calls), json.dumps(before), json.dumps(after) if after else "")


def _written(calls: Calls) -> str:
    return json.dumps(calls, ensure_ascii=False)
