"""Words of other languages that are legal Luau: they parse as names, and the names are nil.

No compiler objects to them. The words stand in `foreign_words.py`.
"""

import re
from collections.abc import Iterator

from scorers.checks.check import ERROR, SYNTAX, WARNING, Finding, at, check
from scorers.checks.foreign_words import FUNCTIONS, LIST_MEMBERS, LITERALS, MEMBERS, PREFIXES, STRING_PREFIXES
from scorers.language.expressions import Call, Expr, Index, Interpolated, MethodCall, Name, String, Subscript, Table, Unary
from scorers.language.statements import Assign, FunctionDeclaration, GenericFor
from scorers.language.unit import Unit, Variable, place_in

_ROOTS = frozenset(path.split(".")[0] for path in MEMBERS)
_CALLED = frozenset((*FUNCTIONS, *_ROOTS, *PREFIXES, *STRING_PREFIXES))
_OPERAND = re.compile(r"[ \t]+(?!(?:and|or|then|do|end|else|elseif|until|in)\b)[A-Za-z_][\w.:]*[ \t]*\(")
_MONEY = re.compile(
    r"(?i)price|cost|cash|money|coin|dollar|usd|balance|gold|amount|pay|salary|reward|bet|fee|total|worth|value|earn|wage|bank"
    r"|income|sell|buy|robux|credit|profit|tax|budget|fund|bounty|fine|sum|wallet|donat|wealth|revenue|bill|rent"
)
"""Words next to a dollar sign that is meant as one."""
_COMMON_FIELDS = frozenset(("size", "Count", "Length"))
"""Members that an empty table may be given elsewhere, as a record."""
_READERS = frozenset(
    (
        *["print", "ipairs", "pairs", "unpack", "next", "type", "typeof", "warn"],
        *(f"table.{name}" for name in ["insert", "remove", "concat", "sort", "find"]),
    )
)
"""Functions that give a list no named members."""


@check("foreign-literal", SYNTAX, ERROR)
def foreign_literal(unit: Unit) -> Iterator[Finding]:
    """`None`, `null` and `True` are names in Luau, and nothing defines them: each is nil, even where it should be true.

    Bad:
        workspace.Door:SetAttribute("isOpen", True)
        workspace.Door:SetAttribute("owner", None)
    Good:
        workspace.Door:SetAttribute("isOpen", true)
        workspace.Door:SetAttribute("owner", nil)
    Source: mistakes that language models make in Luau.
    """
    for name in (unit.global_reads.keys() & LITERALS.keys()) - unit.global_writes.keys():
        foreign = LITERALS[name]
        for read in unit.global_reads[name]:
            yield at(read, f"`{name}` is {foreign.language}: here it is an undefined name, which is nil", foreign.hint)


@check("foreign-call", SYNTAX, ERROR)
def foreign_call(unit: Unit) -> Iterator[Finding]:
    """A call in the manner of another language parses in Luau and calls nil, or is read as two statements.

    Bad:
        local position = new Vector3(0, 5, 0)
        console.log(position)
    Good:
        local position = Vector3.new(0, 5, 0)
        print(position)
    Source: mistakes that language models make in Luau.
    """
    yield from _calls(unit).values()
    yield from _dollars(unit)
    yield from _list_members(unit)


def foreign_words(unit: Unit) -> set[str]:
    """Globals that the checks of this module report; no other check need do so."""
    literals = unit.global_reads.keys() & LITERALS.keys()
    calls = {name.name for name in _calls(unit)}
    return literals | calls


def _calls(unit: Unit) -> dict[Name, Finding]:
    """The first use of each foreign function, member or prefix, by the global that it begins with."""
    found: dict[Name, Finding] | None = unit.memo.get("foreign calls")
    if found is None:
        found = {}
        names = unit.global_reads.keys() & _CALLED
        for name in sorted(names - unit.global_writes.keys()) if names else ():
            for read in unit.global_reads[name]:
                if (finding := _call(unit, read)) is not None:
                    found[read] = finding
                    break
        unit.memo["foreign calls"] = found
    return found


def _call(unit: Unit, read: Name) -> Finding | None:
    """What a global name is in another language, by what follows it."""
    name, parent = read.name, unit.parents[read]
    if name in PREFIXES and _OPERAND.match(unit.source, unit.offset(read.end)):
        return at(read, f"`{name}` before a call is {PREFIXES[name].language}: here it is a variable", PREFIXES[name].hint)
    if isinstance(parent, Call) and parent.function is read:
        return _called(read, parent)
    if isinstance(parent, Index) and parent.object is read:
        foreign = MEMBERS.get(f"{name}.{parent.name}") or MEMBERS.get(f"{name}.*")
        if foreign is not None:
            return at(parent, f"`{name}.{parent.name}` is {foreign.language}: Luau has no `{name}` like that", foreign.hint)
    return None


def _called(read: Name, call: Call) -> Finding | None:
    name = read.name
    if name in STRING_PREFIXES:
        if call.args and isinstance(call.args[0], String) and call.args[0].start == read.end:
            message = f"`{name}` before a string is {STRING_PREFIXES[name].language}: here it calls a function `{name}`"
            return at(call, message, STRING_PREFIXES[name].hint)
        return None
    foreign = FUNCTIONS.get(name)
    return at(read, f"`{name}` is {foreign.language}: Luau has no such function", foreign.hint) if foreign else None


def _dollars(unit: Unit) -> Iterator[Finding]:
    """`${value}` in a backtick string, unless the dollar sign is money."""
    for string in unit.all(Interpolated):
        for text, value in zip(string.texts, string.values, strict=False):
            if text.endswith("$") and not _MONEY.search(text + unit.text(value)):
                message = "`${...}` is JavaScript: the `$` stays in the text"
                yield at(value, message, "write `{value}` without the dollar sign", severity=WARNING)


def _list_members(unit: Unit) -> Iterator[Finding]:
    """`list.length` and `list.push(x)` where the list is a table literal of this source, `text.length` of a string."""
    for index in [index for index in unit.all(Index) if index.name in LIST_MEMBERS]:
        yield from _list_member(unit, index, index.object)
    for name in unit.method_calls.keys() & LIST_MEMBERS.keys():
        for call in unit.methods(name):
            yield from _list_member(unit, call, call.object)


def _list_member(unit: Unit, node: Index | MethodCall, owner: Expr) -> Iterator[Finding]:
    foreign = LIST_MEMBERS[node.name]
    if isinstance(owner, Name) and _is_plain(unit, owner, node.name):
        end = node.name_start + len(node.name)
        message = f"`{owner.name}` has no `{node.name}`: that is {foreign.language}"
        yield Finding(node.name_start, end, message, foreign.hint.replace("LIST", owner.name))


def _is_plain(unit: Unit, owner: Name, member: str) -> bool:
    """Whether a name is a local list, or a string, that is given no such member and no metatable."""
    variable = unit.variable_of.get(owner)
    if variable is None or variable.writes or variable.position or variable.kind not in ("local", "const"):
        return False
    if isinstance(variable.value, String | Interpolated):
        return member in ("length", "Length")
    if not isinstance(variable.value, Table) or any(field.name is not None or field.key for field in variable.value.fields):
        return False
    if member in _COMMON_FIELDS and not variable.value.fields:
        return False
    plain: dict[Variable, bool] = unit.memo.setdefault("plain lists", {})
    if variable not in plain:
        plain[variable] = all(_is_list_use(unit, read, bool(variable.value.fields)) for read in variable.reads)
    return plain[variable]


def _is_list_use(unit: Unit, read: Name, has_items: bool) -> bool:
    """Whether a use leaves a list a list: it gives it no named member and hands it to no code that may do so."""
    parent = unit.parents[read]
    if isinstance(parent, Index):
        around = unit.parents[parent]
        return not (
            isinstance(around, FunctionDeclaration)
            or (isinstance(around, Assign) and place_in(around.targets, parent) is not None)
        )
    if isinstance(parent, Subscript):
        return has_items or not isinstance(parent.key, Name | String)
    if isinstance(parent, Call):
        return isinstance(parent.function, Index | Name) and unit.text(parent.function) in _READERS
    return isinstance(parent, MethodCall | Unary | GenericFor)
