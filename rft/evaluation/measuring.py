"""Executes replies as they come, and keeps each with its result."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from rich.console import Console

from eval.external.row import Row
from rft.errors import InputError
from rft.evaluation.execution import Execution, proved, run_references
from rft.evaluation.figures import Result
from rft.evaluation.samples import Reply, SampleFile
from rft.evaluation.suites import Suite
from rft.view import progress_bar
from rollouts.source import Progress as Tokens
from scorers.execution import Status


def runnable(suite: Suite, rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, their references run: of an external suite one that fails makes its row unsupported.

    Raises InputError when a reference of a suite of ours fails: no answer could be right then.
    """
    if suite.is_external:
        return proved(rows)
    results = [result for result in run_references(rows) if not result.passes]
    reasons = {result.task: result.failure for result in results if result.status == Status.UNSUPPORTED}
    if broken := [result for result in results if result.status != Status.UNSUPPORTED]:
        named = "; ".join(f"{result.task}: {result.failure}" for result in broken[:3])
        raise InputError(
            f"{len(broken)} task(s) cannot be used, their references fail: {named}.",
            hint="Correct the task files; `rft tasks check FOLDER` shows every problem.",
        )
    return tuple(replace(row, unsupported=reasons.get(row.id)) for row in rows)


def measure(
    rows: Sequence[Row], replies: Iterable[Reply | Tokens], file: SampleFile, total: int, console: Console
) -> list[Result]:
    """The results of the file's replies and of new ones, which are added to it. `console` shows how far it is, if a terminal."""
    by_id = {row.id: row for row in rows}
    results: list[Result] = []
    asked: dict[tuple[str, int], Reply] = {}

    def take(found: Iterable[Result]) -> None:
        for result in found:
            results.append(result)
            reply = asked.pop((result.task, result.index), None)
            if reply is not None:
                file.add(reply, result)
            bar.update(task, completed=len(results))

    bar = progress_bar(console)
    with bar, Execution() as execution, _finishing(lambda: take(execution.finish())):
        task = bar.add_task("answers", total=total, rate="")

        def submit(reply: Reply) -> None:
            row = by_id[reply.task]
            execution.submit(row, reply.index, row.read_reply(reply.text, reply.finish_reason))

        for reply in file.known:
            submit(reply)
        tokens = 0
        for arrived in replies:
            if isinstance(arrived, Tokens):
                tokens += arrived.tokens
                bar.update(task, rate=f"{tokens / max(1e-6, bar.tasks[0].elapsed or 0):.0f} tokens/s")
            else:
                asked[arrived.task, arrived.index] = arrived
                submit(arrived)
            take(execution.done())
    return results


@contextmanager
def _finishing(finish: Callable[[], None]) -> Iterator[None]:
    """Finish what is on its way, also where drawing stops with an error or a Ctrl-C: to draw it again would cost more."""
    try:
        yield
    finally:
        finish()
