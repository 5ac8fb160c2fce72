"""A coroutine that produces, and a plain iterator that consumes: requests go on while the consumer works."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _End:
    """The last thing in the queue."""

    error: BaseException | None


class _Running(Generic[T]):
    """An event loop in a thread of its own, with one task that is cancelled by `stop`."""

    def __init__(self, produce: Callable[[Callable[[T], None]], Coroutine[None, None, None]]) -> None:
        self.items: SimpleQueue[T | _End] = SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(produce(self.items.put))
        # A daemon: if the consumer is lost without being closed, the program can still end.
        self._thread = threading.Thread(target=self._run, name="in_thread", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            self._loop.run_until_complete(self._task)
        except BaseException as failure:
            error = failure
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        self.items.put(_End(error))

    def stop(self) -> None:
        """Cancel what is still under way, and wait until the thread has ended."""
        with suppress(RuntimeError):  # a closed loop has nothing under way
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()


def in_thread(produce: Callable[[Callable[[T], None]], Coroutine[None, None, None]]) -> Iterator[T]:
    """Yield what `produce(give)` gives, as it gives it, then raise what it raised.

    It runs from the first `next` on, in a thread. Closing the iterator cancels it and waits for the thread to end.
    """
    running = _Running(produce)
    try:
        while not isinstance(item := running.items.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        running.stop()
