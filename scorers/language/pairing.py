"""Which word closes which block, and where the mistake is when they do not match.

A missing `end` is noticed only where the file stops. Indentation tells where it was forgotten: the first line that stands
no deeper than the block it is in.
"""

from scorers.language.cursor import Cursor
from scorers.language.position import COLUMN_MASK
from scorers.language.tokens import EOF

_CONTINUES = frozenset(("end", "else", "elseif", "until", "then", "do", ")", "}", "]", EOF))


class Pairing:
    """The pairs that were closed so far. They are looked at only when one fails."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._pairs: list[tuple[int, int]] = []
        self._else_ifs: set[int] = set()
        self._misspelt: list[int] = []

    def else_if(self, at: int) -> None:
        """`else` at token `at` is followed by an `if` on its line: legal, and one `end` more than many writers think."""
        self._else_ifs.add(at + 1)

    def misspelt_function(self, at: int) -> None:
        """Token `at` reads like `function` and begins a legal statement; its `end` will have no block."""
        self._misspelt.append(at)

    def close(self, kind: str, opener: int, what: str) -> None:
        """Take `kind`, which closes the block that token `opener` began; note its absence where it was forgotten."""
        cursor = self._cursor
        at = cursor.i
        if cursor.kinds[at] == kind:
            self._pairs.append((opener, at))
            cursor.i = at + 1
            return
        if cursor.blamed == at or cursor.panic or cursor.is_cut():
            cursor.problem("")  # the blocks around it stay open for the same reason
            return
        if mistaken := self._mistaken_else_if():
            hint = "write `elseif`: `else if` begins a block of its own and needs an `end` more"
            message = f"expected `end` to close `if` on line {cursor.line(mistaken)}"
            cursor.problem(message, hint, at=mistaken - 1, language="C/JavaScript")
            return
        suspect, place = self._forgotten(opener)
        named = what if suspect == opener else f"`{cursor.texts[suspect]}`"
        opener = suspect
        where = f"{named} on line {cursor.line(opener)}"
        word = "until" if cursor.kinds[opener] == "repeat" else "end"
        hint = "a `repeat` ends with `until condition`" if word == "until" else f"add `{word}` before this line"
        cursor.problem(f"expected `{word}` to close {where}, got {cursor.shown()}", hint, at=place)
        if word == "until" and cursor.kinds[at] == "end" and cursor.indent(at) == cursor.indent(opener):
            cursor.panic = False
            cursor.i = at + 1

    def unexpected(self, at: int) -> None:
        """Note a word that closes nothing, at the word before it that closed a block too early if there is one."""
        cursor = self._cursor
        word = cursor.kinds[at]
        place = at
        if word == "closing bracket":
            return
        if self._misspelt:
            place = self._misspelt.pop(0)
            cursor.problem(f"expected `=` after `local {cursor.texts[place]}`", "did you mean `function`?", at=place)
            return
        for opener, closer in self._pairs:
            too_deep = cursor.starts[closer] & COLUMN_MASK > cursor.indent(opener)
            if too_deep and cursor.is_first_on_line(closer) and cursor.line(opener) != cursor.line(closer):
                place = closer
                break
        hint = f"remove it, or begin the block that it closes: `{word}` on line {cursor.line(at)} has none"
        cursor.problem(f"unexpected `{word}`: no block is open here", hint, at=place)

    def belongs(self, at: int, opener: int) -> bool:
        """Whether the word at token `at` stands as deep as the one at `opener`, so that both are parts of one statement."""
        return self._cursor.indent(at) == self._cursor.indent(opener)

    def _mistaken_else_if(self) -> int | None:
        """The `if` of an `else if` whose `end` stands where that of the outer `if` should."""
        cursor = self._cursor
        for opener, closer in self._pairs:
            if opener in self._else_ifs and cursor.starts[closer] & COLUMN_MASK == cursor.indent(opener):
                return opener
        return None

    def _forgotten(self, opener: int) -> tuple[int, int]:
        """The block that lacks its end, and the token before which it should stand."""
        cursor = self._cursor
        for begun, closer in [*self._pairs, (opener, cursor.i)]:
            is_suspect = cursor.starts[closer] & COLUMN_MASK < cursor.indent(begun) and cursor.is_first_on_line(closer)
            if not is_suspect and begun != opener:
                continue
            if (place := self._dedent(begun, closer)) is not None:
                return begun, place
        return opener, cursor.i - 1 if cursor.kinds[cursor.i] == EOF else cursor.i

    def _dedent(self, opener: int, closer: int) -> int | None:
        """The first token up to `closer` that begins a line no deeper than the block's; None where the code has no indent."""
        cursor = self._cursor
        indent = cursor.indent(opener)
        is_indented = False
        for at in range(opener + 1, closer + 1):
            if not cursor.is_first_on_line(at) or cursor.line(at) == cursor.line(opener):
                continue
            if cursor.starts[at] & COLUMN_MASK > indent:
                is_indented = True
            elif not is_indented:
                return None
            elif cursor.kinds[at] not in _CONTINUES or (at == closer and cursor.kinds[at] != EOF):
                return at
        return None
