"""The geometry of the small chart: policies from left to right, a mean with its interval for each. Pure; units are the SVG's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.benchmark import Figure

LEFT, TOP, BOTTOM, STEP, PLOT = 44.0, 14.0, 46.0, 84.0, 180.0
"""Margins, the room of a policy, and the height between the axis' ends."""
TOPS = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Where the vertical axis may end; it begins at 0."""
TICKS = 4

Mark = Literal["promoted", "refused", "measured"]


@dataclass(frozen=True, slots=True)
class Point:
    """One policy. `mark` is the gate's decision; a base has none."""

    x: float
    y: float
    low: float
    high: float
    name: str
    mark: Mark
    words: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across, and what stands at it."""

    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All that the template draws."""

    title: str
    width: float
    height: float
    ticks: tuple[Tick, ...]
    points: tuple[Point, ...]


def chart(title: str, policies: Sequence[tuple[str, Figure, Mark]]) -> Chart | None:
    """The chart of these policies; None where nothing was measured."""
    if not policies:
        return None
    top = next(end for end in TOPS if end >= min(1.0, max(figure.high for _, figure, _ in policies)))

    def height_of(share: float) -> float:
        return round(TOP + PLOT * (1 - share / top), 1)

    points = tuple(
        Point(
            LEFT + STEP * (i + 0.5), height_of(figure.mean), height_of(figure.low), height_of(figure.high), name, mark,
            f"{name}: {100 * figure.mean:.1f} % [{100 * figure.low:.1f}, {100 * figure.high:.1f}]",
        )
        for i, (name, figure, mark) in enumerate(policies)
    )  # fmt: skip
    ticks = tuple(Tick(height_of(top * i / TICKS), f"{100 * top * i / TICKS:g}") for i in range(TICKS + 1))
    return Chart(title, LEFT + STEP * len(policies) + 8, TOP + PLOT + BOTTOM, ticks, points)
