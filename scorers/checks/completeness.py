"""Checks of the quality scorer: comments that stand where code should."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from scorers.checks.check import ERROR, QUALITY, WARNING, Finding, check
from scorers.language.position import COLUMN_BITS, line_of
from scorers.language.tokens import Comment
from scorers.language.unit import Unit

_CODE = r"(?:code|logic|implementation|functionality|script|functions?|methods?)"
_PLACEHOLDER = re.compile(
    rf"\byour (?:own |custom |game |actual )?{_CODE}(?: (?:goes |comes )?here\b|$)"
    rf"|\b{_CODE} (?:goes|comes) here\b"
    rf"|\b(?:add|put|insert|write|place|fill in) (?:\w+ ){{0,3}}{_CODE} here\b"
    r"|^(?:to ?do|fixme)\b\W*(?:implement|write|add|finish|complete|fill)\b"
    r"|^implement (?:this|me|here)\b|^implementation(?: goes)?(?: here)?$"
    rf"|^(?:this is )?(?:just )?an? (?:placeholder|stub)$|\b(?:placeholder|stub) (?:for (?:the )?(?:actual|real) )?{_CODE}\b"
    r"|\bnot (?:yet )?implemented\b(?: yet)?[.!]?$|\b(?:needs?|has|have|still) to be implemented\b",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\b(?:TODO|FIXME)\b|^(?:implement|add code|fill in)\b", re.IGNORECASE)
_DOTS = r"(?:\.{3,}|\u2026)"
_LEFT_OUT = (
    r"(?:unchanged|omitted|elided|left out|stays? the same|remains? (?:the same|unchanged)|as before|same as (?:before|above))"
)
_PARTS = rf"(?:{_CODE}|file|module|class|program|handlers?|events?|logic|setup|checks?|cases)"
_ELISION = re.compile(
    rf"^(?:the )?rest of (?:the |your |this )?(?:\w+ )?{_PARTS}"
    rf"(?: (?:goes |is |are )?(?:here|{_LEFT_OUT}|continues.*))?\W*$"
    rf"|^{_DOTS}\W*(?:the )?(?:rest|existing|other|same|remaining|more|previous|your|code|omitted|and so on)\b.*$"
    rf"|\b(?:existing|remaining|previous|other) {_CODE}\W*(?:{_DOTS}|(?:goes |is |are |remains? )?(?:here|{_LEFT_OUT}))"
    rf"|^\W*(?:existing|remaining|previous|other) {_PARTS}\W*(?:{_DOTS}|{_LEFT_OUT})\W*$"
    rf"|^\W*(?:keep (?:the )?)?(?:rest|everything else|{_PARTS})\W+(?:is |are )?{_LEFT_OUT}(?: for brevity)?\W*$"
    rf"|^\W*same as (?:before|above)\W*$|\b(?:omitted|shortened|removed|left out) for (?:brevity|clarity)\b",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"\W*(?:{_DOTS}|etc\.?|and so on\.?|snip)\W*", re.IGNORECASE)


class Remark(NamedTuple):
    """A comment with its text: without dashes, brackets and blanks around it."""

    comment: Comment
    text: str


def remarks(unit: Unit) -> list[Remark]:
    """The comments of a source that say something."""
    found: list[Remark] | None = unit.memo.get("remarks")
    if found is None:
        found = [Remark(comment, text) for comment in unit.comments if (text := _text(comment.text))]
        unit.memo["remarks"] = found
    return found


def is_placeholder(text: str) -> bool:
    """Whether a text says that code is to be written in its place."""
    return _PLACEHOLDER.search(text) is not None


def is_note(text: str) -> bool:
    """Whether a text notes work to do. A note beside code is ordinary; one instead of code is a placeholder."""
    return _NOTE.search(text) is not None


def _text(comment: str) -> str:
    if comment.startswith("--["):
        comment = re.sub(r"^--\[=*\[|\]=*\]$", "", comment)
    return comment.lstrip("-").strip(" \t\r\n!")


@check("placeholder", QUALITY, WARNING)
def placeholder(unit: Unit) -> Iterator[Finding]:
    """The comment asks the reader to write the code. What was asked for is missing.

    Bad:
        local function giveCoins(player, amount)
            -- add your logic here
            print(player, amount)
        end
    Good:
        local function giveCoins(player, amount)
            -- TODO: play a sound too
            player.leaderstats.Coins.Value += amount
        end
    Source: answers of language models; plain TODO notes in real code are no placeholders.
    """
    for comment, text in remarks(unit):
        if len(text) < 400 and is_placeholder(text) and not is_elision(unit, comment, text):
            yield Finding(comment.start, comment.end, "a placeholder stands for code", "write the code")


# One left-out part makes the answer useless, so the first finding alone takes 0.45.
@check("elision", QUALITY, ERROR, weight=0.9)
def elision(unit: Unit) -> Iterator[Finding]:
    """Part of the code is left out: what is here cannot be used as it is.

    Bad:
        local Shop = {}
        -- ... existing code ...
        function Shop.buy(player, item) return player, item end
        return Shop
    Good:
        local Shop = {}
        -- The rest of the stock is loaded when the shop opens.
        function Shop.buy(player, item) return player, item end
        return Shop
    Source: answers of language models.
    """
    for comment, text in remarks(unit):
        if is_elision(unit, comment, text):
            yield Finding(comment.start, comment.end, "code is left out here", "write the whole code")


def is_elision(unit: Unit, comment: Comment, text: str) -> bool:
    """Whether a comment stands for code that was left out."""
    if len(text) > 100 or "\n" in text:
        return False
    return _ELISION.search(text) is not None or (_ALONE.fullmatch(text) is not None and stands_alone(unit, comment))


def stands_alone(unit: Unit, comment: Comment) -> bool:
    """Whether nothing but the comment is on its first line."""
    start = unit.offset(comment.start)
    return not unit.source[unit.source.rfind("\n", 0, start) + 1 : start].strip()


def inner_remarks(unit: Unit, start: int, end: int) -> list[Remark]:
    """The comments between two positions."""
    found = remarks(unit)
    first = bisect_right(found, start, key=_place)
    return found[first : bisect_left(found, end, lo=first, key=_place)]


def remark_above(unit: Unit, line: int) -> Remark | None:
    """The last comment that begins above a line, where it ends directly above it."""
    found = remarks(unit)
    at = bisect_left(found, line << COLUMN_BITS, key=_place)
    return found[at - 1] if at and line_of(found[at - 1].comment.end) == line - 1 else None


def _place(remark: Remark) -> int:
    return remark.comment.start


def first_line(comment: Comment) -> int:
    """The line on which a comment begins, from 1."""
    return comment.start >> COLUMN_BITS
