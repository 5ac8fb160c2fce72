"""What a run's judge was paid so far."""

from typing import TYPE_CHECKING

from judges.budget import Scope
from judges.cost.money import usd
from rft.view.facts import Spend

if TYPE_CHECKING:
    from rft.judging.rounds import LoopJudge

SCOPES: tuple[Scope, ...] = ("run", "day")
"""Limits that one figure can stand beside for a whole run. A round's is in the line of its judging."""


def spend_of(judge: "LoopJudge") -> Spend:
    """What counts against the run's limit or, without one, the day's. Raises LedgerError."""
    limits = judge.settings.limits
    scope: Scope = next((scope for scope in SCOPES if limits.pico(scope) is not None), "run")
    limit = limits.pico(scope)
    spent = judge.ledger.spent(scope, judge.run).charged_pico
    return Spend(usd(spent), "" if limit is None else f"{usd(limit)} a {scope}")
