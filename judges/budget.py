"""Budgets of the judge: how much a round, a run and a day may cost, in dollars and in calls. Pure.

A call starts only if all that is spent, all that may have been spent, all that is reserved and its own worst case fit into every
limit. So no limit is passed at any concurrency, as long as no call costs more than its worst case.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from judges.calls import PICO
from judges.errors import JudgePaused

Scope = Literal["round", "run", "day"]
SCOPES: tuple[Scope, ...] = ("round", "run", "day")
Unit = Literal["usd", "calls"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent. None is no limit. A day is a date in UTC, over all runs that share a ledger."""

    round_usd: float | None = None
    run_usd: float | None = None
    day_usd: float | None = None
    round_calls: int | None = None
    run_calls: int | None = None
    day_calls: int | None = None

    def __post_init__(self) -> None:
        for scope in SCOPES:
            for limit in (self.usd(scope), self.calls(scope)):
                if limit is not None and not (math.isfinite(limit) and limit >= 0):
                    raise ValueError(f"a budget of a {scope} is a number from 0 up, not {limit}")

    def usd(self, scope: Scope) -> float | None:
        return {"round": self.round_usd, "run": self.run_usd, "day": self.day_usd}[scope]

    def calls(self, scope: Scope) -> int | None:
        return {"round": self.round_calls, "run": self.run_calls, "day": self.day_calls}[scope]

    def pico(self, scope: Scope) -> int | None:
        """The limit in dollars as whole pico-dollars: of 0.1 exactly a tenth."""
        usd = self.usd(scope)
        return None if usd is None else int(Decimal(str(usd)) * PICO)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a scope was charged, in pico-dollars, and its calls.

    `possibly_lost_pico` are calls that got no answer and may have been billed, at their worst case. Calls that the provider
    surely did not bill are in none of the four numbers.
    """

    known_pico: int = 0
    possibly_lost_pico: int = 0
    reserved_pico: int = 0
    calls: int = 0

    @property
    def settled_pico(self) -> int:
        """What no longer can become less."""
        return self.known_pico + self.possibly_lost_pico

    @property
    def charged_pico(self) -> int:
        """What counts against a limit."""
        return self.settled_pico + self.reserved_pico


class BudgetReached(JudgePaused):
    """The next call could pass a limit.

    Attributes:
        scope: Whose limit.
        unit: Whether dollars or calls ran out.
        limit: The limit, in pico-dollars or calls.
        spent: What that scope was charged.
        may_fit_later: Whether the call fits as soon as calls under way turn out cheaper than their worst case.
    """

    def __init__(self, scope: Scope, unit: Unit, limit: int, spent: Spent, worst_pico: int | None, may_fit_later: bool) -> None:
        super().__init__(_sentence(scope, unit, limit, spent, worst_pico), hint=_hint(scope, unit))
        self.scope = scope
        self.unit = unit
        self.limit = limit
        self.spent = spent
        self.may_fit_later = may_fit_later


def check(limits: Limits, spent: Mapping[Scope, Spent], worst_pico: int | None) -> None:
    """Raise BudgetReached if a call of this worst case could pass a limit. Without a known price it counts as a call only."""
    for scope in SCOPES:
        now, most = spent[scope], limits.calls(scope)
        if most is not None and now.calls + 1 > most:
            raise BudgetReached(scope, "calls", most, now, worst_pico, may_fit_later=False)
        most = limits.pico(scope)
        if most is not None and worst_pico is not None and now.charged_pico + worst_pico > most:
            fits = now.reserved_pico > 0 and now.settled_pico + worst_pico <= most
            raise BudgetReached(scope, "usd", most, now, worst_pico, may_fit_later=fits)


def dollars(pico: int) -> str:
    """Pico-dollars as people read them: two digits behind the point, and up to six where they say something."""
    digits = f"{Decimal(pico) / PICO:.6f}".rstrip("0")
    whole, _, part = digits.partition(".")
    return f"${whole}.{part:0<2}"


def _sentence(scope: Scope, unit: Unit, limit: int, spent: Spent, worst_pico: int | None) -> str:
    if unit == "calls":
        return f"The judge's budget for the {scope} is used up: {spent.calls} of {limit} calls."
    return (
        f"The judge's budget for the {scope} is reached: of {dollars(limit)}, {dollars(spent.known_pico)} are spent,"
        f" {dollars(spent.possibly_lost_pico)} possibly lost and {dollars(spent.reserved_pico)} reserved by calls under way,"
        f" and the next call may cost {dollars(worst_pico or 0)}."
    )


def _hint(scope: Scope, unit: Unit) -> str:
    wait = "Wait until tomorrow (UTC), or raise" if scope == "day" else "Raise"
    return f"{wait} `judge.budget.{scope}_{unit}`, then give the same command again."
