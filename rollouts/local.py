"""The policy on this machine as a source of candidates: a child process draws them."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from rollouts.child import stream_child
from rollouts.source import Progress, SampleRequest
from rollouts.store import Candidate


class LocalSource:
    """Samples in a child process. Its messages and those of its libraries go to `log`.

    Args:
        log: A file; it is appended to.
        max_rows: Candidates decoded at once; by default what suits the device.
    """

    def __init__(self, log: Path, max_rows: int | None = None) -> None:
        self._log = log
        self._max_rows = max_rows

    def draw(self, request: SampleRequest) -> Iterator[Candidate | Progress]:
        """What `rollouts.source.Source` says. Raises ChildDied or ChildFailed."""
        message = {
            "model": str(request.policy.model),
            "adapter": str(request.policy.adapter) if request.policy.adapter else None,
            "identity": asdict(request.policy.identity),
            "parameters": asdict(request.parameters),
            "seed": request.seed,
            "round": request.round_index,
            "common_streams": request.common_streams,
            "max_rows": self._max_rows,
            "prompts": [
                {"task": prompt.task, "messages": list(prompt.messages), "indices": list(prompt.indices)}
                for prompt in request.prompts
            ],
        }
        for reply in stream_child("rollouts.worker", message, self._log):
            if reply["kind"] == "completion":
                names = ("task", "index", "key", "text", "tokens", "finish_reason")
                yield Candidate(stage=request.stage, **{name: reply[name] for name in names})
            elif reply["kind"] == "progress":
                yield Progress(reply["tokens"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """A child ends with the generator that `draw` returned."""
