"""Batches in the ledger: nothing is sent twice, whatever dies when."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from judges.budget import BudgetReached, Limits, Spent
from judges.calls import PICO, Context, PreparedCall
from judges.errors import LedgerError
from judges.ledger import Answered, Held, Ledger
from tests.judges.ledger_calls import BILLED, FREE, NOT_BILLED, context, key, paid, prepared, reply, taken

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from tests.judges.test_ledger_batches import FREE, Ledger, calls

ledger = Ledger.open(Path(sys.argv[1]))
ledger.batch_intended(calls("ab"), FREE).result()
print("in", flush=True)
input()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def calls(names: Sequence[object], worst_pico: int = 1000) -> list[tuple[PreparedCall, Context]]:
    return [(prepared(name, worst_pico), context(name)) for name in names]


def test_the_way_of_a_batch(path: Path) -> None:
    with Ledger.open(path) as ledger:
        intent = ledger.batch_intended(calls("abc"), FREE).result()
        assert [attempt.key for attempt in intent.taken] == [key("a"), key("b"), key("c")]
        assert ledger.spent("run", "night") == Spent(reserved_pico=3000, calls=3)
        ledger.batch_sent(intent.id, "msgbatch_1").result()
        (waiting,) = ledger.batch_open().result()
        assert (waiting.id, waiting.batch_id, waiting.attempts) == (intent.id, "msgbatch_1", intent.taken)
        ledger.answered(intent.taken[0], reply("a"), BILLED).result()
        ledger.failed(intent.taken[1], NOT_BILLED).result()
        assert [attempt.key for attempt in ledger.batch_open().result()[0].attempts] == [key("c")]
        ledger.batch_ended(intent.id).result()
        assert ledger.batch_open().result() == ()
        assert [row.state for row in ledger.attempts()] == ["done", "failed", "unknown"]
        assert ledger.spent("run", "night") == Spent(300, 1000, 0, 2)
        assert isinstance(ledger.begin(prepared("a"), context(), FREE).result(), Answered)
        assert taken(ledger, "b").number == 2
        assert ledger.verify() == []


def test_what_is_answered_or_under_way_is_not_sent_again(path: Path) -> None:
    with Ledger.open(path) as ledger:
        paid(ledger, "a")
        taken(ledger, "b")
        intent = ledger.batch_intended(calls("abcc"), FREE).result()
        assert [attempt.key for attempt in intent.taken] == [key("c")]
        assert [stored.key for stored in intent.answered] == [key("a")]
        assert [held.key for held in intent.held] == [key("b"), key("c")]
        held = ledger.begin(prepared("c"), context(), FREE).result()
        assert isinstance(held, Held)
        assert "batch" in held.owner


def test_as_many_as_the_budget_holds(path: Path) -> None:
    limits = Limits(round_usd=2500 / PICO)
    with Ledger.open(path) as ledger:
        intent = ledger.batch_intended(calls("abc"), limits).result()
        assert len(intent.taken) == 2
        assert intent.over_budget == (key("c"),)
        assert intent.limit is not None
        with pytest.raises(BudgetReached):
            ledger.batch_intended(calls("d"), limits).result()
        assert len(ledger.batch_open().result()) == 1
        assert ledger.verify() == []


def test_nothing_to_send_is_no_open_batch(path: Path) -> None:
    with Ledger.open(path) as ledger:
        paid(ledger, "a")
        assert ledger.batch_intended(calls("a"), FREE).result().taken == ()
        assert ledger.batch_open().result() == ()


def test_an_open_batch_outlives_its_process_and_goes_to_one(path: Path) -> None:
    with Ledger.open(path) as first:
        intent = first.batch_intended(calls("ab"), FREE).result()
    with Ledger.open(path) as second, Ledger.open(path) as third:
        (found,) = second.batch_open().result()
        assert (found.batch_id, found.attempts) == (None, intent.taken)
        assert third.batch_open().result() == ()
        second.batch_sent(found.id, "msgbatch_1").result()
        second.answered(found.attempts[0], reply("a"), BILLED).result()
        assert second.spent("run", "night") == Spent(300, 0, 1000, 2)
        assert second.verify() == []


def test_the_batch_of_a_killed_process_is_found(path: Path) -> None:
    with Ledger.open(path) as ledger:
        command = [sys.executable, "-c", PROGRAM, str(path)]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "in\n"
            assert ledger.batch_open().result() == ()
            process.kill()
        assert ledger.recover() == 0
        (found,) = ledger.batch_open().result()
        assert len(found.attempts) == 2


def test_a_batch_that_never_left_costs_nothing(path: Path) -> None:
    with Ledger.open(path) as ledger:
        intent = ledger.batch_intended(calls("ab"), FREE).result()
        ledger.batch_dropped(intent.id).result()
        assert ledger.spent("run", "night") == Spent()
        assert ledger.batch_open().result() == ()
        assert taken(ledger, "a").number == 2
        assert ledger.verify() == []


def test_a_batch_is_sent_once(path: Path) -> None:
    with Ledger.open(path) as ledger:
        one = ledger.batch_intended(calls("a"), FREE).result()
        two = ledger.batch_intended(calls("b"), FREE).result()
        ledger.batch_sent(one.id, "msgbatch_1").result()
        ledger.batch_sent(one.id, "msgbatch_1").result()
        with pytest.raises(LedgerError):
            ledger.batch_sent(one.id, "msgbatch_2").result()
        with pytest.raises(LedgerError):
            ledger.batch_sent(two.id, "msgbatch_1").result()
        assert [batch.batch_id for batch in ledger.batch_open().result()] == ["msgbatch_1", None]
