"""Declarations of TypeScript declaration files: interfaces with their members, namespaces, constants, functions, aliases."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from scripts.roblox_types import OTHER, UNDEFINED, Cursor, Type, read_signature, read_type, read_types

_MODIFIERS = frozenset({"readonly", "get", "set"})


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an interface. `kind`: property, get, set, method or new (a constructor); the last three hold a function."""

    kind: str
    name: str
    type: Type
    readonly: bool
    doc: str


@dataclass(slots=True)
class Declaration:
    """A declaration of a file or of a namespace. `kind`: interface, namespace, const, function, type or enum."""

    kind: str
    name: str
    doc: str
    bases: tuple[Type, ...] = ()
    members: list[Member] = field(default_factory=list)
    inner: list["Declaration"] = field(default_factory=list)
    type: Type = OTHER


def parse(source: str) -> list[Declaration]:
    """The declarations of one file, in order. Raises `DeclarationError`."""
    return list(_declarations(Cursor(source), ""))


def _declarations(cursor: Cursor, end: str) -> Iterator[Declaration]:
    while cursor.peek() != end:
        if not cursor.accept(";"):
            yield _declaration(cursor)


def _declaration(cursor: Cursor) -> Declaration:
    doc = cursor.doc
    while cursor.peek() in ("export", "declare"):
        cursor.next()
    keyword = cursor.next()
    if keyword == "const" and cursor.accept("enum"):
        keyword = "enum"
    if keyword not in _READERS:
        raise cursor.error(f"unknown declaration {keyword!r}")
    declaration = Declaration(keyword, cursor.next(), doc)
    _READERS[keyword](cursor, declaration)
    return declaration


def _interface(cursor: Cursor, declaration: Declaration) -> None:
    _skip_type_parameters(cursor)
    if cursor.accept("extends"):
        declaration.bases = read_types(cursor, "{")
    cursor.expect("{")
    while not cursor.accept("}"):
        member = _member(cursor)
        if member is not None:
            declaration.members.append(member)


def _namespace(cursor: Cursor, declaration: Declaration) -> None:
    cursor.expect("{")
    declaration.inner = list(_declarations(cursor, "}"))
    cursor.expect("}")


def _constant(cursor: Cursor, declaration: Declaration) -> None:
    cursor.expect(":")
    declaration.type = read_type(cursor)


def _function(cursor: Cursor, declaration: Declaration) -> None:
    declaration.type = read_signature(cursor, ":")


def _alias(cursor: Cursor, declaration: Declaration) -> None:
    _skip_type_parameters(cursor)
    cursor.expect("=")
    declaration.type = read_type(cursor)


def _enum(cursor: Cursor, _declaration: Declaration) -> None:
    # A TypeScript enum is a convenience of the package, not a part of the engine.
    cursor.skip_brackets()


def _skip_type_parameters(cursor: Cursor) -> None:
    if cursor.peek() == "<":
        cursor.skip_brackets()


_READERS: dict[str, Callable[[Cursor, Declaration], None]] = {
    "interface": _interface,
    "namespace": _namespace,
    "const": _constant,
    "function": _function,
    "type": _alias,
    "enum": _enum,
}


def _member(cursor: Cursor) -> Member | None:
    doc = cursor.doc
    modifiers = set()
    while cursor.peek() in _MODIFIERS and cursor.peek(1) not in (":", "?", "(", "<"):
        modifiers.add(cursor.next())
    member = None
    if cursor.peek() in ("[", "(", "<"):
        _skip_unnamed(cursor)
    else:
        member = _named(cursor, modifiers, doc)
    if not cursor.accept(",") and not cursor.accept(";") and cursor.peek() != "}":
        raise cursor.error(f"expected the end of a member, found {cursor.peek()!r}")
    return member


def _named(cursor: Cursor, modifiers: set[str], doc: str) -> Member:
    name = cursor.next().strip("\"'")
    optional = cursor.accept("?")
    if cursor.peek() in ("(", "<"):
        return _method(cursor, name, modifiers, doc)
    cursor.expect(":")
    found = read_type(cursor)
    if optional:
        found = Type("union", parts=(found, UNDEFINED))
    return Member("property", name, found, "readonly" in modifiers, doc)


def _method(cursor: Cursor, name: str, modifiers: set[str], doc: str) -> Member:
    signature = read_signature(cursor, ":")
    if "get" in modifiers:
        return Member("get", name, signature.parts[0], False, doc)
    if "set" in modifiers:
        return Member("set", name, signature, False, doc)
    return Member("new" if name == "new" else "method", name, signature, False, doc)


def _skip_unnamed(cursor: Cursor) -> None:
    """An index or a call signature: no name that could be asked for."""
    if cursor.peek() == "[":
        cursor.skip_brackets()
        cursor.accept("?")
        cursor.expect(":")
        read_type(cursor)
    else:
        read_signature(cursor, ":")
