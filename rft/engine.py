"""The stages of a run, each idempotent over the store: it asks what is already done and does the rest."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from checkpoints.adapter import verify
from checkpoints.latest import promote
from eval.comparable import fingerprint_of, match_answer
from eval.gate import Decision, GateMargins, Measured, alpha_per_look, decide
from eval.outcome import BenchmarkResult
from eval.task import Task
from rft.allocation import gain
from rft.config import RftConfig
from rft.errors import RftError
from rft.judging.opinions import RoundJudge
from rft.learning import LearningData, learning_data
from rft.measure import BENCHMARK, GENERAL, benchmark_result, stage_of
from rft.pool import KeptCode, Pool, extend
from rft.sampling_stages import Inputs, SamplingStages
from rft.selection import Scored, Selection
from rft.store import RunPaths, RunStore
from rft.training.adapter import TrainedAdapter, forget_state, train_adapter
from rft.training.rows import TrainingRow
from rft.view import View
from scorers.extraction import reply_with

BASE, FEW_SHOT, SFT = "base", "few-shot", "sft"


class ContaminationError(RftError):
    """Too much of what a round kept matches held-out tasks."""


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
        self.sampling = SamplingStages(config, inputs, paths, store, view, judge, self._metric)
        self.sampling.check()
        self.fingerprint = fingerprint_of(inputs.benchmark, inputs.general)
        self._sampled: dict[str, list[Scored]] = {}

    # Sampling and scoring

    def sample(self, stage: str, tasks: Sequence[Task], adapter: str | None, round_index: int) -> list[Scored]:
        """The round's candidates from the base with that stage's adapter, each with its reward. Raises JudgePaused when all is
        drawn."""
        self._sampled = {stage: self.sampling.round(stage, tasks, adapter, round_index)}
        return self._sampled[stage]

    def benchmark(self, name: str, adapter: str | None = None, examples: Sequence[TrainingRow] = ()) -> BenchmarkResult:
        """The policy's result on the held-out tasks, k samples each, drawn with the same luck for every policy."""
        drawn = self.sampling.suite(stage_of(BENCHMARK, name), self.inputs.benchmark, adapter, examples)
        result = benchmark_result(self.store, name, self.inputs.benchmark)
        self.store.state(f"measured:{name}", {"share": result.share})
        if drawn:
            self.view.say(f"{name} on the held-out tasks: {_in_words(result)}")
        return result

    def general(self, name: str, adapter: str | None = None) -> None:
        """Measure the policy on the tasks outside the domain in the same way; nothing where the run has none."""
        if not self.inputs.general:
            return
        drawn = self.sampling.suite(stage_of(GENERAL, name), self.inputs.general, adapter)
        result = benchmark_result(self.store, name, self.inputs.general, GENERAL)
        self.store.state(f"general:{name}", {"share": result.share})
        if drawn:
            self.view.say(f"{name} on the general suite: {_in_words(result)}")

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
            **self._gain(candidates),
        }
        eligible = sum(candidate.eligible for candidate in candidates)
        self.view.say(
            f"{round_name(index)}: {eligible} of {len(candidates)} candidates pass every test; kept the best of "
            f"{len(selection.kept)} tasks, {len(selection.without)} have none"
        )
        self.store.state(f"selection:{round_name(index)}", fact)

    def _gain(self, candidates: Sequence[Scored]) -> dict[str, Any]:
        """What sampling in waves brought, where it is switched on."""
        sampling, found = self.config.sampling, dict[str, list[str | None]]()
        if sampling.enough is None:
            return {}
        for candidate in sorted(candidates, key=lambda each: each.index):
            found.setdefault(candidate.task, []).append(candidate.code if candidate.eligible else None)
        return {"gain": gain(sampling.n, sampling.enough, found).to_json()}

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
            forget_state(target)
            return TrainedAdapter(**recorded)
        data = self._learned(name, rows)
        stage = None

        def on_step(report: dict[str, Any]) -> None:
            nonlocal stage
            stage = stage or self.view.stage(f"training {name}", report["steps"], report["step"] - 1)
            stage.advance(note=f"loss {report['loss']:.3f}")
            self._metric(stage=f"training-{name}", **{key: value for key, value in report.items() if key != "kind"})

        adapter = train_adapter(
            model=self.inputs.model,
            system=self.config.system_prompt,
            rows=data.rows,
            pairs=data.pairs,
            held_out=[TrainingRow(task.question(), reply_with(task.reference, task.kind)) for task in self.inputs.benchmark],
            config=self.config.training if name == SFT else self.config.training.of_rounds(),
            seed=self.config.seed,
            target=target,
            log=self.paths.log(f"training-{name}"),
            on_step=on_step,
            thinking=self.config.sampling.thinking,
        )
        if stage is not None:
            stage.close()
        self.store.state(f"adapter:{name}", adapter.to_json())
        forget_state(target)
        self.view.say(
            f"{name}: trained on {adapter.rows} rows for {adapter.steps} steps, loss {adapter.final_loss:.3f}, "
            f"held-out loss {adapter.validation_loss:.3f}, ||dW|| {adapter.change_norm:.2f}"
        )
        return adapter

    def _learned(self, name: str, rows: Sequence[TrainingRow]) -> LearningData:
        """What the objective makes of the pool and of the round's candidates. SFT has none."""
        questions = {task.id: (task.question(), task.kind) for task in self.inputs.tasks}
        objective = self.config.training.objective
        data = learning_data(objective, rows, self._sampled.get(name, ()), questions, self.fingerprint)
        if data.contaminated:
            self.view.say(f"{name}: {data.contaminated} more answers match held-out tasks and are not learned from")
        return data

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

    def _metric(self, **facts: Any) -> None:
        with self.paths.metrics.open("a") as file:
            file.write(json.dumps(facts) + "\n")


def _in_words(result: BenchmarkResult) -> str:
    return f"{result.share:.1%} of cases passed, pass@1 {float(result.pass_rates_T.mean()):.1%}"
