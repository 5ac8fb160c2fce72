"""Judging a round from code that knows nothing of asyncio: tasks go in at any time, outcomes come out at the end."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar

from judges.budget import BudgetReached
from judges.calls import Provider
from judges.contest import Contest
from judges.errors import JudgePaused
from judges.outcome import Entrant, JudgingProgress, JudgingSettings, Kind, TaskOutcome
from judges.verdict import JudgeTask
from judges.waves import Ask, Book, Waves

T = TypeVar("T")

DRAIN_SECONDS = 120.0
"""How long answers that are under way are waited for when judging is stopped."""
STOPPED = "judging was stopped; the answers under way were awaited and stored."
AGAIN = "The same command carries on: what is answered is kept, and nothing was scored 0."


class JudgingSession:
    """The judging of one round, on a thread of its own. A context manager; leaving it early waits for what is under way.

    After a Ctrl-C or SIGTERM in its block nothing new is asked, the answers under way are awaited, and JudgePaused is raised.

    Args:
        provider: Who is asked. It is closed with the session: its connections belong to the session's event loop.
        ledger: Learns who used which answer, and who needed none.
        ask: Gets a prepared question answered; `judges.retry.ask` with everything else filled in.
        run, round: Whose questions these are.
        on_event: Called on the session's thread after every answer.
        on_stop: Called on the session's thread when nothing new may be asked: `Circuit.open`, so that nobody waits for a retry.
    """

    def __init__(
        self,
        provider: Provider,
        ledger: Book,
        settings: JudgingSettings,
        run: str,
        round: str,
        on_event: Callable[[JudgingProgress], None] = lambda _: None,
        *,
        ask: Ask,
        on_stop: Callable[[JudgePaused], None] = lambda _: None,
    ) -> None:
        self._provider, self._settings = provider, settings
        self._waves = Waves(provider.prepare, ask, ledger, settings, run, round, on_event, on_stop)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="judging", daemon=True)
        self._tasks: set[str] = set()
        self._finished = False
        self._signals = ExitStack()

    @property
    def stopped(self) -> BaseException | None:
        """Why nothing is asked any more, or None: whoever makes candidates need not go on."""
        return self._waves.error

    def add_task(self, task: JudgeTask, candidates: Sequence[Entrant], skipped: Mapping[Kind, int] | None = None) -> None:
        """Have a task's eligible candidates judged. It returns at once. `skipped` counts the others, for the report.

        Raises ValueError for a task that was added before, and for two candidates of the same index.
        """
        if task.id in self._tasks:
            raise ValueError(f"task {task.id} is judged already")
        contest = Contest(task, candidates, self._settings, skipped)
        self._tasks.add(task.id)
        self._finished = False
        self._loop.call_soon_threadsafe(self._waves.add, contest)

    def finish(self) -> dict[str, TaskOutcome]:
        """Wait until every task is decided; the outcomes by task.

        Raises JudgePaused where the judging ended before that: an outage, a budget (unless `partial` is set), a Ctrl-C, or more
        than 5 % of the questions without a verdict. `outcomes` gives what is known all the same.
        """
        with self._draining():
            self._wait(self._waves.settled())
        self._finished = True
        error = self._waves.error
        if error is not None and not (isinstance(error, BudgetReached) and self._settings.partial):
            raise error
        return self.outcomes()

    def outcomes(self) -> dict[str, TaskOutcome]:
        """What is known now, in the order of adding. Undecided tasks are among them, not certified."""
        return self._wait(self._outcomes())

    def drain(self) -> None:
        """Ask nothing new; wait for the answers under way, 120 seconds at most, until they are stored. A Ctrl-C ends the wait."""
        self._loop.call_soon_threadsafe(self._waves.stop, JudgePaused(STOPPED, hint=AGAIN))
        try:
            self._wait(self._drained())
        except KeyboardInterrupt:
            self._loop.call_soon_threadsafe(self._waves.leave_behind)
            raise

    def __enter__(self) -> Self:
        self._signals.enter_context(_interrupt_on_sigterm())
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if not self._finished:
                self.drain()
        finally:
            self._close()
        if isinstance(error, KeyboardInterrupt):
            raise JudgePaused(STOPPED, hint=AGAIN) from None

    @contextmanager
    def _draining(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            self.drain()
            raise JudgePaused(STOPPED, hint=AGAIN) from None

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        if not self._thread.is_alive():
            work.close()
            raise RuntimeError("a judging session works inside its `with` block only")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise

    async def _drained(self) -> None:
        try:
            await asyncio.wait_for(self._waves.settled(), DRAIN_SECONDS)
        except TimeoutError:
            self._waves.leave_behind()
            await self._waves.settled()

    async def _outcomes(self) -> dict[str, TaskOutcome]:
        return self._waves.all_outcomes()

    def _close(self) -> None:
        self._wait(self._closed())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._signals.close()

    async def _closed(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._provider.close()


@contextmanager
def _interrupt_on_sigterm() -> Iterator[None]:
    """SIGTERM is a Ctrl-C to the main thread, unless somebody handles it already."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
