"""What judging a run cost: the ledger's rows beside what the run's store knows."""

import json
import sys
from collections.abc import Mapping
from typing import Any, Literal

from rich.console import Console

from eval.gate import Decision
from judges.cost.export import write_calls
from judges.cost.facts import CostReport, cost_report
from judges.cost.reading import budgets, read_records, stored_readers
from judges.cost.records import Records
from judges.cost.runfacts import Judged, RunFacts, TaskChoice
from judges.cost.view import show_cost as render_cost
from judges.ledger import Ledger, LedgerReader
from judges.prices import Prices
from judges.rubric import RUBRIC_VERSION
from rft.begun import stored_config
from rft.config import RftConfig
from rft.engine import BASE, SFT, round_name
from rft.errors import InputError
from rft.inputs import held_out_tasks
from rft.judging.places import ledger_file
from rft.judging.settings import limits_of, prices_of
from rft.measure import benchmark_result
from rft.store import RunPaths, RunStore, open_for_reading

POINTS = 100
"""Of the benchmark in a share."""


def show_cost(paths: RunPaths, console: Console, form: Literal["tables", "json", "csv"]) -> None:
    """Print the report of a run that has a judge. Raises InputError where there is none, and where there is no such run."""
    report, records = _calibration_cost(paths) or _run_cost(paths)
    if form == "json":
        print(json.dumps(report.to_json()))
    elif form == "csv":
        write_calls(sys.stdout, records.calls)
    else:
        render_cost(report, console)


def _calibration_cost(paths: RunPaths) -> tuple[CostReport, Records] | None:
    """The report of what stands in the ledger under a name that is no run's; None where there is no such thing."""
    file = ledger_file(paths.workspace)
    if paths.database.is_file() or not file.is_file():
        return None
    with Ledger.read(file) as ledger:
        records = read_records(ledger, stored_readers(), paths.name)
    return (cost_report(records, Prices({}), paths.name), records) if records.calls else None


def _run_cost(paths: RunPaths) -> tuple[CostReport, Records]:
    with open_for_reading(paths) as store:
        config = stored_config(store)
        found = cost_of(store, paths)
    if found is not None:
        return found
    if config.judge.backend == "none":
        raise InputError(
            f"the run {paths.name!r} has no judge: it cost nothing.", hint="`rft run --judge claude --name NEW` has one."
        )
    missing = ledger_file(paths.workspace).relative_to(paths.workspace)
    raise InputError(f"the ledger {missing} is missing: what the judge cost is not known.", hint="Put it back from a copy.")


def cost_of(store: RunStore, paths: RunPaths) -> tuple[CostReport, Records] | None:
    """The cost report of a run and the rows that it stands on; None where it has no judge, or no ledger."""
    config = stored_config(store)
    file = ledger_file(paths.workspace)
    if config.judge.backend == "none" or not file.is_file():
        return None
    with Ledger.read(file) as ledger:
        records = read_records(ledger, stored_readers(), paths.name)
        facts = _facts(store, paths, config, ledger)
    return cost_report(records, prices_of(config.judge), paths.name, facts=facts), records


def _facts(store: RunStore, paths: RunPaths, config: RftConfig, ledger: LedgerReader) -> RunFacts:
    names = [round_name(index) for index in range(1, config.rounds + 1)]
    selections = {name: fact for name in names if (fact := store.fact(f"selection:{name}")) is not None}
    judged = {name: fact for name in names if (fact := store.fact(f"judged:{name}")) is not None}
    latest = next(reversed(judged), names[0] if names else "")
    tasks = [task for fact in judged.values() for task in fact["tasks"].values()]
    return RunFacts(
        candidates=sum(fact["sampled"] for fact in selections.values()),
        kept=sum(len(fact["kept"]) for fact in selections.values()),
        certified=sum(bool(task["certified"]) for task in tasks),
        gained_points=_gained(store, config, names),
        rounds_left=config.rounds - len(selections),
        tasks_per_round=round(sum(len(fact["tasks"]) for fact in judged.values()) / len(judged)) if judged else 0,
        budgets=budgets(ledger, limits_of(config.judge), paths.name, latest),
        provenance=_provenance(config),
        choices=tuple(
            _choice(name, task, facts, selections.get(name, {}).get("kept", {}).get(task))
            for name, fact in judged.items()
            for task, facts in fact["tasks"].items()
        ),
    )


def _gained(store: RunStore, config: RftConfig, names: list[str]) -> float | None:
    """Points that the last promoted adapter of a round has over SFT's, or over the base where SFT was not promoted."""
    promoted = [name for name in names if _is_promoted(store, name)]
    if not promoted:
        return None
    before = SFT if _is_promoted(store, SFT) else BASE
    tasks = held_out_tasks(store, config)
    return POINTS * (benchmark_result(store, promoted[-1], tasks).share - benchmark_result(store, before, tasks).share)


def _is_promoted(store: RunStore, name: str) -> bool:
    decision = store.fact(f"decision:{name}")
    return decision is not None and Decision.from_json(decision).promote


def _provenance(config: RftConfig) -> dict[str, str]:
    judge = config.judge
    return {"rubric": RUBRIC_VERSION, "effort": judge.effort, "view": judge.view, "confirm": judge.confirm}


def _choice(round: str, task: str, facts: Mapping[str, Any], kept: Mapping[str, Any] | None) -> TaskChoice:
    candidates = tuple(Judged(each["key"], each["static"], each["judge"], each["passed"]) for each in facts["candidates"])
    by_index = {each["index"]: each["key"] for each in facts["candidates"]}
    chosen = None if kept is None else by_index.get(kept["index"])
    return TaskChoice(round, task, candidates, chosen, facts["judge_only"], facts["deterministic_only"])
