"""What a report holds, and how a program reads it."""

from dataclasses import dataclass
from typing import Any

from eval.benchmark import Metrics
from eval.gate import Decision
from rft.engine import BASE, FEW_SHOT, SFT
from rft.forgetting import General
from rft.paired import Difference
from rft.reporting.advice import Advice
from rft.reporting.data import RoundData
from rft.reporting.delta import FigureRow
from rft.reporting.shares import Shares
from rft.throughput import Throughput


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One measured policy. `against_sft` is its paired difference in share of cases passed; None for SFT and base.
    `unsupported` counts its answers that used what the world does not model. `without` maps the tasks of which the round kept
    nothing to the reason."""

    name: str
    metrics: Metrics
    decision: Decision | None
    against_sft: Difference | None
    sampled: int | None = None
    kept: int | None = None
    without: dict[str, str] | None = None
    contaminated: int | None = None
    adapter: str | None = None
    training: dict[str, Any] | None = None
    unsupported: int = 0
    general: General | None = None
    sampling: Throughput | None = None
    gain: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known of a run so far. `finished` is False for one that is still on its way."""

    run: str
    reward_mode: str
    model: str
    seed: int
    finished: bool
    rows: tuple[PolicyRow, ...]
    judge: dict[str, str] | None = None
    """Its `name` and, where it is to be doubted, its `standing`; None without a judge."""
    figures: tuple[FigureRow, ...] = ()
    data: tuple[RoundData, ...] = ()
    training_tasks: Shares | None = None
    held_out_tasks: Shares | None = None
    advice: tuple[Advice, ...] = ()

    @property
    def rounds(self) -> list[PolicyRow]:
        return [row for row in self.rows if row.name not in (BASE, FEW_SHOT, SFT)]

    @property
    def compared(self) -> list[str]:
        """The rounds that stand beside SFT."""
        return [row.name for row in self.rounds if row.against_sft is not None]

    def to_json(self) -> dict[str, Any]:
        """The machine's view: base, sft and rounds by name; then what moved, which tasks go well, and what to do next."""
        by_name = {row.name: row for row in self.rows}

        def entry(name: str) -> dict[str, Any] | None:
            row = by_name.get(name)
            return None if row is None else {"metrics": row.metrics.to_json(), **_apart(row), **_decision(row)}

        return {
            "run": self.run,
            "reward_mode": self.reward_mode,
            "judge": self.judge,
            "model": self.model,
            "seed": self.seed,
            "finished": self.finished,
            "base": entry(BASE),
            "few_shot": entry(FEW_SHOT),
            "sft": entry(SFT),
            "rounds": [_round(index, row) for index, row in enumerate(self.rounds, 1)],
            "figures": [row.to_json() for row in self.figures],
            "data": [each.to_json() for each in self.data],
            "training_tasks": None if self.training_tasks is None else self.training_tasks.to_json(),
            "held_out_tasks": None if self.held_out_tasks is None else self.held_out_tasks.to_json(),
            "advice": [each.to_json() for each in self.advice],
        }


def _apart(row: PolicyRow) -> dict[str, Any]:
    """What only some rows have."""
    unsupported = {"unsupported": row.unsupported} if row.unsupported else {}
    return unsupported | ({} if row.general is None else {"general": row.general.to_json()})


def _decision(row: PolicyRow) -> dict[str, Any]:
    if row.decision is None:
        return {}
    return {"decision": row.decision.to_json(), "adapter": row.adapter, "training": row.training}


def _round(index: int, row: PolicyRow) -> dict[str, Any]:
    return {
        "index": index,
        "sampled": row.sampled,
        "kept": row.kept,
        "without": row.without,
        "contaminated": row.contaminated,
        "sampling": None if row.sampling is None else row.sampling.to_json(),
        **({} if row.gain is None else {"gain": row.gain}),
        "metrics": row.metrics.to_json(),
        **_apart(row),
        "against_sft": None if row.against_sft is None else row.against_sft.to_json(),
        **_decision(row),
    }
