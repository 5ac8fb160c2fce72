"""Which tasks go well in the stage in progress, read off the run's store a little at a time."""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from eval.task import Task
from rft.scoring import ScoringError, facts_of
from rft.store import RunStore
from rft.view.facts import TaskShare
from rollouts.store import Candidate

MOST_READ = 500
"""Candidates of one look: a stage may hold 100,000 when it is begun again."""
MOST_NAMED = 3


class Tally:
    """The candidates of one stage that pass, by task. Each candidate is read once, and asked about until it is scored."""

    def __init__(self, store: RunStore, stage: str, tasks: Sequence[Task]) -> None:
        self.stage = stage
        self._store, self._tasks = store, {task.id: task for task in tasks}
        self._read = self._before()
        self._unscored: deque[Candidate] = deque()
        self._passed: dict[str, list[bool]] = {}

    def advance(self) -> None:
        """Take in what was drawn and scored since."""
        self._unscored.extend(self._fresh())
        for candidate in list(islice(self._unscored, MOST_READ)):
            self._unscored.popleft()
            try:
                facts = facts_of(self._store, candidate, self._tasks[candidate.task])
            except ScoringError:
                self._unscored.append(candidate)  # not yet
            else:
                self._passed.setdefault(candidate.task, []).append(facts.eligible)

    def best(self) -> list[TaskShare]:
        """Tasks of which the most passes, if anything does."""
        return [each for each in sorted(self._shares(), key=lambda each: (-each.share, each.task)) if each.passed][:MOST_NAMED]

    def worst(self) -> list[TaskShare]:
        """Tasks of which the least passes, unless all does."""
        ordered = sorted(self._shares(), key=lambda each: (each.share, each.task))
        return [each for each in ordered if each.passed < each.scored][:MOST_NAMED]

    def _shares(self) -> list[TaskShare]:
        return [TaskShare(task, sum(passed), len(passed)) for task, passed in self._passed.items()]

    def _before(self) -> int:
        """The row before the stage's first one. Rows are numbered as they come, so that those to be read follow each other."""
        first = self._store.connection.execute("SELECT min(rowid) FROM candidates WHERE stage = ?", (self.stage,)).fetchone()[0]
        if first is not None:
            return int(first) - 1
        return int(self._store.connection.execute("SELECT ifnull(max(rowid), 0) FROM candidates").fetchone()[0])

    def _fresh(self) -> list[Candidate]:
        columns = "rowid, stage, task, idx, key, text, tokens, finish_reason"
        query = f"SELECT {columns} FROM candidates WHERE rowid > ? ORDER BY rowid LIMIT ?"
        rows = self._store.connection.execute(query, (self._read, MOST_READ)).fetchall()
        self._read = rows[-1][0] if rows else self._read
        return [Candidate(*row[1:]) for row in rows if row[1] == self.stage and row[2] in self._tasks]
