"""What the ledger cannot know of a run and the report needs: the caller hands it in."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate in the eyes of all who looked at it."""

    key: str
    static: float
    """Score of the static scorers, in [0, 1]."""
    judge: float | None = None
    """The judge's score after the caps, None where nobody asked it."""
    passed: bool | None = None
    """Whether it passed all executed tests, None where there are none."""


@dataclass(frozen=True, slots=True)
class TaskChoice:
    """Who was kept of a task, and who would have been kept by half of the reward alone. None where nobody would."""

    round: str
    task: str
    candidates: tuple[Judged, ...]
    chosen: str | None
    judge_only: str | None
    static_only: str | None


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit in pico-dollars and what of it is used up."""

    scope: str
    """`round`, `run` or `day`."""
    limit_pico: int
    charged_pico: int


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Facts of a run, or of one round of it. A count that is None was not handed in and its unit costs are left out."""

    candidates: int | None = None
    """Candidates sampled."""
    kept: int | None = None
    """Examples kept by selection."""
    certified: int | None = None
    """Tasks whose winner is proven, or that provably have none."""
    training_tokens: int | None = None
    gained_points: float | None = None
    """Points of the benchmark that promoted adapters gained over the base."""
    rounds_left: int = 0
    tasks_per_round: int = 0
    audit_violations: int | None = None
    """Audited candidates whose score would have won; None where nothing was audited."""
    budgets: tuple[Budget, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    """Rubric, effort, SDK, configuration, calibration card: whatever says by whom and how was judged."""
    choices: tuple[TaskChoice, ...] = ()
