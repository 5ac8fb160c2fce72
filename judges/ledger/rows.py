"""What the ledger gives back. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from judges.budget import BudgetReached
from judges.calls import Billed, RawReply, Usage

State = Literal["inflight", "done", "failed", "unknown", "batched"]
Source = Literal["paid", "ledger", "duplicate"]
NoteKind = Literal["duplicate", "ledger", "below_threshold", "cannot_win", "policy", "ineligible"]


@dataclass(frozen=True, slots=True)
class StoredReply:
    """An answered attempt: what came back and what it cost, and the run and round that paid for it."""

    attempt: int
    key: str
    reply: RawReply
    billed: Billed
    run: str
    round: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """The right to send a request once. `number` counts the attempts of its key from 1."""

    id: int
    key: str
    number: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The key was answered before: nothing is to be sent."""

    reply: StoredReply


@dataclass(frozen=True, slots=True)
class Held:
    """The key is under way: the answer will come, or the lease will go with its owner."""

    key: str
    owner: str
    """In words."""


Begun = Attempt | Answered | Held


@dataclass(frozen=True, slots=True)
class BatchIntent:
    """What a batch is to hold. `taken` are the requests to send; the rest says why the others are not among them."""

    id: int
    taken: tuple[Attempt, ...]
    answered: tuple[StoredReply, ...]
    held: tuple[Held, ...]
    over_budget: tuple[str, ...]
    """Keys that no longer fitted."""
    limit: BudgetReached | None
    """The limit that they would have passed."""


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch whose results are not all stored. `batch_id` is None while nobody knows whether the server has it."""

    id: int
    batch_id: str | None
    created: float
    """Unix time of the intent, which is before the batch was sent."""
    attempts: tuple[Attempt, ...]
    """Those without a result."""


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt with all that is kept of it but the body. Money in pico-dollars, times in Unix seconds."""

    id: int
    key: str
    number: int
    state: State
    run: str
    round: str
    task: str
    candidate_key: str
    purpose: str
    day: str
    batch: int | None
    provider: str
    model: str
    sample_index: int
    params: Mapping[str, Any]
    """Model, effort and max_tokens, as sent."""
    body_sha: str
    code_sha: str
    reserved_pico: int | None
    began: float
    ended: float | None
    seconds: float | None
    request_id: str
    http_status: int | None
    usage: Usage | None
    cost_pico: int | None
    price_source: str
    reply_model: str
    error_kind: str
    error_type: str
    error_code: str
    error_message: str
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class UseRow:
    """A candidate's verdict came from the reply of this key."""

    run: str
    round: str
    task: str
    candidate_key: str
    key: str
    purpose: str
    source: Source


@dataclass(frozen=True, slots=True)
class NoteRow:
    """So many candidates of a task were not asked about, for this reason."""

    run: str
    round: str
    task: str
    kind: NoteKind
    count: int
