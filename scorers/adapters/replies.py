"""From a model's reply, in whatever shape a framework hands it over, to its score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scorers.extraction import ExtractedCode, extract_code
from scorers.replies import WRONG_LANGUAGE, verify_reply
from scorers.report import ScoreReport
from scorers.score import score

_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class ScoredReply:
    """The code found in a reply and the report on it."""

    extracted: ExtractedCode
    report: ScoreReport


def score_reply(reply: str | Sequence[Any], *, finish_reason: str = "stop") -> ScoredReply:
    """Score the code in a reply: 0 everywhere where all of it is in another language.

    `finish_reason` is the sampler's: `length` means that the reply was cut off.

    Raises what `reply_text` and `scorers.score` raise.
    """
    text = reply_text(reply)
    extracted = extract_code(text, finish_reason=finish_reason)
    is_luau = verify_reply(text).verdict != WRONG_LANGUAGE
    return ScoredReply(extracted, _report(extracted.code if is_luau else ""))


def reply_text(reply: str | Sequence[Any]) -> str:
    """What the model said last: the text itself, or that of the last assistant message of a chat.

    Messages are mappings or objects with `role` and `content`; the content is a text, None, or a list of parts, of
    which those with a text count. A chat without an assistant message, or one that ends in a bare tool call, gives "".

    Raises:
        TypeError: `reply` is neither a text nor a sequence.
    """
    if isinstance(reply, str):
        return reply
    if not isinstance(reply, Sequence):
        raise TypeError(f"a reply is a text or a list of messages, not {type(reply).__name__}")
    last = next((message for message in reversed(reply) if _field(message, "role") == "assistant"), None)
    return "" if last is None else _content_text(_field(last, "content"))


def _content_text(content: Any) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    # A fence has to begin its own line.
    return "\n".join(part if isinstance(part, str) else _part_text(part) for part in content)


def _part_text(part: Any) -> str:
    """The text of a content part; "" for pictures and for reasoning."""
    return _field(part, "text") or "" if _field(part, "type") == "text" else ""


def _field(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name, None)


@lru_cache(maxsize=_REMEMBERED)
def _report(code: str) -> ScoreReport:
    """Frameworks ask for the rewards of one batch one after the other: five rewards must not score it five times."""
    return score(code)
