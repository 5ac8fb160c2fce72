"""What a scorer has to say about one place in the code."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """error: wrong when run; warning: probably wrong or outdated; info: style."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `check` names the rule; lines and columns count from 1, the end is the place after the last character."""

    check: str
    scorer: str
    severity: Severity
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    hint: str | None = None

    @property
    def link(self) -> str:
        """Where the check is explained, from the root of the project."""
        return f"docs/checks.md#{self.check}"

    def to_json(self) -> dict[str, Any]:
        """The fields as plain JSON values, and the link."""
        return {
            "check": self.check,
            "scorer": self.scorer,
            "severity": self.severity.value,
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "message": self.message,
            "hint": self.hint,
            "link": self.link,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Diagnostic":
        """Inverse of `to_json`. Raises KeyError or ValueError on data of another shape."""
        return cls(
            check=data["check"],
            scorer=data["scorer"],
            severity=Severity(data["severity"]),
            line=data["line"],
            column=data["column"],
            end_line=data["end_line"],
            end_column=data["end_column"],
            message=data["message"],
            hint=data["hint"],
        )
