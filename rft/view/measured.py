"""The policies that a run has measured so far, read off its store."""

from collections.abc import Sequence
from dataclasses import replace

from eval.benchmark import LEVEL
from eval.statistics import bootstrap_interval
from eval.task import Task
from rft.measure import benchmark_result
from rft.store import RunStore
from rft.view.facts import Policy


class MeasuredPolicies:
    """Those of `names` that are measured. What is known stays known: a policy is read when it is measured, and when the gate has
    decided about it."""

    def __init__(self, store: RunStore, names: Sequence[str], undecided: Sequence[str], tasks: Sequence[Task], seed: int) -> None:
        """The gate says nothing about the `undecided` ones."""
        self._store, self._names, self._undecided = store, names, undecided
        self._tasks, self._seed = tasks, seed
        self._known: dict[str, Policy] = {}

    def look(self) -> list[Policy]:
        """All of them, in the order of their names."""
        for name in self._names:
            found = self._known.get(name) or self._measured(name)
            if found is None:
                break  # nothing is measured before what stands before it
            self._known[name] = self._decided(found)
        return list(self._known.values())

    def _measured(self, name: str) -> Policy | None:
        if self._store.fact(f"measured:{name}") is None:
            return None
        result = benchmark_result(self._store, name, self._tasks)
        low, high = bootstrap_interval(result.shares_T, level=LEVEL, seed=self._seed)
        return Policy(name, result.share, low, high)

    def _decided(self, policy: Policy) -> Policy:
        if policy.verdict or policy.name in self._undecided:
            return policy
        decision = self._store.fact(f"decision:{policy.name}")
        return policy if decision is None else replace(policy, verdict="promoted" if decision["promote"] else "refused")
