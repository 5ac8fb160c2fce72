"""A round in batches ahead of its session: the same winners as one by one, in few batches."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from judges.batching import Prefetch
from judges.budget import BudgetReached, Limits
from judges.calls import PICO, Context, PreparedCall, Unusable
from judges.claude import BatchJudge, BatchResult, ClaudeProvider
from judges.contest import Contest, Heard
from judges.errors import JudgePaused
from judges.ledger import Ledger
from judges.outcome import Entrant, JudgingSettings
from judges.race import Confirm, Winner
from judges.retry import Answer, Circuit, ask
from judges.session import JudgingSession
from judges.verdict import CandidateFacts, JudgeTask, Verdict
from tests.fakes.messages_api import MessagesServer
from tests.judges.claude_setup import hermetic, provider_for
from tests.judges.kill_worker import by_body
from tests.judges.scripted import THRESHOLD, WEIGHT, Opinion, Scripted, a_round, a_task, by_code

SETTINGS = JudgingSettings(THRESHOLD, WEIGHT)
HALF = CandidateFacts(compiles=True, passed=1, total=3)
Tasks = Sequence[tuple[JudgeTask, Sequence[Entrant]]]


def some_tasks(seed: int, count: int = 8, size: int = 6) -> Tasks:
    """Ties, twins, caps, and candidates that speak to the judge."""
    luck = random.Random(seed)

    def varied(each: Entrant) -> Entrant:
        facts = HALF if luck.random() < 0.2 else each.facts
        return replace(each, facts=facts, suspicious=luck.random() < 0.1)

    return [(a_task(name), [varied(each) for each in group]) for name, group in a_round(seed, count, size).items()]


@dataclass
class Batches:
    """A BatchJudge whose opinions are a function, in no time. `sizes` are those of the batches
    that have to be sent."""

    provider: Scripted
    known: dict[str, Opinion] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)

    async def judge(self, calls: Sequence[tuple[PreparedCall, Context]]) -> BatchResult:
        result, new = BatchResult(), {call.key: call for call, _ in calls if call.key not in self.known}
        self.known |= {key: self.provider.opinion(call.request) for key, call in new.items()}
        self.sizes += [len(new)] if new else []
        for call, _ in calls:
            said = self.known[call.key]
            verdict, unscored = (said, None) if isinstance(said, Verdict) else (None, said)
            result.answers[call.key] = Answer(verdict, unscored, None, "paid" if call.key in new else "ledger", call.key)
        return result


def opinion_of(seed: int) -> Scripted:
    """Some of its answers are no verdicts, and second opinions often differ from the first."""
    luck = random.Random(seed)
    bad = {f"return {number}" for number in range(6) if luck.random() < 0.1}
    return Scripted(lambda request: Unusable("refusal", "") if request.code in bad else by_code(request))


def one_by_one(provider: Scripted, tasks: Tasks, settings: JudgingSettings, known: Mapping[str, Opinion] | None) -> tuple[
    dict[str, Winner | None], set[str]
]:  # fmt: skip
    """The winners when each question waits for the answer before it, and the keys asked. `known` are all answers there are."""
    winners, asked = {}, set()
    for task, entrants in tasks:
        contest = Contest(task, entrants, settings)
        while (question := contest.next()) is not None:
            key = provider.prepare(question.request).key
            asked.add(key)
            said = provider.opinion(question.request) if known is None else known[key]
            contest.tell(question, key, Heard(said, key), "asked")
        winners[task.id] = contest.outcome().winner
    return winners, asked


@pytest.mark.parametrize(("confirm", "most"), [("off", 4), ("borderline", 4), ("winner", 6)])
def test_batches_bring_all_that_the_session_needs_and_little_more(confirm: Confirm, most: int) -> None:
    settings, numbers, extra, needed = replace(SETTINGS, confirm=confirm), Counter[int](), 0, 0
    for seed in range(150):
        tasks, provider = some_tasks(seed), opinion_of(seed)
        batches = Batches(provider)
        prefetch = Prefetch(cast(BatchJudge, batches), cast(ClaudeProvider, provider), settings, "run", "round-1")
        asyncio.run(prefetch.fetch(tasks))
        expected, asked = one_by_one(provider, tasks, settings, None)
        assert one_by_one(provider, tasks, settings, batches.known)[0] == expected
        assert prefetch.paid == set(batches.known) >= asked
        numbers[len(batches.sizes)] += 1
        extra, needed = extra + len(batches.known) - len(asked), needed + len(asked)
    assert max(numbers) <= most
    assert 0 < extra < 0.1 * needed, "all at once cannot ask as few, and need not ask many more"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesServer]:
    hermetic(monkeypatch, tmp_path)
    with MessagesServer(decide=by_body) as opened:
        yield opened


async def fetched(server: MessagesServer, ledger: Ledger, tasks: Tasks, limits: Limits) -> set[str]:
    provider = provider_for(server)
    batches = BatchJudge(provider, ledger, limits, Circuit(), poll_seconds=0.001)
    prefetch = Prefetch(batches, provider, SETTINGS, "run", "round-1")
    try:
        await prefetch.fetch(tasks)
    finally:
        await provider.close()
    return prefetch.paid


def fetch(server: MessagesServer, ledger: Ledger, tasks: Tasks, limits: Limits | None = None) -> set[str]:
    return asyncio.run(fetched(server, ledger, tasks, limits or Limits()))


def judged(server: MessagesServer, ledger: Ledger, tasks: Tasks) -> dict[str, Winner | None]:
    provider, circuit = provider_for(server), Circuit()

    async def asker(prepared: PreparedCall, context: Context) -> Answer:
        return await ask(provider, ledger, prepared, context, Limits(), circuit)

    with JudgingSession(provider, ledger, SETTINGS, "run", "round-1", ask=asker, on_stop=circuit.open) as session:
        for task, entrants in tasks:
            session.add_task(task, entrants)
        return {name: outcome.winner for name, outcome in session.finish().items()}


def test_the_session_finds_all_answers_in_the_ledger_at_half_the_price(server: MessagesServer, tmp_path: Path) -> None:
    tasks = some_tasks(1)
    with Ledger.open(tmp_path / "batched.db") as ledger, Ledger.open(tmp_path / "single.db") as other:
        paid = fetch(server, ledger, tasks)
        batched, bill = len(server.billed), server.billed.pico
        winners = judged(server, ledger, tasks)
        assert len(server.billed) == batched == len(paid)
        assert sum(seen.where == "batches" for seen in server.requests) <= 4
        spent = ledger.spent("run", "run")
        assert (spent.known_pico, spent.possibly_lost_pico, spent.reserved_pico) == (bill, 0, 0)
        assert fetch(server, ledger, tasks) == set()
        assert winners == judged(server, other, tasks)
        assert any(winners.values())
        assert bill < 0.75 * other.spent("run", "run").known_pico
        assert ledger.verify() == []


def test_a_budget_ends_the_batches_and_what_was_answered_stays(server: MessagesServer, tmp_path: Path) -> None:
    tasks = some_tasks(2)
    with Ledger.open(tmp_path / "judge.db") as ledger:
        worst = provider_for(server).prepare(Contest(*tasks[0], SETTINGS).requests()[0]).worst_pico
        assert worst is not None
        limit = 3 * worst
        with pytest.raises(BudgetReached):
            fetch(server, ledger, tasks, Limits(run_usd=limit / PICO))
        before = {row.key for row in ledger.attempts() if row.state == "done"}
        assert 0 < len(before) == len(server.billed)
        assert server.billed.pico <= ledger.spent("run", "run").charged_pico <= limit
        rest = fetch(server, ledger, tasks)
        assert rest
        assert rest.isdisjoint(before)
        assert len(server.billed) == len(before | rest)


def test_an_answer_that_another_process_waits_for_pauses_and_is_found_later(server: MessagesServer, tmp_path: Path) -> None:
    tasks, provider = some_tasks(3), provider_for(server)
    with Ledger.open(tmp_path / "judge.db") as ledger:
        with Ledger.open(ledger.path) as other:
            first = Contest(*tasks[0], SETTINGS).next()
            assert first is not None
            prepared = provider.prepare(first.request)
            other.begin(prepared, Context("another", "round-1", tasks[0][0].id, "candidate"), Limits()).result()
            with pytest.raises(JudgePaused, match="1 answers of a batch are not there yet"):
                fetch(server, ledger, tasks)
            billed = len(server.billed)
        paid = fetch(server, ledger, tasks)
        assert prepared.key in paid
        assert len(server.billed) == billed + len(paid)
