"""What a person sees: 80 columns, no codes in a pipe, the facts in words."""

import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console

from judges.calls import PICO, CallFailed, PreparedCall, Provider, RawReply, Usage
from judges.claude import ClaudeProvider, ClaudeSettings
from judges.cost import Budget, Judged, RunFacts, TaskChoice, cost_report
from judges.cost.live import LiveMeter, status_line
from judges.cost.metered import Metered
from judges.cost.money import usd, whole
from judges.cost.view import show_cost
from judges.retry.ask import Widening
from judges.verdict import JudgeRequest
from tests.judges.cost_world import PRICES, Book, a_book, filled
from tests.judges.scripted import PASSES, Scripted, a_task


def shown(book: Book, facts: RunFacts | None = None, *, width: int = 80, terminal: bool = False) -> str:
    stream = io.StringIO()
    show_cost(
        cost_report(book.records(), PRICES, book.run, facts=facts), Console(file=stream, width=width, force_terminal=terminal)
    )
    return stream.getvalue()


FACTS = RunFacts(
    candidates=20,
    kept=2,
    gained_points=1.5,
    rounds_left=1,
    tasks_per_round=50,
    budgets=(Budget("run", PICO // 2, PICO // 4), Budget("day", 2 * PICO, 0)),
    provenance={"rubric": "1:" + "0123456789abcdef" * 8, "calibration": "none: this judge is uncalibrated"},
    choices=(TaskChoice("round-1", "sum", (Judged("a", 0.3, 0.9, True), Judged("b", 0.35, 0.2, True)), "a", "a", "b"),),
)


@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_line_is_longer_than_80(tmp_path: Path, width: int) -> None:
    with a_book(tmp_path) as book:
        filled(book)
        book.paid("round-with-a-long-name", "a task with a very long name " * 5, "[b]old[/b]", "k77")
        text = shown(book, FACTS, width=width)
    assert max(len(line) for line in text.splitlines()) <= 80


def test_a_pipe_gets_no_codes(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        filled(book)
        assert "\x1b" not in shown(book, FACTS)
        assert "\x1b" in shown(book, FACTS, terminal=True)


def test_the_facts_are_in_it(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        filled(book)
        text = " ".join(shown(book, FACTS).split())
    for words in (
        "What the judge cost: run run",
        "known $0.00163",
        "possibly lost, at the worst case $0.002 ",
        "left of the budget of the run $0.25 of $0.50",
        "an example kept $0.00182",
        "cache read 8,000 $0.00008",
        "every eligible candidate 13 $0.005 ",
        "- cannot win 3 $0.00116",
        "= known 6 $0.00163",
        "4 more candidates failed tests or did not compile",
        "rate 429 rate_limit_error 1",
        "req_lost req_k4",
        "Its winner was not the static scorers' first in 1 of 1 tasks (100 %).",
        "uncalibrated",
    ):
        assert words in text, words


def test_the_warning_about_the_cache(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        book.paid("r", "t", "a", "k1", usage=Usage(input=400, output=10))
        text = " ".join(shown(book).split())
    assert "Warning: 1 of 1 call asked for the prompt cache, and nothing was written or read." in text
    assert "400 tokens" in text


def test_names_are_never_markup(tmp_path: Path) -> None:
    with a_book(tmp_path) as book:
        book.paid("r", "[red]task[/red]", "a", "k1")
        assert "[red]task[/red]" in shown(book)


@pytest.mark.parametrize(
    ("pico", "words"),
    [
        (0, "$0"), (241_000_000, "$0.000241"), (43_210_000_000, "$0.0432"), (PICO // 2, "$0.50"), (12 * PICO, "$12.00"),
        (1_234 * PICO, "$1,234.00"), (-5 * PICO // 1000, "-$0.005"), (10_000, "$0.00000001"), (None, "unknown"),
    ],
)  # fmt: skip
def test_dollars_for_the_eye(pico: int | None, words: str) -> None:
    assert usd(pico) == words


def test_a_metered_provider_answers_as_before_and_is_counted() -> None:
    async def refuse(prepared: PreparedCall) -> None:
        if prepared.request.code == "bad":
            raise CallFailed("overloaded", "busy", http_status=529)

    meter, inner = LiveMeter(), Scripted(on_call=refuse)
    provider = Metered(inner, meter)
    good, bad = (provider.prepare(JudgeRequest(a_task("t"), "c", code, PASSES)) for code in ("good", "bad"))
    reply = asyncio.run(provider.call(good))
    assert provider.read(reply) == inner.read(reply)
    assert provider.billed(reply) == inner.billed(reply)
    assert (provider.name, provider.model, provider.widened(good)) == ("scripted", "scripted-1", None)
    with pytest.raises(CallFailed, match="busy"):
        asyncio.run(provider.call(bad))
    asyncio.run(provider.close())
    assert inner.closed == 1
    assert status_line(Judging(), meter).endswith("72 pruned  cache 0 %  p95 0.5 s  529x1")


def test_a_reply_that_is_none_is_handed_on_and_counted() -> None:
    meter, inner = LiveMeter(), NoReplies()
    reply = asyncio.run(Metered(inner, meter).call(inner.prepare(JudgeRequest(a_task("t"), "c", "x", PASSES))))
    assert reply.body == b""
    assert meter.failures == {"protocol": 1}


class NoReplies(Scripted):
    async def call(self, _: PreparedCall) -> RawReply:
        return RawReply(b"", 0.1)


def test_a_metered_provider_widens_where_its_own_does() -> None:
    claude = ClaudeProvider(ClaudeSettings(), PRICES, "key")
    prepared = claude.prepare(JudgeRequest(a_task("t"), "c", "return 1", PASSES))
    metered: Provider = Metered(claude, LiveMeter())
    assert isinstance(metered, Widening)
    assert metered.widened(prepared) == claude.widened(prepared) is not None


class Judging:
    """As much of `JudgingProgress` as the line needs."""

    spent_pico, verdicts, pruned = 43_000_000_000, 121, 72


def test_the_live_line() -> None:
    meter = LiveMeter()
    assert status_line(Judging(), meter) == "$0.043  121 verdicts  72 pruned"
    for second in range(1, 21):
        meter.answered(Usage(input=39, cache_read=61), float(second))
    for _ in range(2):
        meter.failed(CallFailed("rate", "slow down", http_status=429))
    meter.failed(CallFailed("connect", "no route"))
    assert status_line(Judging(), meter, PICO // 2) == (
        "$0.043/$0.50  121 verdicts  72 pruned  cache 61 %  p95 19.0 s  429x2  connectx1"
    )


def test_the_live_line_forgets_what_is_long_past() -> None:
    meter = LiveMeter()
    meter.answered(Usage(input=1), 3600.0)
    for _ in range(1_000):
        meter.answered(Usage(input=1), 1.0)
    assert meter.p95_seconds == 1.0


def test_shares_are_rounded_once() -> None:
    from fractions import Fraction

    assert sum(whole([Fraction(1, 3)] * 9)) == 3
