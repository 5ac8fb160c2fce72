"""From a run's store to its report. Reads each policy's answers, and of the rounds' candidates sums alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from eval.gate import Decision
from eval.task import Task
from rft.config import RftConfig
from rft.engine import BASE, FEW_SHOT, SFT, round_name
from rft.forgetting import general_of
from rft.paired import Difference
from rft.reporting.advice import Decided, Facts, advise
from rft.reporting.answers import CASES, HeldOut, read_policy
from rft.reporting.data import RoundData, answers_by_task, round_data
from rft.reporting.delta import FigureRow, figure_rows
from rft.reporting.model import PolicyRow, Report
from rft.reporting.shares import Shares, held_out_shares, training_shares
from rft.store import RunPaths, RunStore
from rft.throughput import Throughput, read_throughput


def collect(
    store: RunStore, paths: RunPaths, config: RftConfig, benchmark: Sequence[Task], general: Sequence[Task] = ()
) -> Report:
    """Read what the run measured so far. `general` is empty where the run has no check for forgetting."""
    rounds = [round_name(index) for index in range(1, config.rounds + 1)]
    decided = [name for name in (BASE, FEW_SHOT, SFT, *rounds) if _is_decided(store, name)]
    policies = {name: read_policy(store, name, benchmark, config) for name in decided}
    figures = figure_rows({name: each.figures for name, each in policies.items()}, sft=SFT, rounds=rounds, seed=config.seed)
    sampled, data = read_throughput(paths.metrics), round_data(store, rounds)
    rows = tuple(_row(store, paths, config, name, policies[name], figures, sampled.get(name), general) for name in decided)
    finished, judge = bool(store.fact("finished")), store.fact("judge")
    return Report(
        run=paths.name, reward_mode=config.reward.mode, model=config.model, seed=config.seed, finished=finished, rows=rows,
        judge=judge, figures=figures, data=data, training_tasks=_training(store, data),
        held_out_tasks=held_out_shares({name: each.result for name, each in policies.items() if name != FEW_SHOT}),
        advice=advise(_facts(paths, config, len(benchmark), data, rows, judge or {})),
    )  # fmt: skip


def _is_decided(store: RunStore, name: str) -> bool:
    """Whether all is known of a policy: it is measured and, where the gate judges it, decided."""
    measured = store.fact(f"measured:{name}") is not None
    return measured and (name in (BASE, FEW_SHOT) or store.fact(f"decision:{name}") is not None)


def _row(
    store: RunStore,
    paths: RunPaths,
    config: RftConfig,
    name: str,
    policy: HeldOut,
    figures: Sequence[FigureRow],
    sampling: Throughput | None,
    general: Sequence[Task],
) -> PolicyRow:
    decision, selection = store.fact(f"decision:{name}"), store.fact(f"selection:{name}")
    has_adapter = decision is not None
    return PolicyRow(
        name,
        policy.metrics,
        Decision.from_json(decision) if has_adapter else None,
        _against_sft(figures, name),
        **({} if selection is None else _of_round(store, name, selection)),
        adapter=str(paths.adapter(name).relative_to(paths.workspace)) if has_adapter else None,
        training=store.fact(f"adapter:{name}") if has_adapter else None,
        unsupported=policy.unsupported,
        general=general_of(store, name, general, config.seed),
        sampling=sampling,
    )


def _against_sft(figures: Sequence[FigureRow], name: str) -> Difference | None:
    return next((row.against_sft.get(name) for row in figures if row.figure == CASES), None)


def _of_round(store: RunStore, name: str, selection: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sampled": selection["sampled"],
        "kept": len(selection["kept"]),
        "without": selection["without"],
        "contaminated": len(store.fact(f"pool:{name}")["contaminated"]),
        "gain": selection.get("gain"),
    }


def _training(store: RunStore, data: Sequence[RoundData]) -> Shares | None:
    names = [each.name for each in data]
    rates = [store.fact(f"selection:{name}")["pass_rates"] for name in names]
    return training_shares(rates, answers_by_task(store, names))


def _facts(
    paths: RunPaths,
    config: RftConfig,
    held_out: int,
    data: Sequence[RoundData],
    rows: Sequence[PolicyRow],
    judge: Mapping[str, str],
) -> Facts:
    decided = [Decided(row.name, row.decision, row.against_sft) for row in rows if row.decision is not None]
    return Facts(paths.name, config, held_out, data, decided, judge.get("name", ""), judge.get("standing", ""))
