"""Loops that neither end nor yield."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

from scorers import api_table
from scorers.blocks import Outline
from scorers.lexer import Kind

_LOOPS = ("while", "for", "repeat")
_QUIET_NAMES = """
print warn tostring tonumber type typeof ipairs pairs next select rawget rawset rawequal rawlen setmetatable
getmetatable unpack tick time gcinfo
"""
_QUIET_GLOBALS = frozenset(_QUIET_NAMES.split())
_QUIET_LIBRARIES = frozenset({"math", "string", "table", "bit32", "utf8", "buffer", "os", "vector", "debug", "Instance"})
_QUIET_TASKS = frozenset({"spawn", "defer", "delay", "cancel"})


def endless_loops(out: Outline) -> Iterator[int]:
    """Indices of the `while` and `repeat` words of such loops."""
    owners, loops = _innermost(out, ("function",)), _innermost(out, _LOOPS)
    exits: defaultdict[int, list[int]] = defaultdict(list)  # function -> where it returns or may yield, ascending
    returns = (index for index, text in enumerate(out.texts) if text == "return")
    for index in sorted({*returns, *_loud_calls(out, owners)}):
        exits[owners[index]].append(index)
    broken = {loops[index] for index, text in enumerate(out.texts) if text == "break"}
    for opener in out.blocks:
        if opener not in broken and _has_no_condition(out, opener):
            candidates = exits[owners[opener]]
            at = bisect_right(candidates, opener)
            if at == len(candidates) or candidates[at] >= out.closer(opener):
                yield opener


def _has_no_condition(out: Outline, opener: int) -> bool:
    end = out.closer(opener)
    if out.texts[opener] == "while":
        return out.matches(opener + 1, "true", "do") or out.matches(opener + 1, "1", "do")
    always = out.matches(end, "until", "false") or out.matches(end, "until", "nil")
    return out.texts[opener] == "repeat" and always and out.text(end + 2) not in ("or", "and", "==", "~=")


def _innermost(out: Outline, words: tuple[str, ...]) -> list[int]:
    """For each token the innermost opener around it that is one of `words`, -1 where there is none."""
    found: list[int] = []
    for opener in out.opener:
        inherited = found[opener] if opener >= 0 else -1
        found.append(opener if opener >= 0 and out.texts[opener] in words else inherited)
    return found


def _loud_calls(out: Outline, owners: list[int]) -> set[int]:
    """Calls that may yield or raise: those not known to be quiet, and of functions here that make one."""
    functions = {function.opener: function for function in out.functions}
    names = {function.name for function in out.functions}
    calls: defaultdict[str, list[int]] = defaultdict(list)
    queue: list[int] = []
    for index, owner in enumerate(owners):
        name = _called(out, index)
        in_header = owner in functions and index < functions[owner].body
        if name is None or in_header or _is_quiet(out, index, name):
            continue
        followed = name in names and out.text(index - 1) not in (".", ":")
        (calls[name] if name and followed else queue).append(index)
    loud: set[int] = set()
    while queue:
        index = queue.pop()
        loud.add(index)
        if owners[index] in functions:
            queue.extend(calls.pop(functions[owners[index]].name, ()))
    return loud


def _called(out: Outline, index: int) -> str | None:
    """The name called at `index`, "" for a call of something without a name, None where nothing is called."""
    after = out.text(index + 1)
    if out.kind(index) is Kind.NAME:
        by_juxtaposition = after == "{" or out.kind(index + 1) in (Kind.STRING, Kind.INTERP_SIMPLE, Kind.INTERP_BEGIN)
        return out.texts[index] if after == "(" or by_juxtaposition else None
    return "" if out.text(index) in (")", "]") and after == "(" else None


def _is_quiet(out: Outline, index: int, name: str) -> bool:
    before, base = out.text(index - 1), out.text(index - 2)
    if before == ":":
        return name in api_table.quiet_methods()
    if before == ".":
        if base == "task":
            return name in _QUIET_TASKS
        return base not in out.declared and (base in _QUIET_LIBRARIES or base in api_table.datatypes())
    return name in _QUIET_GLOBALS and name not in out.declared
