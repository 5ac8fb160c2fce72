"""A row of small bars: how a share moved. Pure."""

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
MISSING = "·"


def sparkline(values: Sequence[float | None]) -> str:
    """One bar for each value between the lowest and the highest of them; a dot where there is none.

    Values that are all the same are bars of half height: nothing moved.

    >>> sparkline([0.0, 0.5, None, 1.0]), sparkline([0.2, 0.2])
    ('▁▅·█', '▄▄')
    """
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    return "".join(MISSING if value is None else _bar(value, low, high) for value in values)


def _bar(value: float, low: float, high: float) -> str:
    if high == low:
        return BARS[len(BARS) // 2 - 1]
    return BARS[round((value - low) / (high - low) * (len(BARS) - 1))]
