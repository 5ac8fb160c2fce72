"""Idioms of other languages at the place of a syntax error, each with the Luau way to say it."""

from functools import cache
from typing import NamedTuple

from scorers.language.position import COLUMN_BITS
from scorers.language.tokens import EOF, NAME, NUMBER, STRING, Tokens


class Idiom(NamedTuple):
    """A pattern of words on one line and what to write instead.

    `^` before a word: first on its line; `$` after: last; `_` before: touches its predecessor.
    """

    words: tuple[str, ...]
    language: str
    hint: str


_BLOCK = "write `then`, `do` or a function body, closed by `end`"
_IDIOMS = (
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
    ("^finally", "Python/JavaScript", "write it after the pcall"),
    ("^with NAME", "Python", "Luau has no context managers: write the calls"),
    ("lambda NAME", "Python", "write `function(x) return ... end`"),
    ("lambda :", "Python", "write `function() return ... end`"),
    ("^pass$", "Python", "an empty block needs no word"),
    ("^raise NAME", "Python", "write `error(message)`"),
    ("^throw NAME", "JavaScript", "write `error(message)`"),
    ("^yield NAME", "Python", "write `coroutine.yield(value)`"),
    ("^del NAME", "Python", "assign nil to it"),
    ("^global NAME", "Python", "declare it with `local` outside the function"),
    ("^async", "Python/JavaScript", "every Luau function may yield"),
    ("is not NAME", "Python", "write `~=`"),
    ("is NAME", "Python", "write `==`"),
    ("not in", "Python", "write `not table.find(list, value)`"),
    ("is nil", "Python", "write `== nil`"),
    ("is not nil", "Python", "write `~= nil`"),
    ("for NAME in", "Python", "Luau has no comprehensions: write a loop"),
    ("f _STRING", "Python", "write `` `text {value}` ``"),
    ("STRING _STRING", "Python", "write `[[text]]` for a text of several lines"),
    ("* _*", "Python", "write `base ^ exponent`"),
    ("^let NAME", "JavaScript", "write `local name = value`"),
    ("^var NAME", "JavaScript", "write `local name = value`"),
    ("^export default", "JavaScript", "write `return value` at the end of the module"),
    ("new NAME", "JavaScript", "write `Type.new(...)`"),
    ("await NAME", "JavaScript", "a call that yields needs no word"),
    ("async function", "JavaScript", "every Luau function may yield"),
    ("= _>", "JavaScript", "write `function(x) return ... end`"),
    ("== _=", "JavaScript", "write `==`"),
    ("!= _=", "JavaScript", "write `~=`"),
    ("~= _=", "JavaScript", "write `~=`"),
    ("!=", "C/JavaScript", "write `~=`"),
    ("&&", "C/JavaScript", "write `and`"),
    ("||", "C/JavaScript", "write `or`"),
    ("!", "C/JavaScript", "write `not`"),
    ("+ _+", "C/JavaScript", "write `x += 1`"),
    (") {", "C/JavaScript", _BLOCK),
    ("else {", "C/JavaScript", "write `else ... end`"),
    ("} else", "C/JavaScript", "write `else ... end`"),
    ("do {", "C/JavaScript", "write `repeat ... until condition`"),
    ("^switch (", "C/JavaScript", "write `if ... elseif ... end` or index a table"),
    ("^case", "C/JavaScript", "write `elseif value == ... then`"),
    ("^default :", "C/JavaScript", "write `else`"),
    ("^//", "C/JavaScript", "write `-- comment`"),
    ("//", "C/JavaScript", "a comment begins with `--`"),
    ("/ _*", "C/JavaScript", "write `--[[ comment ]]`"),
    ("^#", "Python", "write `-- comment`"),
    ("^int NAME", "C", "write `local name: number = value`"),
    ("^float NAME", "C", "write `local name: number = value`"),
    ("^double NAME", "C", "write `local name: number = value`"),
    ("^bool NAME", "C", "write `local name: boolean = value`"),
    ("^string NAME", "C", "write `local name: string = value`"),
    ("^void NAME", "C", "write `local function name() ... end`"),
    ("^public NAME", "C", "Luau has no access words: `local` is private to its scope"),
    ("^private NAME", "C", "Luau has no access words: `local` is private to its scope"),
    ("^interface NAME", "TypeScript", "write `type Name = { ... }`"),
    ("^enum NAME", "TypeScript", "write a table of constants"),
    ("as NAME", "TypeScript", "write `value :: Type`"),
    ("[ _]", "TypeScript", "write `{ string }` for a list type"),
    ("< const >", "Lua 5.4", "write `const name = value`"),
    ("< close >", "Lua 5.4", "Luau has no variables that close themselves"),
    ("^goto NAME", "Lua 5.4", "use `continue`, `break` or a function"),
    (":: NAME ::", "Lua 5.4", "Luau has no labels"),
    (":$", "Python", "write `then` or `do`, closed by `end`"),
    ("< _<", "Lua 5.4/C", "write `bit32.lshift(a, b)`"),
    ("> _>", "Lua 5.4/C", "write `bit32.rshift(a, b)`"),
    ("&", "Lua 5.4/C", "write `bit32.band(a, b)`"),
    ("|", "Lua 5.4/C", "write `bit32.bor(a, b)`"),
    ("~", "Lua 5.4/C", "write `bit32.bnot(a)` or `bit32.bxor(a, b)`"),
    ("? :", "C/JavaScript", "write `if condition then a else b`"),
    ("? .", "JavaScript", "test for nil first: `x and x.y`"),
    ("? ?", "JavaScript", "write `value or default`"),
    ("? NAME", "C/JavaScript", "write `if condition then a else b`"),
    ("? NUMBER", "C/JavaScript", "write `if condition then a else b`"),
    ("? STRING", "C/JavaScript", "write `if condition then a else b`"),
    ("... NAME", "JavaScript", "write `table.unpack(list)`"),
    ("“", "word processor", 'write straight quotes: `"`'),
    ("”", "word processor", 'write straight quotes: `"`'),
    ("‘", "word processor", "write straight quotes: `'`"),
    ("’", "word processor", "write straight quotes: `'`"),
)
_CLASSES = {"NAME": NAME, "NUMBER": NUMBER, "STRING": STRING}
_LONGEST = 3


@cache
def _by_first_word() -> dict[str, list[Idiom]]:
    starts: dict[str, list[Idiom]] = {}
    for words, language, hint in _IDIOMS:
        idiom = Idiom(tuple(words.split()), language, hint)
        starts.setdefault(_bare(idiom.words[0]), []).append(idiom)
    for found in starts.values():
        found.sort(key=lambda idiom: -len(idiom.words))
    return starts


def explain(tokens: Tokens, at: int) -> Idiom | None:
    """The idiom that token `at` is part of, None where it looks like none."""
    for begin in range(at, max(-1, at - _LONGEST), -1):
        for idiom in _at(tokens, begin):
            if begin + len(idiom.words) > at:
                return idiom
    return None


def explain_near(tokens: Tokens, first: int, last: int) -> Idiom | None:
    """The first idiom that begins between two tokens."""
    for begin in range(first, min(last + 1, first + 50)):
        for idiom in _at(tokens, begin):
            return idiom
    return None


def _at(tokens: Tokens, begin: int) -> list[Idiom]:
    """The idioms that begin at a token, longest first."""
    starts = _by_first_word()
    kind = tokens.kinds[begin]
    if kind == EOF:
        return []
    text = tokens.texts[begin]
    classes = {NAME: "NAME", NUMBER: "NUMBER", STRING: "STRING"}.get(kind, "")
    candidates = (*starts.get(text, ()), *starts.get(text[:1], ()), *starts.get(classes, ())) if text else ()
    return [idiom for idiom in candidates if _matches(tokens, begin, idiom.words)]


def _bare(word: str) -> str:
    return word.removeprefix("^").removeprefix("_").removesuffix("$") or word


def _matches(tokens: Tokens, begin: int, words: tuple[str, ...]) -> bool:
    for at, word in enumerate(words, begin):
        bare = _bare(word)
        text = tokens.texts[at] if at < len(tokens.texts) else ""
        is_quote = bare in "“”‘’" and text.startswith(bare)
        if text != bare and not is_quote and (at >= len(tokens.kinds) or tokens.kinds[at] != _CLASSES.get(bare)):
            return False
        if word.startswith("_") and tokens.ends[at - 1] != tokens.starts[at]:
            return False
        if at > begin and not _same_line(tokens, at - 1, at):
            return False
        if word.startswith("^") and at and _same_line(tokens, at - 1, at):
            return False
        if word.endswith("$") and _same_line(tokens, at, at + 1):
            return False
    return True


def _same_line(tokens: Tokens, first: int, second: int) -> bool:
    if second >= len(tokens.kinds) or tokens.kinds[second] == EOF:
        return False
    return tokens.ends[first] >> COLUMN_BITS == tokens.starts[second] >> COLUMN_BITS
