"""The comment right above a function, as plain text."""

import textwrap

from scorers.language import Unit, parse
from scorers.language.position import line_of
from scorers.language.tokens import Comment

MIN_WORDS = 3
_MEMO = "comments on lines of their own"
KEPT = {"@param": "Parameter", "@return": "Returns", "@returns": "Returns", "@error": "Error:", "@yields": "It yields"}
"""Tags of moonwave and LDoc that tell what a function does. Lines with other tags are left out."""


def doc_comment(unit: Unit, place: int) -> str | None:
    """What the comments that end on the line above say; None where they say less than three words, or are code."""
    text = _plain([line for comment in _above(unit, line_of(place)) for line in _lines(comment.text)])
    words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
    return text if len(words) >= MIN_WORDS and not _is_code(text) else None


def _above(unit: Unit, line: int) -> list[Comment]:
    """Comments without a gap between them, each with its lines for itself."""
    if _MEMO not in unit.memo:
        taken = _code_lines(unit)
        unit.memo[_MEMO] = {line_of(comment.end): comment for comment in unit.comments if line_of(comment.start) not in taken}
    by_end: dict[int, Comment] = unit.memo[_MEMO]
    found: list[Comment] = []
    while (comment := by_end.get(line - 1)) is not None:
        found.insert(0, comment)
        line = line_of(comment.start)
    return found


def _code_lines(unit: Unit) -> set[int]:
    places = zip(unit.tokens.starts[:-1], unit.tokens.ends[:-1], strict=True)
    return {line for start, end in places for line in range(line_of(start), line_of(end) + 1)}


def _lines(comment: str) -> list[str]:
    """Without the dashes and brackets."""
    body = comment.removeprefix("--")
    level = len(body[1:]) - len(body[1:].lstrip("="))
    if body.startswith("[" + "=" * level + "["):
        inner = body[level + 2 :].removesuffix("]" + "=" * level + "]")
        first, _, rest = inner.partition("\n")
        return [first.strip("-= "), *textwrap.dedent(rest.expandtabs(4)).split("\n")]
    return [] if body.startswith("!") else [body.lstrip("-").removeprefix(" ").rstrip("-= ")]


def _plain(lines: list[str]) -> str:
    kept = []
    for line in lines:
        tag, _, rest = line.strip().partition(" ")
        if not tag.startswith("@"):
            kept.append(line.rstrip())
        elif tag in KEPT:
            kept.append(f"{KEPT[tag]} {rest.strip()}")
    return "\n".join(kept).strip()


def _is_code(text: str) -> bool:
    unit = parse(text)
    return not unit.errors and bool(unit.tree.statements)
