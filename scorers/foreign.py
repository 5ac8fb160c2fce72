"""Idioms of other languages, found on tokens, each with the Luau way to say it.

`in_rejected` explains code that the compiler refuses. `in_accepted` finds the few idioms that are legal Luau and still
wrong: names such as `None` that are nil here, and two statements that were meant as one expression.
"""

from collections.abc import Iterator
from typing import NamedTuple

from scorers.blocks import Outline
from scorers.diagnostics import Diagnostic, Severity, rule_table
from scorers.lexer import Kind

RULES = rule_table(
    "syntax",
    (
        ("syntax-error", Severity.ERROR, 1.0),
        ("foreign-idiom", Severity.ERROR, 0.0),
        ("foreign-literal", Severity.WARNING, 0.2),
        ("foreign-keyword", Severity.WARNING, 0.2),
    ),
)


class _Pattern(NamedTuple):
    """Words on one line. `^` before a word: first on its line; `$` after: last; `_` before: touches its predecessor."""

    words: tuple[str, ...]
    language: str
    hint: str
    near: bool  # also ordinary Luau elsewhere: counts only next to the line of the compiler's error


def _patterns() -> Iterator[_Pattern]:
    rows = (
        ("^def NAME", "Python", "write `local function name(...) ... end`"),
        ("^elif", "Python", "write `elseif condition then`"),
        ("^elsif", "Ruby", "write `elseif condition then`"),
        ("^class NAME", "Python/JavaScript", "Luau has tables and setmetatable instead of classes"),
        ("^import NAME", "Python/JavaScript", "write `local module = require(path)`"),
        ("^import {", "JavaScript", "write `local module = require(path)`"),
        ("^from NAME", "Python", "write `local module = require(path)`"),
        ("^try :", "Python", "write `local ok, result = pcall(function() ... end)`"),
        ("try {", "JavaScript", "write `local ok, result = pcall(function() ... end)`"),
        ("^except", "Python", "test the first result of pcall"),
        ("catch (", "JavaScript", "test the first result of pcall"),
        ("lambda NAME", "Python", "write `function(x) return ... end`"),
        ("^pass$", "Python", "an empty block needs no word"),
        ("^raise NAME", "Python", "write `error(message)`"),
        ("^throw NAME", "JavaScript", "write `error(message)`"),
        ("is not NAME", "Python", "write `~=`"),
        ("is NAME", "Python", "write `==`"),
        ("not in", "Python", "write `not table.find(list, value)`"),
        ("None", "Python", "write `nil`"),
        ("True", "Python", "write `true`"),
        ("False", "Python", "write `false`"),
        ("f _STRING", "Python", "write `` `text {value}` ``"),
        ("STRING _STRING", "Python", "write `[[text]]` for a text of several lines"),
        ("* _*", "Python", "write `base ^ exponent`"),
        ("null", "JavaScript", "write `nil`"),
        ("undefined", "JavaScript", "write `nil`"),
        ("let NAME", "JavaScript", "write `local name = value`"),
        ("var NAME", "JavaScript", "write `local name = value`"),
        ("new NAME", "JavaScript", "write `Type.new(...)`"),
        ("await NAME", "JavaScript", "a call that yields needs no word"),
        ("async function", "JavaScript", "every Luau function may yield"),
        ("= _>", "JavaScript", "write `function(x) return ... end`"),
        ("== _=", "JavaScript", "write `==`"),
        ("!= _=", "JavaScript", "write `~=`"),
        ("!=", "C/JavaScript", "write `~=`"),
        ("& _&", "C/JavaScript", "write `and`"),
        ("| _|", "C/JavaScript", "write `or`"),
        ("!", "C/JavaScript", "write `not`"),
        ("+ _+", "C/JavaScript", "write `x += 1`"),
        (") {$", "C/JavaScript", "write `then`, `do` or a function body, closed by `end`"),
        (") { return", "C/JavaScript", "write `then`, `do` or a function body, closed by `end`"),
        ("else {$", "C/JavaScript", "write `else ... end`"),
        ("} else", "C/JavaScript", "write `else ... end`"),
        ("switch (", "C/JavaScript", "write `if ... elseif ... end` or index a table"),
        ("^//", "C/JavaScript", "write `-- comment`"),
        ("/ _*", "C/JavaScript", "write `--[[ comment ]]`"),
        ("^int NAME =", "C", "write `local name: number = value`"),
        ("^float NAME =", "C", "write `local name: number = value`"),
        ("^void NAME (", "C", "write `local function name() ... end`"),
        ("^interface NAME {", "TypeScript", "write `type Name = { ... }`"),
        ("^enum NAME {", "TypeScript", "write a table of constants"),
        ("NAME as NAME", "TypeScript", "write `value :: Type`"),
        ("string _[ _]", "TypeScript", "write `{ string }`"),
        ("number _[ _]", "TypeScript", "write `{ number }`"),
        ("< const >", "Lua 5.4", "Luau has no attributes on locals"),
        ("< close >", "Lua 5.4", "Luau has no attributes on locals"),
        ("^goto NAME", "Lua 5.4", "use `continue`, `break` or a function"),
        ("^:: NAME ::", "Lua 5.4", "Luau has no labels"),
    )
    near_rows = (
        ("^#", "Python", "write `-- comment`"),
        (":$", "Python", "write `then` or `do`, closed by `end`"),
        ("< _<", "Lua 5.4/C", "write `bit32.lshift(a, b)`"),
        ("> _>", "Lua 5.4/C", "write `bit32.rshift(a, b)`"),
        ("&", "Lua 5.4/C", "write `bit32.band(a, b)`"),
        ("|", "Lua 5.4/C", "write `bit32.bor(a, b)`"),
        ("~", "Lua 5.4/C", "write `bit32.bnot(a)` or `bit32.bxor(a, b)`"),
        ("? NAME", "C/JavaScript", "write `if condition then a else b`"),
        ("? NUMBER", "C/JavaScript", "write `if condition then a else b`"),
        ("? STRING", "C/JavaScript", "write `if condition then a else b`"),
    )
    for near, table in ((False, rows), (True, near_rows)):
        for text, language, hint in table:
            yield _Pattern(tuple(text.split()), language, hint, near)


_PATTERNS = tuple(_patterns())
_CLASSES = {"NAME": Kind.NAME, "NUMBER": Kind.NUMBER, "STRING": Kind.STRING}
_TYPE_OPERATORS = frozenset({"|", "&", "->", "?"})
_LITERALS = {"None": "nil", "null": "nil", "undefined": "nil", "True": "true", "False": "false"}


def in_rejected(out: Outline, error_line: int | None) -> Iterator[Diagnostic]:
    """Foreign idioms in code that does not compile, at most one for each token."""
    taken: set[int] = set()
    starts = _starts()
    for index, token in enumerate(out.code):
        for pattern in (*starts.get(token.text, ()), *starts.get(token.kind.value.upper(), ())):
            far = pattern.near and error_line is not None and abs(token.line - error_line) > 1
            span = range(index, index + len(pattern.words))
            if far or not taken.isdisjoint(span) or not _matches(out, index, pattern.words):
                continue
            taken.update(span)
            shown = " ".join(out.texts[index : index + len(pattern.words)])
            yield RULES["foreign-idiom"].at(token, f"`{shown}` is {pattern.language}", pattern.hint)
    yield from _decrements(out)


def in_accepted(out: Outline) -> Iterator[Diagnostic]:
    """Foreign idioms that are legal Luau but do not mean what they say."""
    for name, luau in _LITERALS.items():
        uses = out.global_uses(name)
        if any(out.text(i + 1) == "=" or out.text(i - 1) in ("function", "type") for i in uses):
            continue
        for index in uses:
            if _TYPE_OPERATORS & {out.text(index - 1), out.text(index + 1)}:
                continue  # a type, which the compiler does not resolve
            message = f"`{name}` is an undefined variable here"
            yield RULES["foreign-literal"].at(out.code[index], message, f"write `{luau}`")
    for word, hint in (("new", "write `Type.new(...)`"), ("await", "a call that yields needs no word")):
        for index in out.global_uses(word):
            if out.kind(index + 1) is Kind.NAME and out.same_line(index, index + 1):
                yield RULES["foreign-keyword"].at(out.code[index], f"`{word}` is an undefined variable here", hint)
    yield from _foreign_strings(out)


def _foreign_strings(out: Outline) -> Iterator[Diagnostic]:
    for index in out.global_uses("f"):
        if out.kind(index + 1) is Kind.STRING and out.code[index].end == out.code[index + 1].start:
            hint = "write `` `text {value}` ``"
            yield RULES["foreign-keyword"].at(out.code[index], "`f` before a string calls a function f", hint)
    for token in out.code:
        if token.kind in (Kind.INTERP_BEGIN, Kind.INTERP_MID) and token.text.endswith("${"):
            yield RULES["foreign-keyword"].at(token, "`$` stays in the text", "write `{value}` without the dollar sign")


def _decrements(out: Outline) -> Iterator[Diagnostic]:
    """`i--` is the name `i` and a comment: a statement of one name on a line of its own."""
    comment_at = {comment.start: comment for comment in out.comments}
    for index, token in enumerate(out.code):
        comment = comment_at.get(token.end)
        first = not out.same_line(index - 1, index)
        if token.kind is Kind.NAME and first and comment and comment.text.rstrip() in ("--", "--;"):
            yield RULES["foreign-idiom"].at(token, f"`{token.text}--` is C/JavaScript", "write `x -= 1`")


def _starts() -> dict[str, list[_Pattern]]:
    starts: dict[str, list[_Pattern]] = {}
    for pattern in _PATTERNS:
        starts.setdefault(_bare(pattern.words[0]), []).append(pattern)
    return starts


def _bare(word: str) -> str:
    return word.removeprefix("^").removeprefix("_").removesuffix("$") or word


def _matches(out: Outline, index: int, words: tuple[str, ...]) -> bool:
    for at, word in enumerate(words, index):
        if at >= len(out.code) or (at > index and not out.same_line(at - 1, at)):
            return False
        token, bare = out.code[at], _bare(word)
        if token.text != bare and token.kind is not _CLASSES.get(bare):
            return False
        if word.startswith("_") and out.code[at - 1].end != token.start:
            return False
        if word.startswith("^") and out.same_line(at - 1, at):
            return False
        if word.endswith("$") and out.same_line(at, at + 1):
            return False
    return not (len(words) == 1 and out.is_field(index) and words[0].isidentifier())
