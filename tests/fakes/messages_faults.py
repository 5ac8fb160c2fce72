"""Faults on demand. A script is a list: each request takes the first of its faults that fits and is not used up."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from tests.fakes.messages_types import ApiError, Seen, Where


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request. With a `status` it is refused, before any work unless it is `billed`. Otherwise, by name:

    - `ok`: nothing. `slow`: the reply comes `seconds` later.
    - `cut_before`: the connection is reset, nothing was done.
    - `cut_after`, `cut_mid`, `cut_short`: the work is done and billed, and the connection is reset before the reply, reset
      within its body, or closed in order within its body.
    - `truncated`, `malformed`, `violates`, `empty`, `thinking_only`, `refusal`: an answer without a verdict, billed.
    - `html`, `broken_json`, `no_usage`, `wrong_type`: 200 and not a message, billed.
    - `item_errored`, `item_expired`, `item_canceled`: of a request in a batch, not billed.
    """

    name: str
    status: int = 0
    kind: str = ""
    code: str | None = None
    message: str = ""
    retry_after: float | None = None
    seconds: float = 0.0
    billed: bool = False
    """The work is done and billed before the refusal: a gateway gave up waiting."""
    category: str | None = None
    """Of a refusal."""
    where: Where | None = "messages"
    """None for any request."""
    contains: str = ""
    """Only requests whose body, as sent, or whose custom_id contains this."""
    when: Callable[[Seen], bool] | None = None
    times: int | None = 1
    """How many requests it hits; None for all."""
    chance: float = 1.0
    """Share of the fitting requests that it hits. Drawn from the seed, the request and how often it was sent, not from the
    order of arrival, so that a run can be repeated."""

    def error(self) -> ApiError:
        """The refusal of a fault with a status."""
        return ApiError(self.status, self.kind, self.message, code=self.code, retry_after=self.retry_after)


_LIMITS = "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."
_CREDIT = (
    "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."
)
_PLAIN = (
    "ok", "slow", "cut_before", "cut_after", "cut_mid", "cut_short", "truncated", "malformed", "violates", "empty",
    "thinking_only", "html", "broken_json", "no_usage", "wrong_type",
)  # fmt: skip
NAMED = {
    fault.name: fault
    for fault in (
        Fault("rate_limited", 429, "rate_limit_error", message="This request would exceed your rate limit.", retry_after=1),
        Fault("spend_limit", 429, "rate_limit_error", "enforced_spend_limit_reached", "Monthly usage threshold crossed."),
        Fault("billing", 402, "billing_error", message="There is a problem with your payment method."),
        Fault("usage_limits", 400, "invalid_request_error", message=_LIMITS),
        Fault("credit_balance", 400, "invalid_request_error", message=_CREDIT),
        Fault("on_hold", 400, "invalid_request_error", "organization_on_hold", "This organization has been disabled."),
        Fault("bad_request", 400, "invalid_request_error", message="messages: something is wrong with them"),
        Fault("unauthorized", 401, "authentication_error", message="invalid bearer token"),
        Fault("forbidden", 403, "permission_error", message="Your API key may not use this resource."),
        Fault("no_model", 404, "not_found_error", message="model: it is not there"),
        Fault("conflict", 409, "conflict_error", message="Conflict."),
        Fault("too_large", 413, "request_too_large", message="Request exceeds the maximum size"),
        Fault("server_error", 500, "api_error", message="Internal server error"),
        Fault("unavailable", 503, "api_error", message="Service unavailable"),
        Fault("gateway_timeout", 504, "timeout_error", message="Gateway timeout", billed=True),
        Fault("overloaded", 529, "overloaded_error", message="Overloaded"),
        Fault("refusal", category="general_harms"),
        Fault("lost_batch", where="batches"),
        *(Fault(name, where="item") for name in ("item_errored", "item_expired", "item_canceled")),
        *(Fault(name) for name in _PLAIN),
    )
}


def fault(name: str, **changes: Any) -> Fault:
    """The fault of that name, changed as told: `fault("overloaded", times=3, retry_after=0.1)`.

    `lost_batch` makes the batch and cuts the connection before the reply.
    """
    return replace(NAMED[name], **changes)


def faults_of(text: str) -> tuple[list[Fault], int]:
    """Faults and seed from JSON: a list of objects with `name` and the fields to change, or {"seed": n, "faults": [...]}."""
    read = json.loads(text)
    rows, seed = (read, 0) if isinstance(read, list) else (read["faults"], read.get("seed", 0))
    known = {f.name for f in fields(Fault)} - {"when"}
    for row in rows:
        if unknown := set(row) - known:
            raise ValueError(f"a fault has no {sorted(unknown)}; it has {sorted(known)}")
    return [fault(**row) for row in rows], seed


class Script:
    """The faults to come. Thread-safe."""

    def __init__(self, faults: Iterable[Fault], seed: int) -> None:
        self._seed = seed
        self._rows: list[tuple[Fault, int | None]] = []
        self._sent: Counter[tuple[int, str]] = Counter()
        self._lock = threading.Lock()
        self.add(*faults)

    def add(self, *faults: Fault) -> None:
        """Append to the script."""
        with self._lock:
            self._rows += [(one, one.times) for one in faults]

    def take(self, seen: Seen) -> Fault:
        """The fault of this request; `ok` where none fits."""
        with self._lock:
            for i, (one, left) in enumerate(self._rows):
                if left == 0 or not _fits(one, seen) or not self._drawn(i, one, seen):
                    continue
                self._rows[i] = (one, None if left is None else left - 1)
                return one
        return NAMED["ok"]

    def _drawn(self, i: int, one: Fault, seen: Seen) -> bool:
        if one.chance >= 1:
            return True
        self._sent[i, seen.sha256] += 1
        text = f"{self._seed} {i} {seen.sha256} {self._sent[i, seen.sha256]}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") < one.chance * 2**48


def _fits(one: Fault, seen: Seen) -> bool:
    if one.where not in (None, seen.where):
        return False
    if one.contains and one.contains not in seen.custom_id and one.contains not in seen.body.decode(errors="replace"):
        return False
    return one.when is None or one.when(seen)
