"""What running the tests of one candidate found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How a run ended. Everything but PASSED is the candidate's failure, except an ERROR that names the tests,
    the setup, the reference or the random inputs."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    """The code did not compile or did not load, or the tests themselves are broken."""
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    """The process died by a signal. Which cases passed before is still counted."""
    UNSUPPORTED = "unsupported"
    """A case failed after the code used a member of Roblox that the world does not model: nobody knows whether it is right."""


@dataclass(frozen=True, slots=True)
class CaseFailure:
    """One failure. `case` is the name of a case, or the stage that failed (`compile`, `load`, `tests`, ...);
    `line` (1-based) is a line of the candidate's code, None where there is none."""

    case: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ExecutionReport:
    """The result of one run.

    Attributes:
        output: What the candidate printed, cut at the limit.
        wall_seconds: Elapsed time.
        virtual_seconds: How far the world's clock had come at the end of the last case; 0 without a world.
        expectations: How many expectations were met or failed in all.
        unsupported: What was used of Roblox that the world does not model, each name once.
        cases: The names of all cases, in order.
    """

    status: Status
    passed: int
    total: int
    failures: tuple[CaseFailure, ...] = ()
    output: str = ""
    wall_seconds: float = 0.0
    virtual_seconds: float = 0.0
    expectations: int = 0
    unsupported: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.status is Status.PASSED

    def to_json(self) -> dict[str, Any]:
        # `asdict` copies every value: a fifth of what a worker does for a script.
        shown = {name: getattr(self, name) for name in self.__slots__}
        return {**shown, "failures": [asdict(failure) for failure in self.failures]}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "ExecutionReport":
        return cls(
            status=Status(fields["status"]),
            passed=fields["passed"],
            total=fields["total"],
            failures=tuple(CaseFailure(**failure) for failure in fields["failures"]),
            output=fields["output"],
            wall_seconds=fields["wall_seconds"],
            # Scores that were stored before these existed say nothing about them.
            virtual_seconds=fields.get("virtual_seconds", 0.0),
            expectations=fields.get("expectations", 0),
            unsupported=tuple(fields.get("unsupported", ())),
            cases=tuple(fields.get("cases", ())),
        )
