"""Results files of `rft eval` as one side of a comparison."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from eval.outcome import BenchmarkResult, SampleOutcome, TaskOutcome
from rft.comparing.comparison import Side
from rft.errors import InputError
from rft.evaluation.results import FOLDER

ENDS = (".json", ".jsonl")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class AnswerResult(_Part):
    """One answer. One that used what the world does not model may have no case at all: it has not passed."""

    passed: int = Field(ge=0)
    total: int = Field(ge=0)
    compiles: bool

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.passed > self.total:
            raise ValueError(f"{self.passed} of {self.total} cases passed")
        return self


class TaskResult(_Part):
    """One task with its answers; `content` is a hash of its question and tests."""

    task: str
    category: str
    content: str
    answers: tuple[AnswerResult, ...]


class Results(_Part):
    """The file."""

    format: Literal["rft eval results 1"]
    evaluation: dict[str, Any]
    tasks: tuple[TaskResult, ...]

    @field_validator("evaluation")
    @classmethod
    def _has_a_seed(cls, evaluation: dict[str, Any]) -> dict[str, Any]:
        seed = evaluation.get("seed", 0)
        if not isinstance(seed, int) or seed < 0:
            raise ValueError(f"{seed!r} is no seed")
        return evaluation

    @property
    def seed(self) -> int:
        """What keyed the draws; 0 for replies that were not drawn here."""
        return int(self.evaluation.get("seed", 0))

    def side(self, label: str) -> Side:
        """The side that it is. A task without an answer is not on it; of all others as many answers count as each has.

        Raises InputError where no task has an answer.
        """
        answered = [task for task in self.tasks if task.answers]
        if not answered:
            raise InputError(f"{label} holds no answer.", hint="Evaluate again; nothing of its suite was run.")
        k = min(len(task.answers) for task in answered)
        outcomes = tuple(TaskOutcome(task.task, task.category, tuple(map(_sample, task.answers[:k]))) for task in answered)
        digest = str(self.evaluation.get("suite_hash", ""))
        return Side(label, BenchmarkResult("evaluation", digest, label, outcomes), {task.task: task.content for task in answered})


def _sample(answer: AnswerResult) -> SampleOutcome:
    """The static scorers are not asked in an evaluation, and no comparison shows them."""
    return SampleOutcome(answer.passed, max(1, answer.total), answer.compiles, 0.0)


def is_file_name(text: str) -> bool:
    """Whether a person means a file: no run has such a name."""
    return text.lower().endswith(ENDS) or "/" in text


def read_results(file: Path) -> Results:
    """Read a results file. Raises InputError where there is none, or it is something else."""
    if not file.is_file():
        known = ", ".join(sorted(map(str, FOLDER.glob("*.json")))[-5:])
        there = f"There are: {known}." if known else "`rft eval` writes one into evals/."
        raise InputError(f"there is no results file {file}.", hint=f"{there} A stage of a run is RUN:STAGE.")
    try:
        return Results.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(
            f"{file} is no results file of `rft eval`: {f'{where}: ' if where else ''}{first['msg']}.",
            hint=f"Give one of {FOLDER}/*.json; a file of --out holds answers, and the same command makes results of it.",
        ) from error
