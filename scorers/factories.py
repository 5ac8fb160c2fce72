"""The four scorers one by one: `bugs()` gives a function from code to a value and its findings.

The pattern is inspect_ai's: a factory with a docstring makes a scorer, and a scorer gives back a score that explains
itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scorers.diagnostics import Diagnostic
from scorers.scorer import Scorer
from scorers.settings import CHECKS_OF, Setting


@dataclass(frozen=True, slots=True)
class Score:
    """One scorer's value in [0, 1] and the findings behind it."""

    value: float
    diagnostics: tuple[Diagnostic, ...]


Judge = Callable[[str], Score]
"""From the source of one script to its score. Never raises."""


def syntax(checks: Mapping[str, Setting] | None = None) -> Judge:
    """Does the code parse as today's Luau, and is it Luau and no other language? 0 where it does not.

    Raises:
        SettingsError: an unknown check, or a setting of the wrong kind.
    """
    return _judge("syntax", checks)


def api(checks: Mapping[str, Setting] | None = None) -> Judge:
    """Do the services, classes, members and enums exist, and are they in use?

    Raises:
        SettingsError: an unknown check, or a setting of the wrong kind.
    """
    return _judge("api", checks)


def bugs(checks: Mapping[str, Setting] | None = None) -> Judge:
    """Does the code do what it says: names, nil, loops, data stores, remotes, leaks, logic?

    Raises:
        SettingsError: an unknown check, or a setting of the wrong kind.
    """
    return _judge("bugs", checks)


def quality(checks: Mapping[str, Setting] | None = None) -> Judge:
    """Is it complete and clean: placeholders, unused names, naming, size, layout?

    Raises:
        SettingsError: an unknown check, or a setting of the wrong kind.
    """
    return _judge("quality", checks)


def _judge(name: str, checks: Mapping[str, Setting] | None) -> Judge:
    others = {check: "off" for scorer, ids in CHECKS_OF.items() if scorer != name for check in ids}
    scorer = Scorer({**others, **(checks or {})})

    def judge(code: str) -> Score:
        report = scorer.score(code)
        return Score(report.scores[name], tuple(found for found in report.diagnostics if found.scorer == name))

    return judge
