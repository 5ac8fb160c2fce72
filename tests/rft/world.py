"""A workspace that the tiny random model can get better in: every answer is the five letters `f=type`.

Trained on four demonstrations it writes them almost always, so the real loop samples, keeps, trains and promotes within seconds.
"""

import json
from pathlib import Path
from typing import Any

from eval.task import Task
from rft.config import RftConfig, parse_config
from rft.rewards import Facts
from rft.selection import Scored
from scorers import SCORERS, ScoreReport
from scorers.execution import ExecutionReport, Status

HELD_OUT = (
    "apple", "button", "candle", "garden", "ladder", "mirror", "pocket", "river", "saddle", "temple", "wagon", "window",
)  # fmt: skip
NOUNS = ("lamps", "boats", "stones", "clouds")
DEMONSTRATIONS = tuple({"prompt": f"Show a {noun}", "completion": "f=type"} for noun in ("key", "rope", "bell", "fan"))
CONFIGURATION = """
model = "tiny-random"
rounds = 1

[data]
tasks = "tasks"
demonstrations = "demonstrations.jsonl"
benchmark = "held-out"
general = "none"

[sampling]
n = 2
temperature = 0.2
max_new_tokens = 8
max_rows = 2

[training]
rank = 4
learning_rate = 3e-3
steps = 40

[reward]
threshold = 0.6

[benchmark]
k = 1
few_shot = 0
"""


def write_workspace(folder: Path) -> Path:
    """Tasks, held-out tasks, demonstrations and rft.toml; returns the folder."""
    for i, noun in enumerate(HELD_OUT):
        _write_task(folder / "held-out" / f"{noun}.toml", f"Count the {noun}", i, "return type(...)")
    for i, noun in enumerate(NOUNS):
        _write_task(folder / "tasks" / f"{noun}.toml", f"Name your {noun}", i, "local value = ... return type(value)")
    rows = "\n".join(json.dumps(row) for row in DEMONSTRATIONS)
    (folder / "demonstrations.jsonl").write_text(rows)
    (folder / "rft.toml").write_text(CONFIGURATION)
    return folder


def _write_task(file: Path, prompt: str, number: int, body: str) -> None:
    task = a_task("unused", prompt=prompt, reference=f"return function(...) {body} end", number=number)
    file.parent.mkdir(parents=True, exist_ok=True)
    fields = task.model_dump(exclude={"id"}, exclude_none=True)
    file.write_text("\n".join(f"{name} = {json.dumps(value)}" for name, value in fields.items()))


def a_task(name: str, *, prompt: str = "", reference: str = "return function(...) return type(...) end", number: int = 0) -> Task:
    """A task of this world, with a test of its own for each number."""
    return Task(
        id=name,
        prompt=prompt or f"Say what a {name} is",
        category="odd" if number % 2 else "even",
        difficulty=1,
        entry_point="f",
        reference=reference,
        tests=f'test("names the type", function() expect(f({number})).toEqual("number") end)',
    )


def a_config(**sections: Any) -> RftConfig:
    """The defaults with these sections changed."""
    return parse_config(sections, source="test")


def some_facts(
    *,
    passed: int = 3,
    total: int = 3,
    compiles: bool | None = True,
    scores: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0),
    truncated: bool = False,
) -> Facts:
    """What would be known of a candidate with these results."""
    status = Status.PASSED if passed == total else Status.FAILED
    report = ScoreReport(compiles, dict(zip(SCORERS, scores, strict=True)))
    return Facts(report, ExecutionReport(status, passed, total), truncated)


def scored(task: str, index: int, reward: float, *, eligible: bool = True, deterministic: float = 0.5, code: str = "") -> Scored:
    """A candidate as selection sees it."""
    return Scored(task, index, code or f"return {index}", eligible, reward, deterministic)
