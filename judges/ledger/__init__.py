"""The ledger of judge calls: what was asked, answered and paid."""

from judges.ledger.ledger import Ledger
from judges.ledger.reading import LedgerReader
from judges.ledger.rows import (
    Answered,
    Attempt,
    AttemptRow,
    BatchIntent,
    Begun,
    Held,
    NoteKind,
    NoteRow,
    OpenBatch,
    Source,
    StoredReply,
    UseRow,
)

__all__ = [
    "Answered",
    "Attempt",
    "AttemptRow",
    "BatchIntent",
    "Begun",
    "Held",
    "Ledger",
    "LedgerReader",
    "NoteKind",
    "NoteRow",
    "OpenBatch",
    "Source",
    "StoredReply",
    "UseRow",
]
