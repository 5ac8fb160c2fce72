"""The one piece of code that a reply is asked for."""

from dataclasses import dataclass

from scorers.extraction.fences import Block
from scorers.extraction.reader import Reading, read
from scorers.extraction.unfenced import without_prose


@dataclass(frozen=True, slots=True)
class ExtractedCode:
    """The code of a reply. `truncated` says that the reply or its fence was not finished."""

    code: str
    fenced: bool
    truncated: bool


def extract_code(reply: str, *, finish_reason: str = "stop", strip_prose: bool = False) -> ExtractedCode:
    """Find the Luau code in `reply`, in linear time and without ever raising.

    `finish_reason` is the sampler's: all but `stop` mean that it was cut off. `strip_prose` leaves out what stands before and
    after unfenced code, line by line. It is for people's use: in training, a reply that does not compile is to be seen.
    """
    reading = read(reply)
    blocks = [block for segment in reading.segments for block in segment.blocks]
    truncated = finish_reason != "stop" or not reading.reasoning_ended or any(not block.closed for block in blocks)
    if blocks:
        return ExtractedCode(_best(reading).code, fenced=True, truncated=truncated)
    code = without_prose(reading.prose) if strip_prose else reading.prose
    return ExtractedCode(code, fenced=False, truncated=truncated)


def _best(reading: Reading) -> Block:
    """The block that speaks most for Luau, then the one after the most reasoning, then the longest."""
    ranked = ((block.preference, at, len(block.code), block) for at, s in enumerate(reading.segments) for block in s.blocks)
    return max(ranked, key=lambda row: row[:3])[3]
