"""Measuring a judge on answers whose worth executed tests have told."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from eval.mutation import Subject as Original
from eval.mutation import choose_mutants
from eval.task import Task
from judges import CandidateFacts, JudgePaused, JudgeRequest
from judges.budget import Limits
from judges.calibration import Answer as Known
from judges.calibration import (
    CalibrationCard,
    CalibrationItem,
    Drift,
    JudgeMany,
    Material,
    Opinion,
    Subject,
    calibrate,
    canary_requests,
    drift,
    make_items,
)
from judges.calls import Context, Provider, Purpose
from judges.ledger import Ledger
from judges.retry import Circuit, ask
from rft.judging.opinions import judge_task
from scorers.execution import Evaluation, LuauPool

T = TypeVar("T")

MUTANTS = 4
"""Of each task."""
STOPPED = "judging was stopped; the answers under way were awaited and stored."
AGAIN = "The same command carries on: what is answered is kept."


@dataclass(frozen=True, slots=True)
class Asking:
    """How questions outside of a round are asked: of whom, out of which purse."""

    provider: Provider
    ledger: Ledger
    limits: Limits
    concurrency: int
    run: str
    """Whose budget they count against, and under whose name they stand in the ledger."""


def calibration_name(day: date) -> str:
    """What stands for a run in the ledger: the calibrations of a day have a budget of their own."""
    return f"calibration-{day.isoformat()}"


def items_of(tasks: Sequence[Task], per_kind: int) -> tuple[CalibrationItem, ...]:
    """The questions: of each task its reference, wrong answers and some mutants, executed, and what is made of them."""
    return make_items(_materials(tasks), per_kind=per_kind)


def _materials(tasks: Sequence[Task]) -> list[Material]:
    originals = [Original(task.id, task.reference, task.kind, frozenset(task.equivalent)) for task in tasks]
    chosen = [[mutant.answer for mutant in (*found.mutants, *found.named)] for found in choose_mutants(originals, MUTANTS)]
    with LuauPool() as pool:
        asked = [
            (task, [(code, pool.submit_evaluate(code, task.executable())) for code in (task.reference, *task.wrong, *mutants)])
            for task, mutants in zip(tasks, chosen, strict=True)
        ]
        return [_material(task, [(code, future.result()) for code, future in answers]) for task, answers in asked]


def _material(task: Task, answers: Sequence[tuple[str, Evaluation]]) -> Material:
    cases = next((found.execution.cases for _, found in answers if found.execution is not None), ())
    return Material(judge_task(task, cases), tuple(_known(code, found) for code, found in answers))


def _known(code: str, found: Evaluation) -> Known:
    report = found.execution
    facts = CandidateFacts(found.compiled.ok, report.passed if report else 0, report.total if report else 0)
    return Known(code, facts, found.static.composite if found.static else 0.0)


def calibrated(
    asking: Asking, items: Sequence[CalibrationItem], subject: Subject, on_answer: Callable[[], None]
) -> CalibrationCard:
    """Ask about every item and measure. The answers are in the ledger: the same again costs nothing.

    Raises:
        JudgePaused: an outage, a budget, a Ctrl-C; what is under way is awaited first, and the same command carries on.
    """
    today = datetime.now(UTC).date().isoformat()
    return asyncio.run(_until_stopped(asking, "calibrate", on_answer, lambda many: calibrate(many, items, subject, today)))


def drifted(asking: Asking, card: CalibrationCard) -> Drift:
    """Ask the card's anchors again, once a day at most: the ledger has the answers of the same day. Raises JudgePaused."""
    day = datetime.now(UTC).date().toordinal()

    async def measured(many: JudgeMany) -> Drift:
        return drift(card, await many(canary_requests(card, day)))

    return asyncio.run(_until_stopped(asking, "canary", lambda: None, measured))


async def _until_stopped(
    asking: Asking, purpose: Purpose, on_answer: Callable[[], None], work: Callable[[JudgeMany], Coroutine[Any, Any, T]]
) -> T:
    """`work`, with what it asks by. However it ends, the answers under way are awaited and stored."""
    circuit = Circuit(asking.concurrency)

    async def opinion(request: JudgeRequest) -> Opinion:
        context = Context(asking.run, purpose, request.task.id, request.candidate_key, purpose)
        prepared = asking.provider.prepare(request)
        answer = await ask(asking.provider, asking.ledger, prepared, context, asking.limits, circuit)
        on_answer()
        return Opinion(answer.verdict, answer.reply.billed.model if answer.reply else "")

    async def many(requests: Sequence[JudgeRequest]) -> Sequence[Opinion]:
        found = await asyncio.gather(*map(opinion, requests), return_exceptions=True)
        for each in found:
            if isinstance(each, BaseException):
                raise each
        return [each for each in found if isinstance(each, Opinion)]

    try:
        with _cancelled_by_signals():
            return await work(many)
    except asyncio.CancelledError:
        raise JudgePaused(STOPPED, hint=AGAIN) from None
    finally:
        circuit.open(JudgePaused(STOPPED, hint=AGAIN))
        await circuit.drain()
        await asking.provider.close()


@contextmanager
def _cancelled_by_signals() -> Iterator[None]:
    """A Ctrl-C or SIGTERM cancels the present task; afterwards signals do what they did before."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
