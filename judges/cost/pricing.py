"""What a stored call would have cost without its discounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from judges.calls import Usage
from judges.cost.records import Call
from judges.prices import Prices, Rates, prompt_tokens

NOTHING: Mapping[str, Decimal] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Priced:
    """A call's cost in pico-dollars, taken apart. The stored cost is never changed: where today's prices no longer give it,
    nothing is taken apart and nothing counts as saved."""

    paid: int
    plain: int
    """Without the prompt cache and without the batch's discount."""
    cached: int
    """With the prompt cache, without the batch's discount."""
    kinds: Mapping[str, Decimal]
    """Of `paid`, by kind of token; empty where it was not taken apart."""


def priced(calls: Iterable[Call], prices: Prices) -> dict[tuple[str, int], Priced]:
    """All calls with a known cost, by key and number."""
    return {(call.key, call.number): _priced(call, prices) for call in calls if call.pico is not None}


def _priced(call: Call, prices: Prices) -> Priced:
    paid = call.known_pico
    rates = _rates(call, prices, batch=False)
    settled = _rates(call, prices, batch=call.batch)
    if rates is None or settled is None or settled.pico(call.usage) != paid:
        return Priced(paid, paid, paid, NOTHING)
    plain = Usage(input=prompt_tokens(call.usage), output=call.usage.output)
    return Priced(paid, rates.pico(plain), rates.pico(call.usage), settled.parts(call.usage))


def _rates(call: Call, prices: Prices, *, batch: bool) -> Rates | None:
    prompt = prompt_tokens(call.usage)
    return prices.rates(call.billed_model or call.model, prompt, batch=batch) or prices.rates(call.model, prompt, batch=batch)
