"""A scored candidate of a round."""

from dataclasses import dataclass

from eval.task import Task
from rft.rewards import Facts
from rollouts.store import Candidate


@dataclass(frozen=True, slots=True)
class Entry:
    """A candidate with all that is known of it before anybody gives an opinion."""

    candidate: Candidate
    task: Task
    code: str
    facts: Facts
