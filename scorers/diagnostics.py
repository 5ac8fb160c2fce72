"""What a scorer has to say about one place in the code, and how a list of such findings becomes a number."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from scorers.lexer import Token


class Severity(StrEnum):
    """error: wrong when run; warning: probably wrong or outdated; info: style."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `check` names the rule; line and column count from 1 (1, 1 where the place is unknown)."""

    check: str
    scorer: str
    severity: Severity
    line: int
    column: int
    message: str
    hint: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields as plain JSON values."""
        return {**asdict(self), "severity": self.severity.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Diagnostic":
        """Inverse of `to_json`. Raises KeyError or ValueError on data of another shape."""
        return cls(
            check=data["check"],
            scorer=data["scorer"],
            severity=Severity(data["severity"]),
            line=data["line"],
            column=data["column"],
            message=data["message"],
            hint=data["hint"],
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A check's name, severity and weight: what its first finding takes off the score."""

    check: str
    scorer: str
    severity: Severity
    weight: float

    def at(self, token: Token, message: str, hint: str | None = None) -> Diagnostic:
        """A finding of this rule at `token`."""
        return Diagnostic(self.check, self.scorer, self.severity, token.line, token.column, message, hint)


def penalised(diagnostics: Iterable[Diagnostic], rules: Mapping[str, Rule]) -> float:
    """1 minus the rules' penalties, at least 0.

    The n-th finding of a rule costs weight / 2^(n-1), so that a rule never takes more than twice its weight: a habit
    repeated fifty times is one habit.
    """
    counts = Counter(diagnostic.check for diagnostic in diagnostics)
    total = sum(2 * rules[check].weight * (1 - 0.5**count) for check, count in counts.items())
    return max(0.0, 1.0 - total)


def rule_table(scorer: str, rows: Iterable[tuple[str, Severity, float]]) -> dict[str, Rule]:
    """The rules of one scorer by the name of their check."""
    return {check: Rule(check, scorer, severity, weight) for check, severity, weight in rows}
