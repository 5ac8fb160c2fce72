"""The report against a ledger whose every number was worked out by hand."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from judges.budget import Limits
from judges.calls import PICO, Usage
from judges.cost import Budget, CostReport, Judged, Records, RunFacts, TaskChoice, budgets, cost_report
from judges.cost.export import write_calls, write_tasks
from judges.prices import Price, Prices
from tests.judges.cost_world import MODEL, PAID, PLAIN, PRICES, USAGE, WORST, Book, a_book, filled

FIRST = 425_000_000
"""The call that wrote the cache: 50 + 200 + 175 millionths."""
SPENT = FIRST + 5 * PAID


@pytest.fixture
def records(tmp_path: Path) -> Records:
    with a_book(tmp_path) as book:
        filled(book)
        return book.records()


@pytest.fixture
def report(records: Records) -> CostReport:
    return cost_report(records, PRICES, "run")


def test_the_headline_is_the_ledgers_own_sum(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        filled(book)
        book.begun("round-2", "open", "z", "k9")
        head = cost_report(book.records(), PRICES, "run").headline
        spent = book.ledger.spent("run", "run")
        assert (head.known_pico, head.possibly_lost_pico, head.in_flight_pico, head.calls) == (
            spent.known_pico, spent.possibly_lost_pico, spent.reserved_pico, spent.calls,
        )  # fmt: skip
        for row in head.rounds:
            of_round = book.ledger.spent("round", "run", row.round)
            assert (row.known_pico, row.possibly_lost_pico, row.calls) == (
                of_round.known_pico, of_round.possibly_lost_pico, of_round.calls,
            )  # fmt: skip
    assert (head.known_pico, head.possibly_lost_pico, head.in_flight_pico) == (SPENT, WORST, WORST)


def test_the_waterfall_by_hand(report: CostReport) -> None:
    steps = report.waterfall
    # Bought: a, b, d and f, each 385 millionths without the cache.
    assert (steps.asked.count, steps.asked.pico) == (4, 4 * PLAIN)
    assert {step.name: (step.count, step.pico) for step in steps.spared} == {
        "duplicate": (1, PLAIN), "ledger": (1, PLAIN), "below_threshold": (2, 2 * PLAIN), "cannot_win": (3, 3 * PLAIN),
        "policy": (1, PLAIN), "no verdict": (1, PLAIN),
    }  # fmt: skip
    assert (steps.everything.count, steps.everything.pico) == (13, 13 * PLAIN)
    # One wrote the cache (dearer by 40), three read it (cheaper by 144 each).
    assert {step.name: step.pico for step in steps.discounts} == {"prompt cache": 392_000_000, "batch": 0}
    extras = {step.name: (step.count, step.pico) for step in steps.extras if step.count}
    assert extras == {"unusable": (1, PAID), "confirm": (1, PAID)}
    assert (steps.spent.count, steps.spent.pico) == (6, SPENT)
    assert steps.ineligible == 4
    assert steps.adds_up


def test_a_round_counts_by_itself(records: Records) -> None:
    report = cost_report(records, PRICES, "run", "round-2")
    steps = report.waterfall
    assert (steps.asked.count, steps.everything.count, steps.spent.pico) == (1, 3, 2 * PAID)
    assert {step.name: step.count for step in steps.spared if step.count} == {"ledger": 1, "no verdict": 1}
    assert steps.adds_up


def test_a_run_that_bought_nothing_counts_at_what_others_paid(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        filled(book)
        later = Book(book.ledger, "later")
        later.used("round-1", "sum", "x", "k1", "ledger")
        later.used("round-1", "sum", "y", "k2", "ledger")
        steps = cost_report(later.records(), PRICES, "later").waterfall
    assert (steps.everything.pico, steps.asked.count, steps.spent.pico) == (2 * PLAIN, 0, 0)
    assert steps.adds_up


def test_tokens_and_dollars_by_kind(report: CostReport) -> None:
    kinds = {kind.kind: (kind.tokens, kind.pico) for kind in report.tokens.kinds}
    assert kinds["fresh input"] == (3_000, 300_000_000)
    assert kinds["cache write 5 min"] == (1_600, 200_000_000)
    assert kinds["cache read"] == (8_000, 80_000_000)
    assert kinds["output"] == (2_100, 1_050_000_000)
    assert sum(pico for _, pico in kinds.values()) + report.tokens.other_pico == SPENT
    assert report.tokens.other_pico == 0
    assert report.tokens.cache.hit_rate == pytest.approx(8_000 / 9_600)
    assert report.tokens.cache.silent_calls == 0


def test_thinking_is_shown_apart_from_the_answer(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        book.paid("r", "t", "a", "k", usage=Usage(input=10, output=400, thinking=100))
        tokens = cost_report(book.records(), PRICES, "run").tokens
    kinds = {kind.kind: (kind.tokens, kind.pico) for kind in tokens.kinds}
    assert kinds["output"] == (300, 150_000_000)
    assert kinds["thinking"] == (100, 50_000_000)


def test_a_cache_that_never_hits_is_seen(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        book.paid("r", "t", "a", "k1", usage=Usage(input=400, output=10))
        book.paid("r", "t", "b", "k2", usage=Usage(input=700, output=10))
        cache = cost_report(book.records(), PRICES, "run").tokens.cache
    assert (cache.asked_calls, cache.silent_calls, cache.hit_rate, cache.longest_silent_prompt) == (2, 2, 0.0, 700)


def test_stored_costs_stand_when_prices_change(records: Records) -> None:
    dear = Price(*map(Decimal, (7, 7, 7, 7, 7)))
    report = cost_report(records, Prices({MODEL: dear}), "run")
    assert report.headline.known_pico == report.waterfall.spent.pico == SPENT
    assert report.tokens.other_pico == SPENT
    assert sum(step.pico for step in report.waterfall.discounts) == 0
    assert report.waterfall.adds_up


def test_answers_without_a_price_are_never_free(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        book.paid("r", "t", "a", "k1", model="nobodys-model")
        report = cost_report(book.records(), PRICES, "run")
    assert (report.headline.known_pico, report.headline.possibly_lost_pico, report.headline.unpriced_calls) == (0, WORST, 1)
    assert report.waterfall.adds_up


def test_unit_costs(records: Records) -> None:
    facts = RunFacts(candidates=20, kept=2, certified=3, training_tokens=4_000, gained_points=2.5)
    units = cost_report(records, PRICES, "run", facts=facts).units
    charged = SPENT + WORST
    # (round-1, sum), (round-1, max), (round-2, min), (round-2, sum)
    assert units.per_task == charged // 4
    assert units.per_candidate == charged // 20
    assert units.per_verdict == charged // 5
    assert units.per_kept == charged // 2
    assert units.per_point == charged * 2 // 5
    assert units.per_1k_training_tokens == charged // 4
    bare = cost_report(records, PRICES, "run", facts=RunFacts(kept=0)).units
    assert (bare.per_kept, bare.per_point, bare.per_candidate) == (None, None, None)


def test_waste_and_reliability(report: CostReport) -> None:
    lost = report.waste
    assert [(row.name, row.calls, row.pico) for row in lost.unusable] == [("refusal", 1, PAID)]
    assert (lost.possibly_lost.calls, lost.possibly_lost.pico, lost.possibly_paid_twice) == (1, WORST, 1)
    assert (lost.retries, lost.failed_attempts) == (2, 1)
    assert [(row.name, row.pico) for row in lost.purposes] == [("confirm", PAID)]
    found = report.reliability
    assert found.statuses == {"verdict": 5, "failed": 1, "unknown": 1, "refusal": 1}
    assert found.attempts == {"1": 5, "3": 1}
    assert {(f.kind, f.http_status, f.code): f.count for f in found.failures} == {
        ("rate", 429, "rate_limit_error"): 1, ("timeout", None, ""): 1,
    }  # fmt: skip
    (latency,) = found.latencies
    assert (latency.calls, latency.p50, latency.p95, latency.longest) == (6, 1.0, 9.0, 9.0)
    assert found.request_ids == ("req_lost", "req_k4")


def test_quality_of_the_verdicts(records: Records) -> None:
    judged = (Judged("a", 0.3, 1.0, True), Judged("b", 0.2, 0.25, False), Judged("c", 0.1, 0.3, False), Judged("d", 0.9))
    facts = RunFacts(choices=(TaskChoice("round-1", "sum", judged, "a", "a", "d"),))
    found = cost_report(records, PRICES, "run", facts=facts).quality
    # a, b, its twin c, d, f, and g with a's answer.
    assert found.verdicts == 6
    assert found.histograms["functionality"] == (0, 1, 2, 0, 3)
    assert found.confirmed == 1
    assert found.optimism == pytest.approx(0.25)
    assert found.spearman_static == pytest.approx(0.5)
    assert (found.auc_tests, found.tested_pairs) == (1.0, 3)


def test_what_the_judge_was_worth(records: Records) -> None:
    pair = (Judged("a", 0.3, 0.9), Judged("b", 0.35, 0.2))
    choices = (
        TaskChoice("round-1", "sum", pair, "a", "a", "b"),
        TaskChoice("round-1", "max", pair, "b", "a", "b"),
        TaskChoice("round-2", "sum", pair, None, None, "b"),
        TaskChoice("round-2", "min", (), None, None, None),
    )
    found = cost_report(records, PRICES, "run", facts=RunFacts(choices=choices)).worth
    assert found is not None
    assert (found.tasks, found.kept, found.changed, found.agreed, found.rejected, found.added) == (3, 2, 1, 1, 1, 0)
    assert (found.kept_judge_only, found.kept_static_only) == (2, 3)
    assert (found.common_judge_only, found.common_static_only) == (1, 1)
    assert cost_report(records, PRICES, "run").worth is None


def test_the_projection_is_the_cost_of_a_task_times_the_tasks_left(records: Records) -> None:
    rest = cost_report(records, PRICES, "run", facts=RunFacts(rounds_left=2, tasks_per_round=10)).headline.projection
    assert rest is not None
    assert (rest.expected_pico, rest.tasks_left, rest.tasks_seen) == ((SPENT + WORST) * 5, 20, 4)
    assert 0 <= rest.p10_pico <= rest.expected_pico <= rest.p90_pico
    again = cost_report(records, PRICES, "run", facts=RunFacts(rounds_left=2, tasks_per_round=10)).headline.projection
    assert again == rest
    assert cost_report(records, PRICES, "run").headline.projection is None


def test_budgets_say_what_is_left(records: Records) -> None:
    facts = RunFacts(budgets=(Budget("run", PICO // 2, SPENT),))
    (left,) = cost_report(records, PRICES, "run", facts=facts).headline.budgets
    assert left.left_pico == PICO // 2 - SPENT


def test_budgets_are_read_off_the_ledger(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        filled(book)
        book.begun("round-2", "open", "z", "k9")
        limits = Limits(round_usd=1, run_usd=0.5, day_calls=7)
        assert budgets(book.ledger, limits, "run", "round-2") == (
            Budget("round", PICO, 2 * PAID + WORST), Budget("run", PICO // 2, SPENT + 2 * WORST),
        )  # fmt: skip


def test_the_dearest_task_comes_first(report: CostReport) -> None:
    assert [(task.round, task.task) for task in report.tasks[:2]] == [("round-1", "max"), ("round-1", "sum")]
    first = report.tasks[1]
    assert (first.verdicts, first.reused, first.pruned, first.known_pico) == (3, 1, 3, FIRST + 2 * PAID)
    assert sum(task.known_pico for task in report.tasks) == SPENT
    assert sum(task.possibly_lost_pico for task in report.tasks) == WORST


def test_provenance_names_models_and_prices(report: CostReport) -> None:
    found = report.provenance
    assert found.models_answered == {MODEL: 6}
    assert list(found.price_sources.values()) == [6]
    assert next(iter(found.price_sources)).startswith("genai-prices ")


def test_other_runs_are_not_in_it(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        filled(book)
        before = cost_report(book.records(), PRICES, "run")
        Book(book.ledger, "other").paid("round-1", "sum", "a", "k99")
        assert cost_report(book.records(), PRICES, "run") == before


def test_json_holds_all_of_it(report: CostReport) -> None:
    text = json.dumps(report.to_json())
    read = json.loads(text)
    assert json.dumps(read) == text
    assert read["schema_version"] == 1
    assert read["headline"]["known_pico"] == SPENT
    assert sum(kind["pico"] for kind in read["tokens"]["kinds"]) + read["tokens"]["other_pico"] == SPENT


def test_csv_adds_up_to_the_report(records: Records, report: CostReport) -> None:
    calls, tasks = io.StringIO(), io.StringIO()
    write_calls(calls, records.calls)
    write_tasks(tasks, "run", report.tasks)
    rows = list(csv.DictReader(io.StringIO(calls.getvalue())))
    assert len(rows) == len(records.calls)
    for table in (rows, list(csv.DictReader(io.StringIO(tasks.getvalue())))):
        assert sum(Decimal(row["known_usd"] or 0) for row in table) * PICO == SPENT
        assert sum(Decimal(row["possibly_lost_usd"] or 0) for row in table) * PICO == WORST
    assert [row["outcome"] for row in rows] == ["verdict"] * 3 + ["", "", "verdict", "refusal", "verdict"]
    assert rows[0]["functionality"] == "4.0"


def test_a_call_without_a_price_has_an_empty_cell(records: Records) -> None:
    stream = io.StringIO()
    write_calls(stream, [replace(records.calls[0], pico=None)])
    (row,) = csv.DictReader(io.StringIO(stream.getvalue()))
    assert row["known_usd"] == ""
    assert Decimal(row["possibly_lost_usd"]) * PICO == WORST


def test_an_empty_run_is_a_report_of_nothing() -> None:
    report = cost_report(Records(), PRICES, "run")
    assert report.headline.charged_pico == 0
    assert report.waterfall.everything.count == 0
    assert report.waterfall.adds_up
    assert report.units.per_verdict is None


def test_usage_of_the_fixture_costs_what_the_tests_say() -> None:
    assert PRICES.billed(MODEL, USAGE)[0] == PAID
    assert PRICES.billed(MODEL, Usage(input=2_100, output=350))[0] == PLAIN
