"""The waterfall adds up to the last pico-dollar, whatever happened."""

from hypothesis import given
from hypothesis import strategies as st

from judges.calls import Unusable, Usage
from judges.cost import Records, cost_report
from judges.cost.counting import SPARED, counted
from judges.cost.records import Call, Note, Use
from judges.prices import Prices
from judges.verdict import Verdict

PRICES = Prices({})
VERDICT = Verdict(4, 3, 2, "line 1")
MODELS = ("claude-haiku-5-5", "claude-fable-5-1", "nobodys-model")
ROUNDS, TASKS, PEOPLE, KEYS = ("r1", "r2"), ("t1", "t2"), tuple("abcde"), tuple("123456")

usages = st.builds(Usage, *[st.integers(0, 3_000)] * 5)


@st.composite
def a_call(draw: st.DrawFn) -> Call:
    state = draw(st.sampled_from(("done", "done", "done", "failed", "unknown", "inflight", "batched")))
    model, usage, batch = draw(st.sampled_from(MODELS)), draw(usages), draw(st.booleans())
    pico = None
    if state == "done":
        pico, _ = PRICES.billed(model, usage, batch=batch)
        # A price of that day which today's table does not give.
        pico = draw(st.sampled_from((pico, pico, 7)))
    return Call(
        key=draw(st.sampled_from(KEYS)),
        number=draw(st.integers(1, 10**9)),
        state=state,  # type: ignore[arg-type]
        run="run",
        round=draw(st.sampled_from(ROUNDS)),
        task=draw(st.sampled_from(TASKS)),
        candidate_key=draw(st.sampled_from(PEOPLE)),
        purpose=draw(st.sampled_from(("judge", "judge", "confirm", "audit", "canary", "calibrate"))),
        provider="claude",
        model=model,
        batch=batch,
        reserved_pico=draw(st.sampled_from((None, 10**9))),
        pico=pico,
        usage=usage if state == "done" else Usage(),
        outcome=draw(st.sampled_from((VERDICT, VERDICT, Unusable("refusal", "cyber"), None))) if state == "done" else None,
    )


uses = st.builds(
    Use,
    st.just("run"),
    st.sampled_from(ROUNDS),
    st.sampled_from(TASKS),
    st.sampled_from(PEOPLE),
    st.sampled_from(KEYS),
    st.sampled_from(("judge", "confirm")),
    st.sampled_from(("paid", "ledger", "duplicate")),
)
notes = st.builds(
    Note,
    st.just("run"),
    st.sampled_from(ROUNDS),
    st.sampled_from(TASKS),
    st.sampled_from((*SPARED, "ineligible")),
    st.integers(0, 9),
)
ledgers = st.builds(
    lambda calls, used, noted: Records(tuple({(c.key, c.number): c for c in calls}.values()), tuple(used), tuple(noted)),
    st.one_of(st.lists(a_call(), max_size=3), st.lists(a_call(), min_size=12, max_size=20)),
    st.lists(uses, max_size=15),
    st.lists(notes, max_size=8),
)


@given(records=ledgers, round=st.sampled_from((None, *ROUNDS)))
def test_candidates_and_dollars_add_up(records: Records, round: str | None) -> None:
    report = cost_report(records, PRICES, "run", round)
    steps = report.waterfall
    assert steps.adds_up
    assert steps.spent.pico == report.headline.known_pico
    saved = sum(step.pico for step in (*steps.spared, *steps.discounts))
    assert steps.everything.pico - saved + sum(step.pico for step in steps.extras) == report.headline.known_pico
    assert steps.everything.count >= 0
    assert all(step.count >= 0 for step in (*steps.spared, *steps.extras))


@given(records=ledgers)
def test_every_call_is_counted_in_one_place(records: Records) -> None:
    report = cost_report(records, PRICES, "run")
    steps = report.waterfall
    assert steps.asked.count + sum(step.count for step in steps.extras) == len(records.answered())
    known = report.headline.known_pico
    assert sum(kind.pico for kind in report.tokens.kinds) + report.tokens.other_pico == known
    assert sum(task.known_pico for task in report.tasks) == known
    assert sum(row.known_pico for row in report.headline.rounds) == known
    assert sum(report.reliability.statuses.values()) == len(records.calls)


@given(records=ledgers)
def test_rounds_add_up_to_the_run(records: Records) -> None:
    whole = cost_report(records, PRICES, "run")
    parts = [cost_report(records, PRICES, "run", name) for name in ROUNDS]
    for pick in ("known_pico", "possibly_lost_pico", "in_flight_pico", "calls", "unpriced_calls"):
        assert getattr(whole.headline, pick) == sum(getattr(part.headline, pick) for part in parts)
    assert whole.waterfall.everything.count == sum(part.waterfall.everything.count for part in parts)


@given(records=ledgers)
def test_nobody_is_counted_twice(records: Records) -> None:
    counts = counted(records)
    people = {(call.round, call.task, call.candidate_key) for call in records.calls if call.purpose == "judge"}
    people |= {(use.round, use.task, use.candidate_key) for use in records.uses if use.purpose == "judge"}
    noted = sum(note.count for note in records.notes if note.kind in SPARED)
    assert counts.eligible <= len(people) + noted
    assert counts.eligible >= max(len(people), counts.asked)


def in_a_batch(key: str, scores: tuple[float, float, float] = (4, 3, 2), seconds: float | None = None) -> Call:
    usage = Usage(input=500, cache_write_1h=1_000, cache_read=600, output=350)
    pico, _ = PRICES.billed(MODELS[0], usage, batch=True)
    return Call(
        key, 1, "done", "run", "r1", "t1", f"c{key}", "judge", "claude", MODELS[0], batch=True, pico=pico, usage=usage,
        seconds=seconds, outcome=Verdict(*scores, "line 1"),
    )  # fmt: skip


def test_a_batch_by_hand() -> None:
    steps = cost_report(Records((in_a_batch("1"), in_a_batch("2"))), PRICES, "run").waterfall
    # Millionths each: plain 210 + 175; with the cache 50 + 200 + 6 + 175, dearer by 46; the batch halves 431.
    assert steps.asked.pico == 2 * 385_000_000
    assert [(step.name, step.count, step.pico) for step in steps.discounts] == [
        ("prompt cache", 2, -2 * 46_000_000), ("batch", 2, 431_000_000),
    ]  # fmt: skip
    assert steps.spent.pico == 431_000_000
    assert steps.adds_up


def test_the_hours_of_a_batch_are_no_latency() -> None:
    report = cost_report(Records((in_a_batch("1", seconds=40_000.0),)), PRICES, "run")
    assert report.reliability.latencies == ()


def test_expected_values_count_to_the_nearest_score() -> None:
    call = in_a_batch("1", (3.6, 0.4, 2.5))
    use = Use("run", "r1", "t1", "c1", "1", "judge", "paid")
    histograms = cost_report(Records((call,), (use,)), PRICES, "run").quality.histograms
    assert list(histograms.values()) == [(0, 0, 0, 0, 1), (1, 0, 0, 0, 0), (0, 0, 0, 1, 0)]


def test_a_resumed_round_did_not_save_what_it_paid_itself() -> None:
    call = Call("k", 1, "done", "run", "r1", "t1", "a", "judge", "claude", MODELS[0], pico=100, usage=Usage(), outcome=VERDICT)
    use = Use("run", "r1", "t1", "a", "k", "judge", "ledger")
    counts = counted(Records((call,), (use,)))
    assert (counts.asked, counts.spared["ledger"]) == (1, 0)


def test_a_failed_call_does_not_turn_a_found_answer_into_a_paid_one() -> None:
    failed = Call("k", 2, "failed", "run", "r1", "t1", "a", "judge", "claude", MODELS[0])
    use = Use("run", "r1", "t1", "a", "other", "judge", "ledger")
    counts = counted(Records((failed,), (use,), (Note("run", "r1", "t1", "ledger", 1),)))
    assert (counts.asked, counts.spared["ledger"], counts.eligible) == (0, 1, 1)
