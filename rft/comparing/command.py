"""What `rft diff` asks for, and what it says beside the figures."""

from dataclasses import asdict
from typing import Any

from rft.comparing.comparison import Comparison, compare
from rft.comparing.sides import Best, Measured
from rft.errors import InputError


def compared(a: Measured, b: Measured, task: str | None) -> Comparison:
    """The comparison. Raises InputError where `task` is not one of the compared ones, and what `compare` raises."""
    found = compare(a.side, b.side, seed=b.config.seed)
    known = [each.task for each in found.tasks]
    if task is not None and task not in known:
        raise InputError(f"{task!r} is no held-out task that both have.", hint=f"Tasks: {', '.join(known)}.")
    return found


def about(a: Measured, b: Measured) -> list[str]:
    """What a person should know before the figures: which policies were taken, and in what their runs differ."""
    lines = [measured.note for measured in (a, b) if measured.note]
    if a.paths.name == b.paths.name:
        return lines
    for what, ours, theirs in (
        ("models", a.config.model, b.config.model),
        ("seeds", a.config.seed, b.config.seed),
        ("reward modes", a.config.reward.mode, b.config.reward.mode),
    ):
        if ours != theirs:
            lines.append(f"The runs have different {what}: {ours} and {theirs}.")
    if a.config.seed != b.config.seed:
        lines.append("Their samples were drawn with different luck, so the interval is wider than within one seed.")
    return lines


def answers_json(found: Comparison, task: str, bests: tuple[Best, Best]) -> dict[str, Any]:
    """One task for a program: its counts and both best answers."""
    (delta,) = (each for each in found.tasks if each.task == task)
    return {**asdict(delta), "a": {"policy": found.a, **asdict(bests[0])}, "b": {"policy": found.b, **asdict(bests[1])}}
