"""The tests of one task, as text."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Tests:
    """Executed tests of one entry point.

    `source` is a Luau script that calls `test(name, body)`. `random_inputs` is a Luau chunk that returns a function
    from a random source to one list of arguments; its calls compare the candidate with `reference` and count as one
    more case.

    Raises:
        ValueError: the entry point is no Luau name, or random inputs come without a reference.
    """

    __test__ = False  # The name is the field's word; pytest must not collect it.

    entry_point: str
    source: str
    reference: str | None = None
    random_inputs: str | None = None
    random_cases: int = 20
    seed: int = 0

    def __post_init__(self) -> None:
        if not _IDENTIFIER.match(self.entry_point):
            raise ValueError(f"the entry point {self.entry_point!r} is not a Luau name")
        if self.random_inputs is not None and self.reference is None:
            raise ValueError("random inputs need a reference to compare with")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Tests":
        return cls(**fields)
