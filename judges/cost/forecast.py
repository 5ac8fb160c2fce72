"""What judging a run will cost, before it starts. Pure."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from judges.budget import SCOPES, Limits, Scope
from judges.calls import Usage
from judges.cost.history import Measured
from judges.prices import Prices

TOKENS_PER_BYTE = 0.45
"""Of our prose and code. Measured by nobody but the provider; a fifth is added for the worst case."""
MARGIN = 1.2
FRAME_TOKENS = 800
"""For what a request needs around its texts, in the worst case."""
ASSUMED_OUTPUT = (150, 350)
"""Output tokens of a verdict while none was seen: low and expected. The worst case is `max_tokens`."""
ASSUMED_ASKED = ((1, 1.0, 1.0), (4, 0.62, 0.85), (8, 0.59, 0.76), (16, 0.45, 0.68))
"""Candidates a task, and the share of the eligible that exact pruning asks about: low and expected, from simulated scores."""
LOW_OF_MEASURED = 0.75
"""The low estimate takes this part of what was measured."""
CONFIRMED = {"off": 0.0, "borderline": 0.2, "winner": 1.0}
"""Assumed second opinions a task."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that is to be judged. Bytes are those of the rendered texts (`rubric.Rendered`), means over the tasks."""

    tasks: int
    """Of a round."""
    candidates: int
    """Sampled of each task."""
    rounds: int
    model: str
    system_bytes: int
    task_bytes: int
    candidate_bytes: int
    longest_candidate_bytes: int
    """The most that a candidate can have."""
    max_tokens: int
    confirm: Literal["off", "borderline", "winner"] = "borderline"
    batch: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """Calls and pico-dollars of one way it may go; `pico` is None where no price is known."""

    calls: int
    pico: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The range, and what it stands on."""

    plan: Plan
    low: Estimate
    expected: Estimate
    worst: Estimate
    """Every candidate asked, each a second time where winners are confirmed, every reply as long as it may be. Only retries of
    unusable replies are not in it; a budget holds them in."""
    asked_share: float
    asked_basis: str
    output_tokens: int
    output_basis: str
    price_source: str
    limits: Limits

    def over(self) -> tuple[Scope, ...]:
        """The budgets that the expected cost or calls pass: judging would pause there. A day is taken to hold the whole run."""
        rounds = {"round": max(1, self.plan.rounds), "run": 1, "day": 1}
        return tuple(scope for scope in SCOPES if self._passes(scope, rounds[scope]))

    def _passes(self, scope: Scope, parts: int) -> bool:
        dollars, calls = self.limits.pico(scope), self.limits.calls(scope)
        too_dear = dollars is not None and (self.expected.pico or 0) > dollars * parts
        return too_dear or (calls is not None and self.expected.calls > calls * parts)


def forecast(plan: Plan, prices: Prices, limits: Limits, seen: Measured | None = None) -> Forecast:
    """The range for a plan, from what the ledger has seen, or from stated assumptions."""
    seen = seen or Measured()
    low_share, share = _shares(plan, seen)
    outputs = (
        ASSUMED_OUTPUT if seen.output_tokens is None else (round(LOW_OF_MEASURED * seen.output_tokens), round(seen.output_tokens))
    )
    low_output, output = (min(tokens, plan.max_tokens) for tokens in outputs)
    return Forecast(
        plan=plan,
        low=_estimate(plan, prices, low_share, low_output, seconds=0.0),
        expected=_estimate(plan, prices, share, output, seconds=CONFIRMED[plan.confirm]),
        worst=_worst(plan, prices),
        asked_share=share,
        asked_basis=_basis(seen.asked_share is not None, seen.candidates, "candidates"),
        output_tokens=output,
        output_basis=_basis(seen.output_tokens is not None, seen.replies, "replies"),
        price_source=prices.source(plan.model),
        limits=limits,
    )


def _basis(is_measured: bool, count: int, things: str) -> str:
    return f"measured over {count:,} {things}" if is_measured else "assumed"


def _shares(plan: Plan, seen: Measured) -> tuple[float, float]:
    if seen.asked_share is not None:
        return LOW_OF_MEASURED * seen.asked_share, seen.asked_share
    known = [row for row in ASSUMED_ASKED if row[0] <= max(1, plan.candidates)]
    return known[-1][1:]


def _estimate(plan: Plan, prices: Prices, share: float, output: int, *, seconds: float) -> Estimate:
    """`seconds` are second opinions a task."""
    asked = share * plan.candidates
    a_task = asked + min(seconds, asked)
    calls = math.ceil(plan.rounds * plan.tasks * a_task)
    rates = prices.rates(plan.model, _tokens(plan.system_bytes + plan.task_bytes + plan.candidate_bytes), batch=plan.batch)
    if rates is None:
        return Estimate(calls, None)
    usage = _usage(plan, calls, output)
    return Estimate(calls, rates.pico(usage))


def _usage(plan: Plan, calls: int, output: int) -> Usage:
    """Tokens of all calls. The rubric is written once a round and read afterwards, a task's texts are written by its first call;
    in a batch nothing is counted on to be read."""
    system, task, candidate = map(_tokens, (plan.system_bytes, plan.task_bytes, plan.candidate_bytes))
    if plan.batch:
        return Usage(input=calls * (system + task + candidate), output=calls * output)
    rounds, firsts = min(calls, plan.rounds), min(calls, plan.rounds * plan.tasks)
    return Usage(
        input=calls * candidate,
        cache_write_5m=rounds * system + firsts * task,
        cache_read=(calls - rounds) * system + (calls - firsts) * task,
        output=calls * output,
    )


def _worst(plan: Plan, prices: Prices) -> Estimate:
    each_twice = 1 if plan.confirm == "off" else 2
    calls = plan.rounds * plan.tasks * plan.candidates * each_twice
    ours = math.ceil((plan.system_bytes + plan.task_bytes) * TOKENS_PER_BYTE * MARGIN)
    one = prices.worst(plan.model, ours + plan.longest_candidate_bytes + FRAME_TOKENS, plan.max_tokens, batch=plan.batch)
    return Estimate(calls, None if one is None else calls * one)


def _tokens(count: int) -> int:
    return math.ceil(Decimal(str(TOKENS_PER_BYTE)) * count)
