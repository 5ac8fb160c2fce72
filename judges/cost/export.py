"""The report's rows as CSV, for spreadsheets. Dollars are exact: their sums are those of the report."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from typing import IO

from judges.calls import PICO, Unusable
from judges.cost.records import Call
from judges.cost.tasks import TaskCost
from judges.verdict import Verdict

CALL_COLUMNS = (
    "run", "round", "task", "candidate_key", "purpose", "provider", "model", "billed_model", "batch", "key", "attempt", "state",
    "outcome", "functionality", "correctness", "completeness", "flags", "input_tokens", "cache_write_5m_tokens",
    "cache_write_1h_tokens", "cache_read_tokens", "output_tokens", "thinking_tokens", "known_usd", "possibly_lost_usd",
    "price_source", "seconds", "request_id", "http_status", "error_kind", "error_code",
)  # fmt: skip
TASK_COLUMNS = (
    "run", "round", "task", "calls", "verdicts", "reused", "pruned", "known_usd", "possibly_lost_usd", "best", "kept",
)  # fmt: skip


def write_calls(stream: IO[str], calls: Iterable[Call]) -> None:
    """One row for each attempt. An answer without a known price has no `known_usd`."""
    rows = csv.writer(stream)
    rows.writerow(CALL_COLUMNS)
    rows.writerows(map(_call, calls))


def write_tasks(stream: IO[str], run: str, tasks: Iterable[TaskCost]) -> None:
    """One row for each task and round."""
    rows = csv.writer(stream)
    rows.writerow(TASK_COLUMNS)
    for row in tasks:
        rows.writerow((
            run, row.round, row.task, row.calls, row.verdicts, row.reused, row.pruned, exact_usd(row.known_pico),
            exact_usd(row.possibly_lost_pico), row.best, row.kept,
        ))  # fmt: skip


def exact_usd(pico: int | None) -> str:
    """All digits of an amount, nothing for None.

    >>> exact_usd(241_000_000), exact_usd(PICO), exact_usd(None)
    ('0.000241', '1', '')
    """
    if pico is None:
        return ""
    digits = f"{Decimal(pico) / PICO:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _call(call: Call) -> tuple[object, ...]:
    usage = call.usage
    known = call.pico if call.state == "done" else None
    return (
        call.run, call.round, call.task, call.candidate_key, call.purpose, call.provider, call.model, call.billed_model,
        int(call.batch), call.key, call.number, call.state, *_said(call), usage.input, usage.cache_write_5m, usage.cache_write_1h,
        usage.cache_read, usage.output, usage.thinking, exact_usd(known), exact_usd(call.lost_pico), call.price_source,
        call.seconds, call.request_id, call.http_status, call.error_kind, call.error_code,
    )  # fmt: skip


def _said(call: Call) -> tuple[object, ...]:
    match call.outcome:
        case Verdict() as verdict:
            scores = (verdict.functionality, verdict.correctness, verdict.completeness)
            return ("verdict", *scores, " ".join(verdict.flags))
        case Unusable() as unusable:
            return (unusable.reason, None, None, None, "")
        case None:
            return ("", None, None, None, "")
