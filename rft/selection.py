"""STaR selection: eligibility first, then the best of a task, if it is good enough. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scored:
    """One candidate with all that selection looks at. `deterministic` is the mean of the four scorers. `reward` is None where
    the judge was not asked, because the candidate could not win, or gave no verdict; then it cannot be kept."""

    task: str
    index: int
    code: str
    eligible: bool
    reward: float | None
    deterministic: float


@dataclass(frozen=True, slots=True)
class Selection:
    """The best candidate of each task that has one, and the tasks that have none with the reason in words."""

    kept: Mapping[str, Scored]
    without: Mapping[str, str]


def best_of_n(candidates: Sequence[Scored], threshold: float) -> Selection:
    """Keep the best eligible candidate of each task when its reward is at least `threshold`.

    Ties go to the higher deterministic score, then to the lower index.
    """
    by_task: dict[str, list[Scored]] = {}
    for candidate in candidates:
        by_task.setdefault(candidate.task, []).append(candidate)
    kept: dict[str, Scored] = {}
    without: dict[str, str] = {}
    for task, group in sorted(by_task.items()):
        eligible = [candidate for candidate in group if candidate.eligible]
        best = max((candidate for candidate in eligible if candidate.reward is not None), key=_rank, default=None)
        if not eligible:
            without[task] = f"none of {len(group)} candidates passes every test"
        elif best is None:
            without[task] = f"none of {len(eligible)} eligible candidates could reach {threshold:.2f}"
        elif _rank(best)[0] < threshold:
            without[task] = f"the best eligible reward is {best.reward:.3f}, below {threshold:.2f}"
        else:
            kept[task] = best
    return Selection(kept, without)


def _rank(candidate: Scored) -> tuple[float, float, int]:
    return (candidate.reward or 0.0, candidate.deterministic, -candidate.index)
