"""A task: what the policy is asked, and the tests that its answer must pass. One TOML file each, its stem the task's id."""

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import EvalError
from scorers.execution import Tests

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
    """What the policy is asked, as it is."""
    category: NonEmpty
    """The group that results are reported by."""
    difficulty: int = Field(ge=1, le=5)
    """1 (one expression) to 5."""
    entry_point: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """The function that the answer must define."""
    reference: NonEmpty
    """A right answer. It proves the tests and is never trained on."""
    tests: NonEmpty
    """A Luau chunk of `test("name", function() ... end)` cases with `expect(...)`."""
    random_inputs: str | None = None
    """A Luau chunk that returns a function of `random` to one call's arguments; the answer must agree with the reference."""

    def executable(self) -> Tests:
        """The tests as the Luau workers take them. The random inputs' seed is the task's own, the same for every answer."""
        seed = int.from_bytes(hashlib.sha256(self.id.encode()).digest()[:4], "big")
        return Tests(self.entry_point, self.tests, self.reference, self.random_inputs, seed=seed)

    def fingerprint(self) -> str:
        """A hash of all that decides whether an answer passes."""
        facts = [self.entry_point, self.tests, self.reference if self.random_inputs else None, self.random_inputs]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


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
    """All tasks of a folder, by id. Raises TaskFileError when there is no such folder or no task in it."""
    if not folder.is_dir():
        raise TaskFileError(f"there is no task folder {folder}.", hint="Check the path in the configuration.")
    tasks = tuple(load_task(path) for path in sorted(folder.glob("*.toml")))
    if not tasks:
        raise TaskFileError(f"the task folder {folder} holds no task (*.toml).", hint=FORMAT_HINT)
    return tasks


FORMAT_HINT = (
    "A task file holds prompt, category, difficulty (1-5), entry_point, reference and tests, and may hold random_inputs; "
    "the tasks of the quickstart are examples."
)


def _first_problem(error: ValidationError | TypeError) -> str:
    if isinstance(error, TypeError):
        return "the field `id` is the file's name and cannot be set"
    first = error.errors()[0]
    return f"`{'.'.join(str(part) for part in first['loc'])}`: {first['msg']}"
