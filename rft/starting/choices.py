"""What a person decides about a new workspace."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rft.errors import InputError
from rollouts.models import BUILT_IN, SMOLLM2

Judge = Literal["none", "claude", "mlx"]
Origin = Literal["own", "luau"]
OWN: Origin = "own"
LUAU: Origin = "luau"
DEFAULT_MODEL = SMOLLM2
DEFAULT_BUDGET = 5.0
"""Dollars in a run, as `judge.budget.run_usd` has them."""


@dataclass(frozen=True, slots=True)
class Choices:
    """`budget` is in dollars for a run and counts for the judge `claude` alone. `code` is where tasks are proposed from.

    Raises:
        InputError: a model without a name, or a budget that is no amount.
    """

    model: str = DEFAULT_MODEL
    tasks: Origin = OWN
    code: Path | None = None
    judge: Judge = "none"
    budget: float = DEFAULT_BUDGET

    def __post_init__(self) -> None:
        if not self.model.strip() or not self.model.isprintable():
            raise InputError(
                f"{self.model!r} is no model.",
                hint=f"Give a Hub name (owner/name), a folder in mlx-lm's format, or one of {', '.join(BUILT_IN)}.",
            )
        if not math.isfinite(self.budget) or self.budget < 0:
            raise InputError(f"a budget of {self.budget} dollars is none.", hint="Give an amount like 5 or 0.50.")

    @property
    def is_trial(self) -> bool:
        """Whether the model is one that is there to try the loop out."""
        return self.model in BUILT_IN
