"""What the judge was worth: what would have been kept without it, and by it alone."""

from dataclasses import dataclass

from judges.cost.runfacts import TaskChoice


@dataclass(frozen=True, slots=True)
class Worth:
    """Over tasks with at least one candidate. `changed` and `agreed` count tasks where both ways keep somebody."""

    tasks: int
    kept: int
    changed: int
    """The judge's winner is not the one of the static scorers."""
    agreed: int
    rejected: int
    """The static scorers alone would have kept somebody, with the judge nobody was."""
    added: int
    """The other way round."""
    kept_judge_only: int
    """Examples that the judge's score alone would have kept."""
    kept_static_only: int
    common_judge_only: int
    """Of the kept ones, those that the judge's score alone would have kept too."""
    common_static_only: int


def worth(choices: tuple[TaskChoice, ...]) -> Worth | None:
    """Count it; None where nothing was handed in."""
    if not choices:
        return None
    rows = [(choice.chosen, choice.judge_only, choice.static_only) for choice in choices if choice.candidates]
    both = [(chosen, static) for chosen, _, static in rows if chosen is not None and static is not None]
    return Worth(
        tasks=len(rows),
        kept=sum(chosen is not None for chosen, _, _ in rows),
        changed=sum(chosen != static for chosen, static in both),
        agreed=sum(chosen == static for chosen, static in both),
        rejected=sum(chosen is None and static is not None for chosen, _, static in rows),
        added=sum(chosen is not None and static is None for chosen, _, static in rows),
        kept_judge_only=sum(judge is not None for _, judge, _ in rows),
        kept_static_only=sum(static is not None for _, _, static in rows),
        common_judge_only=sum(chosen is not None and chosen == judge for chosen, judge, _ in rows),
        common_static_only=sum(chosen is not None and chosen == static for chosen, _, static in rows),
    )
