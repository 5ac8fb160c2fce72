"""A child process that answers many requests, one at a time: rollouts.child with a conversation in place of a stream.

The child loads once what it works with, says `ready`, and then gives one answer for each JSON line on its stdin. The end of
its stdin, also in the middle of an answer, ends it: there are no orphans.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

# The parent's handling of a process is the same for a stream and a dialogue.
from rollouts.child import ChildFailed, Message, death_of, end_child, requests_of_parent, start_child
from rollouts.errors import ChildDied

Answer = Callable[[Message], Message]
"""The child's work: from a request to its answer. Numbers, texts and lists only: what JSON carries."""


class Dialogue:
    """The parent's side. Not thread-safe: whoever shares one takes turns."""

    def __init__(self, module: str, opening: Message, log: Path) -> None:
        """Start `python -P -m module` and wait until it is ready. Raises ChildFailed or ChildDied."""
        log.parent.mkdir(parents=True, exist_ok=True)
        self._module, self._log = module, log
        with log.open("a") as log_file:
            self._log_start = log_file.tell()
            self._process = start_child(module, log_file)
        self.ask(opening)

    def ask(self, request: Message) -> Message:
        """The child's answer. Raises ChildFailed with its own words, or ChildDied; the dialogue has then ended."""
        try:
            answer = self._exchange(request)
        except BaseException:  # an interrupt too: the next request must not get this one's answer
            self.close()
            raise
        if answer["kind"] == "failed":
            self.close()
            raise ChildFailed(answer["message"], hint=answer["hint"], exit_code=answer["exit_code"])
        return answer

    def _exchange(self, request: Message) -> Message:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._death() from None
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            raise self._death()  # dead, perhaps in the middle of a message
        answer: Message = json.loads(line)
        return answer

    def _death(self) -> ChildDied:
        death = death_of(self._module, self._process, self._log, self._log_start)
        return ChildDied(str(death), hint=f"Its log is {self._log}. If memory ran out, use a smaller model there.")

    def close(self) -> None:
        """End the child. May be called again."""
        end_child(self._process)


def converse(begin: Callable[[Message], Answer]) -> None:
    """The child's side: `begin` reads the opening and returns what answers each request after it.

    An error that carries a `hint` is told to the parent and ends the child; any other leaves its traceback in the log.
    """
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # stray prints of libraries go to the log, not between our messages
    requests = requests_of_parent()
    try:
        answer = begin(requests.get())
        _say(out.write, {"kind": "ready"})
        while True:
            _say(out.write, {"kind": "answer", **answer(requests.get())})
    except Exception as error:
        hint = getattr(error, "hint", None)
        if hint is None:
            raise
        exit_code = getattr(error, "exit_code", 1)
        _say(out.write, {"kind": "failed", "message": str(error), "hint": hint, "exit_code": exit_code})
    os._exit(0)  # MLX's own threads make an orderly exit slow


def _say(write: Callable[[str], int], message: Message) -> None:
    write(json.dumps(message) + "\n")
