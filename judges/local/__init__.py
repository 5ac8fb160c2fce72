"""A judge on this machine: a frozen model's expected digits, at no cost and without a network."""

from judges.local.frozen import refuse_policy_as_judge
from judges.local.provider import Ask, LocalProvider

__all__ = ["Ask", "LocalProvider", "refuse_policy_as_judge"]
