"""Tokens and dollars by kind, and what the prompt cache did."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from judges.cost.money import whole
from judges.cost.pricing import Priced
from judges.cost.records import Call, Records
from judges.prices import prompt_tokens

CACHING = "claude"
"""The provider that marks a prefix to be cached in every request."""
_INPUTS = ("input", "cache_write_5m", "cache_write_1h", "cache_read")


@dataclass(frozen=True, slots=True)
class KindOfToken:
    """Tokens of a kind and what they cost, in pico-dollars."""

    kind: str
    tokens: int
    pico: int


@dataclass(frozen=True, slots=True)
class CacheFacts:
    """The prompt cache over the calls that asked for it."""

    asked_calls: int
    silent_calls: int
    """Asked for a cache, and nothing was written or read: the prefix is too short for the model, without any error."""
    read_tokens: int
    hit_rate: float | None
    """Tokens read of those that were read, written, or belonged to a silent call."""
    longest_silent_prompt: int
    """Tokens of the longest prompt that was not cached."""


@dataclass(frozen=True, slots=True)
class TokenCosts:
    """All billed tokens. The kinds' dollars and `other_pico` add up to what is known to be spent."""

    kinds: tuple[KindOfToken, ...]
    other_pico: int
    """Cost of calls that today's prices no longer explain."""
    cache: CacheFacts


def token_costs(records: Records, priced: Mapping[tuple[str, int], Priced]) -> TokenCosts:
    """The third section."""
    calls = records.answered()
    shares = _shares(calls, priced)
    tokens = {
        "fresh input": sum(call.usage.input for call in calls),
        "cache write 5 min": sum(call.usage.cache_write_5m for call in calls),
        "cache write 1 h": sum(call.usage.cache_write_1h for call in calls),
        "cache read": sum(call.usage.cache_read for call in calls),
        "output": sum(call.usage.output - call.usage.thinking for call in calls),
        "thinking": sum(call.usage.thinking for call in calls),
    }
    kinds = tuple(KindOfToken(kind, count, pico) for (kind, count), pico in zip(tokens.items(), whole(shares), strict=True))
    known = sum(call.known_pico for call in calls)
    return TokenCosts(kinds, known - sum(kind.pico for kind in kinds), _cache(calls))


def _shares(calls: tuple[Call, ...], priced: Mapping[tuple[str, int], Priced]) -> list[Fraction]:
    """Exact pico-dollars by kind, in the order of the table. Thinking takes its part of the output's."""
    sums = [Fraction(0)] * 6
    for call in calls:
        found = priced.get((call.key, call.number))
        if found is None or not found.kinds:
            continue
        output = Fraction(found.kinds["output"])
        thinking = output * Fraction(call.usage.thinking, call.usage.output) if call.usage.output else Fraction(0)
        parts = (*(Fraction(found.kinds[kind]) for kind in _INPUTS), output - thinking, thinking)
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
    return sums


def _cache(calls: tuple[Call, ...]) -> CacheFacts:
    asked = [call for call in calls if call.provider == CACHING]
    silent = [call for call in asked if not _touched(call)]
    read = sum(call.usage.cache_read for call in asked)
    written = sum(call.usage.cache_write_5m + call.usage.cache_write_1h for call in asked)
    eligible = read + written + sum(call.usage.input for call in silent)
    return CacheFacts(
        asked_calls=len(asked),
        silent_calls=len(silent),
        read_tokens=read,
        hit_rate=read / eligible if eligible else None,
        longest_silent_prompt=max((prompt_tokens(call.usage) for call in silent), default=0),
    )


def _touched(call: Call) -> bool:
    return bool(call.usage.cache_read or call.usage.cache_write_5m or call.usage.cache_write_1h)
