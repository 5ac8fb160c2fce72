"""What the cost report is computed from: the ledger's rows as plain values, whatever tables they came from."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from judges.calls import Unusable, Usage
from judges.verdict import Verdict

State = Literal["inflight", "batched", "done", "failed", "unknown"]
"""As the ledger has them. `unknown`: sent and lost sight of, so it may have been billed."""

NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt to get one answer."""

    key: str
    number: int
    """1 for the first attempt of its key."""
    state: State
    run: str
    round: str
    task: str
    candidate_key: str
    purpose: str
    provider: str
    model: str
    """The model that was asked for; `billed_model` is the one that the reply names."""
    billed_model: str = ""
    batch: bool = False
    reserved_pico: int | None = None
    pico: int | None = None
    price_source: str = ""
    usage: Usage = NO_USAGE
    seconds: float | None = None
    request_id: str = ""
    http_status: int | None = None
    error_kind: str = ""
    error_code: str = ""
    outcome: Verdict | Unusable | None = None
    """What the reply says; None without a reply, and where nobody could read it."""

    @property
    def known_pico(self) -> int:
        """What the call is known to have cost; 0 where that is unknown."""
        return self.pico or 0

    @property
    def lost_pico(self) -> int:
        """What it may have cost on top: the whole reservation of a call that was lost sight of, or whose price is not known."""
        lost = self.state == "unknown" or (self.state == "done" and self.pico is None)
        return (self.reserved_pico or 0) if lost else 0

    @property
    def charged_pico(self) -> int:
        """What the budget counts for it."""
        return self.known_pico + self.lost_pico


@dataclass(frozen=True, slots=True)
class Use:
    """A candidate that took the answer of a key."""

    run: str
    round: str
    task: str
    candidate_key: str
    key: str
    purpose: str
    source: str
    """`paid`, `ledger` or `duplicate`."""


@dataclass(frozen=True, slots=True)
class Note:
    """Candidates of a task that nobody had to be asked about, and why."""

    run: str
    round: str
    task: str
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Records:
    """All of a ledger, or the part of it that belongs to a run or a round."""

    calls: tuple[Call, ...] = ()
    uses: tuple[Use, ...] = ()
    notes: tuple[Note, ...] = ()
    older: tuple[Call, ...] = field(default=())
    """Answers of other runs and rounds that these uses took."""

    def of(self, run: str, round: str | None = None) -> Self:
        """The part that belongs to a run, or to one of its rounds."""

        def mine(row: Call | Use | Note) -> bool:
            return row.run == run and (round is None or row.round == round)

        uses = tuple(filter(mine, self.uses))
        calls = tuple(filter(mine, self.calls))
        wanted = {use.key for use in uses} - {call.key for call in calls if call.state == "done"}
        older = (c for c in (*self.calls, *self.older) if c.key in wanted and c.state == "done" and not mine(c))
        return replace(self, calls=calls, uses=uses, notes=tuple(filter(mine, self.notes)), older=tuple(older))

    def rounds(self) -> tuple[str, ...]:
        """Names of the rounds in the order of their first call, use or note."""
        return tuple(dict.fromkeys(row.round for row in self._rows()))

    def tasks(self) -> tuple[tuple[str, str], ...]:
        """(round, task) of all tasks that left a trace, in order."""
        return tuple(dict.fromkeys((row.round, row.task) for row in self._rows()))

    def answered(self) -> tuple[Call, ...]:
        """The calls that got a reply."""
        return tuple(call for call in self.calls if call.state == "done")

    def answers(self) -> dict[str, Call]:
        """The answered call of each key, those of other runs too."""
        return {call.key: call for call in (*self.older, *self.calls) if call.state == "done"}

    def _rows(self) -> Iterable[Call | Use | Note]:
        yield from self.calls
        yield from self.uses
        yield from self.notes
