"""Random valid Luau programs: `programs()` for hypothesis.

Drawn from the grammar, with the compiler's own rules kept: `break` and `continue` only in loops, `...` only in functions
that have it, no assignment to a `const`, generics before packs. Between tokens stands drawn layout: blanks, newlines and
comments, wherever the grammar lets them be.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import strategies as st

from tests.scorers.language.program_expressions import NAMES, SAME_LINE, ExpressionWriter
from tests.scorers.language.program_types import separated

_COMPOUND = ("+=", "-=", "*=", "/=", "//=", "%=", "^=", "..=")
_GAPS = (" ", "\n", "\t", "  ", "\n\n", " -- note\n", " --[[ block ]] ", " --[==[ ]]\n ]==] ", "\r\n", "\n\t-- don't (\n")
_SAME_LINE_GAPS = (" ", "", "\t", " --[[ here ]] ")
_TIGHT = frozenset(",;(){}")


class ProgramWriter(ExpressionWriter):
    """Draws blocks of statements."""

    constants = 0

    def block(self, depth: int) -> list[str]:
        tokens: list[str] = []
        for _ in range(self.number(0, 3)):
            statement = self.statement(depth)
            # A statement that begins with a parenthesis would continue the one before it.
            tokens += [";"] if tokens and tokens[-1] != ";" and statement[0] == "(" else []
            tokens += statement + ([";"] if self.number(0, 5) == 0 else [])
        return tokens + self.last_statement(depth)

    def last_statement(self, depth: int) -> list[str]:
        kind = self.number(0, 4)
        if kind == 0:
            values = separated([self.expression(depth) for _ in range(self.number(0, 2))], ",")
            return ["return", *values, *([";"] if self.flag() else [])]
        if kind == 1 and self.frames[-1].loop:
            return [self.pick(*self.frames[-1].loop)]
        return []

    def statement(self, depth: int) -> list[str]:
        if depth <= 0:
            return self.simple_statement(depth)
        writers = (
            self.simple_statement,
            self.conditional,
            self.loop,
            self.function,
            self.alias,
            self.simple_statement,
        )
        return writers[self.number(0, len(writers) - 1)](depth - 1)

    def simple_statement(self, depth: int) -> list[str]:
        kind = self.number(0, 5)
        if kind == 0:
            return self.prefix(depth, "call")
        if kind == 1:
            return [*self.target(depth), self.pick(*_COMPOUND), *self.expression(depth)]
        if kind == 2:
            targets = [self.target(depth) for _ in range(self.number(1, 2))]
            return [*separated(targets, ","), "=", *self.values(depth)]
        if kind == 3 and self.modern:
            self.constants += 1
            return ["const", f"LIMIT_{self.constants}", *self.annotation(depth), "=", *self.expression(depth)]
        names = separated([[self.pick(*NAMES), *self.annotation(depth)] for _ in range(self.number(1, 2))], ",")
        return ["local", *names, *(["=", *self.values(depth)] if self.flag() else [])]

    def annotation(self, depth: int) -> list[str]:
        return [":", *self.type(depth)] if self.flag() else []

    def values(self, depth: int) -> list[str]:
        return separated([self.expression(depth) for _ in range(self.number(1, 2))], ",")

    def target(self, depth: int) -> list[str]:
        return [self.pick(*NAMES)] if self.flag() else self.prefix(depth, "index")

    def conditional(self, depth: int) -> list[str]:
        if self.number(0, 3) == 0:
            return ["do", *self.block(depth), "end"]
        tokens = ["if", *self.expression(depth), "then", *self.block(depth)]
        if self.flag():
            tokens += ["elseif", *self.expression(depth), "then", *self.block(depth)]
        if self.flag():
            tokens += ["else", *self.block(depth)]
        return [*tokens, "end"]

    def loop(self, depth: int) -> list[str]:
        kind = self.number(0, 3)
        if kind == 0:
            # `continue` may not jump over a local that the condition uses.
            return ["repeat", *self.loop_block(depth, "break"), "until", *self.expression(depth)]
        if kind == 1:
            head = ["while", *self.expression(depth)]
        elif kind == 2:
            steps = separated([self.expression(depth) for _ in range(self.number(2, 3))], ",")
            head = ["for", self.pick(*NAMES), *self.annotation(depth), "=", *steps]
        else:
            names = separated([[self.pick(*NAMES), *self.annotation(depth)] for _ in range(self.number(1, 2))], ",")
            head = ["for", *names, "in", *self.values(depth)]
        return [*head, "do", *self.loop_block(depth, "break", "continue"), "end"]

    def loop_block(self, depth: int, *exits: str) -> list[str]:
        with self._inside_loop(exits):
            return self.block(depth)

    @contextmanager
    def _inside_loop(self, exits: tuple[str, ...]) -> Iterator[None]:
        frame = self.frames[-1]
        outer, frame.loop = frame.loop, exits
        yield
        frame.loop = outer

    def function(self, depth: int) -> list[str]:
        kind = self.number(0, 3 if self.modern else 2)
        if kind == 0:
            head = ["local", "function", self.pick(*NAMES)]
        elif kind == 3:
            self.constants += 1
            head = ["const", "function", f"LIMIT_{self.constants}"]
        else:
            head = ["function", self.pick(*NAMES), *self.pick(". new", ". Util . run", ": Connect", "").split()]
        return [*self.attributes(), *head, *self.function_body(depth, first="self")]

    def alias(self, depth: int) -> list[str]:
        export = ["export"] if len(self.frames) == 1 and self.flag() else []
        if self.number(0, 5) == 0:
            return [*export, "type", "function", "Make", "(", "t", ")", "return", "t", "end"]
        return [*export, "type", self.pick("Item", "Slot"), *self.alias_parameters(depth), "=", *self.type(depth)]


def _layout(tokens: list[str], noise: list[int]) -> str:
    """Put gaps between the tokens: plain blanks, or those that `noise` picks, in turn."""
    pieces: list[str] = []
    glued = False
    for position, token in enumerate(tokens):
        if token == SAME_LINE:
            glued = True
            continue
        choice = noise[position % len(noise)] if noise else 0
        if pieces:
            pieces.append(_gap(pieces[-1], token, choice, glued))
        pieces.append(token)
        glued = False
    return "".join(pieces) + "\n"


def _gap(before: str, after: str, choice: int, glued: bool) -> str:
    if glued:
        return _SAME_LINE_GAPS[choice % len(_SAME_LINE_GAPS)]
    if choice == len(_GAPS):
        return "" if before in _TIGHT or after in _TIGHT else " "
    return _GAPS[choice]


@st.composite
def programs(draw: st.DrawFn, *, modern: bool = True, depth: int = 3) -> str:
    """A program that the compiler accepts. Without `modern`, only syntax that Luau 0.686 knows."""
    writer = ProgramWriter(draw, modern=modern)
    tokens = writer.block(depth)
    noise = draw(st.lists(st.integers(0, len(_GAPS)), max_size=12))
    return _layout(tokens, noise)
