"""All that a worker finds out about one piece of code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scorers.compiler import CompileResult
from scorers.execution.report import ExecutionReport
from scorers.report import ScoreReport


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The compiler's verdict, the executed tests and the static score of one piece of code.

    `execution` is None where no tests were given. `static` is None where it was not asked for, or where scoring
    itself ran into the limits.
    """

    compiled: CompileResult
    execution: ExecutionReport | None
    static: ScoreReport | None

    def to_json(self) -> dict[str, Any]:
        return {
            "compiled": self.compiled.to_json(),
            "execution": self.execution and self.execution.to_json(),
            "static": self.static and self.static.to_json(),
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Evaluation":
        execution, static = fields["execution"], fields["static"]
        return cls(
            compiled=CompileResult.from_json(fields["compiled"]),
            execution=None if execution is None else ExecutionReport.from_json(execution),
            static=None if static is None else ScoreReport.from_json(static),
        )
