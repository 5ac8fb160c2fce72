"""Runs and adapters as a person sees them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich import box
from rich.console import Console
from rich.table import Table

from rft.keeping.adapters import AdapterOnDisk
from rft.keeping.disk import in_words
from rft.keeping.runs import RunOnDisk

WIDE = 100
"""Columns from which on it is told how much of a run are its adapters."""
PIPE_WIDTH = 160
"""Columns where there is no terminal to fit."""


def console_here() -> Console:
    """As wide as the terminal; wide enough for every column in a pipe."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=PIPE_WIDTH, highlight=False)


def show_runs(runs: Sequence[RunOnDisk], trash: int, console: Console) -> None:
    """A table, then a line for each trouble, for what trainings left behind, and for what removals did."""
    if not runs:
        console.print("There is no run here. `rft run` begins one.")
    else:
        console.print(_runs_table(runs, wide=console.width >= WIDE))
    for run in runs:
        if run.trouble is not None:
            console.print(f"{run.name}: {run.trouble}", markup=False, soft_wrap=True)
        if run.leftovers:
            console.print(
                f"{run.name}: {in_words(run.leftovers)} of it are states of trainings that did not end.", soft_wrap=True
            )
    if trash:
        console.print(
            f"A removal was stopped; {in_words(trash)} of it are left. The next `rft runs rm` deletes them.", soft_wrap=True
        )


def _runs_table(runs: Sequence[RunOnDisk], *, wide: bool) -> Table:
    table = _table()
    for name in ("run", "state", "stage reached", "last gate"):
        table.add_column(name, overflow="fold")
    for name in ("rounds", "disk", *(["adapters"] if wide else []), "changed"):
        table.add_column(name, justify="right", no_wrap=True)
    for run in runs:
        state = run.state if run.holder is None else f"{run.state} ({run.holder})"
        rounds = f"{run.rounds_done} of {run.rounds}" if run.stage else ""
        name = f"{run.name} *" if run.latest else run.name
        sizes = [in_words(run.bytes), *([in_words(run.adapters)] if wide else [])]
        table.add_row(name, state, run.stage, run.gate, rounds, *sizes, _moment(run.changed))
    table.caption = f"{in_words(sum(run.bytes for run in runs))} in all" + (
        "; * adapters/latest points into it" if any(run.latest for run in runs) else ""
    )
    return table


def show_adapters(adapters: Sequence[AdapterOnDisk], dangling: str | None, console: Console) -> None:
    """A table, then a line for each trouble."""
    if not adapters:
        console.print("There is no adapter here. `rft run` trains the first ones.")
    else:
        console.print(_adapters_table(adapters))
    for adapter in adapters:
        if adapter.trouble is not None:
            console.print(f"{adapter.name}: {adapter.trouble}", markup=False, soft_wrap=True)
    if dangling is not None:
        console.print(
            f"adapters/latest points to {dangling}, which is not there. `rft adapters rollback` goes back to the one before.",
            markup=False,
            soft_wrap=True,
        )


def _adapters_table(adapters: Sequence[AdapterOnDisk]) -> Table:
    table = _table()
    for name in ("adapter", "base"):
        table.add_column(name, overflow="fold")
    for name in ("||dW||", "cases %", "gain", "p"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("gate", no_wrap=True)
    table.add_column("disk", justify="right", no_wrap=True)
    for adapter in adapters:
        decision = adapter.record.decision
        table.add_row(
            f"{adapter.name} *" if adapter.latest else adapter.name,
            adapter.base or "",
            _number(adapter.change_norm, "{:.2f}"),
            _number(adapter.record.share, "{:.1%}").rstrip("%"),
            "" if decision is None else f"{100 * decision['gain']:+.1f}",
            "" if decision is None else f"{decision['p_value']:.4f}",
            adapter.record.verdict,
            in_words(adapter.bytes),
        )
    table.caption = "* adapters/latest" if any(adapter.latest for adapter in adapters) else None
    return table


def adapter_lines(adapter: AdapterOnDisk) -> Iterator[str]:
    """All that is known of one adapter."""
    yield f"Adapter {adapter.name}{', which adapters/latest points to' if adapter.latest else ''}"
    yield f"  folder       {adapter.folder}, {in_words(adapter.bytes)}"
    yield f"  base         {adapter.base or 'not known'}"
    if training := adapter.record.training:
        yield f"  training     {training['rows']} rows, {training['steps']} steps, ||dW|| {training['change_norm']:.2f}"
        yield f"  losses       {training['final_loss']:.3f} in training, {training['validation_loss']:.3f} on held-out references"
    if adapter.record.share is not None:
        yield f"  benchmark    {adapter.record.share:.1%} of cases passed"
    yield from _decision_lines(adapter)


def _decision_lines(adapter: AdapterOnDisk) -> Iterator[str]:
    decision = adapter.record.decision
    if decision is None:
        yield "  gate         has not decided"
        return
    low, high = decision["gain_interval"]
    yield f"  gate         {adapter.record.verdict}: {decision['reason']}"
    yield (
        f"  its figures  gain {100 * decision['gain']:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f}), "
        f"p {decision['p_value']:.4f} at alpha {decision['alpha']:.4f}"
    )


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True, caption_justify="left")


def _number(value: float | None, how: str) -> str:
    return "" if value is None else how.format(value)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M") if seconds else ""
