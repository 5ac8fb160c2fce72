"""Sampling as the parent sees it: ask a child for what is missing, store each candidate as it arrives."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rollouts.child import stream_child
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.prompt import Message
from rollouts.store import Candidate, CandidateStore


@dataclass(frozen=True, slots=True)
class PolicySource:
    """Where a policy's weights lie, and what they are."""

    model: Path
    adapter: Path | None
    identity: PolicyIdentity


@dataclass(frozen=True, slots=True)
class TaskPrompt:
    """A task as the policy is asked it."""

    task: str
    messages: Sequence[Message]


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """Draw `count` candidates of every prompt for one stage.

    `seed` and `round_index` key the random streams. With `common_streams` the policy's weights do not, so that policies
    which are compared on a benchmark answer each task with the same luck.
    """

    stage: str
    policy: PolicySource
    prompts: Sequence[TaskPrompt]
    count: int
    parameters: SamplingParameters
    seed: int
    round_index: int
    common_streams: bool = False
    max_rows: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Tokens drawn since the last report."""

    tokens: int


def sample(store: CandidateStore, request: SampleRequest, log: Path) -> Iterator[Candidate | Progress]:
    """Draw what the store lacks for this stage; yield each candidate after it is durable, and progress between them.

    Nothing is started when nothing is missing. Raises ChildDied or ChildFailed; what was stored before that stays.
    """
    missing = store.missing(request.stage, [prompt.task for prompt in request.prompts], request.count)
    if not missing:
        return
    message = {
        "model": str(request.policy.model),
        "adapter": str(request.policy.adapter) if request.policy.adapter else None,
        "identity": asdict(request.policy.identity),
        "parameters": asdict(request.parameters),
        "seed": request.seed,
        "round": request.round_index,
        "common_streams": request.common_streams,
        "max_rows": request.max_rows,
        "prompts": [
            {"task": prompt.task, "messages": list(prompt.messages), "indices": missing[prompt.task]}
            for prompt in request.prompts
            if prompt.task in missing
        ],
    }
    for reply in stream_child("rollouts.worker", message, log):
        if reply["kind"] == "completion":
            candidate = Candidate(
                stage=request.stage,
                **{name: reply[name] for name in ("task", "index", "key", "text", "tokens", "finish_reason")},
            )
            store.add(candidate)
            yield candidate
        elif reply["kind"] == "progress":
            yield Progress(reply["tokens"])
