"""A provider whose opinions are a function, and a session on it with the real ledger and the real `ask`."""

import asyncio
import hashlib
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import cast

from judges.calls import Billed, CallFailed, Context, PreparedCall, RawReply, Unusable, UnusableReason, Usage
from judges.caps import capped
from judges.ledger import Ledger
from judges.outcome import Entrant, JudgingProgress, JudgingSettings, TaskOutcome
from judges.retry import Answer, Circuit, ask
from judges.session import JudgingSession
from judges.verdict import CandidateFacts, Flag, JudgeRequest, JudgeTask, Verdict
from rft.selection import Scored, best_of_n

THRESHOLD, WEIGHT = 0.70, 0.6
PASSES = CandidateFacts(compiles=True, passed=3, total=3)
Opinion = Verdict | Unusable
OnCall = Callable[[PreparedCall], Awaitable[None]]


def flat(score: float, *flags: Flag) -> Verdict:
    """A verdict whose score is `score`, in [0, 1]."""
    return Verdict(4 * score, 4 * score, 4 * score, f"It scores {score}.", flags)


def by_code(request: JudgeRequest) -> Opinion:
    """An opinion on a grid of twelfths that the code, the task and the sample decide."""
    text = f"{request.task.id} {request.code} {request.sample_index}"
    return flat(hashlib.sha256(text.encode()).digest()[0] % 13 / 12)


async def _at_once(_prepared: PreparedCall) -> None:
    await asyncio.sleep(0)


@dataclass
class Scripted:
    """A provider (`judges.calls.Provider`). `asked` are the requests that went out, in order."""

    opinion: Callable[[JudgeRequest], Opinion] = by_code
    on_call: OnCall = _at_once
    pico: int = 1_000_000
    worst_pico: int | None = 4_000_000
    name: str = "scripted"
    model: str = "scripted-1"
    asked: list[PreparedCall] = field(default_factory=list)
    most_at_once: int = 0
    closed: int = 0
    _now: int = 0

    def prepare(self, request: JudgeRequest) -> PreparedCall:
        body = {"task": request.task.question, "code": request.code, "sample": request.sample_index}
        key = hashlib.sha256(json.dumps(body).encode()).hexdigest()
        return PreparedCall(key, request, self.name, self.model, body, self.worst_pico)

    async def call(self, prepared: PreparedCall) -> RawReply:
        self.asked.append(prepared)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await self.on_call(prepared)
        finally:
            self._now -= 1
        return RawReply(_written(self.opinion(prepared.request)), 0.5)

    def billed(self, reply: RawReply) -> Billed:
        if not reply.body:
            raise CallFailed("protocol", "an empty reply")
        return Billed(Usage(input=100, output=50), self.pico, "test", self.model)

    def read(self, reply: RawReply) -> Opinion:
        row = json.loads(reply.body)
        if "reason" in row:
            return Unusable(cast(UnusableReason, row["reason"]), "as scripted")
        functionality, correctness, completeness = row["scores"]
        return Verdict(functionality, correctness, completeness, row["evidence"], tuple(row["flags"]))

    async def close(self) -> None:
        self.closed += 1

    def tasks_asked(self) -> list[str]:
        return [prepared.request.task.id for prepared in self.asked]

    def repeated(self) -> list[str]:
        """Keys that were sent more than once."""
        return [key for key, count in Counter(prepared.key for prepared in self.asked).items() if count > 1]


def _written(opinion: Opinion) -> bytes:
    if isinstance(opinion, Unusable):
        return json.dumps({"reason": opinion.reason}).encode()
    scores = (opinion.functionality, opinion.correctness, opinion.completeness)
    return json.dumps({"scores": scores, "evidence": opinion.evidence, "flags": opinion.flags}).encode()


def a_task(name: str) -> JudgeTask:
    return JudgeTask(name, f"Do {name}.", "return 1")


def entrant(index: int, static: float = 0.4, code: str = "", *, tie: float | None = None, suspicious: bool = False) -> Entrant:
    return Entrant(
        index, f"key-{index}", code or f"return {index}", PASSES, static, static if tie is None else tie, suspicious=suspicious
    )


@contextmanager
def judging(
    provider: Scripted,
    ledger: Ledger,
    settings: JudgingSettings | None = None,
    round: str = "round-1",
    on_event: Callable[[JudgingProgress], None] = lambda _: None,
) -> Iterator[JudgingSession]:
    """A session that asks through `judges.retry.ask`."""
    settings = settings or JudgingSettings(THRESHOLD, WEIGHT)
    circuit = Circuit(settings.concurrency)

    async def asker(prepared: PreparedCall, context: Context) -> Answer:
        return await ask(provider, ledger, prepared, context, settings.limits, circuit)

    with JudgingSession(provider, ledger, settings, "run", round, on_event, ask=asker, on_stop=circuit.open) as session:
        yield session


OFF = JudgingSettings(THRESHOLD, WEIGHT, confirm="off")
ONE = replace(OFF, concurrency=1)
Round = dict[str, list[Entrant]]


def a_round(seed: int, tasks: int = 12, size: int = 8) -> Round:
    """Tasks whose candidates often have the same text or the same static score."""
    rng = random.Random(seed)
    return {
        f"task-{number}": [
            entrant(
                index, rng.choice((0.05, 0.2, 0.25, 0.3, 0.35, 0.4)), f"return {rng.randrange(size)}", tie=rng.choice((0.5, 1.0))
            )
            for index in range(size)
        ]
        for number in range(tasks)
    }


def judge(
    provider: Scripted, ledger: Ledger, tasks: Round, settings: JudgingSettings = OFF, round: str = "round-1"
) -> dict[str, TaskOutcome]:
    with judging(provider, ledger, settings, round) as judged:
        for name, entrants in tasks.items():
            judged.add_task(a_task(name), entrants)
        return judged.finish()


def exhaustive(tasks: Round) -> dict[str, tuple[int, float]]:
    """The winners that selection's own code finds when everyone is judged: index and reward."""
    rewards = {
        (name, each.index): min(1.0, each.static + WEIGHT * _score(name, each)) for name, group in tasks.items() for each in group
    }
    rows = [
        Scored(name, each.index, each.code, True, rewards[name, each.index], each.tie)
        for name, group in tasks.items()
        for each in group
    ]
    return {name: (kept.index, rewards[name, kept.index]) for name, kept in best_of_n(rows, THRESHOLD).kept.items()}


def _score(task: str, each: Entrant) -> float:
    verdict = by_code(JudgeRequest(a_task(task), each.key, each.code, each.facts))
    assert isinstance(verdict, Verdict)
    return capped(verdict, each.facts)


def winners(outcomes: dict[str, TaskOutcome]) -> dict[str, tuple[int, float]]:
    return {name: (found.winner.index, found.winner.reward) for name, found in outcomes.items() if found.winner}


def alike(tasks: int) -> Round:
    """Tasks that need three questions each."""
    return {f"task-{n}": [entrant(0, 0.40), entrant(1, 0.39), entrant(2, 0.38)] for n in range(tasks)}
