"""What a suite must reach."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least that a task and a suite must reach. Rates are shares of the mutants that are not shown to be equivalent."""

    assertions: int = 5
    """Expectations that a right answer meets in one task, without those on random inputs."""
    suite_rate: float = 0.9
    """Mutants of the whole suite that fail."""
    task_rate: float = 0.7
    """Mutants of one task that fail."""


STRICT = Bounds()
AS_MEASURED = Bounds(assertions=4)
"""For the quickstart: its tasks stay as they were when its published runs were measured on them, and half of them have four
expectations of their own."""

WRONG_ANSWERS = {"tools": 3, "script": 3}
"""Kind -> hand-made wrong answers that a task must bring: what a script does has more ways to be nearly right than mutants
of one reference show."""
