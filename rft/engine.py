"""The stages of a run, each idempotent over the store: it asks what is already done and does the rest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from checkpoints.adapter import verify
from checkpoints.latest import promote
from eval.comparable import fingerprint_of, match_answer
from eval.gate import Decision, GateMargins, Measured, alpha_per_look, decide
from eval.outcome import BenchmarkResult
from eval.task import Task
from rft.config import RftConfig
from rft.errors import RftError
from rft.judging.opinions import Entry, JudgedRound, Opinion, RoundJudge
from rft.measure import BENCHMARK, GENERAL, benchmark_result, stage_of
from rft.pool import KeptCode, Pool, extend
from rft.rewards import Facts, reward
from rft.scoring import Scoring, extracted, facts_of
from rft.selection import Scored, Selection
from rft.store import RunPaths, RunStore
from rft.training.adapter import TrainedAdapter, train_adapter
from rft.training.rows import TrainingRow
from rft.view import View
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.local import LocalSource
from rollouts.prompt import messages_for
from rollouts.sampling import sample
from rollouts.source import PolicySource, Progress, SampleRequest, TaskPrompt
from scorers.extraction import reply_with

BASE, FEW_SHOT, SFT = "base", "few-shot", "sft"
BENCHMARK_ROUND = -1
"""Stands for the round in the identity of benchmark candidates, which belong to none."""


class ContaminationError(RftError):
    """Too much of what a round kept matches held-out tasks."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run works on, read and checked at its start. `general` is empty where the run has no check for forgetting."""

    tasks: tuple[Task, ...]
    benchmark: tuple[Task, ...]
    demonstrations: tuple[TrainingRow, ...]
    model: Path
    base_hash: str
    general: tuple[Task, ...] = ()


def round_name(index: int) -> str:
    """The stage of a round, counted from 1."""
    return f"round-{index}"


class Engine:
    """Does one stage at a time; `rft.loop` says in which order."""

    def __init__(
        self,
        config: RftConfig,
        inputs: Inputs,
        paths: RunPaths,
        store: RunStore,
        view: View,
        judge: RoundJudge | None = None,
    ) -> None:
        self.config = config
        self.inputs = inputs
        self.paths = paths
        self.store = store
        self.view = view
        self.judge = judge
        self.fingerprint = fingerprint_of(inputs.benchmark, inputs.general)

    # Sampling and scoring

    def sample(self, stage: str, tasks: Sequence[Task], adapter: str | None, round_index: int) -> list[Scored]:
        """N candidates of every task from the base with that stage's adapter, each with its reward."""
        indices = range(self.config.sampling.n)
        prompts = [TaskPrompt(task.id, messages_for(task.question(), self.config.system_prompt), indices) for task in tasks]
        request = SampleRequest(
            stage=stage,
            policy=self._policy(adapter),
            prompts=prompts,
            parameters=self._parameters(),
            seed=self.config.seed,
            round_index=round_index,
        )
        self._draw_and_score(request, tasks)
        return self._scored(stage, tasks)

    def benchmark(self, name: str, adapter: str | None = None, examples: Sequence[TrainingRow] = ()) -> BenchmarkResult:
        """The policy's result on the held-out tasks, k samples each, drawn with the same luck for every policy."""
        result, drawn = self._measure(BENCHMARK, self.inputs.benchmark, name, adapter, examples)
        self.store.state(f"measured:{name}", {"share": result.share})
        if drawn:
            self.view.say(f"{name} on the held-out tasks: {_in_words(result)}")
        return result

    def general(self, name: str, adapter: str | None = None) -> None:
        """Measure the policy on the tasks outside the domain in the same way; nothing where the run has none."""
        if not self.inputs.general:
            return
        result, drawn = self._measure(GENERAL, self.inputs.general, name, adapter)
        self.store.state(f"general:{name}", {"share": result.share})
        if drawn:
            self.view.say(f"{name} on the general suite: {_in_words(result)}")

    def _measure(
        self, suite: str, tasks: Sequence[Task], name: str, adapter: str | None, examples: Sequence[TrainingRow] = ()
    ) -> tuple[BenchmarkResult, int]:
        """The policy's result on a held-out suite, and how many candidates had to be drawn for it."""
        shown = [(row.prompt, row.completion) for row in examples]
        indices = range(self.config.benchmark.k)
        prompts = [
            TaskPrompt(task.id, messages_for(task.question(), self.config.system_prompt, shown), indices) for task in tasks
        ]
        request = SampleRequest(
            stage=stage_of(suite, name),
            policy=self._policy(adapter),
            prompts=prompts,
            parameters=self._parameters(),
            seed=self.config.seed,
            round_index=BENCHMARK_ROUND,
            common_streams=True,
        )
        drawn = self._draw_and_score(request, tasks)
        return benchmark_result(self.store, name, tasks, suite), drawn

    def _draw_and_score(self, request: SampleRequest, tasks: Sequence[Task]) -> int:
        """Returns how many candidates had to be drawn."""
        by_id = {task.id: task for task in tasks}
        stored = self.store.candidates.of_stage(request.stage)
        stage = self.view.stage(request.stage, sum(len(prompt.indices) for prompt in request.prompts), len(stored))
        source = LocalSource(self.paths.log(request.stage), self.config.sampling.max_rows)
        with Scoring(self.store, self.paths.log("luau-workers")) as scoring, source:
            for candidate in stored:
                scoring.submit(candidate, by_id[candidate.task])
            tokens = 0
            for arrived in sample(self.store.candidates, source, request):
                if isinstance(arrived, Progress):
                    tokens += arrived.tokens
                    stage.work(arrived.tokens, "tokens")
                else:
                    scoring.submit(arrived, by_id[arrived.task])
                    stage.advance()
            scoring.finish()
        drawn = stage.done - len(stored)
        if drawn:
            self._metric(stage=request.stage, candidates=drawn, tokens=tokens, seconds=stage.seconds)
            speed = f"{tokens / stage.seconds:.0f} tokens/s"
            self.view.say(f"{request.stage}: {drawn} candidates drawn and scored in {stage.seconds:.0f} s, {speed}")
        stage.close()
        return drawn

    def _scored(self, stage: str, tasks: Sequence[Task]) -> list[Scored]:
        by_id = {task.id: task for task in tasks}
        entries = [
            Entry(c, by_id[c.task], extracted(c, by_id[c.task]).code, facts_of(self.store, c, by_id[c.task]))
            for c in self.store.candidates.of_stage(stage)
        ]
        opinions = self._opinions(stage, entries)
        return [
            Scored(
                entry.task.id,
                entry.candidate.index,
                entry.code,
                entry.facts.eligible,
                self._reward(entry.facts, opinions.get(entry.candidate.key)),
                entry.facts.static.composite,
            )
            for entry in entries
        ]

    def _opinions(self, stage: str, entries: Sequence[Entry]) -> Mapping[str, Opinion]:
        """The judge's opinions on a round, asked for once; empty without a judge. Raises JudgePaused."""
        if self.judge is None:
            return {}
        recorded = self.store.fact(f"judged:{stage}")
        if recorded is None:
            recorded = self.judge.judge(stage, entries, self.view).to_json()
            self.store.state(f"judged:{stage}", recorded)
        return JudgedRound.from_json(recorded).opinions

    def _reward(self, facts: Facts, opinion: Opinion | None) -> float | None:
        if self.judge is None or not facts.eligible:
            return reward(facts, self.config.reward)
        return None if opinion is None else reward(facts, self.config.reward, opinion.score)

    # Selection, pool and training

    def record_selection(self, index: int, selection: Selection, candidates: Sequence[Scored]) -> None:
        """State, once, which candidates the round kept, and each task's share of eligible ones."""
        if self.store.fact(f"selection:{round_name(index)}") is not None:
            return
        rates: dict[str, list[bool]] = {}
        for candidate in candidates:
            rates.setdefault(candidate.task, []).append(candidate.eligible)
        fact = {
            "sampled": len(candidates),
            "kept": {task: asdict(best) for task, best in selection.kept.items()},
            "without": dict(selection.without),
            "pass_rates": {task: sum(passed) / len(passed) for task, passed in rates.items()},
        }
        eligible = sum(candidate.eligible for candidate in candidates)
        self.view.say(
            f"{round_name(index)}: {eligible} of {len(candidates)} candidates pass every test; kept the best of "
            f"{len(selection.kept)} tasks, {len(selection.without)} have none"
        )
        self.store.state(f"selection:{round_name(index)}", fact)

    def pass_rates(self, before: int) -> dict[str, float]:
        """Each task's share of eligible candidates in the latest earlier round that sampled it."""
        rates: dict[str, float] = {}
        for index in range(1, before):
            rates.update(self.store.fact(f"selection:{round_name(index)}")["pass_rates"])
        return rates

    def pool(self, through: int) -> Pool:
        """Demonstrations and the best of rounds 1 to `through`. Raises ContaminationError above the configured share."""
        tasks = {task.id: task for task in self.inputs.tasks}
        kept = [
            KeptCode(task, tasks[task].question(), best["code"], tasks[task].kind)
            for index in range(1, through + 1)
            for task, best in self.store.fact(f"selection:{round_name(index)}")["kept"].items()
        ]
        pool = extend(self.inputs.demonstrations, kept, self.fingerprint)
        contaminated = [{"task": task, **asdict(match)} for task, match in pool.contaminated]
        if contaminated:
            named = ", ".join(f"{task} ({match.task_id})" for task, match in pool.contaminated)
            self.view.say(f"{round_name(through)}: left out {len(contaminated)} kept answers that match held-out tasks: {named}")
        self.store.state(
            f"pool:{round_name(through)}",
            {"rows": len(pool.rows), "contaminated": contaminated, "duplicates": pool.duplicates},
        )
        fresh = self.store.fact(f"selection:{round_name(through)}")["kept"]
        matches = (match_answer(self.fingerprint, best["code"], tasks[task].kind) for task, best in fresh.items())
        share = sum(match is not None for match in matches) / max(1, len(fresh))
        if share > self.config.data.max_contaminated_share:
            named = ", ".join(f"{task} ({match.task_id})" for task, match in pool.contaminated[:5])
            raise ContaminationError(
                f"{share:.0%} of what the round kept matches held-out tasks: {named}.",
                hint="Make the training tasks differ from the benchmark, or raise data.max_contaminated_share.",
            )
        return pool

    def train(self, name: str, rows: Sequence[TrainingRow]) -> TrainedAdapter:
        """The stage's adapter, trained from the base; whole and unchanged where it was finished before."""
        target = self.paths.adapter(name)
        recorded = self.store.fact(f"adapter:{name}")
        if recorded is not None:
            verify(target, recorded["digest"])
            return TrainedAdapter(**recorded)
        stage = None

        def on_step(report: dict[str, Any]) -> None:
            nonlocal stage
            stage = stage or self.view.stage(f"training {name}", report["steps"])
            stage.advance(note=f"loss {report['loss']:.3f}")
            self._metric(stage=f"training-{name}", **{key: report[key] for key in ("step", "loss", "tokens", "seconds")})

        adapter = train_adapter(
            model=self.inputs.model,
            system=self.config.system_prompt,
            rows=rows,
            held_out=[TrainingRow(task.question(), reply_with(task.reference, task.kind)) for task in self.inputs.benchmark],
            config=self.config.training,
            seed=self.config.seed,
            target=target,
            log=self.paths.log(f"training-{name}"),
            on_step=on_step,
        )
        if stage is not None:
            stage.close()
        self.store.state(f"adapter:{name}", adapter.to_json())
        self.view.say(
            f"{name}: trained on {adapter.rows} rows for {adapter.steps} steps, loss {adapter.final_loss:.3f}, "
            f"held-out loss {adapter.validation_loss:.3f}, ||dW|| {adapter.change_norm:.2f}"
        )
        return adapter

    # The gate

    def gate(self, name: str, result: BenchmarkResult, incumbent: str | None) -> Decision:
        """Whether the stage's adapter replaces the incumbent. Decided once, and kept."""
        recorded = self.store.fact(f"decision:{name}")
        if recorded is not None:
            return Decision.from_json(recorded)
        decision = decide(
            result,
            incumbent=benchmark_result(self.store, incumbent, self.inputs.benchmark) if incumbent else None,
            base=benchmark_result(self.store, BASE, self.inputs.benchmark),
            alpha=alpha_per_look(self.config.gate.alpha, self.config.rounds),
            margins=GateMargins(self.config.gate.category_margin, self.config.gate.general_margin),
            general=self._measured_general(name, incumbent),
            seed=self.config.seed,
        )
        self.store.state(f"decision:{name}", decision.to_json())
        verb = "promoted" if decision.promote else "kept the incumbent instead of" if incumbent else "did not promote"
        self.view.say(f"gate: {verb} {name}: {decision.reason}")
        return decision

    def _measured_general(self, name: str, incumbent: str | None) -> Measured | None:
        if not self.inputs.general:
            return None

        def of(policy: str) -> BenchmarkResult:
            return benchmark_result(self.store, policy, self.inputs.general, GENERAL)

        return Measured(of(name), of(incumbent) if incumbent else None, of(BASE))

    def promote(self, name: str) -> None:
        """Point adapters/latest at the stage's adapter, once: another run may have moved the link since."""
        if self.store.fact(f"promoted:{name}") is None:
            promote(self.paths.latest, self.paths.adapter(name))
            self.store.state(f"promoted:{name}", True)

    # Shared

    def _policy(self, adapter: str | None) -> PolicySource:
        folder = self.paths.adapter(adapter) if adapter else None
        digest = self.store.fact(f"adapter:{adapter}")["digest"] if adapter else ""
        return PolicySource(self.inputs.model, folder, PolicyIdentity(self.inputs.base_hash, digest))

    def _parameters(self) -> SamplingParameters:
        sampling = self.config.sampling
        return SamplingParameters(
            sampling.temperature, sampling.top_p, sampling.max_new_tokens, sampling.top_k, sampling.min_p, sampling.stop,
            sampling.thinking,
        )  # fmt: skip

    def _metric(self, **facts: Any) -> None:
        with self.paths.metrics.open("a") as file:
            file.write(json.dumps(facts) + "\n")


def _in_words(result: BenchmarkResult) -> str:
    return f"{result.share:.1%} of cases passed, pass@1 {float(result.pass_rates_T.mean()):.1%}"
