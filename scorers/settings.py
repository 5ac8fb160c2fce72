"""Which checks run, how severe they are and what they weigh: from code or from `scorers.toml`.

allow-comments = true

[checks]
unused-variable = "off"
long-line = "warning"
print-left-in = { severity = "info", weight = 0.02 }
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scorers.checks import CHECKS
from scorers.checks.check import Check
from scorers.diagnostics import Severity
from scorers.errors import SettingsError
from scorers.report import SCORERS

Setting = str | bool | Mapping[str, Any]
"""For one check: `"off"` or False, a severity, or a table of `severity` and `weight` (0 to 1)."""

_CHECKS = {check.id: check for check in CHECKS}
CHECKS_OF = {scorer: tuple(check.id for check in CHECKS if check.scorer == scorer) for scorer in SCORERS}
"""The ids of each scorer's checks."""
_TOP = ("allow-comments", "checks")


@dataclass(frozen=True, slots=True)
class Settings:
    """The checks that run, and whether a comment in the file may silence one (None: not said, which is no)."""

    checks: tuple[Check, ...] = CHECKS
    allow_comments: bool | None = None


def settings(checks: Mapping[str, Setting] | None = None, *, allow_comments: bool | None = None) -> Settings:
    """All checks, changed as `checks` says (check id -> setting).

    Raises:
        SettingsError: an unknown check, or a setting of the wrong kind.
    """
    changes = checks or {}
    for name in changes:
        if name not in _CHECKS:
            raise SettingsError(f"there is no check `{name}`.", hint=_nearest(name))
    changed = (_changed(check, changes[check.id]) if check.id in changes else check for check in CHECKS)
    return Settings(tuple(check for check in changed if check is not None), allow_comments)


def read_settings(path: Path) -> Settings:
    """The settings of a `scorers.toml`.

    Raises:
        SettingsError: the file cannot be read, is no TOML, or holds what it should not.
    """
    import tomllib  # costs milliseconds and is needed for a file only

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", hint="Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is no TOML: {error}.", hint='A line reads: unused-variable = "off"') from error
    unknown = next((key for key in table if key not in _TOP), None)
    if unknown is not None:
        raise SettingsError(f"{path}: there is no key `{unknown}`.", hint=f"The keys are {' and '.join(_TOP)}.")
    allow, checks = table.get("allow-comments"), table.get("checks", {})
    if not isinstance(allow, bool | None) or not isinstance(checks, dict):
        raise SettingsError(
            f"{path}: allow-comments is true or false, [checks] a table.", hint='Example: unused-variable = "off"'
        )
    try:
        return settings(checks, allow_comments=allow)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}", hint=error.hint) from error


def _changed(check: Check, setting: Setting) -> Check | None:
    if setting is False or setting == "off":
        return None
    if setting is True or setting == "on":
        return check
    if isinstance(setting, str):
        return replace(check, severity=_severity(check, setting), weight=None)
    if isinstance(setting, Mapping):
        severity = _severity(check, setting["severity"]) if "severity" in setting else check.severity
        weight = setting.get("weight", None if "severity" in setting else check.weight)
        is_number = isinstance(weight, int | float) and not isinstance(weight, bool) and 0 <= weight <= 1
        if setting.keys() <= {"severity", "weight"} and (weight is None or is_number):
            return replace(check, severity=severity, weight=weight)
    raise SettingsError(
        f"{check.id} cannot be set to {setting!r}.", hint='Write "off", a severity, or { severity = ..., weight = 0 to 1 }.'
    )


def _severity(check: Check, name: object) -> Severity:
    if name not in list(Severity):
        raise SettingsError(f"{check.id} cannot have the severity {name!r}.", hint="The severities are error, warning and info.")
    return Severity(str(name))


def _nearest(name: str) -> str:
    import difflib  # costs milliseconds and is needed for a message only

    near = difflib.get_close_matches(name, _CHECKS, n=1)
    return f"Did you mean `{near[0]}`?" if near else "docs/checks.md lists all checks."
