"""The billing meter: what the fake's work costs, reckoned apart from the code that it checks.

Prices are of November 2026 (platform.claude.com/docs/en/about-claude/pricing), in pico-dollars a token: 1 $ for a million
tokens are 1,000,000 of them.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from io import TextIOBase
from typing import NamedTuple


class Price(NamedTuple):
    """Pico-dollars a token."""

    input: int
    output: int
    write_5m: int
    write_1h: int
    read: int


def _usd(*per_million: float) -> Price:
    return Price(*(round(usd * 1_000_000) for usd in per_million))


PRICES = {
    "claude-haiku-5-5": _usd(0.10, 0.50, 0.125, 0.20, 0.01),
    "claude-sonnet-5-5": _usd(2, 10, 2.50, 4, 0.10),
    "claude-opus-5-5": _usd(4, 20, 5, 8, 0.20),
    "claude-fable-5-2": _usd(8, 40, 10, 16, 0.20),
    "claude-fable-5-1": _usd(10, 50, 12.50, 20, 0.25),
    "claude-opus-5": _usd(5, 25, 6.25, 10, 0.50),
    "claude-sonnet-5": _usd(2, 10, 2.50, 4, 0.20),
    "claude-sonnet-4-6": _usd(3, 15, 3.75, 6, 0.30),
    "claude-haiku-4-5": _usd(1, 5, 1.25, 2, 0.10),
}
LONG_PROMPTS = {"claude-haiku-5-5": (100_000, _usd(0.50, 2.50, 0.625, 1.00, 0.05))}
"""Above so many tokens of prompt the whole request has another price."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens by kind. `thinking` is part of `output`."""

    input: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0
    output: int = 0
    thinking: int = 0

    @property
    def prompt(self) -> int:
        """All tokens that went in."""
        return self.input + self.cache_write_5m + self.cache_write_1h + self.cache_read

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Tokens)))


@dataclass(frozen=True, slots=True)
class BilledCall:
    """One piece of work that was done and is paid, whether or not anybody heard of it."""

    request_id: str
    custom_id: str
    """"" outside batches."""
    batch_id: str
    body_sha256: str
    """`messages_types.digest` of the request's body, in a batch of its `params`."""
    model: str
    tokens: Tokens
    pico: int | None
    """None for a model without a price."""
    fault: str = ""
    """What was done to the reply, "" for nothing."""


def cost(model: str, tokens: Tokens, *, batch: bool) -> int | None:
    """Pico-dollars, or None for a model without a price. A batch costs half."""
    price = PRICES.get(model)
    if price is None:
        return None
    limit, long_price = LONG_PROMPTS.get(model, (tokens.prompt, price))
    if tokens.prompt > limit:
        price = long_price
    amounts = (tokens.input, tokens.output, tokens.cache_write_5m, tokens.cache_write_1h, tokens.cache_read)
    total = sum(amount * each for amount, each in zip(amounts, price, strict=True))
    return total // 2 if batch else total


class Meter:
    """All that was billed, in order. Thread-safe; each record also goes to `stream` as a line of JSON, at once."""

    def __init__(self, stream: TextIOBase | None = None) -> None:
        self._calls: list[BilledCall] = []
        self._stream = stream
        self._lock = threading.Lock()

    def add(self, call: BilledCall) -> None:
        """Bill a piece of work."""
        with self._lock:
            self._calls.append(call)
            if self._stream is not None:
                self._stream.write(json.dumps(asdict(call)) + "\n")
                self._stream.flush()

    @property
    def calls(self) -> list[BilledCall]:
        """A copy of the records so far."""
        with self._lock:
            return list(self._calls)

    @property
    def tokens(self) -> Tokens:
        """The sum of all tokens."""
        return sum((call.tokens for call in self.calls), Tokens())

    @property
    def pico(self) -> int:
        """The sum of what has a price."""
        return sum(call.pico or 0 for call in self.calls)

    def __len__(self) -> int:
        return len(self.calls)

    def __iter__(self) -> Iterator[BilledCall]:
        return iter(self.calls)


def read_meter(text: str) -> list[BilledCall]:
    """The records of a meter's file."""
    rows = [json.loads(line) for line in text.splitlines()]
    return [BilledCall(**{**row, "tokens": Tokens(**row["tokens"])}) for row in rows]
