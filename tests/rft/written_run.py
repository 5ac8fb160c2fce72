"""A run whose store is written by hand: which policy passes what, and what a round sampled and kept. No process is started."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.gate import Decision
from eval.task import Task, load_tasks
from rft.config import RftConfig, load_config
from rft.inputs import described
from rft.measure import BENCHMARK, stage_of
from rft.sampling_stages import Inputs
from rft.scoring import extracted, score_key
from rft.store import RunPaths, RunStore
from rollouts.store import Candidate
from scorers import SCORERS, ScoreReport
from scorers.compiler import CompileResult
from scorers.diagnostics import Diagnostic
from scorers.execution import Evaluation, ExecutionReport, Status
from scorers.execution.report import CaseFailure


@dataclass(frozen=True, slots=True)
class WrittenRun:
    """Writes facts into a store of the workspace of `tests.rft.world`, which is the current folder."""

    paths: RunPaths
    store: RunStore
    config: RftConfig
    tasks: tuple[Task, ...]
    benchmark: tuple[Task, ...]

    @classmethod
    def begin(cls, paths: RunPaths, store: RunStore, **overrides: Any) -> "WrittenRun":
        """A run that has read its inputs and nothing else."""
        config = load_config(paths.workspace / "rft.toml", "quickstart", overrides)
        tasks, benchmark = (load_tasks(Path(folder)) for folder in (config.data.tasks, config.data.benchmark))
        store.state("config", config.model_dump())
        store.state("inputs", described(Inputs(tasks, benchmark, (), Path("model"), "base")))
        return cls(paths, store, config, tasks, benchmark)

    def answer(
        self,
        stage: str,
        task: Task,
        index: int,
        code: str,
        *,
        passed: int = 1,
        total: int = 1,
        findings: Sequence[Diagnostic] = (),
        failures: Sequence[CaseFailure] = (),
        score: float = 1.0,
        scored: bool = True,
    ) -> None:
        """One candidate with its score. The same code of a task has one score."""
        text = f"```luau\n{code}\n```"
        candidate = Candidate(stage, task.id, index, f"{stage}-{task.id}-{index}", text, 7, "stop")
        self.store.candidates.add(candidate)
        if scored:
            report = ExecutionReport(Status.PASSED if passed == total else Status.FAILED, passed, total, tuple(failures))
            static = ScoreReport(True, dict.fromkeys(SCORERS, score), tuple(findings))
            self.store.add_score(
                score_key(extracted(candidate, task).code, task), Evaluation(CompileResult(ok=True), report, static).to_json()
            )

    def measure(self, name: str, passes: Mapping[str, int], k: int = 1) -> None:
        """A policy that passes `passes[task]` of `k` samples, and none of the tasks that are not named."""
        for task in self.benchmark:
            for index in range(k):
                right = index < passes.get(task.id, 0)
                self.answer(
                    stage_of(BENCHMARK, name), task, index, f"return {'type' if right else f'nil -- {name}'}", passed=int(right)
                )
        self.store.state(f"measured:{name}", {"share": 0.0})

    def decide(self, name: str, *, promote: bool, reason: str = "because") -> None:
        """The gate's word on a policy, and its adapter."""
        decision = Decision(promote, reason, 0.5, 0.5, None, 0.025, 0.1, (0.0, 0.2), 0.3, (), ())
        self.store.state(f"decision:{name}", decision.to_json())
        self.store.state(f"adapter:{name}", {"final_loss": 1.0, "validation_loss": 2.0})
        self.store.state(f"pool:{name}", {"rows": 1, "contaminated": [], "duplicates": 0})

    def select(self, name: str, kept: Mapping[str, int], rates: Mapping[str, float]) -> None:
        """What a round kept, by task and index; each task that it sampled with its share of eligible candidates."""
        codes = {task: {"task": task, "index": index, "code": "return type", "reward": 1.0} for task, index in kept.items()}
        without = {task: "none of them passes every test" for task in rates if task not in kept}
        fact = {"sampled": 2 * len(rates), "kept": codes, "without": without, "pass_rates": dict(rates)}
        self.store.state(f"selection:{name}", fact)


def finding(line: int, column: int = 1, message: str = "look here", check: str = "a-check") -> Diagnostic:
    """A warning of the bugs scorer."""
    return Diagnostic.from_json(
        {
            "check": check, "scorer": "bugs", "severity": "warning", "line": line, "column": column,
            "end_line": line, "end_column": column + 4, "message": message, "hint": "mend it",
        }
    )  # fmt: skip
