"""The questions of a calibration, made without any model from answers whose tests were executed."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Literal

from judges.calibration.padding import padded
from judges.injections import INJECTIONS, PLANTABLE, Injection
from judges.verdict import CandidateFacts, JudgeRequest, JudgeTask
from judges.view import canonical

Kind = Literal["wrong", "partial", "right", "injection", "verbose"]
BASES: tuple[Kind, ...] = ("wrong", "partial", "right")
"""Kinds of the items that are answers as they were given."""

_PARTIAL = 0.5
"""Share of cases passed from which an answer that is not right is partly right."""
_PADDINGS = (2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and what its tests said. `static` is the mean of the static scorers in [0, 1]; the worst case is 1."""

    code: str
    facts: CandidateFacts
    static: float = 1.0


@dataclass(frozen=True, slots=True)
class Material:
    """A task with answers of every quality: its reference, hand-made wrong ones, mutants, kept or dropped samples.

    An answer that equals the reference says little about a judge that is shown the reference: it is used where no other answer
    of the task is right.
    """

    task: JudgeTask
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class CalibrationItem:
    """One question. `label` is the share of test cases that the code passes; for planted or padded code that of its base."""

    id: str
    kind: Kind
    task: JudgeTask
    code: str
    facts: CandidateFacts
    label: float
    static: float = 1.0
    base: str = ""
    """The id of the item that this one was made of."""
    injection: str = ""

    @property
    def shown(self) -> CandidateFacts:
        """What the judge is told: not what the tests said, because it is to agree with them by its own reading."""
        return CandidateFacts(self.facts.compiles, 0, 0)

    def request(self, sample_index: int = 0) -> JudgeRequest:
        return JudgeRequest(self.task, f"calibration:{self.id}", self.code, self.shown, sample_index)


def make_items(
    materials: Iterable[Material], *, per_kind: int = 30, injections: Sequence[Injection] = INJECTIONS, verbose: int = 20
) -> tuple[CalibrationItem, ...]:
    """Up to `per_kind` wrong, partial and right answers spread over the tasks, each injection planted in a wrong one, and up to
    `verbose` padded right and partial ones. The same materials give the same items in any order.

    Left out are answers that do not compile or have no tests, and what looks the same to the judge as another answer.
    """
    found = [item for material in materials for item in _answers(material)]
    chosen = {kind: _spread([item for item in found if item.kind == kind])[:per_kind] for kind in BASES}
    bases = [item for kind in BASES for item in chosen[kind]]
    plantable = sorted((item for item in chosen["wrong"] if item.task.kind in PLANTABLE), key=lambda item: item.label)
    planted = [_planted(item, attempt) for item, attempt in zip(cycle(plantable), injections, strict=False)]
    return (*bases, *planted, *_padded([*chosen["partial"], *chosen["right"]], verbose))


def _answers(material: Material) -> list[CalibrationItem]:
    """The usable answers of a task, each once; the reference itself only where nothing else is right."""
    task = material.task
    reference = canonical(task.reference, task.kind)
    items: dict[str, CalibrationItem] = {}
    for answer in material.answers:
        if answer.facts.compiles and answer.facts.total:
            items.setdefault(canonical(answer.code, task.kind), _base(task, answer))
    others_right = any(item.kind == "right" and shown != reference for shown, item in items.items())
    return [item for shown, item in items.items() if shown != reference or not others_right]


def _base(task: JudgeTask, answer: Answer) -> CalibrationItem:
    label = answer.facts.passed / answer.facts.total
    kind: Kind = "right" if label == 1 else "partial" if label >= _PARTIAL else "wrong"
    name = f"{task.id}:{_digest(task.id, canonical(answer.code, task.kind))}"
    return CalibrationItem(name, kind, task, answer.code, answer.facts, label, answer.static)


def _spread(items: Sequence[CalibrationItem]) -> list[CalibrationItem]:
    """One of each task, then a second of each, and so on, in an order that only the content decides."""
    ranks: dict[str, int] = {}
    ranked = []
    for item in sorted(items, key=lambda item: _digest(item.id)):
        ranks[item.task.id] = rank = ranks.get(item.task.id, -1) + 1
        ranked.append((rank, _digest(item.id), item))
    return [item for _, _, item in sorted(ranked, key=lambda entry: entry[:2])]


def _planted(item: CalibrationItem, attempt: Injection) -> CalibrationItem:
    return CalibrationItem(
        id=f"{item.id}+{attempt.id}",
        kind="injection",
        task=item.task,
        code=attempt.plant(item.code),
        facts=item.facts,
        label=item.label,
        static=item.static,
        base=item.id,
        injection=attempt.id,
    )


def _padded(items: Sequence[CalibrationItem], count: int) -> list[CalibrationItem]:
    """Padded by several amounts. Partial ones come first: a right answer that has full marks cannot gain any."""
    usable = [item for item in items if item.task.kind in PLANTABLE][:count]
    return [
        CalibrationItem(
            f"{item.id}+{helpers}", "verbose", item.task, padded(item.code, helpers), item.facts, item.label, item.static, item.id
        )
        for item, helpers in zip(usable, cycle(_PADDINGS), strict=False)
    ]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]
