"""The ledger: an attempt's life, what is charged for it, and what is given back."""

import io
import json
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judges.budget import BudgetReached, Limits, Scope, Spent
from judges.calls import PICO, CallFailed
from judges.errors import LedgerError
from judges.ledger import Answered, Attempt, Held, Ledger
from tests.judges.ledger_calls import (
    BILLABLE,
    BILLED,
    CODE,
    FREE,
    NOT_BILLED,
    PROMPT,
    billed,
    context,
    key,
    paid,
    prepared,
    reply,
    taken,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "judge" / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger.open(path) as opened:
        yield opened
        assert opened.verify() == []


def begun(ledger: Ledger, name: object, limits: Limits = FREE) -> object:
    return ledger.begin(prepared(name), context(name), limits).result()


def test_an_answer_is_given_back_as_it_came(ledger: Ledger) -> None:
    assert ledger.reply_of(key("a")) is None
    attempt = paid(ledger, "a")
    stored = ledger.reply_of(key("a"))
    assert stored is not None
    assert (stored.attempt, stored.key, stored.reply, stored.billed) == (attempt.id, key("a"), reply("a"), BILLED)
    assert (stored.run, stored.round) == ("night", "round-1")
    assert begun(ledger, "a") == Answered(stored)


def test_an_answer_outlives_the_process_and_the_run(path: Path) -> None:
    with Ledger.open(path) as first:
        paid(first, "a")
    with Ledger.open(path) as second:
        other = second.begin(prepared("a"), context("a", "round-7", "day"), FREE).result()
        assert isinstance(other, Answered)
        assert other.reply.run == "night"
        assert second.recovered == 0


def test_a_key_under_way_is_held(ledger: Ledger, path: Path) -> None:
    taken(ledger, "a")
    with Ledger.open(path) as other:
        for asked in (ledger, other):
            held = begun(asked, "a")
            assert isinstance(held, Held)
            assert "process" in held.owner
        assert other.recovered == 0


def test_reservation_then_cost(ledger: Ledger) -> None:
    attempt = taken(ledger, "a", 1000)
    for scope in ("round", "run", "day"):
        assert ledger.spent(scope, "night", "round-1") == Spent(reserved_pico=1000, calls=1)
    ledger.answered(attempt, reply("a"), billed(300)).result()
    assert ledger.spent("round", "night", "round-1") == Spent(known_pico=300, calls=1)
    assert ledger.spent("round", "night", "round-2") == Spent()
    assert ledger.spent("run", "night") == ledger.spent("day") == Spent(known_pico=300, calls=1)


def test_a_failure_that_may_be_billed_stays_charged_and_frees_the_key(ledger: Ledger) -> None:
    ledger.failed(taken(ledger, "a"), BILLABLE).result()
    assert ledger.spent("run", "night") == Spent(possibly_lost_pico=1000, calls=1)
    again = taken(ledger, "a")
    assert again.number == 2
    ledger.answered(again, reply("a"), billed(300)).result()
    assert ledger.spent("run", "night") == Spent(300, 1000, 0, 2)
    assert [row.state for row in ledger.attempts()] == ["unknown", "done"]


def test_a_failure_that_is_not_billed_costs_nothing_and_is_kept(ledger: Ledger) -> None:
    ledger.failed(taken(ledger, "a"), NOT_BILLED).result()
    assert ledger.spent("run", "night") == Spent()
    (row,) = ledger.attempts()
    assert (row.state, row.error_kind, row.error_type, row.error_code) == ("failed", "rate", "rate_limit_error", "x")
    assert (row.http_status, row.retry_after, row.request_id, row.error_message) == (429, 2.5, "r9", "slow down")
    assert row.usage is None
    assert taken(ledger, "a").number == 2


@pytest.mark.parametrize("failure", [BILLABLE, NOT_BILLED])
def test_an_answer_after_all_is_stored_and_paid_once(ledger: Ledger, failure: CallFailed) -> None:
    attempt = taken(ledger, "a")
    ledger.failed(attempt, failure).result()
    for _ in range(2):
        ledger.answered(attempt, reply("a"), billed(300)).result()
    ledger.failed(attempt, failure).result()
    assert ledger.spent("run", "night") == Spent(known_pico=300, calls=1)
    assert ledger.reply_of(key("a")) is not None


def test_without_a_price_an_answer_stays_at_its_worst_case(ledger: Ledger) -> None:
    paid(ledger, "a", pico=None, worst_pico=1000)
    paid(ledger, "b", pico=None, worst_pico=None)
    assert ledger.spent("run", "night") == Spent(possibly_lost_pico=1000, calls=2)
    stored = ledger.reply_of(key("b"))
    assert stored is not None
    assert stored.billed.pico is None


def test_a_budget_is_checked_before_anything_is_taken(ledger: Ledger) -> None:
    limits = Limits(round_usd=1500 / PICO)
    first = taken(ledger, "a", 1000, limits)
    with pytest.raises(BudgetReached) as caught:
        begun(ledger, "b", limits)
    assert caught.value.may_fit_later
    assert caught.value.spent == Spent(reserved_pico=1000, calls=1)
    ledger.answered(first, reply("a"), billed(500)).result()
    taken(ledger, "b", 1000, limits)
    assert [row.key for row in ledger.attempts()] == [key("a"), key("b")]


def test_what_is_answered_needs_no_budget(ledger: Ledger) -> None:
    paid(ledger, "a")
    assert isinstance(begun(ledger, "a", Limits(round_calls=0, day_usd=0)), Answered)


def test_a_day_is_a_date_in_utc_and_a_call_belongs_to_the_day_it_began(path: Path) -> None:
    midnight = 1_795_305_600.0
    now = [midnight - 1]
    with Ledger.open(path, clock=lambda: now[0]) as ledger:
        attempt = taken(ledger, "a")
        now[0] = midnight
        ledger.answered(attempt, reply("a"), billed(300)).result()
        assert ledger.spent("day") == Spent()
        taken(ledger, "b", limits=Limits(day_calls=1))
        with pytest.raises(BudgetReached, match="day"):
            begun(ledger, "c", Limits(day_calls=1))
        assert [row.day for row in ledger.attempts()] == ["2026-11-21", "2026-11-22"]
        now[0] -= 1
        assert ledger.spent("day") == Spent(known_pico=300, calls=1)
        assert ledger.verify() == []


def test_closing_gives_up_what_nobody_will_answer(path: Path) -> None:
    with Ledger.open(path) as first:
        taken(first, "a")
    with Ledger.open(path) as second:
        assert second.spent("run", "night") == Spent(possibly_lost_pico=1000, calls=1)
        assert taken(second, "a").number == 2
        assert second.verify() == []


def test_a_closed_ledger_refuses(path: Path) -> None:
    ledger = Ledger.open(path)
    ledger.close()
    ledger.close()
    with pytest.raises(LedgerError, match="closed"):
        begun(ledger, "a")
    with pytest.raises(LedgerError):
        ledger.reply_of(key("a"))


def test_a_wrong_operation_spoils_no_other(ledger: Ledger) -> None:
    good = taken(ledger, "a")
    waiting: list[Future[Any]] = [
        ledger.answered(Attempt(999, key("x"), 1), reply("x"), BILLED),
        ledger.answered(good, reply("a"), BILLED),
        ledger.used("night", "round-1", "add", "\ud800", key("a"), "judge", "paid"),
        ledger.note("night", "round-1", "add", "policy", 1),
    ]
    assert [future.exception() is None for future in waiting] == [False, True, False, True]
    assert ledger.reply_of(key("a")) is not None


def test_an_answer_on_its_way_cannot_be_cancelled(ledger: Ledger) -> None:
    attempt = taken(ledger, "a")
    future = ledger.answered(attempt, reply("a"), BILLED)
    assert not future.cancel()
    future.result()


def test_a_begin_that_waits_can_be_cancelled_and_takes_nothing(ledger: Ledger) -> None:
    go_on = threading.Event()
    ledger._writer.submit(lambda _: go_on.wait())
    waiting = ledger.begin(prepared("a"), context("a"), FREE)
    assert waiting.cancel()
    go_on.set()
    taken(ledger, "a")


def test_a_closed_ledger_is_one_file(path: Path) -> None:
    with Ledger.open(path) as ledger:
        paid(ledger, "a")
        assert len(list(path.parent.iterdir())) > 1
    assert list(path.parent.iterdir()) == [path]


def test_what_is_kept_of_a_request(path: Path) -> None:
    with Ledger.open(path) as ledger:
        paid(ledger, "a")
        (row,) = ledger.attempts("night", "round-1")
    assert row.params == {"model": "judge-1", "effort": "medium", "max_tokens": 4096}
    assert (row.provider, row.model, row.reply_model, row.sample_index) == ("claude", "judge-1", "judge-1-dated", 1)
    assert (row.usage, row.cost_pico, row.reserved_pico, row.price_source) == (BILLED.usage, 300, 1000, BILLED.source)
    assert (row.seconds, row.request_id, row.http_status) == (1.25, "req-a", 200)
    assert len(row.body_sha) == len(row.code_sha) == 64
    on_disk = path.read_bytes()
    assert key("a").encode() in on_disk
    assert PROMPT.encode() not in on_disk
    assert CODE.encode() not in on_disk


def test_failures_are_stored_without_keys(ledger: Ledger) -> None:
    secret = "sk-ant-api03-VeryS3cret_x"
    said = f"""<html>you sent Authorization: Bearer {secret}, Bearer other-token and X-Api-Key: third,
        {{"x-api-key": "fourth", "authorization": "Bearer fifth", 'Authorization'= 'Basic-sixth'}}</html>""".encode()
    ledger.failed(taken(ledger, "a"), CallFailed("protocol", f"not JSON: {said.decode()}", body=said)).result()
    out = io.StringIO()
    ledger.export(out)
    for word in ("S3cret", "other-token", "third", "fourth", "fifth", "sixth"):
        assert word not in out.getvalue()
    assert "[removed]" in out.getvalue()


def test_uses_say_who_paid(ledger: Ledger) -> None:
    paid(ledger, "a")
    ledger.used("night", "round-1", "add", "candidate-a", key("a"), "judge", "paid").result()
    ledger.used("night", "round-1", "add", "candidate-a", key("a"), "judge", "ledger").result()
    ledger.used("night", "round-1", "add", "candidate-b", key("a"), "judge", "duplicate").result()
    ledger.used("night", "round-2", "add", "candidate-a", key("a"), "judge", "ledger").result()
    assert [(use.round, use.candidate_key, use.source) for use in ledger.uses()] == [
        ("round-1", "candidate-a", "paid"),
        ("round-1", "candidate-b", "duplicate"),
        ("round-2", "candidate-a", "ledger"),
    ]


def test_a_reply_found_after_a_kill_was_paid_by_this_round(ledger: Ledger) -> None:
    paid(ledger, "a")
    ledger.used("night", "round-1", "add", "candidate-a", key("a"), "judge", "ledger").result()
    assert [use.source for use in ledger.uses("night", "round-1")] == ["paid"]


def test_notes_replace_and_do_not_add(ledger: Ledger) -> None:
    ledger.note("night", "round-1", "add", "cannot_win", 3).result()
    ledger.note("night", "round-1", "add", "cannot_win", 2).result()
    ledger.note("night", "round-2", "add", "policy", 1).result()
    assert [(note.kind, note.count) for note in ledger.notes("night", "round-1")] == [("cannot_win", 2)]


def test_export_holds_everything_in_a_stable_order(ledger: Ledger) -> None:
    paid(ledger, "a")
    ledger.answered(taken(ledger, "b"), reply("b"), billed(1)).result()
    ledger.used("night", "round-1", "add", "candidate-a", key("a"), "judge", "paid").result()
    ledger.note("night", "round-1", "add", "policy", 1).result()
    first, second = io.StringIO(), io.StringIO()
    ledger.export(first)
    ledger.export(second)
    assert first.getvalue() == second.getvalue()
    rows = [json.loads(line) for line in first.getvalue().splitlines()]
    assert [row["table"] for row in rows] == ["ledger", "attempts", "attempts", "uses", "notes"]
    assert json.loads(rows[1]["body"])["answer"] == "a"
    assert str(ledger._me) not in first.getvalue()


def test_a_body_that_is_no_text_is_exported_too(ledger: Ledger) -> None:
    ledger.failed(taken(ledger, "a"), CallFailed("protocol", "not JSON", body=b"\xff\x00")).result()
    out = io.StringIO()
    ledger.export(out)
    assert json.loads(out.getvalue().splitlines()[1])["body_base64"] == "/wA="


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "answer", "answer_unpriced", "billable", "not_billed"]),
        st.integers(0, 5),
        st.sampled_from(["round-1", "round-2"]),
        st.one_of(st.none(), st.integers(0, 400)),
    ),
    max_size=40,
)


@settings(max_examples=60)
@given(steps=STEPS)
def test_no_history_passes_a_limit_or_breaks_the_sums(steps: list[Any]) -> None:
    limits = Limits(round_usd=900 / PICO, run_usd=1200 / PICO, round_calls=6, day_calls=9)
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.db") as ledger:
        under_way: dict[str, tuple[Attempt, int | None]] = {}
        for what, name, round, worst in steps:
            call = prepared(name, worst)
            if what == "begin":
                try:
                    got = ledger.begin(call, context(name, round), limits).result()
                except BudgetReached:
                    continue
                assert isinstance(got, Held) == (call.key in under_way)
                if isinstance(got, Attempt):
                    under_way[call.key] = got, worst
            elif call.key in under_way:
                attempt, reserved = under_way.pop(call.key)
                if what.startswith("answer"):
                    pico = None if what == "answer_unpriced" else (reserved or 0) // 2
                    ledger.answered(attempt, reply(name), billed(pico)).result()
                else:
                    ledger.failed(attempt, BILLABLE if what == "billable" else NOT_BILLED).result()
            bounds: tuple[tuple[Scope, int, int], ...] = (("round", 900, 6), ("run", 1200, 99), ("day", 10**9, 9))
            for scope, most, calls in bounds:
                now = ledger.spent(scope, "night", round)
                assert now.charged_pico <= most
                assert now.calls <= calls
        assert ledger.verify() == []
