"""What tokens cost, in exact pico-dollars, without any network.

A price in `rft.toml` wins; else the table bundled in the package genai-prices counts. A model that neither knows has no price:
None, never 0. Batches cost half of everything, cache tokens included (the provider's price page, as genai-prices quotes it).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from typing import Any, Self

from judges.calls import PICO, Usage
from judges.errors import JudgeConfigError

USER_SOURCE = "rft.toml"
"""`source` of a price that the user set."""
NO_SOURCE = "no price known"
"""`source` where there is no price."""

_MILLION = 1_000_000
_VENDOR = "anthropic"
_KINDS = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens of one model, as the user wrote them."""

    input: Decimal
    output: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    cache_read: Decimal

    def __post_init__(self) -> None:
        for field in fields(self):
            # Through str: 0.1 of a TOML file is meant as one tenth, not as the binary fraction beside it.
            number = Decimal(str(getattr(self, field.name)))
            if not number.is_finite() or number < 0:
                raise JudgeConfigError(
                    f"the price {field.name} = {number} is not a number of dollars",
                    hint="Give dollars per million tokens, 0 or more.",
                )
            object.__setattr__(self, field.name, number)


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars per million tokens that hold for one request: model, prompt size and batch or not are settled."""

    input: Decimal
    output: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    cache_read: Decimal

    def parts(self, usage: Usage) -> dict[str, Decimal]:
        """Exact pico-dollars by kind of token."""
        return {kind: _pico(getattr(self, kind), getattr(usage, kind)) for kind in _KINDS}

    def pico(self, usage: Usage) -> int:
        """Pico-dollars of a whole request. A fraction of one, which no listed price gives, counts as one."""
        return _whole(sum(self.parts(usage).values(), Decimal(0)))

    def halved(self) -> Self:
        """The rates of the same request in a batch."""
        return type(self)(*(getattr(self, kind) / 2 for kind in _KINDS))


def _pico(dollars_per_million: Decimal, tokens: int) -> Decimal:
    return dollars_per_million * (PICO // _MILLION) * tokens


def _whole(pico: Decimal) -> int:
    return int(pico.to_integral_value(ROUND_CEILING))


def prompt_tokens(usage: Usage) -> int:
    """All tokens of a prompt, from a cache or not. Prices by the prompt's size go by it."""
    return usage.input + usage.cache_write_5m + usage.cache_write_1h + usage.cache_read


class Prices:
    """Prices of all models: those in `overrides`, by model, then those of genai-prices. Opens no socket, ever."""

    def __init__(self, overrides: Mapping[str, Price]) -> None:
        self._overrides = dict(overrides)

    def rates(self, model: str, prompt: int, *, batch: bool = False) -> Rates | None:
        """What holds for a request of `prompt` input tokens; None where no price is known."""
        own = self._override(model)
        rates = _bundled_rates(model, prompt) if own is None else Rates(*(getattr(own, kind) for kind in _KINDS))
        return rates.halved() if rates is not None and batch else rates

    def billed(self, model: str, usage: Usage, *, batch: bool = False) -> tuple[int | None, str]:
        """Pico-dollars of a request that used `usage`, None where no price is known, and whose price it was."""
        rates = self.rates(model, prompt_tokens(usage), batch=batch)
        return (None if rates is None else rates.pico(usage)), self.source(model)

    def worst(self, model: str, input_tokens: int, max_tokens: int, *, batch: bool = False) -> int | None:
        """Most that a request of at most `input_tokens` and `max_tokens` can cost, in pico-dollars: every input token counts as
        the dearest kind of cache write. None where no price is known."""
        rates = self.rates(model, input_tokens, batch=batch)
        if rates is None:
            return None
        dearest = max(rates.input, rates.cache_write_5m, rates.cache_write_1h)
        return _whole(_pico(dearest, input_tokens) + _pico(rates.output, max_tokens))

    def source(self, model: str) -> str:
        """Whose price it is, with its version: `rft.toml`, `genai-prices 0.2.3`, or why there is none."""
        if self._override(model) is not None:
            return USER_SOURCE
        version = bundled_version()
        if version is None:
            return f"{NO_SOURCE} (genai-prices is not installed)"
        return version if _bundled(model) is not None else f"{NO_SOURCE} ({version})"

    def require(self, model: str) -> None:
        """A budget cannot be kept without a price: without one, JudgeConfigError with the lines to add to `rft.toml`."""
        if self.rates(model, 1) is None:
            raise JudgeConfigError(
                f"there is a budget, and no price is known for the model {model!r}", hint=_how_to_price(model, self.source(model))
            )

    def _override(self, model: str) -> Price | None:
        for name, price in self._overrides.items():
            dated = model.removeprefix(f"{name}-")
            if model == name or (dated != model and len(dated) == 8 and dated.isdigit()):
                return price
        return None


def bundled_version() -> str | None:
    """Name and version of the bundled table, None where the package is not installed."""
    try:
        import genai_prices
    except ImportError:
        return None
    return f"genai-prices {genai_prices.__version__}"


@lru_cache(maxsize=256)
def _bundled(model: str) -> Any:
    """genai-prices' ModelPrice of a model as of today, or None. Kept for the process, so that one run has one price."""
    try:
        from genai_prices import Usage as Tokens
        from genai_prices import calc_price
    except ImportError:
        return None
    try:
        return calc_price(Tokens(input_tokens=1, output_tokens=1), model, provider_id=_VENDOR).model_price
    except LookupError:
        return None


def _bundled_rates(model: str, prompt: int) -> Rates | None:
    """Rates from genai-prices. A kind without a price of its own costs what the next wider kind costs, as there."""
    table = _bundled(model)
    if table is None or table.input_mtok is None or table.output_mtok is None:
        return None
    plain = _tier(table.input_mtok, prompt)
    write = _first(table, prompt, ("cache_write_5m_mtok", "cache_write_mtok"), plain)
    hour = _first(table, prompt, ("cache_write_1h_mtok", "cache_write_mtok"), plain)
    read = _first(table, prompt, ("cache_read_mtok",), plain)
    return Rates(plain, _tier(table.output_mtok, prompt), write, hour, read)


def _first(table: Any, prompt: int, names: tuple[str, ...], otherwise: Decimal) -> Decimal:
    for name in names:
        price = getattr(table, name, None)
        if price is not None:
            return _tier(price, prompt)
    return otherwise


def _tier(price: Any, prompt: int) -> Decimal:
    """The price of a prompt's size: where it passes the start of a tier, the tier's price holds for the whole request."""
    reached = [tier.price for tier in getattr(price, "tiers", ()) if prompt > tier.start]
    return Decimal(reached[-1] if reached else getattr(price, "base", price))


def _how_to_price(model: str, source: str) -> str:
    installed = "" if "not installed" not in source else "Run `pip install genai-prices`, or add its price. "
    return (
        f"{installed}Add to rft.toml, in dollars per million tokens, from the provider's price page (these are examples):\n\n"
        f'[judge.prices."{model}"]\n'
        "input = 1.00\noutput = 5.00\ncache_write_5m = 1.25\ncache_write_1h = 2.00\ncache_read = 0.10\n"
    )
