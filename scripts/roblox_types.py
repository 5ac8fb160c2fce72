"""Tokens and type expressions of TypeScript declaration files, for as much of the language as `@rbxts/types` uses."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<doc>/\*\*.*?\*/)
    |(?P<skip>\s+|/\*.*?\*/|//[^\n]*)
    |(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`)
    |(?P<name>[A-Za-z_$][\w$]*)
    |(?P<number>-?\d[\w.]*)
    |(?P<mark>=>|\.\.\.|.)""",
    re.DOTALL | re.VERBOSE,
)
_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_PREFIXES = frozenset({"keyof", "typeof", "readonly", "unique", "infer", "asserts"})


class DeclarationError(ValueError):
    """The source holds a construct that the parser does not know; the message names the line."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type expression.

    `kind`: name, union, function, tuple, string, number, index (`name[...]`) or other (an object, an intersection and what
    else no caller looks into). `parts`: type arguments, members of the union, elements of the tuple, or the result of the
    function.
    """

    kind: str
    name: str = ""
    parts: tuple["Type", ...] = ()
    parameters: tuple["Parameter", ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function type or of a method. `rest`: declared with three dots."""

    name: str
    type: Type
    optional: bool
    rest: bool


OTHER = Type("other")
UNDEFINED = Type("name", "undefined")


class Cursor:
    """A position in the tokens of a file, and the doc comments before them."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens: list[tuple[str, str, int]] = []
        self._docs: dict[int, str] = {}
        for match in _TOKEN.finditer(source):
            if match.lastgroup == "doc":
                self._docs[len(self._tokens)] = match.group()
            elif match.lastgroup != "skip":
                self._tokens.append((str(match.lastgroup), match.group(), match.start()))
        self._tokens.append(("end", "", len(source)))
        self._at = 0

    @property
    def kind(self) -> str:
        """Kind of the token here: string, name, number, mark or end."""
        return self._tokens[self._at][0]

    @property
    def doc(self) -> str:
        """The doc comment right before the token here."""
        return self._docs.get(self._at, "")

    def peek(self, ahead: int = 0) -> str:
        """The text of a token to come, "" behind the last."""
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)][1]

    def next(self) -> str:
        """Takes one token. Raises `DeclarationError` at the end of the file."""
        if self.kind == "end":
            raise self.error("the file ends within a declaration")
        self._at += 1
        return self._tokens[self._at - 1][1]

    def accept(self, text: str) -> bool:
        """Takes the token if it is `text`."""
        if self.kind in ("string", "end") or self.peek() != text:
            return False
        self._at += 1
        return True

    def expect(self, text: str) -> None:
        """Takes `text`. Raises `DeclarationError` where something else stands."""
        if not self.accept(text):
            raise self.error(f"expected {text!r}, found {self.peek()!r}")

    def error(self, message: str) -> DeclarationError:
        """An error at this place, to be raised."""
        line = self._source.count("\n", 0, self._tokens[self._at][2]) + 1
        return DeclarationError(f"line {line}: {message}")

    def skip_brackets(self) -> None:
        """Passes over a bracket and all up to its partner."""
        wanted = [_CLOSING[self.next()]]
        while wanted:
            kind, token = self.kind, self.next()
            if kind == "mark" and token in _CLOSING:
                wanted.append(_CLOSING[token])
            elif kind == "mark" and token == wanted[-1]:
                wanted.pop()

    def after_brackets(self) -> str:
        """The token behind the bracket pair that starts here; the place stays."""
        start = self._at
        self.skip_brackets()
        token = self.peek()
        self._at = start
        return token


def read_type(cursor: Cursor) -> Type:
    """The type expression that starts here. Raises `DeclarationError`."""
    found = _union(cursor)
    if cursor.accept("extends"):
        for mark in ("?", ":"):
            read_type(cursor)
            cursor.expect(mark)
        read_type(cursor)
        return OTHER
    if found.kind == "name" and cursor.accept("is"):
        read_type(cursor)
        return Type("name", "boolean")
    return found


def read_types(cursor: Cursor, end: str) -> tuple[Type, ...]:
    """Type expressions between commas, up to but without the token `end`."""
    found = []
    while cursor.peek() != end:
        cursor.accept("...")
        _skip_label(cursor)
        found.append(read_type(cursor))
        cursor.accept("?")
        if not cursor.accept(","):
            break
    return tuple(found)


def _skip_label(cursor: Cursor) -> None:
    """The label of a tuple's element: `name:` or `name?:`."""
    behind = 2 if cursor.peek(1) == "?" else 1
    if cursor.kind == "name" and cursor.peek(behind) == ":":
        for _ in range(behind + 1):
            cursor.next()


def read_signature(cursor: Cursor, arrow: str) -> Type:
    """A function type from its type parameters or its bracket on; `arrow` is what stands before the result."""
    if cursor.peek() == "<":
        cursor.skip_brackets()
    cursor.expect("(")
    parameters = []
    while not cursor.accept(")"):
        rest = cursor.accept("...")
        name = cursor.next()
        optional = cursor.accept("?")
        cursor.expect(":")
        parameters.append(Parameter(name, read_type(cursor), optional, rest))
        cursor.accept(",")
    result = read_type(cursor) if cursor.accept(arrow) else Type("name", "void")
    return Type("function", parts=(result,), parameters=tuple(parameters))


def _union(cursor: Cursor) -> Type:
    cursor.accept("|")
    parts = [_intersection(cursor)]
    while cursor.accept("|"):
        parts.append(_intersection(cursor))
    return parts[0] if len(parts) == 1 else Type("union", parts=tuple(parts))


def _intersection(cursor: Cursor) -> Type:
    cursor.accept("&")
    found = _postfix(cursor)
    while cursor.accept("&"):
        _postfix(cursor)
        found = OTHER
    return found


def _postfix(cursor: Cursor) -> Type:
    if cursor.peek() in _PREFIXES and cursor.kind == "name":
        cursor.next()
        _postfix(cursor)
        return OTHER
    found = _primary(cursor)
    while cursor.peek() == "[":
        if cursor.peek(1) == "]":
            cursor.skip_brackets()
            found = Type("name", "Array", (found,))
        else:
            cursor.next()
            found = Type("index", found.name, (read_type(cursor),))
            cursor.expect("]")
    return found


def _primary(cursor: Cursor) -> Type:
    token = cursor.peek()
    if cursor.kind in ("string", "number"):
        return Type(cursor.kind, cursor.next())
    if token == "new" and cursor.kind == "name":
        cursor.next()
        return Type("function", "new", (signature := read_signature(cursor, "=>")).parts, signature.parameters)
    if token == "<" or (token == "(" and cursor.after_brackets() == "=>"):
        return read_signature(cursor, "=>")
    if token == "(":
        cursor.next()
        inner = read_type(cursor)
        cursor.expect(")")
        return inner
    if token == "[":
        cursor.next()
        elements = read_types(cursor, "]")
        cursor.expect("]")
        return Type("tuple", parts=elements)
    if token == "{":
        cursor.skip_brackets()
        return Type("other", "table")
    if cursor.kind != "name":
        raise cursor.error(f"expected a type, found {token!r}")
    return _reference(cursor)


def _reference(cursor: Cursor) -> Type:
    name = cursor.next()
    while cursor.accept("."):
        name += "." + cursor.next()
    if not cursor.accept("<"):
        return Type("name", name)
    arguments = read_types(cursor, ">")
    cursor.expect(">")
    return Type("name", name, arguments)
