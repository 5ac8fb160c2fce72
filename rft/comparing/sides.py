"""Which policy a person means by `RUN` or `RUN:STAGE`, and what its run's store knows of it."""

from collections.abc import Callable
from dataclasses import dataclass

from eval.task import Task
from rft.begun import stored_config
from rft.comparing.comparison import Side
from rft.config import RftConfig
from rft.engine import BASE, FEW_SHOT, SFT, round_name
from rft.errors import InputError
from rft.inputs import held_out_tasks
from rft.measure import BENCHMARK, benchmark_result, stage_of
from rft.scoring import candidates_of, extracted, facts_of
from rft.store import RunPaths, RunStore, open_for_reading
from scorers.execution.tests import Kind


@dataclass(frozen=True, slots=True)
class Best:
    """A policy's best answer to a task: most cases passed, then the scorers' mean, then the lowest index."""

    index: int
    code: str
    passed: int
    total: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Measured:
    """A policy that was named. `note` says how it was chosen where only its run was named."""

    paths: RunPaths
    stage: str
    note: str
    config: RftConfig
    benchmark: tuple[Task, ...]
    side: Side

    def best(self, task: str) -> Best:
        """Its best answer to one of its tasks."""
        (found,) = (each for each in self.benchmark if each.id == task)
        with open_for_reading(self.paths) as store:
            return _best(store, found, stage_of(BENCHMARK, self.stage))


def resolve(text: str, paths_of: Callable[[str], RunPaths]) -> Measured:
    """The policy that `text` names. Without a stage it is the one that the run promoted last, or where it promoted none the one
    that it measured last. Raises InputError where there is no such run or stage, or nothing was measured."""
    name, colon, stage = text.partition(":")
    paths = paths_of(name)
    with open_for_reading(paths) as store:
        config = stored_config(store)
        chosen, note = (stage, "") if colon else _result_of(store, config, paths)
        measured = measured_stages(store, config)
        if chosen not in measured:
            raise InputError(
                f"the run {name!r} has measured no stage {chosen!r}.",
                hint=f"Stages with a measurement: {', '.join(measured) or 'none yet'}.",
            )
        benchmark = held_out_tasks(store, config)
        result = benchmark_result(store, chosen, benchmark)
        contents = {task.id: f"{task.question()}\0{task.fingerprint()}" for task in benchmark}
        return Measured(paths, chosen, note, config, benchmark, Side(f"{name}:{chosen}", result, contents))


def measured_stages(store: RunStore, config: RftConfig) -> list[str]:
    """The run's policies that were measured to the end, in their order: base, few-shot, sft, round-1, ..."""
    names = [BASE, FEW_SHOT, SFT, *(round_name(index) for index in range(1, config.rounds + 1))]
    return [name for name in names if store.fact(f"measured:{name}") is not None]


def _result_of(store: RunStore, config: RftConfig, paths: RunPaths) -> tuple[str, str]:
    measured = measured_stages(store, config)
    if not measured:
        raise InputError(f"the run {paths.name!r} has measured nothing yet.", hint="`rft status` shows how far it is.")
    decided = [(name, store.fact(f"decision:{name}")) for name in measured]
    promoted = [name for name, decision in decided if decision is not None and decision["promote"]]
    if promoted:
        return promoted[-1], f"{paths.name}: {promoted[-1]}, the last that was promoted"
    return measured[-1], f"{paths.name}: {measured[-1]}, the last that was measured; none was promoted"


def _best(store: RunStore, task: Task, stage: str) -> Best:
    ranked = []
    for candidate in candidates_of(store, stage, task.id):
        answer, facts = extracted(candidate, task), facts_of(store, candidate, task)
        passed = 0 if facts.truncated else facts.execution.passed
        best = Best(candidate.index, answer.code, passed, facts.execution.total, task.kind)
        ranked.append((passed, facts.static.composite, -candidate.index, best))
    return max(ranked, key=lambda row: row[:3])[3]
