"""What the proof of a suite found."""

from collections import Counter
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a task, in words."""

    task: str
    text: str


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that the tests did not notice. `unsupported` says that it could not be run to an end in this world."""

    label: str
    before: str
    after: str
    unsupported: bool = False


@dataclass(frozen=True, slots=True)
class TaskCheck:
    """One task. `made` counts the mutants that were run, `equivalent` those of them that are shown to behave the same,
    `identical` further ones that compile to the reference's bytecode. `assertions` counts the expectations
    that ran beside the random inputs; None where the reference does not pass."""

    task: str
    category: str
    difficulty: int
    assertions: int | None
    made: int
    killed: int
    equivalent: int
    identical: int
    survivors: tuple[Survivor, ...]
    problems: tuple[str, ...]

    @property
    def kill_rate(self) -> float | None:
        """None without mutants."""
        counted = self.made - self.equivalent
        return self.killed / counted if counted else None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "kill_rate": self.kill_rate}


@dataclass(frozen=True, slots=True)
class SuiteCheck:
    """All tasks of a suite, and what is wrong with it as a whole."""

    tasks: tuple[TaskCheck, ...]
    suite_problems: tuple[str, ...] = ()

    @property
    def problems(self) -> list[Problem]:
        """Of the suite first, then of its tasks in their order."""
        whole = [Problem("the suite", text) for text in self.suite_problems]
        return whole + [Problem(task.task, text) for task in self.tasks for text in task.problems]

    @property
    def made(self) -> int:
        return sum(task.made for task in self.tasks)

    @property
    def killed(self) -> int:
        return sum(task.killed for task in self.tasks)

    @property
    def equivalent(self) -> int:
        return sum(task.equivalent for task in self.tasks)

    @property
    def kill_rate(self) -> float | None:
        """Of all mutants that are not shown to be equivalent; None without any."""
        counted = self.made - self.equivalent
        return self.killed / counted if counted else None

    @property
    def assertions(self) -> tuple[int, float] | None:
        """The least and the median over the tasks, None where none is known."""
        known = [task.assertions for task in self.tasks if task.assertions is not None]
        return (min(known), median(known)) if known else None

    def by_category(self) -> dict[str, "SuiteCheck"]:
        """The same figures for the tasks of each category."""
        groups: dict[str, list[TaskCheck]] = {}
        for task in self.tasks:
            groups.setdefault(task.category, []).append(task)
        return {name: SuiteCheck(tuple(groups[name])) for name in sorted(groups)}

    def histogram(self, field: str) -> dict[str, int]:
        """Value of a task's field (category, difficulty) -> how many tasks have it."""
        counts = Counter(str(getattr(task, field)) for task in self.tasks)
        return dict(sorted(counts.items()))

    def to_json(self) -> dict[str, Any]:
        return {
            "count": len(self.tasks),
            "difficulty": self.histogram("difficulty"),
            "category": self.histogram("category"),
            "assertions": self.assertions and {"min": self.assertions[0], "median": self.assertions[1]},
            "mutants": {"made": self.made, "killed": self.killed, "equivalent": self.equivalent},
            "kill_rate": self.kill_rate,
            "problems": [asdict(problem) for problem in self.problems],
            "tasks": [task.to_json() for task in self.tasks],
        }
