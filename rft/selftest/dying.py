"""The child of the check of a child's death: it samples as `rollouts.worker` does, and the first one is killed on its way."""

import os
import signal
from pathlib import Path
from typing import Any

from rft.selftest.death import KILLED_AFTER, MARK
from rollouts.child import Message, serve
from rollouts.worker import Send, Worker


class DyingWorker:
    """Sends what the worker sends, and dies in the middle of it, once."""

    def __init__(self) -> None:
        self._worker = Worker()
        self._delivered = 0

    def answer(self, request: Message, send: Send) -> None:
        mark = Path(os.environ[MARK])

        def send_or_die(message: dict[str, Any]) -> None:
            send(message)
            self._delivered += message["kind"] == "completion"
            if self._delivered == KILLED_AFTER and not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)

        self._worker.answer(request, send_or_die)


if __name__ == "__main__":
    serve(DyingWorker().answer)
