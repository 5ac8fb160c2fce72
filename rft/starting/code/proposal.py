"""What a person's code gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Proposal:
    """`ready` and `unfinished` hold task files by id: those that `rft tasks check` finds nothing wrong with, and the others.
    `left_out` says why a file or a function gave none: reason -> names."""

    ready: Mapping[str, str] = field(default_factory=dict)
    unfinished: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: int = 0
    functions: int = 0


NOTHING = Proposal()
