"""The sections of the report that are not about money alone."""

from collections.abc import Mapping

from rich.console import Console

from judges.cost.facts import Provenance
from judges.cost.layout import heading, many, number, percent, said, table
from judges.cost.money import usd
from judges.cost.quality import Quality
from judges.cost.reliability import Reliability
from judges.cost.tasks import TaskCost
from judges.cost.worth import Worth

TOP_TASKS = 10


def show_reliability(found: Reliability, console: Console) -> None:
    """Statuses, attempts, failures, seconds."""
    heading(console, "How the provider answered")
    said(console, f"Attempts: {_counts(found.statuses)}.")
    if found.attempts:
        said(console, "Questions: " + ", ".join(f"{count} took {n}" for n, count in found.attempts.items()) + " attempts.")
    named = ((f"{f.kind} {f.http_status or ''} {f.code}".strip(), str(f.count)) for f in found.failures)
    table(console, list(named), ("failure", "times"))
    rows = [(row.model, str(row.calls), *(f"{s:.1f} s" for s in (row.p50, row.p95, row.longest))) for row in found.latencies]
    table(console, rows, ("model", "replies", "p50", "p95", "longest"))
    if found.request_ids:
        said(console, f"Request ids of the last troubles: {' '.join(found.request_ids)}")


def show_quality(found: Quality, console: Console) -> None:
    """Scores, second opinions, agreement."""
    heading(console, "The verdicts")
    rows = [(name, *map(str, counts)) for name, counts in found.histograms.items()]
    table(console, rows, (f"{found.verdicts} verdicts", "0", "1", "2", "3", "4"))
    if found.flags:
        said(console, f"Flags: {_counts(found.flags)}.")
    if found.confirmed:
        spread = f", standard deviation {number(found.optimism_spread, 3)}" if found.optimism_spread is not None else ""
        said(
            console,
            f"First minus second opinion of {many(found.confirmed, 'candidate')}: mean {number(found.optimism, 3)}{spread}.",
        )
    if found.judged_pairs:
        said(console, f"Rank correlation with the static scorers: {number(found.spearman_static)} ({found.judged_pairs} scores).")
    if found.audit_violations is not None:
        said(console, f"Audits that would have won: {found.audit_violations} (there must be none).")
    if found.auc_tests is not None:
        said(console, f"Agreement with executed tests: AUC {number(found.auc_tests)} ({found.tested_pairs} scores).")
    elif found.tested_pairs:
        said(console, "Agreement with executed tests: n/a, as only candidates of one outcome were judged.")


def show_worth(found: Worth, console: Console) -> None:
    """What the judge changed."""
    heading(console, "What the judge was worth")
    both = found.changed + found.agreed
    share = percent(found.changed / both if both else None)
    said(console, f"Its winner was not the static scorers' first in {found.changed} of {both} tasks ({share}).")
    table(
        console,
        [
            ("with the judge", str(found.kept), ""),
            ("by its score alone", str(found.kept_judge_only), str(found.common_judge_only)),
            ("by the static scorers alone", str(found.kept_static_only), str(found.common_static_only)),
        ],
        ("examples kept", "kept", "the same"),
    )
    if found.rejected or found.added:
        said(console, f"It kept {found.rejected} tasks out that the scorers would have kept, and {found.added} in.")


def show_tasks(tasks: tuple[TaskCost, ...], console: Console) -> None:
    """The dearest tasks."""
    heading(console, f"The dearest of {len(tasks)} tasks")
    names = [f"{task.round} {task.task}" if task.round else task.task for task in tasks[:TOP_TASKS]]
    rows = [
        (name, str(task.verdicts), str(task.reused), str(task.pruned), usd(task.known_pico), number(task.best), _kept(task))
        for name, task in zip(names, tasks, strict=False)
    ]
    table(console, rows, ("task", "paid", "reused", "pruned", "known", "best", "kept"))


def _kept(task: TaskCost) -> str:
    return "" if task.kept is None else "yes" if task.kept else "no"


def show_provenance(found: Provenance, console: Console) -> None:
    """Models, prices and what the caller said."""
    heading(console, "By whom")
    said(console, f"Provider: {_counts(found.providers)}. Model asked: {_counts(found.models_asked)}.")
    said(console, f"Model that answered: {_counts(found.models_answered)}.")
    said(console, f"Prices: {_counts(found.price_sources)}.")
    for name, value in found.handed_in.items():
        said(console, f"{name}: {value}")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name or '?'} {count}" for name, count in counts.items()) or "none"
