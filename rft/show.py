"""All candidates of one task, side by side."""

from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from eval.task import Task
from rft.config import RftConfig
from rft.engine import round_name
from rft.rewards import reward
from rft.scoring import ScoringError, extracted, facts_of
from rft.store import RunStore
from rollouts.store import Candidate
from scorers import SCORERS


def show_task(store: RunStore, task: Task, rounds: Iterable[int], config: RftConfig, console: Console) -> None:
    """Print, for each round that sampled the task, its candidates with scores and the one that was kept."""
    console.print(f"[bold]{escape(task.id)}[/bold] ({escape(task.category)}, difficulty {task.difficulty})")
    console.print(task.prompt, highlight=False, markup=False)
    for index in rounds:
        stage = round_name(index)
        candidates = [candidate for candidate in store.candidates.of_stage(stage) if candidate.task == task.id]
        if candidates:
            _show_round(store, task, stage, candidates, config, console)
        elif store.fact(f"selection:{stage}") is not None:
            console.print(f"\n{stage}: not sampled, because every earlier candidate passed.")


def _show_round(
    store: RunStore, task: Task, stage: str, candidates: list[Candidate], config: RftConfig, console: Console
) -> None:
    selection = store.fact(f"selection:{stage}") or {"kept": {}, "without": {}}
    best = selection["kept"].get(task.id)
    table = Table(title=stage, box=box.SIMPLE_HEAD)
    for heading in ("", "reward", "cases", "compiles", *SCORERS, "finish"):
        table.add_column(heading)
    failures: list[str] = []
    for candidate in candidates:
        kept = best is not None and best["index"] == candidate.index
        cells, failure = _cells(store, task, candidate, config, kept=kept)
        table.add_row(*cells)
        if failure:
            failures.append(f"candidate {candidate.index} fails: {failure}")
    console.print(table)
    console.print("\n".join(failures), highlight=False, markup=False, soft_wrap=True)
    if best is None:
        console.print(f"none kept: {selection['without'].get(task.id, 'the round is not finished')}", highlight=False)
        return
    console.print(
        f"candidate {best['index']} won: of the eligible ones it has the highest reward ({best['reward']:.3f}); ties go to the "
        "higher mean of the scorers, then to the lower index.",
        highlight=False,
    )
    console.print(Syntax(best["code"].strip(), "lua"))


def _cells(store: RunStore, task: Task, candidate: Candidate, config: RftConfig, *, kept: bool) -> tuple[list[str], str]:
    """The table's cells of one candidate, and its first failure in words."""
    name = f"{candidate.index}{' *' if kept else ''}"
    try:
        facts = facts_of(store, candidate, task)
    except ScoringError:
        return [name, "not scored yet"], ""
    report = facts.execution
    failure = f"{report.failures[0].case}: {report.failures[0].message}" if report.failures else ""
    cells = [
        name,
        f"{reward(facts, config.reward):.3f}",
        f"{report.passed}/{report.total}",
        "yes" if facts.static.compiles else "no",
        *(f"{facts.static.scores[scorer]:.2f}" for scorer in SCORERS),
        "truncated" if extracted(candidate, task).truncated else candidate.finish_reason,
    ]
    return cells, failure
