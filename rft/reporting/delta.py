"""From SFT to the rounds: every figure of every policy, and what each round moved. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.outcome import Floats
from eval.statistics import bootstrap_interval
from rft.paired import Difference


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure. `values` maps each policy to its mean over the held-out tasks, in [0, 1]; `against_sft` maps each round to its
    paired difference to SFT with the 95 % bootstrap interval over tasks."""

    figure: str
    values: Mapping[str, float]
    against_sft: Mapping[str, Difference]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def figure_rows(
    measured: Mapping[str, Mapping[str, Floats]], *, sft: str, rounds: Sequence[str], seed: int
) -> tuple[FigureRow, ...]:
    """The rows of all figures that every policy has, in the first one's order.

    `measured` maps a policy to its figures, each a mean for every task, in the same order of tasks for all policies.
    """
    policies = list(measured)
    if not policies:
        return ()
    figures = [name for name in measured[policies[0]] if all(name in measured[policy] for policy in policies)]
    moved = [name for name in rounds if name in measured] if sft in measured else []
    return tuple(
        FigureRow(
            figure,
            {policy: float(measured[policy][figure].mean()) for policy in policies},
            {name: _difference(measured[name][figure] - measured[sft][figure], seed) for name in moved},
        )
        for figure in figures
    )


def _difference(differences_T: Floats, seed: int) -> Difference:
    low, high = bootstrap_interval(differences_T, seed=seed)
    return Difference(float(differences_T.mean()), low, high)
