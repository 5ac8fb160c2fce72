"""The tests of one task, as text."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


Kind = Literal["function", "module", "script", "files", "tools"]
"""What an answer is: a function of a given name, the value that a module returns, a script that acts in the world, several
files under headers that name them (`extract_files` reads them), or a JSON list of tool calls for a simulated Studio."""

Side = Literal["server", "client"]

IN_THE_WORLD = ("script", "files", "tools")
"""The kinds that need a world."""


@dataclass(frozen=True, slots=True)
class Tests:
    """Executed tests of one answer.

    `source` is a Luau script that calls `test(name, body)`; one that looks at the answer outside of any test is one case as a
    whole. `random_inputs` is a Luau chunk that returns a function from a random source to one list of arguments; its calls
    compare the candidate with `reference` and count as one more case. With `world` there is a Roblox world, made anew for
    every case; `setup` builds it up before the answer starts. `assertions` is how many expectations a right answer meets in
    all; fewer are a failure. `stop_at_failure` is for those who only ask whether all cases pass.

    Raises:
        ValueError: the entry point is no Luau name, is missing or is not used, or random inputs come without a reference.
    """

    __test__ = False  # The name is the field's word; pytest must not collect it.

    entry_point: str | None
    source: str
    reference: str | None = None
    random_inputs: str | None = None
    random_cases: int = 20
    seed: int = 0
    kind: Kind = "function"
    world: bool = False
    side: Side = "server"
    setup: str | None = None
    assertions: int | None = None
    stop_at_failure: bool = False

    def __post_init__(self) -> None:
        if (self.entry_point is None) == (self.kind == "function"):
            raise ValueError(f"an answer of kind {self.kind} has {'an' if self.kind == 'function' else 'no'} entry point")
        if self.entry_point is not None and not _IDENTIFIER.match(self.entry_point):
            raise ValueError(f"the entry point {self.entry_point!r} is not a Luau name")
        if self.kind in IN_THE_WORLD and not self.world:
            raise ValueError(f"an answer of kind {self.kind} needs a world")
        if self.setup is not None and not self.world:
            raise ValueError("a setup needs a world to build up")
        if self.random_inputs is not None and self.reference is None:
            raise ValueError("random inputs need a reference to compare with")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Tests":
        return cls(**fields)
