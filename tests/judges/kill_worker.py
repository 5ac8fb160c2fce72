"""A process that judges a round, to be killed at any moment: everything in it is real but the service at the other end."""

import asyncio
import json
import multiprocessing
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import anthropic.resources.messages  # noqa: F401  # the forkserver loads it once: each worker would take 2 s for it

from judges.batching import Prefetch
from judges.budget import Limits
from judges.calls import Context, PreparedCall
from judges.claude import BatchJudge, ClaudeProvider, ClaudeSettings
from judges.errors import JudgePaused
from judges.ledger import Ledger
from judges.outcome import Entrant, JudgingSettings, TaskOutcome
from judges.prices import Prices
from judges.retry import Answer, Circuit, ask, flight
from judges.session import JudgingSession
from judges.verdict import CandidateFacts, JudgeRequest, JudgeTask
from tests.fakes.messages_api import GOOD_KEY, by_hash, digest
from tests.fakes.messages_types import Json
from tests.judges.scripted import THRESHOLD, WEIGHT, a_round, a_task

HALF = CandidateFacts(compiles=True, passed=1, total=3)
"""Facts that cap what the judge says."""
CONCURRENCY = 3

Tasks = Sequence[tuple[JudgeTask, Sequence[Entrant]]]


@dataclass(frozen=True, slots=True)
class Job:
    """What one process has to do. It writes the winners to `outcome` when all is decided."""

    url: str
    ledger: Path
    outcome: Path
    seed: int = 0
    run: str = "run"
    usd: float | None = None
    tasks: int = 8
    batched: bool = False

    @property
    def settings(self) -> JudgingSettings:
        return JudgingSettings(THRESHOLD, WEIGHT, concurrency=CONCURRENCY, limits=Limits(run_usd=self.usd))

    def provider(self) -> ClaudeProvider:
        return ClaudeProvider(ClaudeSettings(base_url=self.url, max_tokens=512), Prices({}), GOOD_KEY)


def tasks_of(job: Job) -> Tasks:
    """Tasks of six candidates with few different scores and texts, some of them capped by their facts."""
    luck = random.Random(job.seed)
    return [
        (a_task(name), [replace(each, facts=HALF) if luck.random() < 0.2 else each for each in entrants])
        for name, entrants in a_round(job.seed, job.tasks, 6).items()
    ]


def digests(job: Job) -> dict[str, str]:
    """What the service sees of each question, by its key. A first and a second opinion look the same to it."""
    provider = job.provider()
    requests = [
        JudgeRequest(task, each.key, each.code, each.facts, sample)
        for task, entrants in tasks_of(job)
        for each in entrants
        for sample in (0, 1)
    ]
    return {call.key: digest(call.body) for call in map(provider.prepare, requests)}


def by_body(body: Json) -> Json:
    """What the service answers: drawn from the task and the candidate together."""
    lot = bytes.fromhex(digest(body["messages"]))
    return {**by_hash(body), **{name: lot[i] % 5 for i, name in enumerate(("functionality", "correctness", "completeness"))}}


def started(job: Job) -> ForkServerProcess:
    """A process of its own that does the job; its exit code is that of `rft`."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=work, args=(job,), daemon=True)
    process.start()
    return process


def work(job: Job) -> None:
    """Judge, as `rft run` does."""
    for name in [name for name in os.environ if name.startswith("ANTHROPIC_") or name.lower().endswith("_proxy")]:
        del os.environ[name]
    flight.HELD_POLL_SECONDS = 0.05
    try:
        with Ledger.open(job.ledger) as ledger:
            if job.batched:
                asyncio.run(_prefetched(job, ledger))
            written(job.outcome, _judged(job, ledger))
    except JudgePaused as paused:
        print(paused, file=sys.stderr)
        sys.exit(paused.exit_code)


def written(path: Path, outcomes: dict[str, TaskOutcome]) -> None:
    rows = {
        name: [found.winner.index, found.winner.reward] if found.winner else None
        for name, found in outcomes.items()
        if found.certified
    }
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(rows))
    unfinished.replace(path)


def _judged(job: Job, ledger: Ledger) -> dict[str, TaskOutcome]:
    provider, settings, circuit = job.provider(), job.settings, Circuit(CONCURRENCY)

    async def asker(prepared: PreparedCall, context: Context) -> Answer:
        return await ask(provider, ledger, prepared, context, settings.limits, circuit)

    with JudgingSession(provider, ledger, settings, job.run, "round-1", ask=asker, on_stop=circuit.open) as session:
        for task, entrants in tasks_of(job):
            session.add_task(task, entrants)
        return session.finish()


async def _prefetched(job: Job, ledger: Ledger) -> None:
    provider = job.provider()
    batches = BatchJudge(provider, ledger, job.settings.limits, Circuit(CONCURRENCY), poll_seconds=0.02)
    try:
        await Prefetch(batches, provider, job.settings, job.run, "round-1").fetch(tasks_of(job))
    finally:
        await provider.close()


# Prices and lexer load when they are first used. All processes are forked from one that did this once.
digests(Job("http://127.0.0.1:1", Path(), Path()))
