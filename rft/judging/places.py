"""Where a workspace keeps what was asked of judges: all its runs share it, because a paid answer outlives the run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from judges.ledger import Ledger


def ledger_file(workspace: Path) -> Path:
    """The ledger: one row for each attempt, one for each use."""
    return workspace / "judge" / "ledger.db"


def cards_folder(workspace: Path) -> Path:
    """The calibration cards."""
    return workspace / "judge" / "cards"


@contextmanager
def open_ledger(workspace: Path) -> Iterator[Ledger]:
    """The workspace's ledger, to be written to."""
    file = ledger_file(workspace)
    file.parent.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.open(file)
    try:
        yield ledger
    finally:
        ledger.close()
