"""The training pool: demonstrations, then the best of every round so far, each once, and nothing of the benchmark. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.comparable import match_answer
from eval.contamination import BenchmarkFingerprint, Match
from rft.training.rows import TrainingRow
from scorers import canonical_tokens
from scorers.execution.tests import Kind
from scorers.extraction import extract_code, reply_with


@dataclass(frozen=True, slots=True)
class Pool:
    """Rows to train on, and what was left out: completions that match a held-out task, and how many were there twice."""

    rows: tuple[TrainingRow, ...]
    contaminated: tuple[tuple[str, Match], ...]
    duplicates: int


@dataclass(frozen=True, slots=True)
class KeptCode:
    """A kept answer of a policy: the task's id, what was asked, and the answer alone."""

    task: str
    prompt: str
    code: str
    kind: Kind = "function"


def extend(demonstrations: Sequence[TrainingRow], kept: Iterable[KeptCode], benchmark: BenchmarkFingerprint) -> Pool:
    """Demonstrations first, then kept answers in the order given.

    Two answers to one prompt are the same when their tokens are, comments and layout aside; several files and tool calls
    when their texts are.
    """
    rows = list(demonstrations)
    seen = {(row.prompt, canonical_tokens(extract_code(row.completion).code)) for row in demonstrations}
    seen |= {(row.prompt, (row.completion,)) for row in demonstrations}
    contaminated: list[tuple[str, Match]] = []
    duplicates = 0
    for answer in kept:
        completion = reply_with(answer.code, answer.kind)
        is_plain = answer.kind not in ("files", "tools")
        fingerprint = (answer.prompt, canonical_tokens(answer.code) if is_plain else (completion,))
        if fingerprint in seen:
            duplicates += 1
            continue
        seen.add(fingerprint)
        if match := match_answer(benchmark, answer.code, answer.kind):
            contaminated.append((answer.task, match))
        else:
            rows.append(TrainingRow(answer.prompt, completion))
    return Pool(tuple(rows), tuple(contaminated), duplicates)
