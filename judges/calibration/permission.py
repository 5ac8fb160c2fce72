"""Whether a judge may decide what is kept."""

from dataclasses import dataclass
from typing import Literal

from judges.calibration.card import CalibrationCard, Line

State = Literal["usable", "uncalibrated", "forced", "refused"]


@dataclass(frozen=True, slots=True)
class Permission:
    """`sentence` is for every report, empty for a judge that passed."""

    state: State
    sentence: str = ""

    @property
    def may_select(self) -> bool:
        return self.state != "refused"


def permission(card: CalibrationCard | None, forced: bool = False) -> Permission:
    """A judge that was measured and found wanting is refused unless forced; one that nobody measured runs and is marked."""
    if card is None:
        return Permission(
            "uncalibrated", "This judge is not calibrated: run `rft judge calibrate` to learn whether it can be believed."
        )
    if card.passed:
        return Permission("usable")
    reasons = "; ".join(map(_reason, card.failed))
    if forced:
        return Permission("forced", f"This judge failed its calibration and was used all the same ({reasons}).")
    return Permission("refused", f"This judge failed its calibration of {card.date}: {reasons}.")


def _reason(line: Line) -> str:
    name = line.name.replace("_", " ")
    if line.value is None:
        return f"{name} could not be measured"
    return f"{name} {line.value:.3g}, {line.demand} {line.bound:g} is demanded"
