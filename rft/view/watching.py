"""Looks at a run for its panel: at its store, at the machine and at the judge's ledger, once in a few seconds."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Self

from eval.errors import EvalError
from eval.task import Task
from judges.errors import LedgerError
from rft.config import RftConfig
from rft.errors import RftError
from rft.measure import BENCHMARK, GENERAL, stage_of
from rft.sampling_stages import Inputs
from rft.store import RunPaths, RunStore, open_for_reading
from rft.view.facts import Seen, Spend
from rft.view.machine import disk_free, memory_in_use
from rft.view.measured import MeasuredPolicies
from rft.view.plan import UNDECIDED, policies_of, stages_of
from rft.view.tally import Tally

LOOK_SECONDS = 3.0
"""Between two looks."""
UNREADABLE = (sqlite3.Error, RftError, EvalError, LedgerError, OSError)
"""What a look may meet. The run meets it too, if it matters, and says so in its own words; the panel does not stop it."""


class RunWatch:
    """Watches one run (`rft.view.facts.Watch`). It has a connection to the store of its own, and never writes."""

    def __init__(
        self,
        paths: RunPaths,
        config: RftConfig,
        inputs: Inputs,
        spend: Callable[[], Spend] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.run = paths.name
        self.planned = stages_of(config, general=bool(inputs.general))
        self._paths, self._config, self._inputs = paths, config, inputs
        self._spend, self._clock = spend, clock
        self._names = policies_of(config)
        self._sampled = self._tasks_of_stages()
        self._open = ExitStack()
        self._store: RunStore | None = None
        self._policies: MeasuredPolicies | None = None
        self._tally: Tally | None = None
        self._seen, self._next = Seen(), clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    def look(self, stages: Sequence[str]) -> Seen:
        """What `Watch.look` says."""
        if self._clock() >= self._next:
            self._next = self._clock() + LOOK_SECONDS
            self._seen = self._looked(stages)
        return self._seen

    def _looked(self, stages: Sequence[str]) -> Seen:
        try:
            return replace(
                self._read(stages),
                memory=memory_in_use(),
                disk=disk_free(self._paths.folder),
                spend=None if self._spend is None else self._spend(),
            )
        except UNREADABLE as error:
            return replace(self._seen, trouble=" ".join(str(error).split()))

    def _read(self, stages: Sequence[str]) -> Seen:
        """What the store knows."""
        store = self._store = self._store or self._open.enter_context(open_for_reading(self._paths))
        if self._policies is None:
            self._policies = MeasuredPolicies(store, self._names, UNDECIDED, self._inputs.benchmark, self._config.seed)
        policies = self._policies.look()
        shares = {policy.name: policy.share for policy in policies}
        tally = self._tally = self._tally_of(store, stages)
        if tally is None:
            return Seen(policies, [shares.get(name) for name in self._names])
        tally.advance()
        return Seen(policies, [shares.get(name) for name in self._names], tally.best(), tally.worst())

    def _tally_of(self, store: RunStore, stages: Sequence[str]) -> Tally | None:
        """Of the stage that draws now, or of the last one that did."""
        stage = next((name for name in stages if name in self._sampled), None)
        if stage is None or (self._tally is not None and self._tally.stage == stage):
            return self._tally
        return Tally(store, stage, self._sampled[stage])

    def _tasks_of_stages(self) -> dict[str, Sequence[Task]]:
        """The tasks whose candidates a stage draws."""
        suites = {BENCHMARK: self._inputs.benchmark, GENERAL: self._inputs.general}
        held_out = {stage_of(suite, name): tasks for suite, tasks in suites.items() for name in self._names}
        return {**dict.fromkeys(self._names, self._inputs.tasks), **held_out}
