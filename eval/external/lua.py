"""What Lua has and Luau, or the sandbox, has not. Sources: the manuals of Lua 5.3 and 5.4, and luau.org/compatibility.

Seen are syntax and names. Not seen are meanings that differ: Luau has no integers (`tostring(2.0)` is "2"), and metamethods such
as `__pairs` and `__gc` do nothing. A row with a reference is proved by running that; one without is trusted.
"""

import re

from scorers.language import Unit, parse
from scorers.language.expressions import Index, Name

_CONSTRUCTS = {
    "goto": re.compile(r"\bgoto\s+[A-Za-z_]\w*|::\s*[A-Za-z_]\w*\s*::"),
    "<const> or <close>": re.compile(r"<\s*(?:const|close)\s*>"),
    "a bit operator": re.compile(r"<<|>>|[&|]|~(?!=)"),
}
_GLOBALS = frozenset(
    (
        "_ENV", "collectgarbage", "dofile", "getfenv", "io", "load", "loadfile", "loadstring", "module", "newproxy", "package",
        "setfenv",
    )
)  # fmt: skip
_MEMBERS = frozenset(
    (
        *(f"debug.{name}" for name in ("getinfo", "getlocal", "gethook", "getupvalue", "sethook", "setlocal", "setupvalue")),
        *(f"math.{name}" for name in ("maxinteger", "mininteger", "tointeger", "type", "ult")),
        *(f"os.{name}" for name in ("execute", "getenv", "remove", "rename", "setlocale", "tmpname")),
        "string.dump",
    )
)  # fmt: skip
_REQUIRE = re.compile(r"""\brequire\s*\(?\s*["']([^"'\n]*)["']""")


def unsupported_lua(part: str, source: str, modules: frozenset[str]) -> str | None:
    """Why this Lua source cannot run, or None. `part` names the source, `modules` what it may require."""
    unit = parse(source)
    if unit.errors:
        line = unit.errors[0].line
        return f"{part}, line {line}: {_construct(source.splitlines()[line - 1])} is not in Luau"
    found = [*_globals(unit), *_members(unit), *_separated_rep(unit), *_required(source, modules)]
    return f"{part}: {found[0]} is not there" if found else None


def _construct(line: str) -> str:
    return next((name for name, pattern in _CONSTRUCTS.items() if pattern.search(line)), f"`{line.strip()[:60]}`")


def _globals(unit: Unit) -> list[str]:
    return sorted((unit.global_reads.keys() - unit.global_writes.keys()) & _GLOBALS)


def _members(unit: Unit) -> list[str]:
    return sorted(name for node in unit.all(Index) if (name := _path(unit, node)) in _MEMBERS)


def _path(unit: Unit, node: Index) -> str:
    return unit.text(node) if isinstance(node.object, Name) and node.object not in unit.variable_of else ""


def _separated_rep(unit: Unit) -> list[str]:
    """Luau's string.rep takes no separator, and drops one silently."""
    methods = any(len(call.args) == 2 for call in unit.methods("rep"))
    functions = any(len(call.args) == 3 for call in unit.calls("string.rep"))
    return ["string.rep with a separator"] if methods or functions else []


def _required(source: str, modules: frozenset[str]) -> list[str]:
    return [f"require of {name!r}" for name in _REQUIRE.findall(source) if name not in modules]
