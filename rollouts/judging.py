"""A frozen model as judge in a child process: `open_judge` for the parent, and the child's program.

`rft` hands a judge's `ask` to judges.local, which knows nothing of processes.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rollouts.child import Message
from rollouts.dialogue import Answer, Dialogue, converse
from rollouts.errors import ChildDied

MODULE = "rollouts.judging"


class LocalJudge:
    """A child that loads the model when it is first needed. Thread-safe: requests are answered one after the other."""

    def __init__(self, model_folder: Path, log: Path) -> None:
        self._opening: Message = {"model": str(model_folder)}
        self._log = log
        self._turn = threading.Lock()
        self._dialogue: Dialogue | None = None
        self._closed = False

    def check(self) -> None:
        """Load the model now. Raises ModelError's words as ChildFailed (exit code 2) when it cannot be a judge, or ChildDied."""
        with self._turn:
            self._started()

    def ask(self, request: Mapping[str, Any]) -> Message:
        """The answer (rollouts.digits.DigitJudge.answer) to a request of its kind.

        A child that dies is started anew once. Raises ChildFailed in the child's own words, or ChildDied the second time.
        """
        with self._turn:
            try:
                return self._answer(request)
            except ChildDied:
                return self._answer(request)

    def _answer(self, request: Mapping[str, Any]) -> Message:
        dialogue = self._started()
        self._dialogue = None  # unless it answers, it has ended
        answer = dialogue.ask(dict(request))
        self._dialogue = dialogue
        return answer

    def _started(self) -> Dialogue:
        if self._closed:
            raise ChildDied("the local judge is closed.", hint="Open it again with open_judge.")
        if self._dialogue is None:
            self._dialogue = Dialogue(MODULE, self._opening, self._log)
        return self._dialogue

    def close(self) -> None:
        """End the child, after the answer that is on its way."""
        with self._turn:
            self._closed = True
            if self._dialogue is not None:
                self._dialogue.close()


@contextmanager
def open_judge(model_folder: Path, log: Path) -> Iterator[LocalJudge]:
    """A judge on the model in `model_folder`; its child's words go to `log`. Nothing is loaded before the first question."""
    judge = LocalJudge(model_folder, log)
    try:
        yield judge
    finally:
        judge.close()


def begin(opening: Message) -> Answer:
    """The child's start: load the model and check that it can be a judge."""
    from rollouts.digits import DigitJudge, context_of
    from rollouts.policy import load_policy

    folder = Path(opening["model"])
    return DigitJudge(load_policy(folder), context_of(folder)).answer


if __name__ == "__main__":
    converse(begin)
