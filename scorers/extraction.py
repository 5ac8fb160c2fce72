"""Code out of a model's reply.

Choices made here:
- Of several fenced blocks the longest one tagged `luau` or `lua` is taken, else the longest without a tag, else the
  longest of any. Joining blocks would glue usage examples to the answer.
- A reply without a fence is code as a whole. Prose around it is not guessed away: it does not compile, and the model
  is to learn that.
- Reasoning never reaches the code. A trace whose end is missing swallows the rest of the reply, drafts included.
"""

import re
from dataclasses import dataclass

_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)\Z")
_GLUED_END = re.compile(r"(?P<code>.*\S)[ \t]*`{3,}[ \t]*\Z")
_END_OF_TURN = re.compile(r"<\|(?:im_end|im_start|endoftext|eot_id|end|end_of_text|eom_id)\|>|<end_of_turn>|</s>[ \t\n]*\Z")
_TRACE_OPENS = re.compile(r"^[ \t]*<think(?:ing)?>|\A[\s*#]*Thinking Process:", re.IGNORECASE | re.MULTILINE)
_TRACE_CLOSES = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_LUAU_TAGS = ("luau", "lua")


@dataclass(frozen=True, slots=True)
class ExtractedCode:
    """The code of a reply. `truncated` says that the reply or its fence was not finished."""

    code: str
    fenced: bool
    truncated: bool


@dataclass(frozen=True, slots=True)
class _Block:
    tag: str
    code: str
    closed: bool

    @property
    def rank(self) -> tuple[int, int]:
        preference = 2 if self.tag in _LUAU_TAGS else 1 if not self.tag else 0
        return preference, len(self.code)


def extract_code(reply: str, *, finish_reason: str = "stop") -> ExtractedCode:
    """Find the Luau code in `reply`. `finish_reason` is the sampler's: `length` means that it was cut off."""
    text = reply.replace("\r\n", "\n").replace("\r", "\n")
    text, trace_closed = _without_reasoning(_first_turn(text))
    blocks = _blocks(text)
    truncated = finish_reason == "length" or not trace_closed or any(not block.closed for block in blocks)
    if not blocks:
        return ExtractedCode(text.strip(), fenced=False, truncated=truncated)
    best = max(blocks, key=lambda block: block.rank)
    return ExtractedCode(best.code, fenced=True, truncated=truncated)


def _first_turn(text: str) -> str:
    end = _END_OF_TURN.search(text)
    return text if end is None else text[: end.start()]


def _without_reasoning(text: str) -> tuple[str, bool]:
    """The text after the reasoning, and whether the reasoning came to its end.

    A closing mark alone counts as well: many chat templates put the opening one into the prompt.
    """
    closings = list(_TRACE_CLOSES.finditer(text))
    if closings:
        text = text[closings[-1].end() :]
    unclosed = _TRACE_OPENS.search(text)
    if unclosed is None or "```" in text[: unclosed.start()]:
        return text, True
    return text[: unclosed.start()], False


def _blocks(text: str) -> list[_Block]:
    """All fenced blocks, in order. The last one may be unclosed."""
    blocks: list[_Block] = []
    opening: re.Match[str] | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if opening is None:
            opening, lines = fence, []
        elif fence is not None and _closes(fence, opening):
            blocks.append(_block(opening, lines, closed=True))
            opening = None
        elif opening["marks"][0] == "`" and (glued := _GLUED_END.match(line)):
            blocks.append(_block(opening, [*lines, glued["code"]], closed=True))
            opening = None
        else:
            lines.append(line)
    if opening is not None:
        blocks.append(_block(opening, lines, closed=False))
    return blocks


def _closes(fence: re.Match[str], opening: re.Match[str]) -> bool:
    same_kind = fence["marks"][0] == opening["marks"][0]
    return same_kind and len(fence["marks"]) >= len(opening["marks"]) and not fence["info"].strip()


def _block(opening: re.Match[str], lines: list[str], *, closed: bool) -> _Block:
    info = opening["info"].split()
    indent = opening["indent"]
    code = "\n".join(line.removeprefix(indent) for line in lines).strip("\n").rstrip()
    return _Block(info[0].lower() if info else "", code, closed)
