"""The check of a child's death: what was drawn stays, and the next child draws the rest. Runs in the parent: no MLX here."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rft.selftest.check import require
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.local import LocalSource
from rollouts.prompt import messages_for
from rollouts.sampling import sample
from rollouts.source import PolicySource, SampleRequest, TaskPrompt
from rollouts.store import SCHEMA, Candidate, CandidateStore

DYING_WORKER = "rft.selftest.dying"
KILLED_AFTER = 3
"""Completions that the first child delivers."""
MARK = "RFT_SELFTEST_KILLED"
"""The environment variable that names the file that says it has happened."""
QUESTIONS = ("Write a function that adds two numbers.", "Write a function that reverses a string.")
CANDIDATES = 6


def childs_death(model: Path, folder: Path) -> str:
    """Kill the sampling child in the middle, then draw all again in peace. Leaves the children's log in `folder`."""
    told: list[str] = []
    with (
        _mark(folder / "killed"),
        LocalSource(folder / "selftest.log", max_rows=4, on_event=told.append, worker=DYING_WORKER) as source,
    ):
        disturbed, quiet = _drawn(source, model), _drawn(source, model)
    same = sum(disturbed.get(key) == candidate for key, candidate in quiet.items())
    wanted = len(QUESTIONS) * CANDIDATES
    figure = f"killed after {KILLED_AFTER} of {wanted}: {len(disturbed)} drawn in the end, {same} as without a death"
    whole = len(disturbed) == wanted and not any(candidate.finish_reason == "died" for candidate in disturbed.values())
    # The next child draws in half the batch, where half precision may round otherwise.
    return require(whole and bool(told) and (folder / "killed").exists() and same > wanted // 2, figure)


def _drawn(source: LocalSource, model: Path) -> dict[str, Candidate]:
    """All candidates by key, as a store has them in the end."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        store = CandidateStore(connection)
        for _ in sample(store, source, _request(model)):
            pass
        return {candidate.key: candidate for candidate in store.of_stage("selftest")}


def _request(model: Path) -> SampleRequest:
    prompts = [TaskPrompt(f"task-{i}", messages_for(text, None), range(CANDIDATES)) for i, text in enumerate(QUESTIONS)]
    policy = PolicySource(model, None, PolicyIdentity("selftest", ""))
    parameters = SamplingParameters(temperature=1.0, top_p=0.95, max_new_tokens=24)
    return SampleRequest("selftest", policy, prompts, parameters, seed=0, round_index=0)


@contextmanager
def _mark(file: Path) -> Iterator[None]:
    os.environ[MARK] = str(file)
    try:
        yield
    finally:
        del os.environ[MARK]
