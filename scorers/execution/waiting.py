"""The requests that wait for a worker."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from scorers.execution.limits import Limits


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a worker, and what becomes of its reply.

    Attributes:
        body: As the worker takes it, but for `codes` and `limits`.
        codes: What it is about.
        limits: What it may use.
        convert: Makes the result of the reply's value.
        after_crash: The result where the worker died and will die again.
        future: Where the result is waited for.
    """

    body: Mapping[str, Any]
    codes: tuple[str, ...]
    limits: Limits
    convert: Callable[[Any], Any]
    after_crash: Callable[[], Any]
    future: Future[Any]

    def goes_with(self, other: "Request") -> bool:
        """Whether both can be asked in one: runs of answers to one task."""
        return self.body["kind"] == "run" and self.body == other.body and self.limits == other.limits


class Waiting:
    """Requests in their order, for several threads.

    Args:
        takers: Threads that take. Of many requests each takes so few that the others find some too.
        most: Requests taken at once at most.
    """

    def __init__(self, takers: int, most: int) -> None:
        self._takers = takers
        self._most = most
        self._requests: deque[Request] = deque()
        self._changed = threading.Condition()
        self._is_closed = False

    def put(self, request: Request) -> None:
        with self._changed:
            self._requests.append(request)
            self._changed.notify()

    def take(self) -> list[Request]:
        """Wait for a request and take it, with those behind it that go with it. Empty after `close`."""
        with self._changed:
            while not self._requests and not self._is_closed:
                self._changed.wait()
            if not self._requests:
                return []
            share = min(self._most, -(-len(self._requests) // (2 * self._takers)))
            taken = [self._requests.popleft()]
            while len(taken) < share and self._requests and taken[0].goes_with(self._requests[0]):
                taken.append(self._requests.popleft())
            return taken

    def close(self) -> None:
        """Cancel what waits; nothing comes after it."""
        with self._changed:
            self._is_closed = True
            for request in self._requests:
                request.future.cancel()
            self._requests.clear()
            self._changed.notify_all()
