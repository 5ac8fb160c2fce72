"""A ledger written by the real one, for the tests of the cost report."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from judges.budget import Limits
from judges.calls import Billed, CallFailed, Context, PreparedCall, Purpose, RawReply, Usage
from judges.cost import Records, read_records, stored_readers
from judges.ledger import Attempt, Ledger, Source
from judges.prices import Prices
from judges.verdict import CandidateFacts, JudgeRequest, JudgeTask

MODEL = "claude-haiku-5-5"
PRICES = Prices({})
USAGE = Usage(input=500, cache_read=1_600, output=350)
"""$0.000241: 16 + 50 + 175 millionths; without the cache $0.000385: 210 + 175."""
PAID = 241_000_000
PLAIN = 385_000_000
WORST = 2_000_000_000


def message(usage: Usage, scores: tuple[int, int, int] | None, model: str = MODEL) -> bytes:
    """A reply of the Messages API; without scores a refusal."""
    text = "" if scores is None else json.dumps(dict(zip(CRITERIA, scores, strict=True)) | {"evidence": "line 1", "flags": []})
    written = usage.cache_write_5m + usage.cache_write_1h
    return json.dumps({
        "type": "message", "model": model, "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn" if scores else "refusal", "stop_details": None if scores else {"category": "cyber"},
        "usage": {
            "input_tokens": usage.input, "output_tokens": usage.output, "cache_read_input_tokens": usage.cache_read,
            "cache_creation_input_tokens": written,
        },
    }).encode()  # fmt: skip


CRITERIA = ("functionality", "correctness", "completeness")


class Book:
    """Writes what a run would write."""

    def __init__(self, ledger: Ledger, run: str) -> None:
        self.ledger, self.run = ledger, run

    def begun(self, round: str, task: str, who: str, key: str, purpose: Purpose = "judge", model: str = MODEL) -> Attempt:
        """An attempt that is under way."""
        request = JudgeRequest(JudgeTask(task, "q", "r"), who, "return 1", CandidateFacts(True, 1, 1))
        prepared = PreparedCall(key, request, "claude", model, {"model": model, "max_tokens": 4096}, WORST)
        attempt = self.ledger.begin(prepared, Context(self.run, round, task, who, purpose), Limits()).result()
        assert isinstance(attempt, Attempt)
        return attempt

    def paid(
        self,
        round: str,
        task: str,
        who: str,
        key: str,
        scores: tuple[int, int, int] | None = (4, 3, 2),
        *,
        usage: Usage = USAGE,
        purpose: Purpose = "judge",
        model: str = MODEL,
        seconds: float = 1.0,
    ) -> None:
        """A reply that was paid, and its use."""
        attempt = self.begun(round, task, who, key, purpose, model)
        reply = RawReply(message(usage, scores, model), seconds, f"req_{key}")
        pico, source = PRICES.billed(model, usage)
        self.ledger.answered(attempt, reply, Billed(usage, pico, source, model)).result()
        self.used(round, task, who, key, purpose=purpose)

    def used(self, round: str, task: str, who: str, key: str, source: Source = "paid", *, purpose: Purpose = "judge") -> None:
        self.ledger.used(self.run, round, task, who, key, purpose, source).result()

    def failed(self, round: str, task: str, who: str, key: str, failure: CallFailed) -> None:
        """An attempt without a reply."""
        self.ledger.failed(self.begun(round, task, who, key), failure).result()

    def records(self) -> Records:
        return read_records(self.ledger, stored_readers(), self.run)


@contextmanager
def a_book(folder: Path, run: str = "run") -> Iterator[Book]:
    with Ledger.open(folder / "judge.db") as ledger:
        yield Book(ledger, run)


def filled(book: Book) -> None:
    """Two rounds: six paid replies (with a refusal and a second opinion), a lost call, a failed one; all kinds of saving."""
    book.paid("round-1", "sum", "a", "k1", (4, 4, 4), usage=Usage(input=500, cache_write_5m=1_600, output=350), seconds=5.0)
    book.paid("round-1", "sum", "b", "k2", (2, 1, 0))
    book.paid("round-1", "sum", "a", "k1-again", (3, 3, 3), purpose="confirm")
    book.ledger.note(book.run, "round-1", "sum", "cannot_win", 3).result()
    book.ledger.note(book.run, "round-1", "sum", "duplicate", 1).result()
    book.used("round-1", "sum", "c", "k2", "duplicate")
    book.failed("round-1", "max", "d", "k3", CallFailed("rate", "slow down", http_status=429, error_code="rate_limit_error"))
    lost = CallFailed("timeout", "no answer", may_be_billed=True, request_id="req_lost")
    book.failed("round-1", "max", "d", "k3", lost)
    book.paid("round-1", "max", "d", "k3", (4, 4, 4), seconds=9.0)
    book.ledger.note(book.run, "round-1", "max", "below_threshold", 2).result()
    book.ledger.note(book.run, "round-1", "max", "policy", 1).result()
    book.ledger.note(book.run, "round-1", "max", "ineligible", 4).result()
    book.paid("round-2", "min", "e", "k4", None)
    book.paid("round-2", "min", "f", "k5", (1, 1, 1))
    book.used("round-2", "sum", "g", "k1", "ledger")
    book.ledger.note(book.run, "round-2", "sum", "ledger", 1).result()
