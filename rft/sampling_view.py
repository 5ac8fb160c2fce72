"""What a report says of the rounds' sampling: throughput, acceptance, waits, and what waves brought."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table

from rft.allocation import Gain
from rft.throughput import Throughput, cut_share

TITLE = "The rounds' sampling; seconds in all, and of these waiting for scores and judge"
HEADINGS = ("round", "drawn", "tokens", "tok/s", "cut %", "pass %", "distinct", "s", "scores", "judge")


def fill(table: Table, found: Iterable[Throughput]) -> Table:
    """Put the rounds into an empty table. A reply is cut when it did not end by itself; `distinct` are answers that pass."""
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "round" else "right")
    for each in found:
        table.add_row(*_cells(each))
    return table


def _cells(found: Throughput) -> tuple[str, ...]:
    share = found.accepted_share
    waits = (found.seconds, found.scoring_seconds, found.judging_seconds)
    return (
        found.stage,
        str(found.drawn),
        str(found.tokens),
        f"{found.tokens_per_second:.0f}",
        f"{100 * cut_share(found):.0f}",
        "" if share is None else f"{100 * share:.0f}",
        "" if found.distinct is None else str(found.distinct),
        *(f"{seconds:.0f}" for seconds in waits),
    )


def gains_in_words(gains: Mapping[str, dict[str, Any]]) -> list[str]:
    """A line for each round that was drawn in waves: what they brought beside the first N candidates of every task alone."""
    return [_in_words(name, Gain(**fields)) for name, fields in gains.items()]


def _in_words(name: str, found: Gain) -> str:
    return (
        f"{name}: {found.samples} of {found.budget} samples, in waves: {found.solved} tasks solved ({found.solved_alone} with N "
        f"for each), {found.answers} distinct answers of at most {found.enough} a task ({found.answers_alone} with N for each)."
    )
