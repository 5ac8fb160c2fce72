"""Which mutants of a task are run, where there are more than are wanted."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from eval.mutation.answers import all_mutants
from eval.mutation.bytecode import bytecode_hashes
from eval.mutation.mutant import Mutant
from scorers.execution.tests import Kind

SPARE = 2
"""For each wanted mutant this many are compiled: some do not compile, some compile to what another one compiles to."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What mutants are made of: a task's id, reference and kind, and the labels of mutants that are said to be equivalent."""

    task: str
    reference: str
    kind: Kind
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The mutants of one task.

    Attributes:
        mutants: Those to run, which count.
        equivalent: Labels of those that compile to the bytecode of the reference: nothing can tell them from it.
        named: Those that the task names as equivalent, chosen or not.
        unknown: Labels that the task names and that no mutant has.
    """

    mutants: tuple[Mutant, ...]
    equivalent: tuple[str, ...]
    named: tuple[Mutant, ...]
    unknown: tuple[str, ...]


def choose_mutants(subjects: Sequence[Subject], count: int) -> list[Chosen]:
    """At most `count` mutants for each subject, the same ones every time. Raises WorkerFailed."""
    ranked = [_rank(all_mutants(subject.reference, subject.kind), subject.task) for subject in subjects]
    wanted = [mutants[: SPARE * count] for mutants in ranked]
    sources = {source: None for mutants in wanted for mutant in mutants for source in (mutant.original, mutant.changed) if source}
    hashes = dict(zip(sources, bytecode_hashes(list(sources)), strict=True))
    return [
        _choose(subject, everything, few, count, hashes)
        for subject, everything, few in zip(subjects, ranked, wanted, strict=True)
    ]


def _choose(
    subject: Subject, everything: Sequence[Mutant], few: Sequence[Mutant], count: int, hashes: dict[str, str | None]
) -> Chosen:
    chosen: list[Mutant] = []
    equivalent: list[str] = []
    seen: set[tuple[str, str]] = set()
    for mutant in few:
        if mutant.original is not None and mutant.changed is not None:
            compiled = hashes[mutant.changed]
            if compiled is None:
                continue
            if compiled == hashes[mutant.original]:
                equivalent.append(mutant.label)
                continue
            if (mutant.original, compiled) in seen:
                continue
            seen.add((mutant.original, compiled))
        if len(chosen) < count:
            chosen.append(mutant)
    named = tuple(mutant for mutant in everything if mutant.label in subject.named)
    unknown = sorted(subject.named - {mutant.label for mutant in named})
    return Chosen(tuple(chosen), tuple(equivalent), named, tuple(unknown))


def _rank(mutants: Sequence[Mutant], task: str) -> list[Mutant]:
    """By turns one of each operator, from the lines that had the fewest so far; a hash of task and label decides ties."""
    groups: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        groups[mutant.operator].append(mutant)
    hashes = {mutant.label: hashlib.sha256(f"{task}\0{mutant.label}".encode()).digest() for mutant in mutants}
    used: Counter[str] = Counter()
    ranked: list[Mutant] = []
    while groups:
        for operator in sorted(groups):
            group = groups[operator]
            best = min(group, key=lambda mutant: (used[_line(mutant)], hashes[mutant.label]))
            group.remove(best)
            used[_line(best)] += 1
            ranked.append(best)
            if not group:
                del groups[operator]
    return ranked


def _line(mutant: Mutant) -> str:
    """The part of the label that says the place without the column."""
    return mutant.label.partition(":")[0]
