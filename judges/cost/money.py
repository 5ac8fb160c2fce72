"""Pico-dollars for the eye, and exact shares of them."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

from judges.calls import PICO


def usd(pico: int | None) -> str:
    """Dollars with two decimals from one dollar up, three significant digits below; `unknown` for None.

    >>> usd(43_210_000_000), usd(12 * PICO), usd(241_000_000), usd(0), usd(None)
    ('$0.0432', '$12.00', '$0.000241', '$0', 'unknown')
    """
    if pico is None:
        return "unknown"
    sign, amount = ("-" if pico < 0 else ""), Decimal(abs(pico)) / PICO
    if amount == 0:
        return "$0"
    if amount >= 1:
        return f"{sign}${amount:,.2f}"
    units, _, digits = f"{amount:.{2 - amount.adjusted()}f}".rstrip("0").partition(".")
    return f"{sign}${units}.{digits:0<2}"


def pico_of(dollars: Decimal | float) -> int:
    """Whole pico-dollars of dollars as they were written."""
    return int(Decimal(str(dollars)) * PICO)


def each(pico: int, count: float) -> int | None:
    """Pico-dollars for one of `count` things, None where there is none."""
    return round(Fraction(pico) / Fraction(count)) if count > 0 else None


def whole(shares: Iterable[Fraction]) -> tuple[int, ...]:
    """Shares as whole numbers: the first few of them always add up to what these shares add up to, rounded once."""
    edges = [0, *map(round, accumulate(shares))]
    return tuple(after - before for before, after in pairwise(edges))
