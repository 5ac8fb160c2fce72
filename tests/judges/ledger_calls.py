"""Calls to put into a ledger in tests."""

import hashlib
import json

from judges.budget import Limits
from judges.calls import Billed, CallFailed, Context, PreparedCall, RawReply, Usage
from judges.ledger import Attempt, Ledger
from judges.verdict import CandidateFacts, JudgeRequest, JudgeTask

PROMPT = "nobody may find this prompt in the ledger"
CODE = "return 1 -- nor this candidate"
FREE = Limits()
BILLED = Billed(Usage(10, 20, 30, 40, 50, 6), 300, "genai-prices 0.2.3", "judge-1-dated")
BILLABLE = CallFailed("timeout", "no answer in 120 s", may_be_billed=True)
NOT_BILLED = CallFailed(
    "rate", "slow down", retry_after=2.5, http_status=429, error_type="rate_limit_error", error_code="x", request_id="r9"
)


def key(name: object) -> str:
    return hashlib.sha256(str(name).encode()).hexdigest()


def prepared(name: object, worst_pico: int | None = 1000) -> PreparedCall:
    request = JudgeRequest(JudgeTask("add", "q", "r"), f"candidate-{name}", CODE, CandidateFacts(True, 1, 1), 1)
    body = {
        "model": "judge-1",
        "max_tokens": 4096,
        "output_config": {"effort": "medium"},
        "messages": [{"role": "user", "content": f"{PROMPT} {name}"}],
    }
    return PreparedCall(key(name), request, "claude", "judge-1", body, worst_pico)


def context(name: object = 0, round: str = "round-1", run: str = "night") -> Context:
    return Context(run, round, "add", f"candidate-{name}")


def reply(name: object, size: int = 40) -> RawReply:
    return RawReply(json.dumps({"answer": str(name), "filler": "x" * size}).encode(), 1.25, f"req-{name}")


def billed(pico: int | None) -> Billed:
    return Billed(BILLED.usage, pico, BILLED.source, BILLED.model)


def taken(ledger: Ledger, name: object, worst_pico: int | None = 1000, limits: Limits = FREE, round: str = "round-1") -> Attempt:
    """Begin a call that nobody has begun."""
    begun = ledger.begin(prepared(name, worst_pico), context(name, round), limits).result()
    assert isinstance(begun, Attempt), begun
    return begun


def paid(ledger: Ledger, name: object, pico: int | None = 300, worst_pico: int | None = 1000, round: str = "round-1") -> Attempt:
    """Begin a call and answer it."""
    attempt = taken(ledger, name, worst_pico, round=round)
    ledger.answered(attempt, reply(name), billed(pico)).result()
    return attempt
