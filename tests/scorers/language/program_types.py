"""Random valid Luau type annotations, as lists of tokens."""

from dataclasses import dataclass

from hypothesis import strategies as st

TYPE_NAMES = ("number", "string", "boolean", "any", "unknown", "Player", "Instance", "Vector3")
_SINGLETONS = ("nil", "true", "false", '"on"', "'off'", "[[long]]")
_KEYS = ("id", "count", "read", "type", "owner")


def separated(groups: list[list[str]], separator: str) -> list[str]:
    """Join groups of tokens with a separator token."""
    tokens: list[str] = []
    for position, group in enumerate(groups):
        tokens += ([separator] if position else []) + group
    return tokens


@dataclass(slots=True)
class TypeWriter:
    """Draws types. `depth` bounds how deep they nest."""

    draw: st.DrawFn

    def pick(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def number(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def flag(self) -> bool:
        return self.draw(st.booleans())

    def type(self, depth: int) -> list[str]:
        """Any type. Unions and functions inside others come in parentheses, as the grammar wants."""
        kind = self.number(0, 5 if depth > 0 else 0)
        if kind == 1:
            return [*self.operand(depth - 1), "?"]
        if kind == 2:
            sign = self.pick("|", "&")
            lead = [sign] if self.flag() else []
            return lead + separated([self.operand(depth - 1) for _ in range(self.number(2, 3))], sign)
        if kind == 3:
            return self.function_type(depth - 1)
        return self.simple(depth)

    def operand(self, depth: int) -> list[str]:
        """A type that can stand in a union."""
        return ["(", *self.type(depth), ")"] if depth > 0 and self.flag() else self.simple(depth)

    def simple(self, depth: int) -> list[str]:
        kind = self.number(0, 6 if depth > 0 else 2)
        if kind == 1:
            return [self.pick(*_SINGLETONS)]
        if kind == 2:
            return [*self.pick("Enum.Material", "Module.Item").replace(".", " . ").split()]
        if kind == 3:
            return self.table_type(depth - 1)
        if kind == 4:
            return ["typeof", "(", "workspace", ".", "Map", ")"]
        if kind == 5:
            return [self.pick("Map", "List"), "<", *separated([self.argument(depth - 1) for _ in range(2)], ","), ">"]
        return [self.pick(*TYPE_NAMES)]

    def argument(self, depth: int) -> list[str]:
        """A type or a type pack between angle brackets."""
        kind = self.number(0, 4)
        if kind == 1:
            return ["...", *self.simple(depth)]
        if kind == 2:
            return self.pack(depth)
        return self.type(depth)

    def pack(self, depth: int) -> list[str]:
        """`()`, `(A, B)` or `(A, ...B)`; never one type alone, which would be a group."""
        members = [self.type(depth) for _ in range(self.pick_length())]
        if members and self.flag():
            members[-1] = ["...", *self.simple(depth)]
        return ["(", *separated(members, ","), ")"]

    def pick_length(self) -> int:
        return self.draw(st.sampled_from((0, 2, 3)))

    def table_type(self, depth: int) -> list[str]:
        if self.flag():
            return ["{", *self.type(depth), "}"]
        fields = [self.field(key, depth) for key in _KEYS[: self.number(0, 4)]]
        if self.flag():
            fields.append(["[", self.pick("string", "number", "Player"), "]", ":", *self.type(depth)])
        return ["{", *separated(fields, self.pick(",", ";")), "}"]

    def field(self, key: str, depth: int) -> list[str]:
        access = self.draw(st.sampled_from(((), ("read",), ("write",))))
        name = ["[", f'"{key} of it"', "]"] if self.number(0, 4) == 0 else [key]
        return [*access, *name, ":", *self.type(depth)]

    def function_type(self, depth: int) -> list[str]:
        named = self.flag()
        parameters = [[*([name, ":"] if named else []), *self.type(depth)] for name in ("a", "b")[: self.number(0, 2)]]
        if self.flag():
            parameters.append(["...", *self.simple(depth)])
        return ["(", *separated(parameters, ","), ")", "->", *self.result(depth)]

    def result(self, depth: int) -> list[str]:
        """What follows `->`, or the `:` after the parameters of a function."""
        kind = self.number(0, 3)
        if kind == 0:
            return self.pack(depth)
        if kind == 1:
            return ["...", *self.simple(depth)]
        return self.simple(depth)

    def generics(self) -> list[str]:
        """Nothing, or type parameters of a function: plain ones first, then packs."""
        return list(
            self.draw(st.sampled_from(((), (), ("<", "T", ">"), ("<", "T", ",", "U", "...", ">"), ("<", "A", "...", ">"))))
        )

    def alias_parameters(self, depth: int) -> list[str]:
        """Type parameters of an alias, which may have defaults."""
        kind = self.number(0, 3)
        if kind == 1:
            return ["<", "T", ",", "U", "=", *self.type(depth), ">"]
        if kind == 2:
            return ["<", "T", ",", "A", "...", "=", *self.pack(depth), ">"]
        return self.generics()
