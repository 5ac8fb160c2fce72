"""What to ask of the next child after one has died. Pure bookkeeping over candidates' keys: no processes, no clock.

A death is either a matter of the batch, too many rows for the memory, or of one candidate. So the batch is halved, and those
that were in flight are asked for again half by half: whatever kills of itself ends up alone, and nobody else pays with it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from rollouts.memory import FEWEST_ROWS

DEATHS = 3
"""So many deaths of children that drew it, the last of them with it alone, and a candidate is given up."""


class Remaining:
    """The candidates still to be drawn. `rows` is the most to be decoded at once; None, before any death, leaves it open."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._groups = [dict.fromkeys(keys)]
        self._in_flight: set[str] = set()
        self._deaths: Counter[str] = Counter()
        self._rows_before: dict[str, int] = {}
        self._killers: list[str] = []
        self._any_delivered = False
        self._idle_deaths = 0
        self.rows: int | None = None

    def group(self) -> Sequence[str]:
        """What to ask for next; empty when nothing remains."""
        while self._groups and not self._groups[-1]:
            self._groups.pop()
        return tuple(self._groups[-1]) if self._groups else ()

    def started(self, keys: Iterable[str]) -> None:
        """The child draws these now."""
        self._in_flight.update(keys)

    def delivered(self, key: str) -> None:
        """A candidate has arrived."""
        del self._groups[-1][key]
        self._in_flight.discard(key)
        self._any_delivered, self._idle_deaths = True, 0

    def rested(self) -> None:
        """The child ended in order; what it had told of and not drawn is left to the next one."""
        self._in_flight.clear()

    def died(self, rows: int) -> bool:
        """The child died while it decoded `rows` at once.

        Returns whether there is a point in another one: False when children die before they draw anything, or of whatever they
        draw.
        """
        group = self._groups.pop()
        suspects = [key for key in group if key in self._in_flight]
        self._groups.append({key: None for key in group if key not in self._in_flight})
        self._in_flight.clear()
        if not suspects:
            self._idle_deaths += 1
            return self._idle_deaths < DEATHS
        for key in suspects:
            self._deaths[key] += 1
            self._rows_before.setdefault(key, rows)
        self.rows = max(FEWEST_ROWS, rows // 2)
        if len(suspects) == 1 and self._deaths[suspects[0]] >= DEATHS:
            return self._convict(suspects[0])
        middle = (len(suspects) + 1) // 2
        self._groups += [dict.fromkeys(suspects[middle:]), dict.fromkeys(suspects[:middle])]
        return True

    def given_up(self) -> list[str]:
        """Candidates to report as died, each once. None is while it may be that children die of everything."""
        if not self._any_delivered and self.group():
            return []
        keys, self._killers = self._killers, []
        return keys

    def _convict(self, key: str) -> bool:
        """It kills alone, so it is not the batch, which is as large again as before its first death."""
        self.rows = self._rows_before[key]
        self._killers.append(key)
        if self._any_delivered or not self.group():
            return True
        if len(self._killers) >= DEATHS:
            return False
        self._try_the_least_suspicious()
        return True

    def _try_the_least_suspicious(self) -> None:
        """One candidate by itself, to see whether children die of everything."""
        self._groups.sort(key=lambda group: max((self._deaths[key] for key in group), default=0), reverse=True)
        first, *rest = self.group()
        self._groups[-1:] = [dict.fromkeys(rest), {first: None}]
