"""What a stage's sampling came to: tokens, acceptance, where its time went. Written to metrics.jsonl, read by the report."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from rft.drawing import Drawing
from rft.selection import Scored
from rft.stopwatch import Stopwatch
from rft.store import RunStore


@dataclass(frozen=True, slots=True)
class Throughput:
    """One line of metrics.jsonl about a stage's sampling, or, added up, the stage in all processes that worked on it.

    `candidates`, `tokens` and the seconds are what was drawn and waited for; `finish_reasons`, `accepted` (candidates that pass
    every test) and `distinct` (their different answers, task by task) are of the whole stage.
    """

    stage: str
    candidates: int
    tokens: int
    seconds: float
    """From the stage's start to its end."""
    sampling_seconds: float
    """While candidates were drawn; scoring and judging go on beside it."""
    scoring_seconds: float
    """Waited for scores when nothing was left to draw."""
    judging_seconds: float
    """Waited for opinions when all was scored."""
    engine_seconds: float
    """Waited for nothing: the loop's own work, most of it beside the sampling."""
    finish_reasons: dict[str, int] = field(default_factory=dict)
    accepted: int | None = None
    distinct: int | None = None

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.sampling_seconds if self.sampling_seconds else 0.0

    @property
    def drawn(self) -> int:
        """Candidates of the whole stage."""
        return sum(self.finish_reasons.values())

    @property
    def accepted_share(self) -> float | None:
        return None if self.accepted is None or not self.drawn else self.accepted / self.drawn

    def to_json(self) -> dict[str, Any]:
        rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}
        shares = {"tokens_per_second": round(self.tokens_per_second, 1), "accepted_share": self.accepted_share}
        return {name: value for name, value in (rounded | shares).items() if value is not None}

    def then(self, later: Self) -> Self:
        """This and what a later process did."""
        sums = ("candidates", "tokens", "seconds", "sampling_seconds", "scoring_seconds", "judging_seconds", "engine_seconds")
        return type(self)(**{**asdict(later), **{name: getattr(self, name) + getattr(later, name) for name in sums}})


def throughput_of(
    store: RunStore, stage: str, drawing: Drawing, watch: Stopwatch, scored: Sequence[Scored] | None = None
) -> Throughput:
    """What this process did for the stage. `scored` are all candidates of a round."""
    reasons = store.connection.execute(
        "SELECT finish_reason, count(*) FROM candidates WHERE stage = ? GROUP BY finish_reason", (stage,)
    )
    accepted = None if scored is None else [(each.task, each.code) for each in scored if each.eligible]
    total = watch.total
    return Throughput(
        stage=stage,
        candidates=drawing.drawn,
        tokens=drawing.tokens,
        seconds=total,
        sampling_seconds=drawing.seconds,
        scoring_seconds=watch.seconds["scoring"],
        judging_seconds=watch.seconds["judging"],
        engine_seconds=total - sum(watch.seconds.values()),
        finish_reasons=dict(reasons.fetchall()),
        accepted=None if accepted is None else len(accepted),
        distinct=None if accepted is None else len(set(accepted)),
    )


def read_throughput(metrics: Path) -> dict[str, Throughput]:
    """By stage, of all stages that metrics.jsonl knows. A line that a kill tore in two is left out."""
    found: dict[str, Throughput] = {}
    names = Throughput.__dataclass_fields__.keys()
    for line in metrics.read_text().splitlines() if metrics.is_file() else []:
        fields = _parsed(line)
        if "sampling_seconds" in fields:
            one = Throughput(**{name: value for name, value in fields.items() if name in names})
            found[one.stage] = found[one.stage].then(one) if one.stage in found else one
    return found


def _parsed(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return fields if isinstance(fields, dict) else {}


def cut_share(found: Throughput) -> float:
    """Share of the stage's replies that did not end by themselves."""
    reasons = Counter(found.finish_reasons)
    return 1 - reasons["stop"] / found.drawn if found.drawn else 0.0
