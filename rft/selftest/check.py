"""One check of the self-test: what it gave, and how it is run."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from rft.errors import RftError


class CheckFailed(RftError):
    """What was found is not what must be. The message is the figure."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a check gave. `figure` is what was measured, in words; `fix` the next step where it is not ok."""

    name: str
    ok: bool
    figure: str
    seconds: float
    fix: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def timed(name: str, fix: str, check: Callable[[], str]) -> Check:
    """Run a check, which returns its figure or raises. Any error is the check's own result: the next ones go on."""
    started = time.monotonic()
    try:
        figure, ok = check(), True
    except CheckFailed as failure:
        figure, ok = str(failure), False
    except Exception as error:
        # The boundary to a device that may do anything: whatever it was, it is what the check found.
        figure, ok = f"{type(error).__name__}: {error}", False
    return Check(name, ok, figure, round(time.monotonic() - started, 2), "" if ok else fix)


def require(holds: bool, figure: str) -> str:
    """The figure when it holds. Raises CheckFailed with it otherwise."""
    if not holds:
        raise CheckFailed(figure)
    return figure
