"""What passes between a provider of verdicts, the ledger and whoever asks. Values only.

Money is counted in whole pico-dollars (1e-12 $): a cached token of the cheapest model costs 10,000 of them, so sums are exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from judges.verdict import JudgeRequest, Verdict

PICO = 1_000_000_000_000
"""Pico-dollars in a dollar."""

Purpose = Literal["judge", "confirm", "audit", "canary", "calibrate"]

FailureKind = Literal[
    "rate",
    "overloaded",
    "server",
    "timeout",
    "connect",
    "cut",
    "protocol",
    "billing",
    "auth",
    "model",
    "bad_request",
    "too_large",
]

UnusableReason = Literal["truncated", "malformed", "refusal", "bad_request"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a reply was billed for. `input` are those that came from no cache; `thinking` is part of `output`."""

    input: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0
    output: int = 0
    thinking: int = 0


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """A request as it will be sent. `key` is the hash of all that can change the answer, and of nothing else."""

    key: str
    """64 hex digits; also the `custom_id` in a batch."""
    request: JudgeRequest
    provider: str
    """`claude`, `mlx`, ..."""
    model: str
    body: Mapping[str, Any]
    worst_pico: int | None
    """Most that it can cost; None where no price is known."""


@dataclass(frozen=True, slots=True)
class RawReply:
    """What came back, before anybody reads it. Of the headers only those that hold no secret."""

    body: bytes
    seconds: float
    request_id: str = ""
    http_status: int = 200


@dataclass(frozen=True, slots=True)
class Billed:
    """What a reply cost. `pico` is None where no price is known; `source` says whose price it was, with its version."""

    usage: Usage
    pico: int | None
    source: str
    model: str
    """The model as the reply names it."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A reply that was paid and holds no verdict. `detail` in words, for a refusal its category."""

    reason: UnusableReason
    detail: str


@dataclass(frozen=True, slots=True)
class Context:
    """What a call is for; it is kept with the call and changes nothing about it."""

    run: str
    round: str
    task: str
    candidate_key: str
    purpose: Purpose = "judge"


class CallFailed(Exception):
    """One attempt got no reply that could be kept.

    Attributes:
        kind: What it was; `retry.py` says what to do about it.
        may_be_billed: Whether the server may have done the work all the same.
        retry_after: Seconds that the server asks to wait, or None.
    """

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        *,
        may_be_billed: bool = False,
        retry_after: float | None = None,
        http_status: int | None = None,
        error_type: str = "",
        error_code: str = "",
        request_id: str = "",
        body: bytes = b"",
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.may_be_billed = may_be_billed
        self.retry_after = retry_after
        self.http_status = http_status
        self.error_type = error_type
        self.error_code = error_code
        self.request_id = request_id
        self.body = body


class Provider(Protocol):
    """Who gives verdicts. All but `call` is pure."""

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    def prepare(self, request: JudgeRequest) -> PreparedCall:
        """The request as it will be sent."""
        ...

    async def call(self, prepared: PreparedCall) -> RawReply:
        """One attempt over the wire, without any retry. Raises CallFailed."""
        ...

    def billed(self, reply: RawReply) -> Billed:
        """What the reply cost. Raises CallFailed("protocol", ...) when it is not a reply of this provider."""
        ...

    def read(self, reply: RawReply) -> Verdict | Unusable:
        """The verdict in a reply. Pure: a stored reply gives the same again, with a newer reader too."""
        ...

    async def close(self) -> None: ...
