"""FindFirstChild and its kin: results that are used although they may be nil."""

from collections import Counter
from collections.abc import Iterator

from scorers.blocks import Outline
from scorers.lexer import Kind

FINDERS = (
    "FindFirstChild",
    "FindFirstChildOfClass",
    "FindFirstChildWhichIsA",
    "FindFirstAncestor",
    "FindFirstAncestorOfClass",
    "FindFirstAncestorWhichIsA",
    "FindFirstDescendant",
)
_TEST_BEFORE = frozenset({"if", "elseif", "not", "while", "until", "and", "or", "==", "~="})
_TEST_AFTER = frozenset({"then", "and", "or", "==", "~=", "do"})
_INDEXES = frozenset({".", ":", "["})


def unchecked_lookups(out: Outline) -> Iterator[tuple[int, str]]:
    """(index of the place, name of the finder) for each result used without a test."""
    for name in FINDERS:
        calls = [i for i in out.uses.get(name, ()) if out.text(i - 1) == ":" and out.text(i + 1) == "("]
        texts = Counter(_call_text(out, i) for i in calls)
        tested = {_call_text(out, i) for i in calls if out.text(_after(out, i)) not in _INDEXES}
        for index in calls:
            if out.text(_after(out, index)) in _INDEXES:
                if _indexes_result(out, index) and _call_text(out, index) not in tested:
                    yield index, name
            elif texts[_call_text(out, index)] == 1:  # the same call elsewhere may be the test
                use = _untested_use(out, index)
                if use is not None:
                    yield use, name


def _after(out: Outline, index: int) -> int:
    return out.closer(index + 1) + 1


def _indexes_result(out: Outline, index: int) -> bool:
    after = _after(out, index)
    # A `[` on the next line cannot be an index in a style that anyone writes; a `.` or `:` can.
    return out.text(after) != "[" or out.same_line(after - 1, after)


def _call_text(out: Outline, index: int) -> str:
    """The receiver's last name and the argument: `a:Find("x") and a:Find("x").Value` tests the same call twice."""
    return " ".join(out.texts[index - 2 : index + 6][: out.closer(index + 1) - index + 3])


def _untested_use(out: Outline, index: int) -> int | None:
    """The first use as a receiver of the local that holds this call's result, if nothing in its scope tests it."""
    local = _assigned_local(out, index)
    if local is None:
        return None
    name = out.texts[local]
    end = out.closer(out.opener[local]) if out.opener[local] >= 0 else len(out.code)
    rebound = next((i for i in out.declared[name] if i > local), end)
    uses = [i for i in out.uses[name] if local < i < min(end, rebound) and not out.is_field(i)]
    if any(_may_test(out, i) for i in uses):
        return None
    return next((i for i in uses if out.text(i + 1) in (".", ":")), None)


def _assigned_local(out: Outline, index: int) -> int | None:
    """The name in `local name = a.b:Find(...)`, where that call is the whole initialiser."""
    after = _after(out, index)
    if out.text(after) in ("and", "or", "::", "==", "~=", ",") or out.opener[index] != out.opener[index - 1]:
        return None
    start = index
    while out.kind(start - 1) is Kind.NAME or out.text(start - 1) in (".", ":"):
        start -= 1
    name = start - 2
    if out.text(start - 1) != "=" or out.kind(name) is not Kind.NAME or out.text(name - 1) != "local":
        return None
    return name


def _may_test(out: Outline, index: int) -> bool:
    before, after = out.text(index - 1), out.text(index + 1)
    if after in (".", ":", "["):
        return before == "not"
    passed = before in ("(", ",") and after in (")", ",")  # the callee may test it
    return before in _TEST_BEFORE or after in _TEST_AFTER or after == "=" or passed
