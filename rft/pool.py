"""The training pool: demonstrations, then the best of every round so far, each once, and nothing of the benchmark. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.contamination import BenchmarkFingerprint, Match
from rft.training.rows import TrainingRow
from scorers import canonical_tokens
from scorers.extraction import extract_code


@dataclass(frozen=True, slots=True)
class Pool:
    """Rows to train on, and what was left out: completions that match a held-out task, and how many were there twice."""

    rows: tuple[TrainingRow, ...]
    contaminated: tuple[tuple[str, Match], ...]
    duplicates: int


@dataclass(frozen=True, slots=True)
class KeptCode:
    """A kept answer of a policy: the task's id and prompt, and the code alone."""

    task: str
    prompt: str
    code: str


def completion_of(code: str) -> str:
    """The reply that training teaches: the code in one fence, nothing around it."""
    return f"```luau\n{code.strip()}\n```"


def extend(demonstrations: Sequence[TrainingRow], kept: Iterable[KeptCode], benchmark: BenchmarkFingerprint) -> Pool:
    """Demonstrations first, then kept answers in the order given.

    Two answers to one prompt are the same when their tokens are, comments and layout aside.
    """
    rows = list(demonstrations)
    seen = {(row.prompt, canonical_tokens(extract_code(row.completion).code)) for row in demonstrations}
    contaminated: list[tuple[str, Match]] = []
    duplicates = 0
    for answer in kept:
        fingerprint = (answer.prompt, canonical_tokens(answer.code))
        if fingerprint in seen:
            duplicates += 1
            continue
        seen.add(fingerprint)
        if match := benchmark.match_code(answer.code):
            contaminated.append((answer.task, match))
        else:
            rows.append(TrainingRow(answer.prompt, completion_of(answer.code)))
    return Pool(tuple(rows), tuple(contaminated), duplicates)
