"""The judging of one task: its race, the questions that the race needs, and what they came to. No effects of its own."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from judges import caps
from judges.calls import Purpose, Unusable
from judges.outcome import Entrant, JudgingSettings, Kind, TaskOutcome, Worth
from judges.race import Contender, Need, Race
from judges.verdict import JudgeRequest, JudgeTask, Verdict


@dataclass(frozen=True, slots=True)
class Question:
    """What the task needs an answer to."""

    need: Need
    purpose: Purpose
    request: JudgeRequest


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, and the key of the reply that it was read from; no key where the request itself was refused."""

    opinion: Verdict | Unusable
    key: str | None


class Contest:
    """One task's candidates on their way to an outcome: `next` and `tell` in turn: each question depends on the last answer.

    `skipped` counts candidates that are no entrants, by the reason, so that all candidates are accounted for in one place.
    """

    def __init__(
        self, task: JudgeTask, entrants: Sequence[Entrant], settings: JudgingSettings, skipped: Mapping[Kind, int] | None = None
    ) -> None:
        """Raises ValueError for two entrants of the same index."""
        contenders = [Contender(e.index, e.key, e.static, e.tie, caps.cap(e.facts), e.suspicious) for e in entrants]
        self.task = task
        self.race = Race(contenders, settings.threshold, settings.weight, settings.confirm, settings.margin)
        self.asked = 0
        self._entrants = {entrant.index: entrant for entrant in entrants}
        self._settings = settings
        self._skipped = Counter(dict(skipped or {}))
        self._heard: dict[str, Heard] = {}
        self._told: dict[Need, Verdict | Unusable] = {}
        self._audits: dict[int, float | None] = {}
        self._asked_kinds: Counter[Kind] = Counter()

    def next(self) -> Question | None:
        """What to ask now, the same again until it is told; None when the task is decided."""
        need = self.race.next()
        if need is not None:
            return Question(need, "confirm" if need.sample_index else "judge", self._request(need))
        audit = next((index for index in self.race.pruned() if index not in self._audits and self._is_drawn(index)), None)
        return None if audit is None else Question(Need(audit, 0), "audit", self._request(Need(audit, 0)))

    def heard(self, key: str) -> Heard | None:
        """What another candidate of this task was told for the very same request."""
        return self._heard.get(key)

    def tell(self, question: Question, key: str, heard: Heard, kind: Kind) -> None:
        """The answer to a question that was asked under `key`, and who paid for it."""
        self.asked += 1
        self._heard[key] = heard
        index, opinion = question.need.index, heard.opinion
        score = caps.capped(opinion, self._entrants[index].facts) if isinstance(opinion, Verdict) else None
        if question.purpose == "audit":
            self._audits[index] = score
            return
        self._told[question.need] = opinion
        self._asked_kinds[kind] += question.purpose == "judge"
        self.race.tell(question.need, score)

    def requests(self) -> list[JudgeRequest]:
        """The first question about everyone."""
        return [self._request(Need(index, 0)) for index in self._entrants]

    def kinds(self) -> dict[Kind, int]:
        """What became of the candidates so far."""
        kinds = self._asked_kinds + self._skipped
        kinds.update(self.race.pruned().values())
        return dict(kinds)

    def outcome(self) -> TaskOutcome:
        """What is known now."""
        winner = self.race.winner()
        first = self._told.get(Need(winner.index, 0)) if winner else None
        return TaskOutcome(
            task=self.task.id,
            winner=winner,
            certified=self.race.certified,
            evidence=first.evidence if isinstance(first, Verdict) else "",
            scores=self.race.judged(),
            verdicts=self._verdicts(),
            unscored={self._entrants[need.index].key: said for need, said in self._told.items() if isinstance(said, Unusable)},
            pruned=self.race.pruned(),
            kinds=self.kinds(),
            confirmed=self.race.tally().confirmed,
            optimism=self._optimism(winner.index) if winner else None,
            audits={index: score for index, score in self._audits.items() if score is not None},
            worth=self._worth(),
        )

    def _request(self, need: Need) -> JudgeRequest:
        entrant = self._entrants[need.index]
        return JudgeRequest(self.task, entrant.key, entrant.code, entrant.facts, need.sample_index)

    def _is_drawn(self, index: int) -> bool:
        """By lot, and the same lot in every process."""
        if not self._settings.audit_fraction:
            return False
        lot = hashlib.sha256(f"audit {self.task.id} {self._entrants[index].key}".encode()).digest()
        return int.from_bytes(lot[:8], "big") < self._settings.audit_fraction * 2**64

    def _verdicts(self) -> dict[str, tuple[Verdict, ...]]:
        found: dict[str, dict[int, Verdict]] = {}
        for need, opinion in self._told.items():
            if isinstance(opinion, Verdict):
                found.setdefault(self._entrants[need.index].key, {})[need.sample_index] = opinion
        return {key: tuple(by_sample[sample] for sample in sorted(by_sample)) for key, by_sample in found.items()}

    def _optimism(self, index: int) -> float | None:
        first, second = (self._told.get(Need(index, sample)) for sample in (0, 1))
        if not isinstance(first, Verdict) or not isinstance(second, Verdict):
            return None
        facts = self._entrants[index].facts
        return caps.capped(first, facts) - caps.capped(second, facts)

    def _worth(self) -> Worth:
        """The winners of the two other ways. Among equals the tie decides, then the lower index, as everywhere."""
        scores, everyone = self.race.judged(), list(self._entrants.values())
        alone = max(everyone, key=lambda e: (e.static, e.tie, -e.index), default=None)
        kept = alone is not None and min(1.0, alone.static + self._settings.weight) >= self._settings.threshold
        judged = [(scores[e.index], e.tie, -e.index) for e in everyone if e.index in scores]
        best = max(judged, default=None)
        unknown = [(c.cap, c.tie, -c.index) for c in self.race.contenders.values() if c.index not in scores]
        return Worth(
            deterministic=alone.index if alone is not None and kept else None,
            judge=None if best is None else -best[2],
            judge_is_known=not unknown if best is None else all(rank < best for rank in unknown),
        )
