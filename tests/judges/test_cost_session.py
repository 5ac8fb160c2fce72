"""The report of rounds that were really judged: by the real session, ledger and retries, and against the server's own meter."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from judges.budget import BudgetReached, Limits
from judges.calls import Context, PreparedCall, Unusable
from judges.cost import CostReport, cost_report, read_records, stored_readers
from judges.errors import JudgePaused
from judges.ledger import Ledger
from judges.outcome import Entrant, JudgingSettings, TaskOutcome
from judges.prices import Prices
from judges.retry import Answer, ask
from judges.session import JudgingSession
from judges.verdict import JudgeRequest
from tests.fakes.messages_api import MessagesServer, fault
from tests.judges.claude_setup import Time, circuit, hermetic, provider_for
from tests.judges.scripted import THRESHOLD, WEIGHT, Opinion, Scripted, a_task, by_code, entrant, judging

Round = dict[str, list[Entrant]]
STATIC = (0.05, 0.2, 0.3, 0.35, 0.4, 0.4, 0.3, 0.2)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "judge.db") as opened:
        yield opened


def a_round(tasks: int = 6) -> Round:
    """Eight candidates a task, of which some have the same text."""
    return {f"task-{n}": [entrant(i, STATIC[i], f"return {n * i % 5}") for i in range(8)] for n in range(1, tasks + 1)}


def report_of(ledger: Ledger, provider: Scripted, round: str | None = None) -> CostReport:
    return cost_report(read_records(ledger, {provider.name: provider.read}, "run"), Prices({}), "run", round)


def judge(provider: Scripted, ledger: Ledger, round: str, limits: Limits | None = None) -> dict[str, TaskOutcome]:
    settings = JudgingSettings(THRESHOLD, WEIGHT, limits=limits or Limits())
    with judging(provider, ledger, settings, round) as session:
        for name, entrants in a_round().items():
            session.add_task(a_task(name), entrants, {"policy": 1, "ineligible": 2})
        return session.finish()


def kinds(outcomes: dict[str, TaskOutcome]) -> Counter[str]:
    found: Counter[str] = Counter()
    for outcome in outcomes.values():
        found.update(outcome.kinds)
    return found


def check(report: CostReport, expected: Counter[str]) -> None:
    """The waterfall tells what the session told."""
    steps = report.waterfall
    counts = {step.name: step.count for step in steps.spared}
    assert steps.adds_up
    assert steps.asked.count + counts.pop("no verdict") == expected["asked"]
    assert counts == {name: expected[name] for name in counts}
    assert steps.ineligible == expected["ineligible"]
    assert steps.everything.count == 6 * 9


def test_every_candidate_of_a_round_is_in_the_waterfall(ledger: Ledger) -> None:
    provider = Scripted()
    expected = kinds(judge(provider, ledger, "round-1"))
    assert expected["duplicate"]
    assert expected["cannot_win"]
    check(report_of(ledger, provider), expected)
    assert report_of(ledger, provider).headline.known_pico == len(provider.asked) * provider.pico


def test_a_second_round_with_the_same_candidates_is_all_ledger(ledger: Ledger) -> None:
    provider = Scripted()
    first = kinds(judge(provider, ledger, "round-1"))
    second = kinds(judge(provider, ledger, "round-2"))
    assert second["ledger"] == first["asked"] > 0
    check(report_of(ledger, provider, "round-1"), first)
    check(report_of(ledger, provider, "round-2"), second)
    steps = report_of(ledger, provider, "round-2").waterfall
    assert (steps.spent.pico, steps.everything.pico) == (0, 6 * 9 * provider.pico)


def test_an_interrupted_round_is_counted_as_if_it_had_not_been(ledger: Ledger) -> None:
    provider = Scripted()
    with pytest.raises(BudgetReached):
        judge(provider, ledger, "round-1", Limits(round_calls=5))
    assert report_of(ledger, provider).waterfall.adds_up
    expected = kinds(judge(provider, ledger, "round-1"))
    check(report_of(ledger, provider), expected)
    assert report_of(ledger, provider).headline.known_pico == len(provider.asked) * provider.pico


def test_candidates_without_a_verdict_were_asked_all_the_same(ledger: Ledger) -> None:
    def sometimes_refused(request: JudgeRequest) -> Opinion:
        refused = request.task.id == "task-2" and request.code == "return 3"
        return Unusable("refusal", "cyber") if refused else by_code(request)

    provider = Scripted(sometimes_refused)
    with judging(provider, ledger, JudgingSettings(THRESHOLD, WEIGHT)) as session:
        session.add_task(a_task("task-2"), a_round()["task-2"])
        with suppress(JudgePaused):  # Too many without a verdict.
            session.finish()
        outcome = session.outcomes()["task-2"]
    report = report_of(ledger, provider)
    steps = report.waterfall
    assert steps.adds_up
    unusable = next(step for step in steps.extras if step.name == "unusable")
    assert unusable.count > 0
    assert unusable.count == sum(isinstance(sometimes_refused(call.request), Unusable) for call in provider.asked)
    assert report.reliability.statuses.get("refusal", 0) == unusable.count
    assert next(step.count for step in steps.spared if step.name == "no verdict") == 1
    assert steps.asked.count + 1 == outcome.kinds["asked"]


def test_the_report_is_what_the_server_billed(tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    hermetic(monkeypatch, tmp_path)
    faults = (fault("overloaded", times=2), fault("malformed"), fault("cut_after"))
    with MessagesServer(*faults) as server:
        provider = provider_for(server)
        pause = circuit(Time(), 4)
        settings = JudgingSettings(THRESHOLD, WEIGHT, concurrency=4)

        async def asker(prepared: PreparedCall, context: Context) -> Answer:
            return await ask(provider, ledger, prepared, context, Limits(), pause)

        with JudgingSession(provider, ledger, settings, "run", "round-1", ask=asker, on_stop=pause.open) as session:
            for name, entrants in a_round(3).items():
                session.add_task(a_task(name), entrants)
            session.finish()
        billed = list(server.billed)
    report = cost_report(read_records(ledger, stored_readers(), "run"), Prices({}), "run")
    stored = {row.request_id for row in ledger.attempts() if row.state == "done"}
    heard = [call for call in billed if call.request_id in stored]
    assert report.headline.known_pico == sum(call.pico or 0 for call in heard)
    assert sum(call.pico or 0 for call in billed) <= report.headline.charged_pico
    assert report.headline.possibly_lost_pico > 0
    tokens = {kind.kind: kind.tokens for kind in report.tokens.kinds}
    assert tokens["fresh input"] == sum(call.tokens.input for call in heard)
    assert tokens["cache read"] == sum(call.tokens.cache_read for call in heard)
    assert tokens["output"] + tokens["thinking"] == sum(call.tokens.output for call in heard)
    assert report.tokens.other_pico == 0
    assert report.waterfall.adds_up
    assert report.waterfall.everything.count == 3 * 8
    assert report.reliability.statuses["failed"] == 2
    assert report.waste.possibly_lost.calls == 1
