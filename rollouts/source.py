"""Where candidates come from: what is asked of a source, and what it gives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.prompt import Message
from rollouts.store import Candidate


@dataclass(frozen=True, slots=True)
class PolicySource:
    """Where a policy's weights lie, and what they are."""

    model: Path
    adapter: Path | None
    identity: PolicyIdentity


@dataclass(frozen=True, slots=True)
class TaskPrompt:
    """A task as the policy is asked it, and the indices of the candidates to draw for it."""

    task: str
    messages: Sequence[Message]
    indices: Sequence[int]


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """Draw candidates for one stage.

    `seed` and `round_index` key the random streams. With `common_streams` the policy's weights do not, so that policies
    which are compared on a benchmark answer each task with the same luck.
    """

    stage: str
    policy: PolicySource
    prompts: Sequence[TaskPrompt]
    parameters: SamplingParameters
    seed: int
    round_index: int
    common_streams: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Tokens drawn since the last report."""

    tokens: int


class Source(Protocol):
    """Draws candidates. A context manager: what it holds, a process with the weights or connections, ends with it."""

    def draw(self, request: SampleRequest) -> Iterator[Candidate | Progress]:
        """Every candidate that is asked for, in the order in which they end, and progress between them.

        May be called several times. Raises RolloutError, or ModelError, with the next step.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
