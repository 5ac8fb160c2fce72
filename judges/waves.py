"""Asks the questions of many tasks at once: within a task one after the other, across tasks as many as allowed.

Tasks go first come, first served, so that early ones are decided early. Where a budget could end before all is asked, everyone's
first question goes before anyone's second: then it leaves many tasks well chosen, and not a few perfectly and the others not at
all. Any order gives the same winners.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import TYPE_CHECKING, Protocol

from judges.budget import BudgetReached, Scope, Spent
from judges.calls import Context, PreparedCall, Purpose
from judges.contest import Contest, Heard, Question
from judges.errors import JudgePaused
from judges.headroom import Headroom
from judges.ledger.rows import NoteKind, Source
from judges.outcome import JudgingProgress, JudgingSettings, Kind, TaskOutcome
from judges.standing import Standing
from judges.verdict import JudgeRequest

if TYPE_CHECKING:
    from judges.retry import Answer

Ask = Callable[[PreparedCall, Context], Awaitable["Answer"]]

_DUPLICATE: Kind = "duplicate"
SOURCES: dict[Kind, Source] = {"asked": "paid", "ledger": "ledger", "duplicate": "duplicate"}


class Book(Protocol):
    """What of the ledger is needed here."""

    def used(
        self, run: str, round: str, task: str, candidate_key: str, key: str, purpose: Purpose, source: Source, /
    ) -> "Future[None]": ...

    def note(self, run: str, round: str, task: str, kind: NoteKind, count: int, /) -> "Future[None]": ...

    def spent(self, scope: Scope, run: str = "", round: str = "", /) -> Spent: ...


class Waves:
    """The questions of one round. All of it lives in one event loop's thread."""

    def __init__(
        self,
        prepare: Callable[[JudgeRequest], PreparedCall],
        ask: Ask,
        book: Book,
        settings: JudgingSettings,
        run: str,
        round: str,
        on_event: Callable[[JudgingProgress], None],
        on_stop: Callable[[JudgePaused], None],
    ) -> None:
        self._prepare, self._ask, self._book, self._settings = prepare, ask, book, settings
        self._on_event, self._on_stop = on_event, on_stop
        self._run, self._round = run, round
        self.outcomes: dict[str, TaskOutcome] = {}
        """Of the tasks that are decided."""
        self.undecided: dict[str, Contest] = {}
        self.error: BaseException | None = None
        """What ended the asking before its end."""
        self._ready: list[tuple[int, int, Contest]] = []
        self._jobs: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._headroom = Headroom(settings.limits, lambda scope: book.spent(scope, run, round))
        self._in_waves = False
        self._budget: BudgetReached | None = None
        self._seen_keys: set[str] = set()
        self._arrivals: dict[str, int] = {}
        self._standing = Standing()

    def add(self, contest: Contest) -> None:
        """Let a task in."""
        self._arrivals[contest.task.id] = len(self._arrivals)
        self._standing.entered(len(contest.race.contenders))
        self.undecided[contest.task.id] = contest
        try:
            self._look_at_budget(contest)
        except Exception as error:
            self.stop(error)
        if contest.next() is None:
            self._start(self._settle(contest))
        else:
            self._queue(contest)
            self._pump()

    def stop(self, error: BaseException) -> None:
        """Ask nothing new. What is under way is awaited and stored. The first reason stays."""
        if self.error is None:
            self.error = error
            self._on_stop(error if isinstance(error, JudgePaused) else JudgePaused(f"judging stopped: {error}"))
        self._pump()

    def all_outcomes(self) -> dict[str, TaskOutcome]:
        """What is known now of every task, in the order of adding. Undecided ones are not certified."""
        known = self.outcomes | {task: contest.outcome() for task, contest in self.undecided.items()}
        return {task: known[task] for task in self._arrivals}

    async def settled(self) -> None:
        """Wait until all is decided, or nothing is under way any more and nothing new may be asked."""
        await self._idle.wait()
        self.error = self.error or self._standing.at_the_end() or self._budget

    def leave_behind(self) -> None:
        """Wait for nothing any more."""
        for job in self._jobs:
            job.cancel()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        job = asyncio.get_running_loop().create_task(work)
        self._jobs.add(job)
        self._idle.clear()
        job.add_done_callback(self._done)

    def _done(self, job: "asyncio.Task[None]") -> None:
        self._jobs.discard(job)
        error = None if job.cancelled() else job.exception()
        if error is None:
            self._pump()
        else:
            self.stop(error)

    def _pump(self) -> None:
        """Start what may start."""
        while self._ready and self.error is None and len(self._jobs) < self._settings.concurrency:
            self._start(self._answer(heapq.heappop(self._ready)[2]))
        if not self._jobs and (self.error is not None or not self._ready):
            self._idle.set()

    def _queue(self, contest: Contest) -> None:
        heapq.heappush(self._ready, (contest.asked if self._in_waves else 0, self._arrivals[contest.task.id], contest))

    def _look_at_budget(self, contest: Contest) -> None:
        """From when a budget could end before all is asked, questions go in waves."""
        opinions = 1 if self._settings.confirm == "off" else 2
        requests = contest.requests()
        worst = sum(self._prepare(request).worst_pico or 0 for request in requests) if self._headroom.counts_money else 0
        self._headroom.enters(contest.task.id, opinions * len(requests), opinions * worst)
        # Until then whoever waits was asked nothing yet: those who were go first.
        self._in_waves = self._in_waves or self._headroom.could_end()

    async def _answer(self, contest: Contest) -> None:
        """Have one question of a task answered, and see what comes next."""
        question = contest.next()
        assert question is not None, "only tasks with a question are queued"
        prepared = self._prepare(question.request)
        heard, kind = contest.heard(prepared.key), _DUPLICATE
        if heard is None:
            try:
                heard, kind = await self._asked(contest, question, prepared)
            except BudgetReached as reached:
                # This task waits for another day. The others may find their answers in the ledger, at no cost.
                self._budget = reached
                return
        if heard.key is not None:
            await self._note_use(contest, question, heard.key, kind)
        contest.tell(question, prepared.key, heard, kind)
        if contest.next() is None:
            await self._settle(contest)
        else:
            self._queue(contest)
            self._emit()

    async def _asked(self, contest: Contest, question: Question, prepared: PreparedCall) -> tuple[Heard, Kind]:
        context = Context(self._run, self._round, contest.task.id, question.request.candidate_key, question.purpose)
        self._standing.in_flight += 1
        try:
            answer = await self._ask(prepared, context)
        finally:
            self._standing.in_flight -= 1
        opinion = answer.verdict or answer.unscored
        assert opinion is not None, "an answer is a verdict or says why there is none"
        if (unscored := self._standing.heard(opinion)) is not None:
            self.stop(unscored)
        return Heard(opinion, answer.key if answer.reply else None), self._kind(answer)

    def _kind(self, answer: "Answer") -> Kind:
        """Who paid. What this round paid before it was interrupted counts as asked now."""
        if answer.key in self._seen_keys:
            return "duplicate"
        self._seen_keys.add(answer.key)
        reply = answer.reply
        is_ours = reply is None or (reply.run, reply.round) == (self._run, self._round)
        return "asked" if answer.source == "paid" or is_ours else "ledger"

    async def _note_use(self, contest: Contest, question: Question, key: str, kind: Kind) -> None:
        source = SOURCES[kind]
        candidate, place = question.request.candidate_key, (self._run, self._round, contest.task.id)
        await asyncio.wrap_future(self._book.used(*place, candidate, key, question.purpose, source))

    async def _settle(self, contest: Contest) -> None:
        """The task is decided: note what became of its candidates, and forget all but the outcome."""
        task, outcome = contest.task.id, contest.outcome()
        notes = [(kind, count) for kind, count in outcome.kinds.items() if kind != "asked" and count]
        for future in [self._book.note(self._run, self._round, task, kind, count) for kind, count in notes]:
            await asyncio.wrap_future(future)
        del self.undecided[task]
        self.outcomes[task] = outcome
        self._headroom.leaves(task)
        self._standing.settled(outcome)
        self._emit()

    def _emit(self) -> None:
        spent = self._book.spent("round", self._run, self._round)
        self._on_event(self._standing.progress(spent.settled_pico))
