"""Message Batches of the fake.

The work of a batch is done, and billed, when it is created; its status says so only after a number of polls. So a batch
whose reply was lost is on the bill whether or not anybody finds it again, and a cancel comes too late for all but the
requests that a fault names.
"""

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Literal

from tests.fakes.messages_cache import Clock
from tests.fakes.messages_engine import Engine
from tests.fakes.messages_faults import Script
from tests.fakes.messages_rules import check_batch
from tests.fakes.messages_types import ApiError, Json, Seen, bad_request, canonical, digest, not_found

_DAY = 24 * 3600.0
_ITEM_FAULTS = {"item_expired": "expired", "item_canceled": "canceled"}


@dataclass(slots=True)
class Batch:
    """One batch. `results` is in the order of the requests."""

    id: str
    created: float
    polls_left: int
    status: Literal["in_progress", "canceling", "ended"] = "in_progress"
    cancel_at: float | None = None
    ended: float | None = None
    results: list[Json] = field(default_factory=list)


class Batches:
    """All batches of a server. Thread-safe."""

    def __init__(self, engine: Engine, script: Script, clock: Clock, polls: int, results_base: str) -> None:
        self._engine = engine
        self._script = script
        self._clock = clock
        self._polls = polls
        self._base = results_base
        self._all: dict[str, Batch] = {}
        self._numbers = count()
        self._lock = threading.RLock()

    def create(self, seen: Seen) -> Json:
        """Make a batch and do its work. Raises 400."""
        requests = check_batch(seen.json)
        with self._lock:
            batch = Batch(f"msgbatch_{next(self._numbers):06d}", self._clock(), self._polls)
            batch.results = [self._item(seen, batch.id, i, request) for i, request in enumerate(requests)]
            self._all[batch.id] = batch
            return self._shown(batch)

    def retrieve(self, batch_id: str) -> Json:
        """One poll."""
        with self._lock:
            batch = self._found(batch_id)
            batch.polls_left -= 1
            if batch.status != "ended" and (batch.polls_left < 0 or batch.status == "canceling"):
                self._end(batch)
            return self._shown(batch)

    def cancel(self, batch_id: str) -> Json:
        """Ask to end a batch early; the next poll says that it ended."""
        with self._lock:
            batch = self._found(batch_id)
            if batch.status == "ended":
                raise bad_request(f"Batch {batch_id} has already ended and cannot be canceled")
            batch.status, batch.cancel_at = "canceling", self._clock()
            return self._shown(batch)

    def delete(self, batch_id: str) -> Json:
        """Forget a batch that ended."""
        with self._lock:
            if self._found(batch_id).status != "ended":
                raise bad_request(f"Batch {batch_id} cannot be deleted while it is in progress")
            del self._all[batch_id]
            return {"id": batch_id, "type": "message_batch_deleted"}

    def results(self, batch_id: str) -> bytes:
        """Lines of JSON, last request first. Raises 404 before the end."""
        with self._lock:
            batch = self._found(batch_id)
            if batch.status != "ended":
                raise not_found(f"Batch {batch_id} has no results yet")
            return b"".join(canonical(result) + b"\n" for result in reversed(batch.results))

    def listing(self, query: dict[str, str]) -> Json:
        """A page of batches, newest first."""
        wanted = query.get("limit", "20")
        limit = int(wanted) if wanted.isdecimal() else 0
        if not 1 <= limit <= 1000:
            raise bad_request("limit: Input should be between 1 and 1000")
        with self._lock:
            shown = [self._shown(batch) for batch in reversed(self._all.values())]
        ids = [batch["id"] for batch in shown]
        start = _after(ids, query["after_id"]) if "after_id" in query else 0
        stop = start + limit
        if "before_id" in query:
            stop = _after(ids, query["before_id"]) - 1
            start = max(0, stop - limit)
        page = shown[start:stop]
        more = start > 0 if "before_id" in query else stop < len(shown)
        first, last = (page[0]["id"], page[-1]["id"]) if page else (None, None)
        return {"data": page, "has_more": more, "first_id": first, "last_id": last}

    def _item(self, seen: Seen, batch_id: str, index: int, request: Json) -> Json:
        params = request["params"]
        request_id = f"{seen.request_id}i{index}"
        one = Seen(
            "item", "POST", seen.path, request_id, body=json.dumps(params).encode(), json=params, sha256=digest(params),
            custom_id=request["custom_id"],
        )  # fmt: skip
        return {"custom_id": one.custom_id, "result": self._result(one, batch_id)}

    def _result(self, one: Seen, batch_id: str) -> Json:
        fault = self._script.take(one)
        if kind := _ITEM_FAULTS.get(fault.name):
            return {"type": kind}
        try:
            if fault.name == "item_errored":
                raise ApiError(500, "api_error", "Internal server error")
            if fault.status:
                raise fault.error()
            work = self._engine.work(one, fault, batch_id)
        except ApiError as error:
            return {"type": "errored", "error": error.body(one.request_id)}
        self._engine.cache.commit(work.plan)
        return {"type": "succeeded", "message": work.message}

    def _end(self, batch: Batch) -> None:
        batch.status, batch.ended = "ended", self._clock()

    def _found(self, batch_id: str) -> Batch:
        if batch_id not in self._all:
            raise not_found(f"Batch {batch_id} not found")
        return self._all[batch_id]

    def _shown(self, batch: Batch) -> Json:
        ended = batch.status == "ended"
        kinds = Counter(result["result"]["type"] for result in batch.results)
        counts = {kind: kinds[kind] if ended else 0 for kind in ("succeeded", "errored", "canceled", "expired")}
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": batch.status,
            "request_counts": {"processing": 0 if ended else len(batch.results), **counts},
            "created_at": _time(batch.created),
            "expires_at": _time(batch.created + _DAY),
            "ended_at": _time(batch.ended),
            "cancel_initiated_at": _time(batch.cancel_at),
            "archived_at": None,
            "results_url": f"{self._base}/v1/messages/batches/{batch.id}/results" if ended else None,
        }


def _after(ids: list[str], batch_id: str) -> int:
    if batch_id not in ids:
        raise bad_request(f"{batch_id} is not a batch")
    return ids.index(batch_id) + 1


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
