"""Measuring a judge on answers whose worth executed tests have told."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from eval.mutation import Subject as Original
from eval.mutation import choose_mutants
from eval.task import Task
from judges import CandidateFacts, JudgeRequest
from judges.budget import Limits
from judges.calibration import (
    Answer as Known,
)
from judges.calibration import (
    CalibrationCard,
    CalibrationItem,
    Drift,
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

RUN = "calibration"
"""Stands for the run in the ledger: its calls belong to none."""
MUTANTS = 4
"""Of each task."""


def materials(tasks: Sequence[Task]) -> list[Material]:
    """Each task's reference, wrong answers and some mutants, executed."""
    originals = [Original(task.id, task.reference, task.kind, frozenset(task.equivalent)) for task in tasks]
    with LuauPool() as pool:
        asked = [
            (task, [(code, pool.submit_evaluate(code, task.executable())) for code in _answers(task, chosen)])
            for task, chosen in zip(
                tasks,
                ([mutant.answer for mutant in (*chosen.mutants, *chosen.named)] for chosen in choose_mutants(originals, MUTANTS)),
                strict=True,
            )
        ]
        return [_material(task, [(code, future.result()) for code, future in answers]) for task, answers in asked]


def _answers(task: Task, mutants: Sequence[str]) -> list[str]:
    return [task.reference, *task.wrong, *mutants]


def _material(task: Task, answers: Sequence[tuple[str, Evaluation]]) -> Material:
    cases = next((found.execution.cases for _, found in answers if found.execution is not None), ())
    return Material(judge_task(task, cases), tuple(_known(code, found) for code, found in answers))


def _known(code: str, found: Evaluation) -> Known:
    report = found.execution
    facts = CandidateFacts(found.compiled.ok, report.passed if report else 0, report.total if report else 0)
    return Known(code, facts, found.static.composite if found.static else 0.0)


def calibrated(
    provider: Provider, ledger: Ledger, limits: Limits, concurrency: int, items: Sequence[CalibrationItem], subject: Subject,
    on_answer: Callable[[], None],
) -> CalibrationCard:  # fmt: skip
    """Ask about every item and measure. The answers are in the ledger: the same again costs nothing.

    Raises:
        JudgePaused: an outage or a budget; the same command carries on.
    """
    today = datetime.now(UTC).date().isoformat()

    async def measured() -> CalibrationCard:
        asker = _asker(provider, ledger, limits, concurrency, "calibrate", on_answer)
        try:
            return await calibrate(asker, items, subject, today)
        finally:
            await provider.close()

    return asyncio.run(measured())


def drifted(provider: Provider, ledger: Ledger, limits: Limits, concurrency: int, card: CalibrationCard) -> Drift:
    """Ask the card's anchors again, once a day at most: the ledger has the answers of the same day. Raises JudgePaused."""
    day = datetime.now(UTC).date().toordinal()

    async def measured() -> Drift:
        asker = _asker(provider, ledger, limits, concurrency, "canary", lambda: None)
        try:
            return drift(card, await asker(canary_requests(card, day)))
        finally:
            await provider.close()

    return asyncio.run(measured())


def _asker(
    provider: Provider, ledger: Ledger, limits: Limits, concurrency: int, purpose: Purpose, on_answer: Callable[[], None]
) -> Callable[[Sequence[JudgeRequest]], Awaitable[Sequence[Opinion]]]:
    circuit = Circuit(concurrency)

    async def opinion(request: JudgeRequest) -> Opinion:
        context = Context(RUN, purpose, request.task.id, request.candidate_key, purpose)
        answer = await ask(provider, ledger, provider.prepare(request), context, limits, circuit)
        on_answer()
        return Opinion(answer.verdict, answer.reply.billed.model if answer.reply else "")

    async def many(requests: Sequence[JudgeRequest]) -> Sequence[Opinion]:
        return await asyncio.gather(*map(opinion, requests))

    return many


def items_of(tasks: Sequence[Task], per_kind: int) -> tuple[CalibrationItem, ...]:
    """The questions."""
    return make_items(materials(tasks), per_kind=per_kind)
