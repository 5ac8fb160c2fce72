"""What `rft diff` asks for, and what it says beside the figures."""

from collections.abc import Sequence
from dataclasses import asdict
from string import ascii_uppercase
from typing import Any

from rft.comparing.comparison import Comparison, compare
from rft.comparing.sides import Best, Measured
from rft.errors import InputError


def compared(a: Measured, b: Measured, task: str | None) -> Comparison:
    """The comparison. Raises InputError where `task` is not one of the compared ones, and what `compare` raises."""
    found = compare(a.side, b.side, seed=a.seed)
    known = [each.task for each in found.tasks]
    if task is not None and task not in known:
        raise InputError(f"{task!r} is no held-out task that both have.", hint=f"Tasks: {', '.join(known)}.")
    return found


def best_answers(a: Measured, b: Measured, task: str) -> tuple[Best, Best]:
    """Both best answers to a task. Raises InputError where one side is a results file."""
    for each in (a, b):
        if each.best is None:
            raise InputError(
                f"{each.source} holds results and no answers.", hint="Leave --task out, or compare stages of runs: RUN:STAGE."
            )
    assert a.best is not None
    assert b.best is not None
    return a.best(task), b.best(task)


def about(policies: Sequence[Measured]) -> list[str]:
    """What a person should know before the figures: which policies were taken, and in what they differ from the first."""
    lines = [each.note for each in policies if each.note]
    first, *others = policies
    for letter, other in zip(letters(len(policies))[1:], others, strict=True):
        if other.source == first.source:
            continue
        for what in (name for name in first.settings if name in other.settings):
            ours, theirs = first.settings[what], other.settings[what]
            if ours != theirs:
                lines.append(f"A and {letter} have different {what}: {ours} and {theirs}.")
        if first.seed != other.seed:
            lines.append("Their samples were drawn with different luck, so the interval is wider than within one seed.")
    return lines


def letters(count: int) -> list[str]:
    """Short names of so many policies: A, B, ..., Z, A1, B1, ..."""
    return [f"{ascii_uppercase[i % 26]}{i // 26 or ''}" for i in range(count)]


def answers_json(found: Comparison, task: str, bests: tuple[Best, Best]) -> dict[str, Any]:
    """One task for a program: its counts and both best answers."""
    (delta,) = (each for each in found.tasks if each.task == task)
    return {**asdict(delta), "a": {"policy": found.a, **asdict(bests[0])}, "b": {"policy": found.b, **asdict(bests[1])}}
