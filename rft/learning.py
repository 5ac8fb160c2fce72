"""What a round gives training beside the pool, by objective: weighted answers, or pairs of a right and a wrong one. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from eval.comparable import match_answer
from eval.contamination import BenchmarkFingerprint
from rft.selection import Scored
from rft.training.objectives.pairs import PairRow
from rft.training.rows import TrainingRow
from scorers import canonical_tokens
from scorers.execution.tests import Kind
from scorers.extraction import extract_code, reply_with

LEAST_WEIGHT = -0.25
"""Of a wrong answer: it is pushed away at most a quarter as hard as a demonstration is pulled near. One wrong answer among right
ones would otherwise weigh nearly as much as all of them together."""

Question = tuple[str, Kind]
"""What a task asks, and in which form its answer is given."""
Fingerprint = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class LearningData:
    """What an adapter is trained on, and how many of the round's answers were left out because they match held-out tasks."""

    rows: tuple[TrainingRow, ...]
    pairs: tuple[PairRow, ...] = ()
    contaminated: int = 0


def learning_data(
    objective: Literal["sft", "weighted", "dpo"],
    pool_rows: Sequence[TrainingRow],
    candidates: Sequence[Scored],
    questions: Mapping[str, Question],
    held_out: BenchmarkFingerprint,
) -> LearningData:
    """What to train on after a round.

    `sft`: the pool. `weighted`: the pool, and each distinct answer of the round that it does not hold, weighted by its advantage
    (`advantages`). `dpo`: the pool, and a pair for each task (`best_and_worst`) whose best answer is in the pool; that answer's
    likelihood is part of the pair's loss, so that its row is left out. Nothing that matches a held-out task is learned, nor
    unlearned.
    """
    if objective == "sft":
        return LearningData(tuple(pool_rows))
    round_ = _Round(pool_rows, questions, held_out)
    if objective == "weighted":
        rows = tuple(round_.weighted(candidates))
        return LearningData((*pool_rows, *rows), contaminated=round_.contaminated)
    pairs = tuple(round_.pairs(candidates))
    covered = {TrainingRow(pair.prompt, pair.chosen).content() for pair in pairs}
    rows = tuple(row for row in pool_rows if row.content() not in covered)
    return LearningData(rows, pairs, round_.contaminated)


def advantages(group: Sequence[Scored]) -> list[tuple[Scored, float]]:
    """A task's candidates with their advantage: the reward minus the mean of all that have one.

    None where all are right or all are wrong: there the differences say little about the task (Xiong et al. 2025). What passes
    every test is never pushed away, what fails one never pulled near, and LEAST_WEIGHT bounds how hard it is pushed.
    """
    known = [(candidate, candidate.reward) for candidate in group if candidate.reward is not None]
    if len({candidate.eligible for candidate, _ in known}) < 2:
        return []
    mean = sum(reward for _, reward in known) / len(known)
    return [
        (candidate, max(0.0, reward - mean) if candidate.eligible else min(0.0, max(LEAST_WEIGHT, reward - mean)))
        for candidate, reward in known
    ]


def best_and_worst(group: Sequence[Scored]) -> tuple[Scored, Scored] | None:
    """A task's best right answer and its worst wrong one, by reward, then by the four scorers, then by index; None where it
    lacks either: between two right answers the tests have no preference."""
    right = [candidate for candidate in group if candidate.eligible and candidate.reward is not None]
    wrong = [candidate for candidate in group if not candidate.eligible and candidate.code.strip()]
    return (max(right, key=_rank), min(wrong, key=_rank)) if right and wrong else None


def _rank(candidate: Scored) -> tuple[float, float, int]:
    return (candidate.reward or 0.0, candidate.deterministic, -candidate.index)


class _Round:
    """A round's answers as training would see them, beside what the pool holds already."""

    def __init__(
        self, pool_rows: Sequence[TrainingRow], questions: Mapping[str, Question], held_out: BenchmarkFingerprint
    ) -> None:
        self._questions = questions
        self._held_out = held_out
        self._pool = {(row.prompt, canonical_tokens(extract_code(row.completion).code)) for row in pool_rows}
        self._pool |= {(row.prompt, (row.completion,)) for row in pool_rows}
        self.contaminated = 0

    def weighted(self, candidates: Sequence[Scored]) -> Iterator[TrainingRow]:
        """Each distinct answer that the pool does not hold and that has a weight other than zero."""
        seen = set(self._pool)
        for group in _by_task(candidates):
            for candidate, weight in advantages(group):
                if not weight or not candidate.code.strip() or (fingerprint := self._fingerprint(candidate)) in seen:
                    continue
                seen.add(fingerprint)
                if not self._matches_held_out(candidate):
                    yield replace(self._row(candidate), weight=weight)

    def pairs(self, candidates: Sequence[Scored]) -> Iterator[PairRow]:
        """One pair for each task that has one. What selection refused, or held-out tasks match, is in no pool."""
        for group in _by_task(candidates):
            found = best_and_worst(group)
            if found is None or self._fingerprint(found[0]) not in self._pool or self._fingerprint(found[1]) in self._pool:
                continue
            if not self._matches_held_out(found[1]):
                chosen, rejected = map(self._row, found)
                yield PairRow(chosen.prompt, chosen.completion, rejected.completion)

    def _row(self, candidate: Scored) -> TrainingRow:
        prompt, kind = self._questions[candidate.task]
        return TrainingRow(prompt, reply_with(candidate.code, kind))

    def _fingerprint(self, candidate: Scored) -> Fingerprint:
        """The same for two answers to one prompt whose tokens are the same; files and tool calls whose texts are (`rft.pool`)."""
        prompt, kind = self._questions[candidate.task]
        if kind in ("files", "tools"):
            return prompt, (reply_with(candidate.code, kind),)
        return prompt, canonical_tokens(candidate.code)

    def _matches_held_out(self, candidate: Scored) -> bool:
        matched = match_answer(self._held_out, candidate.code, self._questions[candidate.task][1]) is not None
        self.contaminated += matched
        return matched


def _by_task(candidates: Sequence[Scored]) -> Iterator[list[Scored]]:
    groups: dict[str, list[Scored]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.task, []).append(candidate)
    for task in sorted(groups):
        yield groups[task]
