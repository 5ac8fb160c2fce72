"""Mistakes in tasks."""

import shutil

from tests.rft.mistakes import WRONG_INPUT, Mistake, World

TASK = """prompt = "Double a number"
category = "own"
difficulty = 1
entry_point = "double"
reference = "return function(x) return 2 * x end"
tests = 'test("doubles", function() expect(f(2)).toBe(4) end)'
"""


def no_folder(world: World) -> None:
    shutil.rmtree(world.folder / "tasks")


def empty(world: World) -> None:
    no_folder(world)
    (world.folder / "tasks").mkdir()


def is_file(world: World) -> None:
    no_folder(world)
    world.write("tasks", "")


def no_reference(world: World) -> None:
    world.write("tasks/double.toml", TASK.replace("reference", "# reference"))


def misspelt_field(world: World) -> None:
    world.write("tasks/double.toml", TASK.replace("difficulty", "dificulty"))


def too_difficult(world: World) -> None:
    world.write("tasks/double.toml", TASK.replace("difficulty = 1", "difficulty = 9"))


def broken_toml(world: World) -> None:
    world.write("tasks/double.toml", TASK.replace('"own"', '"own'))


def failing_reference(world: World) -> None:
    world.change("tasks/boats.toml", "return type(value)", "return tostring(value)")


def broken_tests(world: World) -> None:
    world.change("tasks/boats.toml", "function() expect", "functoin() expect")


def same_id(world: World) -> None:
    world.write("tasks/more/boats.toml", (world.folder / "tasks/boats.toml").read_text())


def repeats_held_out(world: World) -> None:
    shutil.copy(world.folder / "held-out" / "apple.toml", world.folder / "tasks" / "fruit.toml")


TASKS = [
    Mistake(
        "the tasks folder is not there", "rft run", WRONG_INPUT, "there is no task folder", "tasks", "Check the path", no_folder
    ),
    Mistake("the tasks folder is empty", "rft run", WRONG_INPUT, "holds no task", "tasks", "A task file holds", empty),
    Mistake("the tasks folder is a file", "rft run", WRONG_INPUT, "is no folder of tasks", "tasks", "Check the path", is_file),
    Mistake(
        "a task has no reference",
        "rft run",
        WRONG_INPUT,
        "`reference`: Field required",
        r"tasks/double\.toml",
        "A task file holds",
        no_reference,
    ),
    Mistake(
        "a task's field is misspelt",
        "rft run",
        WRONG_INPUT,
        "there is no field `dificulty`",
        r"tasks/double\.toml.*line 3",
        "did you mean `difficulty`",
        misspelt_field,
    ),
    Mistake(
        "a task's field is out of range",
        "rft run",
        WRONG_INPUT,
        "`difficulty`: .*less than or equal to 5",
        r"tasks/double\.toml.*line 3",
        r"difficulty \(1-5\)",
        too_difficult,
    ),
    Mistake(
        "a task is no TOML",
        "rft run",
        WRONG_INPUT,
        "is not valid TOML",
        r"tasks/double\.toml.*line 2",
        "Fix the line",
        broken_toml,
    ),
    Mistake(
        "a reference fails its tests",
        "rft run",
        WRONG_INPUT,
        "the reference fails 'names the type'",
        "boats",
        "rft tasks check",
        failing_reference,
    ),
    Mistake(
        "a test has a syntax error",
        "rft run",
        WRONG_INPUT,
        "the task's tests failed: syntax error",
        "boats.*tests:1",
        "rft tasks check",
        broken_tests,
    ),
    Mistake(
        "two tasks have one id",
        "rft run",
        WRONG_INPUT,
        "two tasks with the id boats",
        r"tasks/boats\.toml.*tasks/more/boats\.toml",
        "Rename",
        same_id,
    ),
    Mistake(
        "a training task repeats a held-out one",
        "rft run",
        WRONG_INPUT,
        "repeats the held-out task apple",
        "training task fruit",
        "Remove or change",
        repeats_held_out,
    ),
    Mistake(
        "a folder is checked that is not there",
        "rft tasks check my-taks",
        WRONG_INPUT,
        "there is no task folder",
        "my-taks",
        "Check the path",
    ),
    Mistake(
        "a file is checked that is no task",
        "rft tasks check rft.toml",
        WRONG_INPUT,
        "is not a task",
        r"rft\.toml",
        "A task file holds",
    ),
    Mistake(
        "what is checked has a wrong reference",
        "rft tasks check tasks",
        WRONG_INPUT,
        "the reference fails 'names the type'",
        "boats",
        "problem",
        failing_reference,
        on_stdout=True,
    ),
    Mistake(
        "a new task has the name of another",
        "rft tasks new boats",
        WRONG_INPUT,
        "the id 'boats' is taken",
        r"tasks/boats\.toml",
        "Give another id",
    ),
    Mistake(
        "a new task has no name for a file",
        "rft tasks new boats/red",
        WRONG_INPUT,
        "cannot be a file's name",
        "'boats/red'",
        "Letters, digits",
    ),
    Mistake(
        "a schema over another file",
        "rft tasks schema -o rft.toml",
        WRONG_INPUT,
        "is there and is no schema",
        r"rft\.toml",
        "Give another name",
    ),
]
