"""Is a reply fit to learn from, as far as its code goes? The reply is read and never changed."""

from dataclasses import dataclass

from scorers.extraction.fences import Block
from scorers.extraction.reader import read
from scorers.language import parse

MIN_CODE_LINES = 5
"""Lines of Luau that are not blank which a reply must have in its fences, comments counted."""

ACCEPT, NO_CODE, WRONG_LANGUAGE = "accept", "no_code", "wrong_language"
UNCLOSED, DOES_NOT_COMPILE, TOO_LITTLE_CODE = "unclosed_fence", "does_not_compile", "too_little_code"


@dataclass(frozen=True, slots=True)
class ReplyCheck:
    """What was found in the fences of a reply.

    `verdict` is accept, or the first reason against it: no_code (no fence), wrong_language (no Luau in the fences),
    unclosed_fence, does_not_compile, too_little_code.
    """

    verdict: str
    blocks: int
    code_lines: int


def verify_reply(reply: str) -> ReplyCheck:
    """Check every Luau block of `reply` by the own parser. Never raises."""
    fenced = [block for segment in read(reply).segments for block in segment.blocks]
    blocks = [block for block in fenced if block.preference == 2] or [block for block in fenced if block.preference == 1]
    lines = sum(bool(line.strip()) for block in blocks for line in block.code.split("\n"))
    return ReplyCheck(_verdict(fenced, blocks, lines), len(blocks), lines)


def _verdict(fenced: list[Block], blocks: list[Block], lines: int) -> str:
    if not fenced:
        return NO_CODE
    if not blocks:
        return WRONG_LANGUAGE
    if not all(block.closed for block in blocks):
        return UNCLOSED
    if any(parse(block.code).errors for block in blocks):
        return DOES_NOT_COMPILE
    return TOO_LITTLE_CODE if lines < MIN_CODE_LINES else ACCEPT
