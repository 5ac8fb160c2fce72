"""The forecast: by hand, in order, and from what the ledger has seen."""

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from judges.budget import Limits
from judges.calls import PICO, Usage
from judges.cost.forecast import Forecast, Plan, forecast
from judges.cost.forecast_view import show_judge_forecast
from judges.cost.history import ENOUGH, Measured, measured, text_bytes
from judges.cost.records import Call, Note, Records
from judges.prices import Prices
from judges.rubric import Rendered
from judges.verdict import Verdict

PRICES = Prices({})
# 900, 700 and 500 tokens at 0.45 a byte; 50 tasks x 8, once.
PLAN = Plan(50, 8, 1, "claude-haiku-5-5", 2_000, 1_555, 1_111, 4_000, 4_096, confirm="off")
FREE = Limits()


def test_asking_everybody_by_hand() -> None:
    seen = Measured(asked_share=1.0, candidates=400, output_tokens=350.0, replies=400)
    found = forecast(PLAN, PRICES, FREE, seen)
    assert found.expected.calls == 400
    # Rubric 900 written once and read 399 times, tasks' 700 written 50 times and read 350 times, 500 fresh and 350 out each time.
    written, read, fresh, out = 900 + 50 * 700, 399 * 900 + 350 * 700, 400 * 500, 400 * 350
    by_hand = written * 125_000 + read * 10_000 + fresh * 100_000 + out * 500_000
    assert found.expected.pico == by_hand
    # The $0.10 of a cached exhaustive round.
    assert by_hand == pytest.approx(0.10 * PICO, rel=0.02)


def test_a_batch_counts_on_no_cache_and_costs_half() -> None:
    seen = Measured(asked_share=1.0, candidates=400, output_tokens=350.0, replies=400)
    found = forecast(replace(PLAN, batch=True), PRICES, FREE, seen)
    assert found.expected.pico == (400 * 2_100 * 100_000 + 400 * 350 * 500_000) // 2


def test_without_history_the_assumptions_are_named() -> None:
    found = forecast(PLAN, PRICES, FREE)
    assert (found.asked_share, found.asked_basis, found.output_tokens, found.output_basis) == (0.76, "assumed", 350, "assumed")
    assert found.expected.calls == 304


def test_the_worst_case_is_everybody_at_full_length() -> None:
    found = forecast(PLAN, PRICES, FREE)
    # ceil(3,555 x 0.54) + 4,000 + 800 input tokens at $0.20, 4,096 output tokens at $0.50, 400 times.
    assert found.worst.calls == 400
    assert found.worst.pico == 400 * (6_720 * 200_000 + 4_096 * 500_000)
    assert forecast(replace(PLAN, confirm="winner"), PRICES, FREE).worst.calls == 800


plans = st.builds(
    Plan,
    tasks=st.integers(1, 60),
    candidates=st.integers(1, 20),
    rounds=st.integers(1, 4),
    model=st.sampled_from(("claude-haiku-5-5", "claude-fable-5-1", "claude-haiku-4-5")),
    system_bytes=st.integers(0, 5_000),
    task_bytes=st.integers(0, 5_000),
    candidate_bytes=st.integers(0, 3_000),
    longest_candidate_bytes=st.integers(3_000, 9_000),
    max_tokens=st.integers(100, 8_000),
    confirm=st.sampled_from(("off", "borderline", "winner")),
    batch=st.booleans(),
)
seens = st.builds(
    Measured,
    asked_share=st.one_of(st.none(), st.floats(0, 1)),
    candidates=st.integers(ENOUGH, 99),
    output_tokens=st.one_of(st.none(), st.floats(1, 10_000)),
    replies=st.integers(ENOUGH, 99),
)


@given(plan=plans, seen=seens)
def test_low_expected_and_worst_stand_in_this_order(plan: Plan, seen: Measured) -> None:
    found = forecast(plan, PRICES, FREE, seen)
    assert found.low.calls <= found.expected.calls <= found.worst.calls
    assert found.low.pico is not None
    assert found.expected.pico is not None
    assert found.worst.pico is not None
    assert found.low.pico <= found.expected.pico <= found.worst.pico


def test_without_a_price_the_calls_are_still_known() -> None:
    found = forecast(replace(PLAN, model="nobodys-model"), PRICES, FREE)
    assert (found.low.pico, found.expected.pico, found.worst.pico) == (None, None, None)
    assert found.expected.calls == 304
    assert "Without a price" in shown(found)


def a_call(index: int) -> Call:
    return Call(
        f"k{index}", 1, "done", "run", "r", "t", f"c{index}", "judge", "claude", PLAN.model, pico=1, usage=Usage(output=200),
        outcome=Verdict(1, 1, 1, ""),
    )  # fmt: skip


def test_the_ledger_is_believed_when_it_has_seen_enough() -> None:
    calls = tuple(a_call(index) for index in range(ENOUGH))
    records = Records(calls, (), (Note("run", "r", "t", "cannot_win", 60), Note("run", "r", "t", "ineligible", 30)))
    seen = measured(records, PLAN.model)
    assert seen == Measured(asked_share=0.25, candidates=4 * ENOUGH, output_tokens=200.0, replies=ENOUGH)
    found = forecast(PLAN, PRICES, FREE, seen)
    assert (found.expected.calls, found.output_tokens, found.asked_basis) == (100, 200, "measured over 120 candidates")
    few = measured(Records(calls[:5]), PLAN.model)
    assert (few.asked_share, few.output_tokens) == (None, None)
    assert measured(records, "claude-opus-5-5").output_tokens is None


def shown(found: Forecast) -> str:
    stream = io.StringIO()
    show_judge_forecast(found, Console(file=stream, width=80))
    return stream.getvalue()


def test_budgets_stand_beside_it() -> None:
    limits = Limits(round_usd=0.01, run_usd=5, run_calls=10_000, day_calls=10)
    found = forecast(PLAN, PRICES, limits)
    assert found.over() == ("round", "day")
    text = shown(found)
    assert max(len(line) for line in text.splitlines()) <= 80
    words = " ".join(text.split())
    for said in ("expected 304", "worst 400", "budget of the run 10,000 $5.00", "passes the budget of the round and the day"):
        assert said in words, said
    assert forecast(PLAN, PRICES, Limits(run_usd=5)).over() == ()


def test_bytes_are_counted_over_the_rendered_texts() -> None:
    texts = [Rendered("ab", "task", "ü", {"a": 1}), Rendered("ab", "a task", "xxxx", {"a": 1})]
    assert text_bytes(texts) == (2 + len('{"a": 1}'), 5, 3)
    with pytest.raises(ValueError, match="nothing to count"):
        text_bytes([])


def test_a_budget_of_a_round_counts_for_each_round() -> None:
    once = forecast(PLAN, PRICES, FREE).expected.pico
    assert once is not None
    limits = Limits(round_usd=1.05 * once / PICO)
    assert forecast(PLAN, PRICES, limits).over() == ()
    assert forecast(replace(PLAN, rounds=3), PRICES, limits).over() == ()
    assert forecast(replace(PLAN, tasks=60), PRICES, limits).over() == ("round",)
