"""The candidates table of a run's store: every candidate is durable before anything is computed from it."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

SCHEMA = """
CREATE TABLE IF NOT EXISTS candidates (
    stage TEXT NOT NULL,
    task TEXT NOT NULL,
    idx INTEGER NOT NULL,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    finish_reason TEXT NOT NULL,
    PRIMARY KEY (stage, task, idx)
) STRICT;
"""

SELECT = "SELECT stage, task, idx, key, text, tokens, finish_reason FROM candidates"

FinishReason = Literal["stop", "length", "repetition", "died"]
"""Why a reply ended: by itself, at the token limit, because it only repeated itself, or with the process that drew it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reply of a policy: `stage` is what it was drawn for ("round-2", "benchmark-sft"), `index` its place among its N."""

    stage: str
    task: str
    index: int
    key: str
    text: str
    tokens: int
    finish_reason: FinishReason


class CandidateStore:
    """Candidates of one run, on the run's own connection; whoever opens it has executed SCHEMA."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, candidate: Candidate) -> None:
        """Store and commit one candidate. A place that is already taken keeps what it holds."""
        with self._connection:
            self._connection.execute(
                "INSERT OR IGNORE INTO candidates VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    candidate.stage, candidate.task, candidate.index, candidate.key, candidate.text,
                    candidate.tokens, candidate.finish_reason,
                ),
            )  # fmt: skip

    def of_stage(self, stage: str) -> list[Candidate]:
        """All candidates drawn for a stage, by task and index."""
        return [Candidate(*row) for row in self._connection.execute(f"{SELECT} WHERE stage = ? ORDER BY task, idx", (stage,))]

    def of_task(self, stage: str, task: str) -> list[Candidate]:
        """A task's candidates in a stage, by index: a stage may hold more than fits in memory."""
        rows = self._connection.execute(f"{SELECT} WHERE stage = ? AND task = ? ORDER BY idx", (stage, task))
        return [Candidate(*row) for row in rows]

    def missing(self, stage: str, wanted: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
        """Of each task's wanted indices those that are still to be drawn, for each task that lacks any."""
        have: dict[str, set[int]] = {}
        for task, index in self._connection.execute("SELECT task, idx FROM candidates WHERE stage = ?", (stage,)):
            have.setdefault(task, set()).add(index)
        lacking = {task: [i for i in indices if i not in have.get(task, set())] for task, indices in wanted.items()}
        return {task: indices for task, indices in lacking.items() if indices}

    def stages(self) -> dict[str, int]:
        """How many candidates each stage holds."""
        return dict(self._connection.execute("SELECT stage, count(*) FROM candidates GROUP BY stage").fetchall())
