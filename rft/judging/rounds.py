"""The judging of a run's rounds: the engine's candidates go in, opinions come out, every question is in the ledger."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from judges import JudgePaused, JudgeTask
from judges.batching import Prefetch
from judges.budget import Scope
from judges.calls import Context, PreparedCall, Provider
from judges.claude.batches import BatchJudge
from judges.claude.provider import ClaudeProvider
from judges.cost.live import LiveMeter, status_line
from judges.cost.metered import Metered
from judges.ledger import Ledger
from judges.outcome import Entrant, JudgingProgress, JudgingSettings, Kind, TaskOutcome
from judges.retry import Answer, Circuit, ask, recorded
from judges.session import JudgingSession
from judges.tripwire import tripwire
from rft.judging.opinions import Entry, JudgedRound, Opinion, candidate_facts, judge_task
from rft.rewards import static_part
from rft.sections import RewardConfig
from rft.view import View

WIDE = 120
"""Columns from which a bar, its times and the whole line of a judge fit beside each other; on fewer only the money stays."""

T = TypeVar("T")

Entered = tuple[JudgeTask, list[Entrant], Mapping[Kind, int]]
"""A task, those of its candidates that may be asked about, and how many may not, by reason."""

ProviderMaker = Callable[[], Provider]
"""A provider's connections belong to one event loop: each round has its own."""


@dataclass(frozen=True, slots=True)
class LoopJudge:
    """The judge of a run (`rft.judging.opinions.RoundJudge`)."""

    name: str
    run: str
    ledger: Ledger
    settings: JudgingSettings
    weights: RewardConfig
    make_provider: ProviderMaker
    in_batches: bool = False
    recorded: bool = False
    standing: str = ""
    """What every report says of it: that nobody calibrated it, that it failed, that it has changed. Empty where all is well."""

    def judge(self, stage: str, entries: Sequence[Entry], view: View) -> JudgedRound:
        """Opinions on the round's eligible candidates that can still win.

        Raises:
            JudgePaused: an outage, a budget, a refused key, a Ctrl-C; what is answered is kept.
        """
        by_task: dict[str, list[Entry]] = {}
        for entry in entries:
            by_task.setdefault(entry.task.id, []).append(entry)
        entered = [self._entered(group) for group in by_task.values()]
        if not self.recorded:
            self._settle_batches()
        fetched = self._fetched(stage, entered, view) if self.in_batches and not self.recorded else frozenset[str]()
        meter, circuit = LiveMeter(), Circuit(self.settings.concurrency)
        provider = Metered(self.make_provider(), meter)

        async def asked(prepared: PreparedCall, context: Context) -> Answer:
            if self.recorded:
                return self._recorded(provider, prepared, context)
            answer = await ask(provider, self.ledger, prepared, context, self.settings.limits, circuit)
            return replace(answer, source="paid") if answer.key in fetched else answer

        shown = view.stage(f"judging {stage}", len(by_task))

        def on_event(progress: JudgingProgress) -> None:
            line = status_line(*self._beside_its_limit(progress, meter, stage))
            shown.advance(progress.certified - shown.done, line if view.width >= WIDE else line.partition("  ")[0])

        session = JudgingSession(provider, self.ledger, self.settings, self.run, stage, on_event, ask=asked, on_stop=circuit.open)
        with session:
            for task, entrants, skipped in entered:
                session.add_task(task, entrants, skipped)
            outcomes = session.finish()
        shown.close()
        view.say(_in_words(stage, outcomes))
        return _judged(self.name, by_task, outcomes)

    def _beside_its_limit(
        self, progress: JudgingProgress, meter: LiveMeter, stage: str
    ) -> tuple[JudgingProgress, LiveMeter, int | None]:
        """Spent and limit of the same scope: the round's where it has a limit, else the run's."""
        scope: Scope = "round" if self.settings.limits.pico("round") is not None else "run"
        spent = self.ledger.spent(scope, self.run, stage).charged_pico
        return replace(progress, spent_pico=spent), meter, self.settings.limits.pico(scope)

    def _recorded(self, provider: Provider, prepared: PreparedCall, context: Context) -> Answer:
        answer = recorded(provider, self.ledger, prepared)
        if answer is None:
            raise JudgePaused(
                f"the ledger has no answer about a candidate of {context.task}, and judge.recorded asks nobody.",
                hint="Set judge.recorded = false to have it asked.",
            )
        return answer

    def _fetched(self, stage: str, entered: Sequence[Entered], view: View) -> frozenset[str]:
        """Have the answers brought into the ledger by batches. Returns the keys of those that were paid now."""
        view.say(f"{stage}: the judge's questions go out in batches; answers take up to a day, mostly less than an hour.")

        async def fetched(batches: BatchJudge, provider: ClaudeProvider) -> frozenset[str]:
            prefetch = Prefetch(batches, provider, self.settings, self.run, stage)
            await prefetch.fetch([(task, entrants) for task, entrants, _ in entered])
            return frozenset(prefetch.paid)

        return self._with_batches(fetched)

    def _settle_batches(self) -> None:
        """Bring in what a killed run sent in batches: nobody else may ask those questions meanwhile."""

        async def settled(batches: BatchJudge, _: ClaudeProvider) -> None:
            await batches.settle()

        if isinstance(self.make_provider(), ClaudeProvider) and self.ledger.batch_open().result():
            self._with_batches(settled)

    def _with_batches(self, work: Callable[[BatchJudge, ClaudeProvider], Coroutine[Any, Any, T]]) -> T:
        provider = self.make_provider()
        assert isinstance(provider, ClaudeProvider), "only Claude has batches"

        async def worked() -> T:
            try:
                circuit = Circuit(self.settings.concurrency)
                return await work(BatchJudge(provider, self.ledger, self.settings.limits, circuit), provider)
            finally:
                await provider.close()

        return asyncio.run(worked())

    def _entered(self, group: Sequence[Entry]) -> Entered:
        task, cases = group[0].task, group[0].facts.execution.cases
        entrants = [
            Entrant(
                index=entry.candidate.index,
                key=entry.candidate.key,
                code=entry.code,
                facts=candidate_facts(entry.facts),
                static=static_part(entry.facts, self.weights),
                tie=entry.facts.static.composite,
                suspicious=bool(tripwire(entry.code)),
            )
            for entry in group
            if entry.facts.eligible
        ]
        skipped: dict[Kind, int] = {"ineligible": len(group) - len(entrants)}
        return judge_task(task, cases), entrants, skipped


def _in_words(stage: str, outcomes: Mapping[str, TaskOutcome]) -> str:
    kinds: Counter[str] = Counter()
    for outcome in outcomes.values():
        kinds.update({str(kind): count for kind, count in outcome.kinds.items()})
    spared = kinds["below_threshold"] + kinds["cannot_win"]
    unscored = sum(len(outcome.unscored) for outcome in outcomes.values())
    also = f"; {unscored} got no verdict" if unscored else ""
    known = kinds["ledger"] + kinds["duplicate"]
    return f"{stage}: the judge gave {kinds['asked']} opinions, {known} were known, {spared} were not needed{also}"


def _judged(name: str, by_task: Mapping[str, Sequence[Entry]], outcomes: Mapping[str, TaskOutcome]) -> JudgedRound:
    opinions: dict[str, Opinion] = {}
    tasks: dict[str, Any] = {}
    for task, outcome in outcomes.items():
        for entry in by_task[task]:
            verdicts = outcome.verdicts.get(entry.candidate.key)
            score = outcome.scores.get(entry.candidate.index)
            if verdicts and score is not None:
                opinions[entry.candidate.key] = Opinion(score, len(verdicts), verdicts[0].evidence)
        tasks[task] = _told(outcome, by_task[task])
    return JudgedRound(name, opinions, tasks)


def _told(outcome: TaskOutcome, entries: Sequence[Entry]) -> dict[str, Any]:
    """What the reports need of a task."""
    keys = {entry.candidate.index: entry.candidate.key for entry in entries}
    return {
        "winner": outcome.winner and outcome.winner.index,
        "certified": outcome.certified,
        "kinds": dict(outcome.kinds),
        "confirmed": outcome.confirmed,
        "optimism": outcome.optimism,
        "unscored": {key: asdict(unusable) for key, unusable in outcome.unscored.items()},
        "deterministic_only": keys.get(outcome.worth.deterministic) if outcome.worth.deterministic is not None else None,
        "judge_only": keys.get(outcome.worth.judge) if outcome.worth.judge is not None else None,
        "candidates": [
            {
                "key": entry.candidate.key,
                "index": entry.candidate.index,
                "static": entry.facts.static.composite,
                "judge": outcome.scores.get(entry.candidate.index),
                "passed": entry.facts.execution.ok,
            }
            for entry in entries
        ],
    }
