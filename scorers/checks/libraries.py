"""Checks of library functions that do not exist in Luau, or not in Roblox."""

from collections.abc import Iterator

from scorers.checks.check import API, ERROR, Finding, at, check
from scorers.checks.receivers import Access, accesses, is_target, odd_uses, suggestion
from scorers.language.expressions import Expr
from scorers.language.unit import Unit
from scorers.roblox import table
from scorers.roblox.texts import text_of

_INSTEAD = {
    "math.trunc": "write `math.modf(x)`, whose first result is the whole part",
    "string.contains": "write `string.find(text, part, 1, true) ~= nil`",
    "string.endswith": "write `string.sub(text, -#ending) == ending`",
    "string.isempty": 'write `text == ""`',
    "string.join": "write `table.concat(parts, separator)`",
    "string.replace": "write `string.gsub(text, pattern, replacement)`",
    "string.startswith": "write `string.sub(text, 1, #beginning) == beginning`",
    "string.substring": "write `string.sub(text, first, last)`",
    "string.trim": 'write `string.match(text, "^%s*(.-)%s*$")`',
    "table.append": "write `table.insert(list, value)`",
    "table.contains": "write `table.find(list, value) ~= nil`",
    "table.copy": "write `table.clone(t)`",
    "table.deepcopy": "write a function that clones each table in it: `table.clone` is shallow",
    "table.filter": "write a loop that inserts what is to stay",
    "table.indexof": "write `table.find(list, value)`",
    "table.keys": "write a loop that inserts each key",
    "table.length": "write `#list`",
    "table.map": "write a loop",
    "table.merge": "write a loop over the second table",
    "table.pop": "write `table.remove(list)`",
    "table.push": "write `table.insert(list, value)`",
    "table.reverse": "write a loop from `#list` down to 1",
    "table.shuffle": "write `Random.new():Shuffle(list)`",
    "table.size": "write `#list`, or count in a loop",
    "table.slice": "write `table.move(list, first, last, 1, {})`",
    "table.values": "write a loop that inserts each value",
    "task.sleep": "write `task.wait(seconds)`",
}
"""What to write for functions that other languages have, by lower-case name."""

_OUTSIDE = frozenset(
    (
        "bit", "cjson", "coroutine", "debug", "ffi", "http", "https", "io", "json", "lfs", "lpeg", "ltn12", "math", "os",
        "package", "socket", "string", "table", "torch", "utf8",
    )
)  # fmt: skip
"""Modules of plain Lua that `require` cannot find: its paths begin with `./`, `../` or `@`."""

_CALLED_GLOBALS = frozenset(("dofile", "load", "loadfile", "module"))


@check("unknown-library-member", API, ERROR)
def unknown_library_member(unit: Unit) -> Iterator[Finding]:
    """Calling a function that a library does not have raises an error: libraries of other languages have others.

    Bad:
        local names = { "a", "b" }
        print(table.contains(names, "a"))
    Good:
        local names = { "a", "b" }
        print(table.find(names, "a") ~= nil)
    Source: Luau documentation, library.
    """
    for name in unit.global_reads.keys() & table.libraries().keys() - table.datatypes().keys():
        functions = frozenset(table.libraries()[name])
        known = functions | _added(unit, name)
        for member in _members(unit, name):
            path = f"{name}.{member.name}"
            if member.name in known or path in table.unavailable():
                continue
            hint = _INSTEAD.get(path.lower()) or suggestion(unit, member.name, functions)
            yield Finding(member.start, member.end, f"the library `{name}` has no `{member.name}`", hint)
    yield from _string_methods(unit)


@check("unavailable-library", API, ERROR)
def unavailable_library(unit: Unit) -> Iterator[Finding]:
    """Roblox has no files, no processes and no modules of plain Lua: these names are nil.

    Bad:
        local file = io.open("scores.txt")
        print(file)
    Good:
        local store = game:GetService("DataStoreService"):GetDataStore("Scores")
        print(store)
    Source: Luau documentation, sandbox.
    """
    for path, replacement in table.unavailable().items():
        name, _, member = path.partition(".")
        if name not in unit.global_reads:
            continue
        for node in _uses(unit, name, member):
            yield at(node, f"Roblox has no `{path}`", _use(replacement))
    for call in unit.calls("require"):
        if (named := text_of(unit, call.args[0]) if call.args else None) in _OUTSIDE:
            hint = f"`{named}` is there without `require`" if named in table.libraries() else "require a ModuleScript"
            yield at(call, f"Roblox has no module `{named}`", hint)


def _string_methods(unit: Unit) -> Iterator[Finding]:
    """Methods of values that are known to be strings."""
    functions = frozenset(table.libraries()["string"])
    for use in odd_uses(unit):
        if use.owner == "string" and use.name not in _added(unit, "string"):
            name = use.name
            hint = _INSTEAD.get(f"string.{name.lower()}") or suggestion(unit, name, functions)
            yield Finding(*use.place, f"a string has no method `{name}`", hint)


def _members(unit: Unit, name: str) -> Iterator[Access]:
    """`name.member`, each, where `name` is the global or stands for it."""
    if name not in unit.global_writes:
        for root in unit.global_reads[name]:
            yield from accesses(unit, root)


def _added(unit: Unit, library: str) -> set[str]:
    """Names that the source adds to a library, which fails for another reason."""
    if library not in unit.global_reads:
        return set()
    found = _members(unit, library)
    return {member.name for member in found if is_target(unit.parents.get(member.node), member.node)}


def _uses(unit: Unit, name: str, member: str) -> Iterator[Expr]:
    if name in _CALLED_GLOBALS:
        if name not in unit.global_writes:
            yield from unit.calls(name)
    else:
        yield from (use.node for use in _members(unit, name) if not member or use.name == member)


def _use(replacement: str) -> str | None:
    if not replacement:
        return None
    return replacement if " " in replacement else f"use `{replacement}`"
