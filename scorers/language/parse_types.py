"""The parser's part for type annotations. Written after the grammar and `Parser.cpp` of luau-lang/luau 0.735."""

from abc import ABC, abstractmethod

from scorers.language.cursor import Cursor
from scorers.language.expressions import Expr
from scorers.language.tokens import BAD, EOF, INTERP, NAME, STRING
from scorers.language.types import (
    FunctionType,
    GenericPack,
    GenericParameter,
    GroupType,
    IndexerType,
    IntersectionType,
    MissingType,
    NamedType,
    OptionalType,
    PropertyType,
    SingletonType,
    TableType,
    Type,
    TypeList,
    TypeofType,
    UnionType,
    VariadicType,
)

_PROPERTY = "a property is written `name: Type`"
_SUFFIXES = frozenset(("?", "|", "&", "[", BAD))


class TypeParser(Cursor, ABC):
    """Reads types; `typeof(...)` needs expressions, which the subclass reads."""

    @abstractmethod
    def expression(self) -> Expr:
        """Read an expression."""

    def type(self) -> Type:
        """A type: `A`, `A?`, `A | B`, `A & B`, `(A) -> B`."""
        self.deeper()
        start = self.i
        leading = self.kinds[start] if self.kinds[start] in ("|", "&") else ""
        if leading:
            self.i += 1
        result = self.type_suffix(self.simple_type(), start, leading)
        self.depth -= 1
        return result

    def type_suffix(self, first: Type, start: int, leading: str = "") -> Type:
        """What may follow a simple type: `?`, `| B`, `& B`."""
        if not leading and self.kinds[self.i] not in _SUFFIXES:
            return first
        parts, ops, depth = [first], {leading} - {""}, self.depth
        while (op := self.kinds[self.i]) in _SUFFIXES:
            if op in ("[", BAD):
                if not self.foreign_suffix():
                    break
                continue
            self.i += 1
            self.deeper()
            if op == "?":
                parts[-1] = OptionalType(parts[-1].start, self.ends[self.i - 1], parts[-1])
                ops.add("|")
            else:
                ops.add(op)
                parts.append(self.simple_type())
        self.depth = depth
        if len(ops) == 2:
            self.note(
                self.starts[start], parts[-1].end, "a union and an intersection are mixed", "put one of them in parentheses"
            )
        if len(parts) == 1:
            return parts[0]
        made = IntersectionType if ops == {"&"} else UnionType
        return made(self.starts[start], parts[-1].end, parts)

    def foreign_suffix(self) -> bool:
        """`T[]`, `A || B`, `A && B`: noted and read over. False where something else stands."""
        at = self.i
        if self.kinds[at] == "[" and self.kinds[at + 1] == "]":
            self.slip("unexpected `[]` after a type", "write `{ Type }` for a list type", language="TypeScript")
            self.i = at + 2
            return True
        if self.texts[at] in ("||", "&&"):
            sign = self.texts[at][0]
            self.slip(f"unexpected `{sign}{sign}` in a type", f"write `A {sign} B`", language="C/JavaScript")
            self.i = at + 1
            self.simple_type()
            return True
        return False

    def simple_type(self) -> Type:
        """A type without suffix."""
        at = self.i
        kind, start = self.kinds[at], self.starts[at]
        if kind == NAME:
            return self.named_type()
        if kind in ("nil", "true", "false", STRING):
            self.i = at + 1
            text = self.texts[at]
            return (
                NamedType(start, self.ends[at], None, "nil", []) if kind == "nil" else SingletonType(start, self.ends[at], text)
            )
        if kind == "{":
            return self.table_type()
        if kind in ("(", "<"):
            return self.function_type(pack_allowed=False)
        hint = "write the text in quotes" if kind == INTERP else None
        if kind == "function":
            hint = "write `(Type) -> Type` for a function"
        elif kind == ":":
            hint = "remove one `:`"
        before = self.shown(at - 1) if at else ""
        self.problem(f"expected a type after {before}, got {self.shown()}", hint, at=self.before())
        return MissingType(start, start)

    def named_type(self) -> Type:
        """`Name`, `module.Name`, `Name<T>`, `typeof(x)`."""
        at = self.i
        start, name, prefix = self.starts[at], self.texts[at], None
        self.i = at + 1
        if name == "typeof" and self.kinds[self.i] == "(":
            opener = self.i
            self.i += 1
            value = self.expression()
            self.closes(")", opener, "`typeof(`")
            return TypeofType(start, self.ends[self.i - 1], value)
        if self.kinds[self.i] == ".":
            self.i += 1
            prefix = name
            name, _, _ = self.expect_name("a name after `.` in a type")
        elif name == "typeof":
            self.expect("(", "after `typeof` in a type", "write `typeof(value)`")
        args = self.type_arguments() if self.kinds[self.i] == "<" else []
        return NamedType(start, self.ends[self.i - 1], prefix, name, args)

    def type_arguments(self) -> list[Type]:
        """`<A, (B, C), ...D, E...>`; the cursor is at `<`."""
        opener = self.i
        self.i += 1
        args: list[Type] = []
        while self.kinds[self.i] != ">":
            args.append(self.type_or_pack())
            if self.kinds[self.i] != ",":
                break
            self.i += 1
            if self.kinds[self.i] == ">":
                self.slip("expected a type after `,`, got `>`", "remove the comma")
        self.closes(">", opener, "the type arguments")
        return args

    def type_or_pack(self) -> Type:
        """A type, or what may stand for several: `...T`, `T...`, `(A, B)`."""
        kind = self.kinds[self.i]
        if kind in ("...", NAME) and (tail := self.pack_tail()) is not None:
            return tail
        if kind == "(":
            start = self.i
            made = self.function_type(pack_allowed=True)
            return made if isinstance(made, TypeList) else self.type_suffix(made, start)
        return self.type()

    def pack_tail(self) -> Type | None:
        """`...T` or `T...`; None where neither stands."""
        at = self.i
        if self.kinds[at] == "...":
            self.i = at + 1
            inner = self.type()
            if self.kinds[self.i] == ":" and isinstance(inner, NamedType) and self.touches(at + 1):
                self.slip("unexpected `:` after `...`", "write `...Type`, without a name", language="TypeScript")
                self.i += 1
                inner = self.type()
            return VariadicType(self.starts[at], inner.end, inner)
        if self.kinds[at] == NAME and self.kinds[at + 1] == "...":
            self.i = at + 2
            return GenericPack(self.starts[at], self.ends[at + 1], self.texts[at])
        return None

    def return_type(self) -> Type:
        """What a function gives back: a type or a pack."""
        return self.type_or_pack()

    def function_type(self, *, pack_allowed: bool) -> Type:
        """`<T>(a: A, ...B) -> C`; without arrow a group `(A)` or, where allowed, a pack `(A, B)`."""
        start, depth = self.i, self.depth
        self.deeper()
        generics = self.generics() if self.kinds[start] == "<" else []
        opener = self.i
        if self.kinds[opener] != "(":
            self.problem(f"expected `(` to begin the parameters of a function type, got {self.shown()}")
            self.depth = depth
            return MissingType(self.starts[start], self.starts[start])
        params, named = self.type_list(opener)
        end = self.ends[self.i - 1]
        is_one = len(params.types) == 1 and params.tail is None and not named and not generics
        if self.kinds[self.i] == "->":
            self.i += 1
            returns = self.return_type()
            self.depth = depth
            return FunctionType(self.starts[start], returns.end, generics, params, returns)
        if self.kinds[self.i] == "=" and self.kinds[self.i + 1] == ">" and self.touches(self.i + 1):
            self.slip("expected `->` in a function type, got `=>`", "write `->`", language="TypeScript")
            self.i += 2
            returns = self.return_type()
            self.depth = depth
            return FunctionType(self.starts[start], returns.end, generics, params, returns)
        self.depth = depth
        if is_one:
            return GroupType(self.starts[start], end, params.types[0])
        if pack_allowed and not named and not generics:
            return params
        hint = "a function type needs what it returns: `-> ()` for nothing"
        message = f"expected `->` after the parameters of a function type, got {self.shown()}"
        self.problem(message, hint, at=self.before())
        return FunctionType(self.starts[start], end, generics, params, MissingType(end, end))

    def type_list(self, opener: int) -> tuple[TypeList, bool]:
        """`(a: A, B, ...C)` and whether a parameter has a name; the cursor is at `(`."""
        self.i += 1
        types: list[Type] = []
        tail: Type | None = None
        named = False
        while self.kinds[self.i] != ")":
            if self.kinds[self.i] == NAME and self.kinds[self.i + 1] == ":":
                named = True
                self.i += 2
                types.append(self.type())
            elif (tail := self.pack_tail()) is not None:
                break
            else:
                types.append(self.type())
            if self.kinds[self.i] != ",":
                break
            self.i += 1
            if self.kinds[self.i] == ")":
                self.slip("expected a type after `,`, got `)`", "remove the comma")
        self.closes(")", opener, "the list of types")
        return TypeList(self.starts[opener], self.ends[self.i - 1], types, tail), named

    def table_type(self) -> Type:
        """`{ name: T, [K]: V }` or `{ T }`; the cursor is at `{`."""
        opener, depth = self.i, self.depth
        self.deeper()
        self.i += 1
        properties: list[PropertyType] = []
        indexer: IndexerType | None = None
        hint = None
        while self.kinds[self.i] not in ("}", "<eof>"):
            before, access = self.i, self.access()
            if self.kinds[self.i] == "[":
                member = self.bracketed_member(access)
            elif self.kinds[self.i] == NAME and self.kinds[self.i + 1] == ":":
                member = self.named_member(access)
            elif not properties and indexer is None:
                inner = self.type()
                number = NamedType(inner.start, inner.start, None, "number", [])
                indexer = IndexerType(self.starts[before], inner.end, number, inner, access)
                hint = _PROPERTY if self.kinds[self.i] == "=" else "a list type has one type of entries: `{ Type }`"
                break
            elif self.broken_property():
                continue
            else:
                break
            if isinstance(member, PropertyType):
                properties.append(member)
            else:
                if indexer is not None:
                    self.note(member.start, member.end, "a table type has one indexer at most", None)
                indexer = member
            if self.kinds[self.i] in (",", ";"):
                self.i += 1
            elif self.kinds[self.i] == NAME and self.kinds[self.i + 1] == ":" and not self.panic:
                self.slip("expected `,` between two properties of a table type", "end the property before with a comma")
            else:
                break
        self.closes("}", opener, "the table type", hint)
        self.depth = depth
        return TableType(self.starts[opener], self.ends[self.i - 1], properties, indexer)

    def broken_property(self) -> bool:
        """What is no property: noted. True where it could be read over, up to the next one."""
        at = self.i
        after = self.kinds[at + 1]
        language, hint = None, _PROPERTY
        if self.kinds[at] == NAME and after == "?":
            language, hint = "TypeScript", "write an optional property as `name: Type?`"
        elif self.kinds[at] in (",", ";"):
            hint = "remove it"
        message = f"expected a property in a table type, got {self.shown()}"
        self.slip(message, hint, language=language)
        if self.kinds[at] in (",", ";"):
            self.i = at + 1
            return True
        if self.kinds[at] != NAME or self.line(at) != self.line(at + 1):
            self.panic = True
            return False
        last = self.last_on_line(at)
        while self.i <= last and self.kinds[self.i] not in (",", ";", "}", "{", "(", EOF):
            self.i += 1
        is_read = self.kinds[self.i] in (",", ";", "}")
        self.i += self.kinds[self.i] in (",", ";")
        self.panic = not is_read
        return is_read

    def access(self) -> str | None:
        """`read` or `write` before a member; both are names where a colon follows."""
        at = self.i
        if self.texts[at] in ("read", "write") and self.kinds[at + 1] != ":":
            self.i = at + 1
            return self.texts[at]
        return None

    def named_member(self, access: str | None) -> PropertyType:
        """`name: T`; the cursor is at the name."""
        at = self.i
        self.i = at + 2
        inner = self.type()
        return PropertyType(self.starts[at], inner.end, self.texts[at], inner, access)

    def bracketed_member(self, access: str | None) -> PropertyType | IndexerType:
        """`["name"]: T` or `[K]: V`; the cursor is at `[`."""
        opener = self.i
        self.i += 1
        key = self.type()
        self.closes("]", opener, "the key")
        if self.kinds[self.i] == "=":
            self.slip("expected `:` after the key of a table type, got `=`", "write `[Key]: Value`")
            self.i += 1
        else:
            self.expect(":", "after the key of a table type")
        inner = self.type()
        if isinstance(key, SingletonType) and key.text[0] in "\"'[":
            return PropertyType(self.starts[opener], inner.end, key.text.strip("\"'[]"), inner, access)
        return IndexerType(self.starts[opener], inner.end, key, inner, access)

    def generics(self, *, defaults: bool = False) -> list[GenericParameter]:
        """`<T, U...>`; of a type alias also `<T = A>`. The cursor is at `<`."""
        opener = self.i
        self.i += 1
        found: list[GenericParameter] = []
        has_pack = has_default = False
        while True:
            found.append(self.generic(has_pack, has_default, defaults=defaults))
            has_pack = has_pack or found[-1].is_pack
            has_default = has_default or found[-1].default is not None
            if self.kinds[self.i] != ",":
                break
            self.i += 1
            if self.kinds[self.i] == ">":
                self.slip("expected a type name after `,`, got `>`", "remove the comma")
                break
        self.closes(">", opener, "the generic parameters")
        return found

    def generic(self, has_pack: bool, has_default: bool, *, defaults: bool) -> GenericParameter:
        """One parameter, in order: types before packs, and defaults once begun go on."""
        at = self.i
        name, start, end = self.expect_name("the name of a type parameter")
        is_pack = self.kinds[self.i] == "..."
        if is_pack:
            self.i += 1
        elif has_pack:
            self.note(start, end, "generic types come before generic type packs", "put the type packs last")
        default: Type | None = None
        if defaults and self.kinds[self.i] == "=":
            self.i += 1
            default = self.type_or_pack() if is_pack else self.type()
        elif has_default:
            self.note(start, end, "expected a default type: a parameter before it has one", None)
        return GenericParameter(self.starts[at], self.ends[self.i - 1], name, is_pack, default)
