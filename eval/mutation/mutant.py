"""A wrong answer that a program made out of a right one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small change to a reference.

    Attributes:
        label: Where and what, unique in the task: `4:12 >= to >` (line and column from 1), with the file's path before it
            where the answer has several, `call 2 drop` in a list of tool calls.
        operator: The group of changes that it belongs to.
        answer: The whole changed answer.
        before, after: What changed: the line of the reference and of the answer.
        original, changed: The Luau sources that differ, to compare what they compile to. None where none differs.
    """

    label: str
    operator: str
    answer: str
    before: str
    after: str
    original: str | None = None
    changed: str | None = None
