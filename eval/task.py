"""A task: what the policy is asked, and the tests that its answer must pass. One TOML file each, its stem the task's id."""

import hashlib
import json
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

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: NonEmpty
    """The file's stem."""
    prompt: NonEmpty
    """What is wished. `question()` is what the policy is asked."""
    category: NonEmpty
    """The group that results are reported by."""
    difficulty: int = Field(ge=1, le=5)
    """1 (one expression) to 5."""
    entry_point: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """The function that the answer must define. Kind `function` has one, no other kind has."""
    reference: NonEmpty
    """A right answer. It proves the tests and is never trained on."""
    tests: NonEmpty
    """A Luau chunk of `test("name", function() ... end)` cases with `expect(...)`."""
    random_inputs: str | None = None
    """A Luau chunk that returns a function of `random` to one call's arguments; the answer must agree with the reference."""
    kind: Kind = "function"
    """What an answer is: see `scorers.execution.tests.Kind`."""
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
    """How many expectations a right answer meets in all; None where they are not counted."""

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
    """Read one task file. Raises TaskFileError naming the file, the field and what is wrong with it."""
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TaskFileError(f"{path} is not valid TOML: {error}", hint="Fix the line it names and try again.") from error
    try:
        return Task(id=path.stem, **fields)
    except (ValidationError, TypeError) as error:
        raise TaskFileError(f"{path} is not a task: {_first_problem(error)}", hint=FORMAT_HINT) from error


def load_tasks(folder: Path) -> tuple[Task, ...]:
    """All tasks of a folder and of the folders in it, by id.

    Raises TaskFileError when there is no such folder, no task in it, or two files give a task the same id.
    """
    if not folder.is_dir():
        raise TaskFileError(f"there is no task folder {folder}.", hint="Check the path in the configuration.")
    paths = sorted(folder.rglob("*.toml"), key=lambda path: (path.name, path))
    for one, other in pairwise(paths):
        if one.name == other.name:
            raise TaskFileError(f"{one} and {other} are two tasks with the id {one.stem}.", hint="Rename one of the files.")
    if not paths:
        raise TaskFileError(f"the task folder {folder} holds no task (*.toml).", hint=FORMAT_HINT)
    return tuple(load_task(path) for path in paths)


FORMAT_HINT = (
    "A task file holds prompt, category, difficulty (1-5), kind, entry_point (kind function), reference and tests, and may hold "
    "random_inputs, world, side, setup, wrong, equivalent and assertions; the tasks of the quickstart are examples."
)


def _first_problem(error: ValidationError | TypeError) -> str:
    if isinstance(error, TypeError):
        return "the field `id` is the file's name and cannot be set"
    first = error.errors()[0]
    if not first["loc"]:
        return first["msg"].removeprefix("Value error, ")
    return f"`{'.'.join(str(part) for part in first['loc'])}`: {first['msg']}"
