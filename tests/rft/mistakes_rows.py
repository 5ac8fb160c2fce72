"""Mistakes in demonstrations and in recorded candidates."""

import json

from tests.rft.mistakes import WRONG_INPUT, Mistake, Prepare, World

RIGHT = {"prompt": "Show a key", "completion": "f=type"}


def rows(*more: object) -> Prepare:
    """The demonstrations are a right one and these; a text stands as it is."""

    def prepare(world: World) -> None:
        lines = [row if isinstance(row, str) else json.dumps(row) for row in (RIGHT, *more)]
        world.write("demonstrations.jsonl", "\n".join(lines))

    return prepare


def chat(*roles: str) -> dict[str, object]:
    """A row of a chat with turns of these roles."""
    return {"messages": [{"role": role, "content": "Well."} for role in roles]}


def empty(world: World) -> None:
    world.write("demonstrations.jsonl", "")


def missing(world: World) -> None:
    (world.folder / "demonstrations.jsonl").unlink()


def candidates(*lines: str) -> Prepare:
    """A file of recorded candidates."""

    def prepare(world: World) -> None:
        world.write("drawn.jsonl", "\n".join(lines))
        world.trust_tasks()

    return prepare


ROW = r"demonstrations\.jsonl:2"
ROWS = [
    Mistake(
        "there are no demonstrations",
        "rft run",
        WRONG_INPUT,
        "there is no file",
        r"demonstrations\.jsonl",
        r"Correct data\.demonstrations",
        missing,
    ),
    Mistake(
        "the demonstrations are empty",
        "rft run",
        WRONG_INPUT,
        "holds no demonstrations",
        r"demonstrations\.jsonl",
        "A row is",
        empty,
    ),
    Mistake(
        "a demonstration is no JSON",
        "rft run",
        WRONG_INPUT,
        "not valid JSON",
        ROW,
        "A row is",
        rows('{"prompt": "Show", "completion": }'),
    ),
    Mistake(
        "a demonstration lacks a key", "rft run", WRONG_INPUT, "'completion'", ROW, "A row is", rows({"prompt": "Show a rope"})
    ),
    Mistake(
        "a demonstration says nothing",
        "rft run",
        WRONG_INPUT,
        "its 'completion' is empty",
        ROW,
        "A row is",
        rows({"prompt": "Show a rope", "completion": ""}),
    ),
    Mistake(
        "a demonstration's turns are in a wrong order",
        "rft run",
        WRONG_INPUT,
        "the first turn",
        ROW,
        "turns of user and assistant",
        rows(chat("assistant", "user")),
    ),
    Mistake(
        "a demonstration has a role that is none",
        "rft run",
        WRONG_INPUT,
        "turn 2 has no role of",
        ROW,
        "A row is",
        rows(chat("user", "bot")),
    ),
    Mistake(
        "a demonstration repeats a held-out task",
        "rft run",
        WRONG_INPUT,
        "repeats the held-out task candle",
        "demonstration 2",
        "Remove or change",
        rows({"prompt": "Count the candle", "completion": "f=type"}),
    ),
    Mistake(
        "the recorded candidates are not there",
        "rft run --candidates drawn.jsonl",
        WRONG_INPUT,
        "cannot be read: No such file",
        r"drawn\.jsonl",
        r"Check sampling\.candidates",
    ),
    Mistake(
        "a recorded candidate is no JSON",
        "rft run --candidates drawn.jsonl",
        WRONG_INPUT,
        "it is no JSON",
        r"drawn\.jsonl, row 1",
        "A row is",
        candidates("return 1"),
    ),
    Mistake(
        "no recorded candidate is of a task here",
        "rft run --candidates drawn.jsonl",
        WRONG_INPUT,
        "no candidate of any of the 4 training tasks",
        r"drawn\.jsonl",
        r"a task's id, like 'boats'",
        candidates('{"task": "cars", "text": "f=type"}'),
    ),
]
