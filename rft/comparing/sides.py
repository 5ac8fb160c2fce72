"""Which policy a person means by `RUN`, `RUN:STAGE` or a results file, and what is known of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eval.task import Task
from rft.begun import stored_config
from rft.comparing.comparison import Side
from rft.comparing.files import is_file_name, read_results
from rft.config import RftConfig
from rft.engine import BASE, FEW_SHOT, SFT, round_name
from rft.errors import InputError
from rft.evaluation.results import content_of
from rft.inputs import held_out_tasks
from rft.measure import BENCHMARK, benchmark_result, stage_of
from rft.scoring import extracted, facts_of
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
    """A policy that was named. `source` is the run or the file that it is of; `note` says how it was chosen where only its run
    was named; `settings` are what makes a comparison doubtful where it differs. `best` gives its best answer to one of its tasks,
    None where its answers were not kept."""

    source: str
    note: str
    seed: int
    settings: Mapping[str, object]
    side: Side
    best: Callable[[str], Best] | None


def resolve(text: str, paths_of: Callable[[str], RunPaths]) -> Measured:
    """The policy that `text` names: a results file of `rft eval`, or RUN:STAGE. Without a stage it is the one that the run
    promoted last, or where it promoted none the one that it measured last. Raises InputError where there is no such file, run or
    stage, or nothing was measured."""
    if is_file_name(text):
        return _of_file(text)
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
    contents = {task.id: content_of(task.question(), None, task.executable()) for task in benchmark}
    side = Side(f"{name}:{chosen}", result, contents)
    return Measured(name, note, config.seed, _settings(config), side, partial(_best_of, paths, benchmark, chosen))


def _of_file(text: str) -> Measured:
    found = read_results(Path(text))
    what = found.evaluation
    settings = {ours: what[theirs] for ours, theirs in IN_A_FILE.items() if theirs in what}
    return Measured(text, "", found.seed, settings, found.side(text), None)


IN_A_FILE = {"seeds": "seed", "temperatures": "temperature", "most new tokens": "max_new_tokens"}
"""What a results file tells of what `_settings` of a run does."""


def _settings(config: RftConfig) -> dict[str, object]:
    return {
        "models": config.model,
        "seeds": config.seed,
        "reward modes": config.reward.mode,
        "temperatures": config.sampling.temperature,
        "most new tokens": config.sampling.max_new_tokens,
    }


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


def _best_of(paths: RunPaths, benchmark: Sequence[Task], stage: str, task: str) -> Best:
    (found,) = (each for each in benchmark if each.id == task)
    with open_for_reading(paths) as store:
        return _best(store, found, stage_of(BENCHMARK, stage))


def _best(store: RunStore, task: Task, stage: str) -> Best:
    ranked = []
    for candidate in store.candidates.of_task(stage, task.id):
        answer, facts = extracted(candidate, task), facts_of(store, candidate, task)
        passed = 0 if facts.truncated else facts.execution.passed
        best = Best(candidate.index, answer.code, passed, facts.execution.total, task.kind)
        ranked.append((passed, facts.static.composite, -candidate.index, best))
    return max(ranked, key=lambda row: row[:3])[3]
