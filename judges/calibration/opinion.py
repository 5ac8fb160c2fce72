"""One answer to one question of a calibration."""

from dataclasses import dataclass

from judges.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Opinion:
    """`verdict` is None where a reply held none; `model` is the name that the reply gives, empty where it gives none."""

    verdict: Verdict | None
    model: str = ""
