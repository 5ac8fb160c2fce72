"""What a run goes through, by name. Pure."""

from rft.config import RftConfig
from rft.engine import BASE, FEW_SHOT, SFT, round_name
from rft.measure import BENCHMARK, GENERAL, stage_of

UNDECIDED = (BASE, FEW_SHOT)
"""Policies that the gate says nothing about."""


def policies_of(config: RftConfig) -> list[str]:
    """The policies that a run measures, in their order."""
    shown = [FEW_SHOT] if config.benchmark.few_shot else []
    return [BASE, *shown, SFT, *(round_name(index) for index in range(1, config.rounds + 1))]


def stages_of(config: RftConfig, *, general: bool) -> list[str]:
    """The stages of a run, in their order, as the view is told of them; `general` where it has a suite outside the domain."""
    return [stage for policy in policies_of(config) for stage in _stages(policy, general and policy != FEW_SHOT)]


def _stages(policy: str, general: bool) -> list[str]:
    before = [] if policy in UNDECIDED else [f"training {policy}"]
    sampled = [] if policy in (*UNDECIDED, SFT) else [policy]
    measured = [stage_of(suite, policy) for suite in (BENCHMARK, *([GENERAL] if general else []))]
    return [*sampled, *before, *measured]
