"""How far a run is, read off its store."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from eval.task import Task
from rft import curriculum
from rft.begun import stored_config
from rft.config import RftConfig
from rft.engine import BASE, FEW_SHOT, SFT, round_name
from rft.inputs import general_tasks, held_out_tasks, training_tasks
from rft.measure import BENCHMARK, GENERAL, stage_of
from rft.store import RunPaths, RunStore, is_running

State = Literal["finished", "running", "stopped"]


@dataclass(frozen=True, slots=True)
class StageProgress:
    """One stage: things done of things to do, and what came of it in a few words."""

    name: str
    done: int
    total: int
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def state_of(store: RunStore, paths: RunPaths) -> State:
    """Whether the run is done, being worked on, or was left by whoever worked on it."""
    # In this order: a run that ends between the two looks is finished, not stopped.
    held = is_running(paths)
    return "finished" if store.fact("finished") else "running" if held else "stopped"


def in_words(state: State, paths: RunPaths) -> str:
    """The state, and what to do about it."""
    return f"stopped; `rft resume --name {paths.name}` carries it on" if state == "stopped" else state


def progress_of(store: RunStore) -> list[StageProgress]:
    """All stages of the run in their order, begun or not."""
    config = stored_config(store)
    counts = store.candidates.stages()
    held_out = len(held_out_tasks(store, config)) * config.benchmark.k
    general = len(general_tasks(store, config)) * config.benchmark.k
    tasks = training_tasks(store, config)
    rates: dict[str, float] = {}

    def measured(name: str) -> list[StageProgress]:
        suites = {BENCHMARK: held_out, GENERAL: general if name != FEW_SHOT else 0}
        stages = [(stage_of(suite, name), total) for suite, total in suites.items() if total]
        *first, last = [StageProgress(stage, counts.get(stage, 0), total) for stage, total in stages]
        return [*first, replace(last, note=_verdict(store, name))]

    def training(name: str) -> StageProgress:
        adapter = store.fact(f"adapter:{name}")
        note = "" if adapter is None else f"loss {adapter['final_loss']:.3f} on {adapter['rows']} rows"
        return StageProgress(f"training {name}", int(adapter is not None), 1, note)

    stages = measured(BASE)
    if config.benchmark.few_shot:
        stages += measured(FEW_SHOT)
    stages += [training(SFT), *measured(SFT)]
    for index in range(1, config.rounds + 1):
        name = round_name(index)
        selection = store.fact(f"selection:{name}")
        total = _asked(tasks, config, index, rates) if selection is None else selection["sampled"]
        rates.update({} if selection is None else selection["pass_rates"])
        note = "" if selection is None else f"kept {len(selection['kept'])}"
        stages += [StageProgress(name, counts.get(name, 0), total, note), training(name), *measured(name)]
    return stages


def _asked(tasks: Sequence[Task], config: RftConfig, index: int, rates: Mapping[str, float]) -> int:
    """The candidates of a round without a selection: exact for the one in progress, a guess for those after it."""
    rising = curriculum.Place(index, config.rounds) if config.sampling.curriculum else None
    return len(curriculum.choose(tasks, rates, rising)) * config.sampling.n


def _verdict(store: RunStore, name: str) -> str:
    decision = store.fact(f"decision:{name}")
    return "" if decision is None else "promoted" if decision["promote"] else "refused"
