"""Reads a ledger into `Records`."""

from collections.abc import Callable, Mapping
from typing import Any

from judges.budget import SCOPES, Limits
from judges.calls import CallFailed, RawReply, Unusable, Usage
from judges.cost.records import Call, Note, Records, Use
from judges.cost.runfacts import Budget
from judges.ledger import AttemptRow, LedgerReader
from judges.verdict import Verdict

Reader = Callable[[RawReply], Verdict | Unusable]
"""Reads a stored reply: `Provider.read`."""


def read_records(ledger: LedgerReader, readers: Mapping[str, Reader], run: str | None = None) -> Records:
    """The rows of a run with the older answers that it used, or those of all runs. Each reply is read by the reader of its
    provider; one without a reader stays unread. Raises LedgerError when the ledger cannot be read."""
    uses = tuple(
        Use(row.run, row.round, row.task, row.candidate_key, row.key, row.purpose, row.source) for row in ledger.uses(run)
    )
    notes = tuple(Note(row.run, row.round, row.task, row.kind, row.count) for row in ledger.notes(run))
    calls = tuple(_call(ledger, row, readers) for row in ledger.attempts(run))
    wanted = {use.key for use in uses} - {call.key for call in calls if call.state == "done"}
    found = (row for row in ledger.attempts() if row.key in wanted and row.state == "done") if wanted else ()
    return Records(calls, uses, notes, tuple(_call(ledger, row, readers) for row in found))


def _call(ledger: LedgerReader, row: AttemptRow, readers: Mapping[str, Reader]) -> Call:
    return Call(
        key=row.key,
        number=row.number,
        state=row.state,
        run=row.run,
        round=row.round,
        task=row.task,
        candidate_key=row.candidate_key,
        purpose=row.purpose,
        provider=row.provider,
        model=row.model,
        billed_model=row.reply_model,
        batch=row.batch is not None,
        reserved_pico=row.reserved_pico,
        pico=row.cost_pico,
        price_source=row.price_source,
        usage=row.usage or Usage(),
        seconds=row.seconds,
        request_id=row.request_id,
        http_status=row.http_status,
        error_kind=row.error_kind,
        error_code=row.error_code or row.error_type,
        outcome=_outcome(ledger, row, readers.get(row.provider)),
    )


def _outcome(ledger: LedgerReader, row: AttemptRow, reader: Reader | None) -> Verdict | Unusable | None:
    stored = ledger.reply_of(row.key) if reader is not None and row.state == "done" else None
    if reader is None or stored is None:
        return None
    try:
        return reader(stored.reply)
    except CallFailed as error:
        return Unusable("malformed", str(error))


def budgets(ledger: LedgerReader, limits: Limits, run: str, round: str) -> tuple[Budget, ...]:
    """The limits in dollars and what of them is charged, calls under way included."""
    charged = {scope: ledger.spent(scope, run, round).charged_pico for scope in SCOPES}
    known = ((scope, limits.pico(scope)) for scope in SCOPES)
    return tuple(Budget(scope, limit, charged[scope]) for scope, limit in known if limit is not None)


def stored_readers() -> dict[str, Reader]:
    """The readers of all providers of this package. None of them needs a key, a model or an SDK."""
    from judges.claude.replies import message_of, verdict_of
    from judges.local import LocalProvider

    def claude(reply: RawReply) -> Verdict | Unusable:
        return verdict_of(message_of(reply.body, http_status=reply.http_status, request_id=reply.request_id))

    return {"claude": claude, LocalProvider.name: LocalProvider("", "", _nobody).read}


def _nobody(_: Mapping[str, Any]) -> Mapping[str, Any]:
    raise AssertionError("stored replies are read without asking the model")
