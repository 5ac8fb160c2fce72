"""The judging of one round: tasks come in as their drawing ends, opinions come out, every question is in the ledger."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from judges import JudgePaused, JudgeTask
from judges.budget import Scope
from judges.calls import Context, PreparedCall, Provider
from judges.cost.live import LiveMeter, status_line
from judges.cost.metered import Metered
from judges.outcome import Entrant, JudgingProgress, Kind
from judges.retry import Answer, Circuit, ask, recorded
from judges.session import JudgingSession
from judges.tripwire import tripwire
from rft.entry import Entry
from rft.judging.opinions import JudgedRound, candidate_facts, judge_task
from rft.judging.telling import Told, in_words, judged
from rft.rewards import static_part
from rft.sections import RewardConfig
from rft.view import Stage, View

if TYPE_CHECKING:
    from rft.judging.rounds import LoopJudge

WIDE = 120
"""Columns from which a bar, its times and the whole line of a judge fit beside each other; on fewer only the money stays."""

Entered = tuple[JudgeTask, list[Entrant], Mapping[Kind, int]]
"""A task, those of its candidates that may be asked about, and how many may not, by reason."""


class OneRound:
    """A round's judging (`rft.judging.opinions.Judging`). Use as a context manager.

    A judge that may be asked beside the sampling begins with the first task, on the session's thread; another one keeps the tasks
    until `finish`. A judge that pauses says so at once, takes further tasks all the same, and raises at `finish`: the candidates
    are drawn to their end meanwhile.
    """

    def __init__(self, judge: "LoopJudge", stage: str, tasks: int, view: View) -> None:
        self._judge, self._stage, self._tasks, self._view = judge, stage, tasks, view
        self._meter, self._circuit = LiveMeter(), Circuit(judge.settings.concurrency)
        self._kept: list[Entered] = []
        self._told: dict[str, list[Told]] = {}
        self._paid: frozenset[str] = frozenset()
        self._shown: Stage | None = None
        self._session: JudgingSession | None = None
        self._said_paused = False
        self._open = ExitStack()

    def __enter__(self) -> Self:
        if self._judge.asks_beside_sampling:
            self._session = self._begin()
        return self

    def add(self, entries: Sequence[Entry]) -> None:
        """What `Judging.add` says. A task without candidates has nothing to be judged."""
        if not entries:
            return
        entered = _entered(entries, self._judge.weights)
        self._told[entries[0].task.id] = [Told.of(entry) for entry in entries]
        if self._session is None:
            self._kept.append(entered)
            return
        self._session.add_task(*entered)
        if self._session.stopped is not None and not self._said_paused:
            self._said_paused = True
            self._view.say(f"{self._stage}: {self._session.stopped} The candidates are drawn to their end.")

    def finish(self) -> JudgedRound:
        """What `Judging.finish` says."""
        session = self._session or self._late()
        outcomes = session.finish()
        self._view.say(in_words(self._stage, outcomes))
        return judged(self._judge.name, self._told, outcomes)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.__exit__(kind, error, trace)

    def _late(self) -> JudgingSession:
        """The session of a judge that is not asked beside the sampling."""
        if not self._judge.recorded:
            self._judge.settle_batches()
            if self._judge.in_batches:
                self._paid = self._judge.fetch(self._stage, self._kept, self._view)
        session = self._begin()
        for entered in self._kept:
            session.add_task(*entered)
        return session

    def _begin(self) -> JudgingSession:
        judge = self._judge
        self._shown = self._view.stage(f"judging {self._stage}", self._tasks)
        self._open.callback(self._shown.close)
        provider = Metered(judge.make_provider(), self._meter)

        async def asked(prepared: PreparedCall, context: Context) -> Answer:
            if judge.recorded:
                return self._recorded(provider, prepared, context)
            answer = await ask(provider, judge.ledger, prepared, context, judge.settings.limits, self._circuit)
            return replace(answer, source="paid") if answer.key in self._paid else answer

        session = JudgingSession(
            provider, judge.ledger, judge.settings, judge.run, self._stage, self._show, ask=asked, on_stop=self._circuit.open
        )
        return self._open.enter_context(session)

    def _show(self, progress: JudgingProgress) -> None:
        """Spent and limit of the same scope: the round's where it has a limit, else the run's."""
        assert self._shown is not None
        limits = self._judge.settings.limits
        scope: Scope = "round" if limits.pico("round") is not None else "run"
        spent = self._judge.ledger.spent(scope, self._judge.run, self._stage).charged_pico
        line = status_line(replace(progress, spent_pico=spent), self._meter, limits.pico(scope))
        note = line if self._view.width >= WIDE else line.partition("  ")[0]
        self._shown.advance(progress.certified - self._shown.done, note)

    def _recorded(self, provider: Provider, prepared: PreparedCall, context: Context) -> Answer:
        answer = recorded(provider, self._judge.ledger, prepared)
        if answer is None:
            raise JudgePaused(
                f"the ledger has no answer about a candidate of {context.task}, and judge.recorded asks nobody.",
                hint="Set judge.recorded = false to have it asked.",
            )
        return answer


def _entered(entries: Sequence[Entry], weights: RewardConfig) -> Entered:
    task, cases = entries[0].task, entries[0].facts.execution.cases
    entrants = [
        Entrant(
            index=entry.candidate.index,
            key=entry.candidate.key,
            code=entry.code,
            facts=candidate_facts(entry.facts),
            static=static_part(entry.facts, weights),
            tie=entry.facts.static.composite,
            suspicious=bool(tripwire(entry.code)),
        )
        for entry in entries
        if entry.facts.eligible
    ]
    skipped: dict[Kind, int] = {"ineligible": len(entries) - len(entrants)}
    return judge_task(task, cases), entrants, skipped
