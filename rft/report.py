"""The report of a run: base, base with examples, SFT and each round, with intervals and decisions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from eval.benchmark import Metrics
from eval.gate import Decision
from eval.task import Task
from rft.config import RftConfig
from rft.engine import BASE, FEW_SHOT, SFT, round_name
from rft.forgetting import TITLE, General, fill, general_of, markdown, percent
from rft.measure import benchmark_result, metrics_of, unsupported_answers
from rft.paired import Difference, difference
from rft.sampling_view import TITLE as SAMPLING
from rft.sampling_view import fill as fill_sampling
from rft.sampling_view import gains_in_words
from rft.store import RunPaths, RunStore
from rft.throughput import Throughput, read_throughput
from rft.trend import RoundFigures, trend_table
from scorers import SCORERS


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One measured policy. `against_sft` is its paired difference in share of cases passed; None for SFT and base.
    `unsupported` counts its answers that used what the world does not model."""

    name: str
    metrics: Metrics
    decision: Decision | None
    against_sft: Difference | None
    sampled: int | None = None
    kept: int | None = None
    without: dict[str, str] | None = None
    contaminated: int | None = None
    adapter: str | None = None
    training: dict[str, Any] | None = None
    unsupported: int = 0
    general: General | None = None
    sampling: Throughput | None = None
    gain: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known of a run so far. `finished` is False for one that is still on its way."""

    run: str
    reward_mode: str
    model: str
    seed: int
    finished: bool
    rows: tuple[PolicyRow, ...]
    judge: dict[str, str] | None = None
    """Its `name` and, where it is to be doubted, its `standing`; None without a judge."""

    def to_json(self) -> dict[str, Any]:
        """The machine's view: base, sft and rounds by name."""
        by_name = {row.name: row for row in self.rows}

        def entry(name: str) -> dict[str, Any] | None:
            row = by_name.get(name)
            return None if row is None else {"metrics": row.metrics.to_json(), **_apart(row), **_decision(row)}

        return {
            "run": self.run,
            "reward_mode": self.reward_mode,
            "judge": self.judge,
            "model": self.model,
            "seed": self.seed,
            "finished": self.finished,
            "base": entry(BASE),
            "few_shot": entry(FEW_SHOT),
            "sft": entry(SFT),
            "rounds": [_round(index, row) for index, row in enumerate(self.rounds, 1)],
        }

    @property
    def rounds(self) -> list[PolicyRow]:
        return [row for row in self.rows if row.name not in (BASE, FEW_SHOT, SFT)]


def _apart(row: PolicyRow) -> dict[str, Any]:
    """What only some rows have."""
    unsupported = {"unsupported": row.unsupported} if row.unsupported else {}
    return unsupported | ({} if row.general is None else {"general": row.general.to_json()})


def _decision(row: PolicyRow) -> dict[str, Any]:
    return (
        {}
        if row.decision is None
        else {
            "decision": row.decision.to_json(),
            "adapter": row.adapter,
            "training": row.training,
        }
    )


def _round(index: int, row: PolicyRow) -> dict[str, Any]:
    return {
        "index": index,
        "sampled": row.sampled,
        "kept": row.kept,
        "without": row.without,
        "contaminated": row.contaminated,
        "sampling": None if row.sampling is None else row.sampling.to_json(),
        **({} if row.gain is None else {"gain": row.gain}),
        "metrics": row.metrics.to_json(),
        **_apart(row),
        "against_sft": None if row.against_sft is None else row.against_sft.to_json(),
        **_decision(row),
    }


def collect(
    store: RunStore, paths: RunPaths, config: RftConfig, benchmark: Sequence[Task], general: Sequence[Task] = ()
) -> Report:
    """Read what the run measured so far. `general` is empty where the run has no check for forgetting."""
    names = [BASE, FEW_SHOT, SFT, *(round_name(index) for index in range(1, config.rounds + 1))]
    measured = [name for name in names if store.fact(f"measured:{name}") is not None]
    decided = [name for name in measured if name in (BASE, FEW_SHOT) or store.fact(f"decision:{name}") is not None]
    sampled = read_throughput(paths.metrics)
    rows = tuple(
        replace(
            _row(store, paths, config, benchmark, name),
            unsupported=unsupported_answers(store, name, benchmark),
            general=general_of(store, name, general, config.seed),
            sampling=sampled.get(name),
        )
        for name in decided
    )
    finished = bool(store.fact("finished"))
    return Report(paths.name, config.reward.mode, config.model, config.seed, finished, rows, store.fact("judge"))


def _row(store: RunStore, paths: RunPaths, config: RftConfig, benchmark: Sequence[Task], name: str) -> PolicyRow:
    metrics = metrics_of(store, name, benchmark, config.seed)
    decision = store.fact(f"decision:{name}")
    if decision is None:
        return PolicyRow(name, metrics, None, None)
    adapter = str(paths.adapter(name).relative_to(paths.workspace))
    training = store.fact(f"adapter:{name}")
    if name == SFT:
        return PolicyRow(name, metrics, Decision.from_json(decision), None, adapter=adapter, training=training)
    selection = store.fact(f"selection:{name}")
    against = difference(benchmark_result(store, name, benchmark), benchmark_result(store, SFT, benchmark), seed=config.seed)
    return PolicyRow(
        name, metrics, Decision.from_json(decision), against,
        sampled=selection["sampled"], kept=len(selection["kept"]), without=selection["without"],
        contaminated=len(store.fact(f"pool:{name}")["contaminated"]), adapter=adapter,
        training=training, gain=selection.get("gain"),
    )  # fmt: skip


def _by(report: Report) -> str:
    """Whose opinion counted, and how far it can be believed."""
    if report.judge is None:
        return ""
    standing = report.judge["standing"]
    return f", judge {report.judge['name']}" + (f". {standing}" if standing else "")


def render(report: Report, console: Console, rounds: Sequence[RoundFigures] = ()) -> None:
    """Print the tables. `rounds` are the figures of the rounds' candidates, where they are known."""
    state = "" if report.finished else " (not finished)"
    heading = (
        f"\nRun {report.run}{state}: model {report.model}, seed {report.seed}, reward mode {report.reward_mode}{_by(report)}"
    )
    console.print(heading, markup=False)
    console.print(_measured(report), _scored(report))
    if forgotten := _general(report):
        console.print(fill(_table(TITLE), forgotten))
    console.print(_decided(report))
    if len(report.rows) > 1 or rounds:
        console.print(trend_table(report.rows, rounds))
    if sampled := [row.sampling for row in report.rounds if row.sampling is not None]:
        console.print(fill_sampling(_table(SAMPLING), sampled))
    for line in (*_gains(report), *_unsupported(report)):
        console.print(line, highlight=False, soft_wrap=True)
    for row in report.rows:
        if row.decision is not None:
            verb = "promoted" if row.decision.promote else "not promoted"
            console.print(f"{row.name}: {verb}: {row.decision.reason}.", highlight=False, soft_wrap=True)
    for row in report.rounds:
        console.print(f"{row.name}: none kept for {', '.join(row.without or {}) or 'no task'}.", highlight=False, soft_wrap=True)


def _general(report: Report) -> list[tuple[str, General]]:
    return [(row.name, row.general) for row in report.rows if row.general is not None]


def _unsupported(report: Report) -> list[str]:
    counts = [(row.name, row.unsupported) for row in report.rows]
    counts += [(f"{name} on the general suite", general.unsupported) for name, general in _general(report)]
    what = "answers that used what the world does not model, counted as failed."
    return [f"{name}: unsupported {count}: {what}" for name, count in counts if count]


def _gains(report: Report) -> list[str]:
    return gains_in_words({row.name: row.gain for row in report.rounds if row.gain is not None})


def _table(title: str) -> Table:
    """Narrow enough that every table fits 80 columns."""
    return Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)


def _measured(report: Report) -> Table:
    table = _table("On the held-out tasks, in %, with 95 % intervals over tasks")
    table.add_column("policy")
    for heading in ("cases passed", "pass@1", "pass@k", "compile", "composite"):
        table.add_column(heading, justify="right")
    for row in report.rows:
        m = row.metrics
        table.add_row(
            row.name, percent(m.cases), percent(m.pass_at_1), *map(_percent, (m.pass_at_k, m.compile_rate, m.composite))
        )
    return table


def _scored(report: Report) -> Table:
    table = _table("The scorers' means, in %; code that does not compile counts as 0")
    table.add_column("policy")
    for scorer in SCORERS:
        table.add_column(scorer, justify="right")
    for row in report.rows:
        table.add_row(row.name, *(_percent(row.metrics.scores[scorer]) for scorer in SCORERS))
    return table


def _decided(report: Report) -> Table:
    table = _table("The gate; gains in points of cases passed")
    for heading in ("policy", "sampled", "kept", "minus SFT", "decision", "p", "visible"):
        table.add_column(heading, justify="left" if heading in ("policy", "decision") else "right", no_wrap=True)
    for row in report.rows:
        if (d := row.decision) is not None:
            table.add_row(
                row.name, _count(row.sampled), _count(row.kept),
                "" if row.against_sft is None else row.against_sft.text(),
                "promoted" if d.promote else "refused", f"{d.p_value:.4f}",
                "none" if d.mde is None else f"{100 * d.mde:+.1f}",
            )  # fmt: skip
    return table


def _percent(value: float) -> str:
    return f"{100 * value:.0f}"


def _count(value: int | None) -> str:
    return "" if value is None else str(value)


def write_log_page(report: Report, paths: RunPaths) -> Path:
    """Write docs/runs/NAME.md: the same tables as Markdown, and the report's JSON beside the run."""
    paths.log_page.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"# Run {report.run}",
        "",
        f"Model {report.model}, seed {report.seed}, reward mode {report.reward_mode}{_by(report)}.",
        "",
        "| policy | cases passed % | pass@1 % | compile % | composite | train loss | held-out loss | decision | p | reason |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in report.rows:
        m, d = row.metrics, row.decision
        verdict = ("", "", "") if d is None else ("promoted" if d.promote else "refused", f"{d.p_value:.4f}", d.reason)
        losses = [f"{row.training[key]:.3f}" if row.training else "" for key in ("final_loss", "validation_loss")]
        cells = (
            row.name, percent(m.cases), percent(m.pass_at_1), _percent(m.compile_rate), f"{m.composite:.2f}", *losses, *verdict,
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    categories = list(report.rows[0].metrics.by_category) if report.rows else []
    lines += [
        "",
        "## Cases passed by category, %",
        "",
        f"| policy | {' | '.join(categories)} |",
        "|---" * (len(categories) + 1) + "|",
    ]
    for row in report.rows:
        lines.append(f"| {row.name} | {' | '.join(f'{100 * row.metrics.by_category[name]:.1f}' for name in categories)} |")
    if forgotten := _general(report):
        lines += ["", *markdown(forgotten)]
    # Seconds are not on the page: a run that was stopped and carried on has the page of one that was not.
    notes = (*_gains(report), *_unsupported(report))
    lines += ["", *notes] if notes else []
    for row in report.rounds:
        without = ", ".join(sorted(row.without or {})) or "none"
        lines += ["", f"## {row.name}", "", f"Sampled {row.sampled}, kept {row.kept}. Tasks with none kept: {without}."]
    paths.log_page.write_text("\n".join(lines) + "\n")
    (paths.folder / "report.json").write_text(json.dumps(report.to_json(), indent=1))
    return paths.log_page
