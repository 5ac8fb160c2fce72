"""One thing that was looked at, and all of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rft.needs import Needs


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found.

    Attributes:
        name: What was looked at; the same on every machine.
        ok: Whether it is as it should be.
        text: What there is, or what is wrong and where.
        fix: The next step where it is not ok: a command for a shell.
        needed: Whether a run here needs it: then it is a problem that no run gets past.
        section: Where it belongs.
    """

    name: str
    ok: bool
    text: str
    fix: str = ""
    needed: bool = False
    section: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def problem(name: str, text: str, fix: str, *, needed: bool = False) -> Finding:
    """Something that is not as it should be."""
    return Finding(name, False, text, fix, needed)


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that was looked at, and what each recipe needs: None of one whose model nothing is known of.

    `memory` is what a process may use here, in bytes, and the needs are told for it; both are missing where they could not be
    told, which is a finding then.
    """

    findings: Sequence[Finding]
    memory: int | None = None
    needs: "dict[str, Needs | None]" = field(default_factory=dict)

    @property
    def problems(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.ok]

    @property
    def ready(self) -> bool:
        """Whether nothing is missing that a run here needs."""
        return not any(finding.needed for finding in self.problems)

    @property
    def commands(self) -> list[str]:
        """What sets this machine up: the fix of every problem once, what a run needs first, else in the order of the findings."""
        ordered = sorted(self.problems, key=lambda finding: not finding.needed)
        return list(dict.fromkeys(finding.fix for finding in ordered if finding.fix))

    def to_json(self) -> dict[str, Any]:
        return {
            "ready": self.ready,
            "findings": [finding.to_json() for finding in self.findings],
            "commands": self.commands,
            "memory": self.memory,
            "recipes": {name: needs.to_json() if needs else None for name, needs in self.needs.items()},
        }
