"""Whether a budget could end before all that is left was asked."""

import math
from collections.abc import Callable

from judges.budget import SCOPES, Limits, Scope, Spent


class Headroom:
    """Compares the worst case of the tasks that are open with what the limits still allow. It decides an order, and nothing else:
    the ledger is who refuses a call.

    Args:
        limits: Of the round, the run and the day.
        spent: What a scope was charged so far.
    """

    def __init__(self, limits: Limits, spent: Callable[[Scope], Spent]) -> None:
        self._limits, self._spent = limits, spent
        self._open: dict[str, tuple[int, int]] = {}
        self.counts_money = any(limits.pico(scope) is not None for scope in SCOPES)
        self.counts_calls = any(limits.calls(scope) is not None for scope in SCOPES)

    def enters(self, task: str, calls: int, pico: int) -> None:
        """A task is open that may need so many calls, and so many pico-dollars."""
        self._open[task] = (calls, pico)

    def leaves(self, task: str) -> None:
        """A task is decided."""
        self._open.pop(task, None)

    def could_end(self) -> bool:
        """Whether the open tasks can need more than is left."""
        if not (self.counts_money or self.counts_calls):
            return False
        calls, pico = (sum(part) for part in zip(*self._open.values(), strict=True)) if self._open else (0, 0)
        left_calls, left_pico = self._left()
        return calls > left_calls or pico > left_pico

    def _left(self) -> tuple[float, float]:
        left_calls = left_pico = math.inf
        for scope in SCOPES:
            most_calls, most_pico = self._limits.calls(scope), self._limits.pico(scope)
            if most_calls is None and most_pico is None:
                continue
            spent = self._spent(scope)
            left_calls = min(left_calls, math.inf if most_calls is None else most_calls - spent.calls)
            left_pico = min(left_pico, math.inf if most_pico is None else most_pico - spent.charged_pico)
        return left_calls, left_pico
