"""All candidates of one task, side by side, and the code of the best with what was found in it."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from eval.task import Task
from rft.code_view import print_piece
from rft.config import RftConfig
from rft.notes import pieces
from rft.plain import visible
from rft.store import RunStore
from rft.task_round import Answer, TaskRound, task_round
from scorers import SCORERS

NOT_SCORED = "not scored yet"


def show_task(store: RunStore, task: Task, rounds: Iterable[int], config: RftConfig, console: Console) -> None:
    """Print, for each round that came to the task, its candidates with scores and the one that was kept."""
    console.print(f"[bold]{escape(task.id)}[/bold] ({escape(task.category)}, difficulty {task.difficulty})")
    console.print(visible(task.prompt), highlight=False, markup=False)
    for index in rounds:
        found = task_round(store, task, index, config)
        if found is not None:
            _show_round(task, found, console)


def _show_round(task: Task, found: TaskRound, console: Console) -> None:
    if not found.answers:
        _say(console, f"\n{found.stage}: {found.why}")
        return
    console.print(_table(found))
    for line in _remarks(found):
        _say(console, line)
    best = found.shown_first
    if best is not None:
        _say(
            console, f"\ncandidate {best.index}:" if best.kept else f"\ncandidate {best.index}, than which none has more reward:"
        )
        for piece in pieces(best.code, task.kind, best.facts):
            print_piece(piece, console)


def _say(console: Console, line: str) -> None:
    console.print(visible(line), highlight=False, markup=False, soft_wrap=True)


def _table(found: TaskRound) -> Table:
    judge = ["judge"] if found.judge else []
    table = Table(title=found.stage, box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)
    for heading in ("", "reward", "cases", "compiles", *SCORERS, *judge, "finish"):
        table.add_column(heading)
    for answer in found.answers:
        table.add_row(*map(Text, _cells(answer, judged=bool(judge))))
    return table


def _cells(answer: Answer, *, judged: bool) -> Sequence[str]:
    name, facts = f"{answer.index}{' *' if answer.kept else ''}", answer.facts
    if facts is None:
        return [name, NOT_SCORED]
    opinion = [] if not judged else ["" if answer.opinion is None else f"{answer.opinion.score:.2f}"]
    return [
        name,
        "" if answer.worth is None else f"{answer.worth:.3f}",
        f"{facts.execution.passed}/{facts.execution.total}",
        "yes" if facts.static.compiles else "no",
        *(f"{facts.static.scores[scorer]:.2f}" for scorer in SCORERS),
        *opinion,
        answer.finish,
    ]


def _remarks(found: TaskRound) -> list[str]:
    """What the table has no room for: first failures, the judge's words, and why one was kept."""
    lines = []
    for answer in found.answers:
        if answer.facts is not None and answer.facts.execution.failures:
            failure = answer.facts.execution.failures[0]
            lines.append(f"candidate {answer.index} fails: {failure.case}: {failure.message}")
    for answer in found.answers:
        if answer.opinion is not None:
            count = f" ({answer.opinion.verdicts} verdicts)" if answer.opinion.verdicts > 1 else ""
            lines.append(f"judge on candidate {answer.index}: {answer.opinion.score:.2f}{count}: {answer.opinion.evidence}")
        elif found.judge and answer.silence:
            lines.append(f"judge on candidate {answer.index}: {answer.silence}")
    return [*lines, found.why]
