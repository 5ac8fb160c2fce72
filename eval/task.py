"""A task: what the policy is asked, and the tests that its answer must pass. One TOML file each, its stem the task's id."""

import difflib
import hashlib
import json
import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eval.errors import EvalError
from eval.question import question
from scorers.execution import Tests
from scorers.execution.tests import Kind, Side

IN_THE_WORLD = ("script", "files", "tools")
"""Kinds that make no sense without a world."""

NonEmpty = Annotated[str, Field(min_length=1)]


class TaskFileError(EvalError):
    """A task file, or a folder of them, cannot be used."""

    exit_code = 2


class Task(BaseModel):
    """What a task file holds."""

    # Editors show the docstrings below, through the schema that `eval.task_schema` makes.
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: NonEmpty
    """The file's stem."""
    prompt: NonEmpty
    """What the model is asked. It states everything that the tests require."""
    category: NonEmpty
    """The group that results are reported by, and that may veto a promotion."""
    difficulty: int = Field(ge=1, le=5)
    """1 (one expression) to 5."""
    entry_point: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """The function that the answer must define. Kind `function` has one, no other kind has."""
    reference: NonEmpty
    """A right answer. It proves the tests and is never trained on."""
    tests: NonEmpty
    """Luau with cases: `test("name", function() ... end)`, each with at least one `expect(...)`."""
    random_inputs: str | None = None
    """Luau that returns a function of `random` to the arguments of one call. On 20 such calls the answer must agree with the
    reference."""
    kind: Kind = "function"
    """What an answer is: the function `entry_point`, the value that a module returns, a script that acts in the world, several
    files under headers that name them, or tool calls for a simulated Studio."""
    world: bool = False
    """Whether there is a Roblox world, made anew for every case. Kinds `script`, `files` and `tools` always have one."""
    side: Side = "server"
    """Where an answer of kind `script` runs."""
    setup: NonEmpty | None = None
    """A Luau chunk that builds up each fresh world before the answer starts."""
    wrong: tuple[NonEmpty, ...] = ()
    """Wrong answers, made by hand in the form of the reference. Each must fail."""
    equivalent: dict[str, NonEmpty] = {}
    """Mutants of the reference that behave as it does: label -> why."""
    assertions: int | None = Field(default=None, ge=1)
    """How many expectations a right answer meets in all. A run that passes with fewer has passed nothing."""

    @model_validator(mode="before")
    @classmethod
    def _with_world(cls, fields: Any) -> Any:
        if isinstance(fields, dict) and fields.get("kind") in IN_THE_WORLD:
            return {"world": True, **fields}
        return fields

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.entry_point is None) == (self.kind == "function"):
            raise ValueError("`entry_point`: kind function needs one, no other kind has one")
        if self.kind in IN_THE_WORLD and not self.world:
            raise ValueError(f"`world`: kind {self.kind} always has one; leave the field out")
        if self.setup is not None and not self.world:
            raise ValueError("`setup`: it needs world = true")
        if self.random_inputs is not None and self.kind != "function":
            raise ValueError("`random_inputs`: only kind function has them")
        if self.side != "server" and self.kind != "script":
            raise ValueError("`side`: only kind script has one")
        return self

    def question(self) -> str:
        """What the policy is asked: the wish, and before it what is the same for every task of its kind."""
        return question(self.prompt, self.kind)

    def executable(self) -> Tests:
        """The tests as the Luau workers take them. The random inputs' seed is the task's own, the same for every answer."""
        seed = int.from_bytes(hashlib.sha256(self.id.encode()).digest()[:4], "big")
        return Tests(
            self.entry_point,
            self.tests,
            self.reference,
            self.random_inputs,
            seed=seed,
            kind=self.kind,
            world=self.world,
            side=self.side,
            setup=self.setup,
            assertions=self.assertions,
        )

    def fingerprint(self) -> str:
        """A hash of all that decides whether an answer passes. Fields at their defaults leave no trace in it."""
        facts: list[Any] = [self.entry_point, self.tests, self.reference if self.random_inputs else None, self.random_inputs]
        if more := self._written(DECIDING):
            facts.append(more)
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]

    def content(self) -> str:
        """All that a result depends on, as one text: two runs compare when it is the same."""
        first = self.model_dump_json(include=set(PLAIN))
        more = self._written(DECIDING)
        return f"{first}\n{json.dumps([self.question(), more], sort_keys=True)}" if more else first

    def _written(self, names: tuple[str, ...]) -> dict[str, Any]:
        """The fields of these names that differ from their defaults."""
        return {name: getattr(self, name) for name in names if getattr(self, name) != type(self).model_fields[name].default}


PLAIN = ("id", "prompt", "category", "difficulty", "entry_point", "reference", "tests", "random_inputs")
DECIDING = ("kind", "world", "side", "setup", "assertions")
"""What decides beside the tests themselves."""


def load_task(path: Path) -> Task:
    """Read one task file. Raises TaskFileError naming the file, the line, the field and what is wrong with it."""
    text = _text(path)
    try:
        fields = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise TaskFileError(f"{path} is not valid TOML: {error}", hint="Fix the line it names and try again.") from error
    if "id" in fields:
        problem = f"the field `id` is the file's name and cannot be set{_line_of('id', text)}"
        raise TaskFileError(f"{path} is not a task: {problem}", hint=FORMAT_HINT)
    try:
        return Task(id=path.stem, **fields)
    except ValidationError as error:
        raise TaskFileError(f"{path} is not a task: {_first_problem(error, text)}", hint=FORMAT_HINT) from error


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TaskFileError(f"the task file {path} cannot be read: {error.strerror}.", hint="Check the path.") from error
    try:
        # A mark of the byte order is no part of the text, and a line ends as the editor likes.
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TaskFileError(
            f"{path} is not UTF-8: the byte {data[error.start]:#04x} (line {line}).", hint="Save it as UTF-8 and try again."
        ) from error


def load_tasks(folder: Path) -> tuple[Task, ...]:
    """All tasks of a folder and of the folders in it, by id.

    Raises TaskFileError when there is no such folder, no task in it, or two files give a task the same id.
    """
    paths = task_files(folder)
    for one, other in pairwise(paths):
        if one.name == other.name:
            raise TaskFileError(f"{one} and {other} are two tasks with the id {one.stem}.", hint="Rename one of the files.")
    if not paths:
        raise TaskFileError(f"the task folder {folder} holds no task (*.toml).", hint=FORMAT_HINT)
    return tuple(load_task(path) for path in paths)


def task_files(folder: Path) -> list[Path]:
    """The task files of a folder and of the folders in it, by name. What begins with a dot is an editor's or a system's own.

    Raises TaskFileError when there is no such folder.
    """
    if not folder.is_dir():
        problem = f"{folder} is no folder of tasks." if folder.exists() else f"there is no task folder {folder}."
        raise TaskFileError(problem, hint="Check the path in the configuration.")
    found = (path for path in folder.rglob("*.toml") if not any(part[0] == "." for part in path.relative_to(folder).parts))
    return sorted(found, key=lambda path: (path.name, path))


FORMAT_HINT = (
    "A task file holds prompt, category, difficulty (1-5), kind, entry_point (kind function), reference and tests, and may hold "
    "random_inputs, world, side, setup, wrong, equivalent and assertions; the tasks of the quickstart are examples."
)


def _first_problem(error: ValidationError, text: str) -> str:
    problems = error.errors()
    # A misspelt field is also a missing one: the misspelling says more.
    first = next((problem for problem in problems if problem["type"] == "extra_forbidden"), problems[0])
    if not first["loc"]:
        return first["msg"].removeprefix("Value error, ")
    field = str(first["loc"][0])
    where = "" if first["type"] == "missing" else _line_of(field, text)
    if first["type"] == "extra_forbidden":
        close = difflib.get_close_matches(field, set(Task.model_fields) - {"id"}, n=1)
        return f"there is no field `{field}`{where}{f'; did you mean `{close[0]}`?' if close else ''}"
    return f"`{'.'.join(str(part) for part in first['loc'])}`: {first['msg']}{where}"


def _line_of(field: str, text: str) -> str:
    """Where a field stands, empty where it does not. A line inside a text may look the same: what is above it is no TOML then."""
    for found in re.finditer(rf"^[ \t]*\[?[ \t]*[\"']?{re.escape(field)}\b", text, re.MULTILINE):
        try:
            tomllib.loads(text[: found.start()])
        except tomllib.TOMLDecodeError:
            continue
        line = text.count("\n", 0, found.start()) + 1
        return f" (line {line})"
    return ""
