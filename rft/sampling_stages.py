"""The stages that draw candidates: a round's, and a policy's samples on a held-out suite."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from eval.task import Task
from rft.config import RftConfig
from rft.demonstrations import exchanges
from rft.drawing import Drawing, Work
from rft.judging.opinions import JudgedRound, Opinion, RoundJudge
from rft.rewards import reward
from rft.scoring import Scoring, entries_of
from rft.selection import Scored
from rft.sources import check_source, source_of_rounds, source_of_suites
from rft.stopwatch import Stopwatch
from rft.store import RunPaths, RunStore
from rft.throughput import Throughput, throughput_of
from rft.training.rows import TrainingRow
from rft.view import View
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.prompt import messages_for
from rollouts.source import PolicySource, SampleRequest, Source, TaskPrompt

BENCHMARK_ROUND = -1
"""Stands for the round in the identity of benchmark candidates, which belong to none."""


class Metric(Protocol):
    """Appends a line to metrics.jsonl."""

    def __call__(self, **facts: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run works on, read and checked at its start. `general` is empty where the run has no check for forgetting."""

    tasks: tuple[Task, ...]
    benchmark: tuple[Task, ...]
    demonstrations: tuple[TrainingRow, ...]
    model: Path
    base_hash: str
    general: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class SamplingStages:
    """Does one such stage at a time."""

    config: RftConfig
    inputs: Inputs
    paths: RunPaths
    store: RunStore
    view: View
    judge: RoundJudge | None
    metric: Metric

    def check(self) -> None:
        """Refuse a source of rounds still to be drawn that cannot be used, before there is work to lose. Raises what
        `check_source` raises."""
        drawn = [self.store.fact(f"drawn:round-{index}") for index in range(1, self.config.rounds + 1)]
        told = check_source(self.config, self.inputs.tasks, self.paths.log("endpoint")) if None in drawn else ""
        if told:
            self.view.say(told)

    def round(self, stage: str, tasks: Sequence[Task], adapter: str | None, index: int) -> list[Scored]:
        """The round's candidates, by task and index, each with its reward. Raises JudgePaused when all is drawn."""
        sampling, watch = self.config.sampling, Stopwatch()
        request = self._request(stage, tasks, adapter, index)
        recorded = sampling.candidates is not None
        work = Work(request, _by_id(tasks), sampling.n, sampling.enough, recorded=recorded, final=True)
        drawing, scored = self._drawn_and_judged(work, watch)
        scored.sort(key=lambda each: (each.task, each.index))
        self._note(throughput_of(self.store, stage, drawing, watch, scored))
        return scored

    def suite(self, stage: str, tasks: Sequence[Task], adapter: str | None, examples: Sequence[TrainingRow] = ()) -> int:
        """Have the policy answer each task k times, shown the examples first. Returns how many answers had to be drawn."""
        watch = Stopwatch()
        request = replace(self._request(stage, tasks, adapter, BENCHMARK_ROUND, examples), common_streams=True)
        source = source_of_suites(self.config, self.paths.log(stage), self.view.say)
        drawing = self._draw(Work(request, _by_id(tasks), self.config.benchmark.k), source, watch)
        self._note(throughput_of(self.store, stage, drawing, watch))
        return drawing.drawn

    def _drawn_and_judged(self, work: Work, watch: Stopwatch) -> tuple[Drawing, list[Scored]]:
        """Draw the round, with the judge at work on tasks that are drawn to their end. Opinions are asked for once."""
        stage, scored = work.request.stage, list[Scored]()
        source = source_of_rounds(self.config, self.paths.log(stage), self.view.say)
        judged = self.store.fact(f"judged:{stage}")
        if self.judge is None or judged is not None:
            opinions = {} if judged is None else JudgedRound.from_json(judged).opinions
            drawing = self._draw(work, source, watch, lambda task: scored.extend(self._scored(stage, task, opinions)))
            return drawing, scored
        with self.judge.begin(stage, len(work.tasks), self.view) as judging:
            drawing = self._draw(work, source, watch, lambda task: judging.add(entries_of(self.store, stage, task)))
            with watch.waiting("judging"):
                found = judging.finish()
        self.store.state(f"judged:{stage}", found.to_json())
        for task in work.tasks.values():
            scored.extend(self._scored(stage, task, found.opinions))
        return drawing, scored

    def _draw(self, work: Work, source: Source, watch: Stopwatch, hand_on: Callable[[Task], None] = lambda _: None) -> Drawing:
        """Draw and score what is missing."""
        name = work.request.stage
        stored = self.store.candidates.stages().get(name, 0)
        with (
            closing(self.view.stage(name, work.n * len(work.tasks), stored)) as shown,
            Scoring(self.store, self.paths.log("luau-workers")) as scoring,
            source,
        ):
            drawing = Drawing(self.store, work, source, scoring, shown, watch, hand_on)
            if work.final and self.store.fact(f"drawn:{name}") is not None:
                drawing.score_stored()
                return drawing
            drawing.run()
        if work.final:
            self.store.state(f"drawn:{name}", {"candidates": stored + drawing.drawn})
        return drawing

    def _scored(self, stage: str, task: Task, opinions: Mapping[str, Opinion]) -> Iterator[Scored]:
        """A task's candidates as selection sees them. Without an opinion an eligible one has no reward where a judge decides."""
        for entry in entries_of(self.store, stage, task):
            facts, opinion = entry.facts, opinions.get(entry.candidate.key)
            worth: float | None
            if self.judge is None or not facts.eligible:
                worth = reward(facts, self.config.reward)
            else:
                worth = None if opinion is None else reward(facts, self.config.reward, opinion.score)
            yield Scored(task.id, entry.candidate.index, entry.code, facts.eligible, worth, facts.static.composite)

    def _request(
        self, stage: str, tasks: Sequence[Task], adapter: str | None, index: int, examples: Sequence[TrainingRow] = ()
    ) -> SampleRequest:
        """How a stage's candidates are drawn; which of them is decided wave by wave."""
        shown = [exchanges(row)[0] for row in examples]
        folder = self.paths.adapter(adapter) if adapter else None
        digest = self.store.fact(f"adapter:{adapter}")["digest"] if adapter else ""
        return SampleRequest(
            stage=stage,
            policy=PolicySource(self.inputs.model, folder, PolicyIdentity(self.inputs.base_hash, digest)),
            prompts=[TaskPrompt(task.id, messages_for(task.question(), self.config.system_prompt, shown), ()) for task in tasks],
            parameters=self._parameters(),
            seed=self.config.seed,
            round_index=index,
        )

    def _parameters(self) -> SamplingParameters:
        sampling = self.config.sampling
        return SamplingParameters(
            sampling.temperature, sampling.top_p, sampling.max_new_tokens, sampling.top_k, sampling.min_p, sampling.stop,
            sampling.thinking,
        )  # fmt: skip

    def _note(self, found: Throughput) -> None:
        if found.candidates or found.judging_seconds:
            self.metric(**found.to_json())
        if found.candidates:
            speed = f", {found.tokens_per_second:.0f} tokens/s" if found.tokens else ""
            self.view.say(f"{found.stage}: {found.candidates} candidates drawn and scored in {found.seconds:.0f} s{speed}")


def _by_id(tasks: Sequence[Task]) -> dict[str, Task]:
    return {task.id: task for task in tasks}
