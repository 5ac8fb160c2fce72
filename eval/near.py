"""Tasks that repeat each other, within a split and between splits."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from eval.contamination import BenchmarkFingerprint, Match
from eval.task import Task
from scorers.extraction import extract_files


@dataclass(frozen=True, slots=True)
class Repeat:
    """Two tasks that are nearly one. `what` is alike: the prompt, or the code of the references."""

    split: str
    task: str
    other_split: str
    other: str
    what: str
    kind: str
    similarity: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def text(self) -> str:
        """The sentence about it."""
        where = "" if self.split == self.other_split else f" of {self.other_split}"
        return f"its {self.what} repeats {self.other}{where} ({self.kind} match, similarity {self.similarity:.2f})"


def find_repeats(splits: Sequence[tuple[str, Sequence[Task]]]) -> list[Repeat]:
    """All tasks that repeat one before them: in their own split or in an earlier one. Each task is named once for its prompt
    and once for its code."""
    tasks = [(split, task) for split, found in splits for task in found]
    rows = ((str(number), task.prompt, _code(task), task.entry_point or "") for number, (_, task) in enumerate(tasks))
    everything = BenchmarkFingerprint.from_tasks(rows)
    found: list[Repeat] = []
    for number, (split, task) in enumerate(tasks):
        before = replace(everything, tasks=everything.tasks[:number])
        for what, match in _matches(before, task):
            other_split, other = tasks[int(match.task_id)]
            found.append(Repeat(split, task.id, other_split, other.id, what, match.kind, match.similarity))
    return found


def _matches(before: BenchmarkFingerprint, task: Task) -> Iterable[tuple[str, Match]]:
    if match := before.match_prompt(task.prompt):
        yield "prompt", match
    # The right calls of two wishes may well be the same few.
    if task.kind != "tools" and (match := before.match_code(_code(task))):
        yield "reference", match


def _code(task: Task) -> str:
    if task.kind != "files":
        return task.reference
    return "\n".join(file.code for file in extract_files(task.reference))
