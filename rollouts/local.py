"""The policy on this machine as a source of candidates: a child process draws them, and its death is not the end."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from rollouts.child import Child, Message
from rollouts.drawing import Drawing
from rollouts.errors import ChildDied
from rollouts.source import PolicySource, Progress, SampleRequest
from rollouts.store import Candidate

WORKER = "rollouts.worker"
FIRST_WAIT = 0.25
"""Seconds before a new child after a death: the system needs a moment to take the memory back."""
LONGEST_WAIT = 8.0
"""The wait doubles with every death that follows on another without a candidate between, up to this."""


class LocalSource:
    """Samples in a child process that is kept as long as the policy stays the same. Not thread-safe.

    What a child delivered before it died stays; the rest is drawn by another, in half the batch. A candidate of which children
    keep dying is given out with finish reason `died` and no text. A child that has drawn as many tokens as the device bears in
    one process is replaced between candidates.

    Args:
        log: A file; the child's messages and those of its libraries are appended to it.
        max_rows: Candidates decoded at once; by default what suits the device. Memory may allow fewer.
        on_event: Hears, in a sentence, of deaths, candidates that are given up, and tight memory.
        worker: The child's module.
        recycle_after: Tokens after which a child is replaced; by default what suits the device.
    """

    def __init__(
        self,
        log: Path,
        max_rows: int | None = None,
        *,
        on_event: Callable[[str], None] = lambda _text: None,
        worker: str = WORKER,
        recycle_after: int | None = None,
    ) -> None:
        self._log = log
        self._max_rows = max_rows
        self._say = on_event
        self._worker = worker
        self._recycle_after = recycle_after
        self._noted: set[str] = set()
        self._child: Child | None = None
        self._policy: PolicySource | None = None

    def draw(self, request: SampleRequest) -> Generator[Candidate | Progress, None, None]:
        """What `rollouts.source.Source` says. Raises ChildFailed, or ChildDied when children die without drawing anything.

        Closing the generator ends the child, in the middle of its work as it is.
        """
        drawing = Drawing(request, self._max_rows)
        deaths = 0
        while (wanted := drawing.wanted()) is not None:
            try:
                for arrived in self._ask(request.policy, {**wanted, "recycle_after": self._recycle_after}, drawing):
                    deaths = 0 if isinstance(arrived, Candidate) else deaths
                    yield arrived
            except ChildDied as death:
                deaths += 1
                if not drawing.died():
                    raise
                self._say(f"{str(death).splitlines()[0]} Drawing on with {drawing.rows or 'as many'} candidates at once.")
                time.sleep(min(FIRST_WAIT * 2 ** (deaths - 1), LONGEST_WAIT))
        yield from self._given_up(drawing)

    def _ask(self, policy: PolicySource, message: Message, drawing: Drawing) -> Iterator[Candidate | Progress]:
        with closing(self._started(policy).ask(message)) as replies:
            for reply in replies:
                if reply["kind"] == "note":
                    self._note(reply["text"])
                yield from drawing.take(reply)
                yield from self._given_up(drawing)
        if drawing.recycles:
            self._end()

    def _started(self, policy: PolicySource) -> Child:
        """The child that has loaded the policy, or will."""
        if self._child is None or not self._child.open or self._policy != policy:
            self._end()
            self._child, self._policy = Child(self._worker, self._log), policy
        return self._child

    def _given_up(self, drawing: Drawing) -> Iterator[Candidate]:
        for candidate in drawing.given_up():
            self._say(f"Gave up candidate {candidate.index} of {candidate.task}: the process that draws it dies of it.")
            yield candidate

    def _note(self, text: str) -> None:
        """Each request would tell it again."""
        if text not in self._noted:
            self._noted.add(text)
            self._say(text)

    def _end(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()
