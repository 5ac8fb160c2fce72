"""Child processes: requests in, a stream of messages out for each, a log file beside them, and never an orphan.

MLX runs only in children, because running out of device memory aborts the process. A request is one JSON line on the
child's stdin, which stays open between them: its end tells the child at any moment, while it computes too, that the parent is
gone. Messages are JSON lines on a descriptor of their own; whatever else the child prints goes to its log.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, TextIO

from rollouts.errors import ChildDied, RolloutError
from rollouts.freed_memory import keep_freed_memory, with_huge_pages

Message = dict[str, Any]
LOG_TAIL = 12
"""Lines of a dead child's log that its error shows."""


class ChildFailed(RolloutError):
    """The child ran to its end and said what is wrong, with the exit code that its error carries."""

    def __init__(self, message: str, *, hint: str, exit_code: int) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code


def stream_child(module: str, request: Message, log: Path) -> Iterator[Message]:
    """Run `python -P -m module` on `request` and yield its messages as they come.

    Raises ChildFailed with the child's own words, or ChildDied when it ended without a word (a signal, an abort).
    Closing the generator ends the child.
    """
    child = Child(module, log)
    try:
        yield from child.ask(request)
    finally:
        child.close()


class Child:
    """A child that answers one request after another, so that what it has loaded stays. Not thread-safe."""

    def __init__(self, module: str, log: Path) -> None:
        """Start `python -P -m module`; its words and those of its libraries are appended to `log`."""
        log.parent.mkdir(parents=True, exist_ok=True)
        self._module, self._log = module, log
        with log.open("a") as log_file:
            self._log_start = log_file.tell()
            self._process = start_child(module, log_file)
        self.open = True

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ask(self, request: Message) -> Generator[Message, None, None]:
        """The messages that answer `request`, to the end of its `done` (which is not one of them).

        Raises ChildFailed or ChildDied. With any error, or when the generator is closed before its end, the child ends too:
        the next request must not get this one's answers.
        """
        try:
            yield from self._answers(request)
        except BaseException:
            self.close()
            raise

    def _answers(self, request: Message) -> Iterator[Message]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._death() from None
        for line in self._process.stdout:
            if not line.endswith("\n"):
                break  # killed in the middle of a message
            message: Message = json.loads(line)
            if message["kind"] == "failed":
                raise ChildFailed(message["message"], hint=message["hint"], exit_code=message["exit_code"])
            if message["kind"] == "done":
                return
            yield message
        raise self._death()

    def _death(self) -> ChildDied:
        return death_of(self._module, self._process, self._log, self._log_start)

    def close(self) -> None:
        """End the child. May be called again."""
        self.open = False
        end_child(self._process)


def start_child(module: str, log_file: TextIO) -> "subprocess.Popen[str]":
    # -P keeps a user's own `judges.py` in the working folder from standing in for ours; PYTHONPATH then says where we are.
    ours = str(Path(__file__).resolve().parents[1])
    environment = {
        **with_huge_pages(os.environ),
        "PYTHONPATH": os.pathsep.join(filter(None, [ours, os.environ.get("PYTHONPATH")])),
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log_file,
        text=True,
        env=environment,
        # A Ctrl-C in the terminal is the parent's to handle; it then closes our stdin.
        start_new_session=True,
    )


def death_of(module: str, process: "subprocess.Popen[str]", log: Path, log_start: int) -> ChildDied:
    code = process.wait()
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    own = log.read_bytes()[log_start:].decode(errors="replace")  # earlier children wrote before it
    tail = "\n".join(own.splitlines()[-LOG_TAIL:])
    return ChildDied(
        f"the child process {module} {how} before it finished." + (f"\n{tail}" if tail else ""),
        hint=f"Its log is {log}. Run the same command again to carry on. If memory ran out while sampling, set a lower "
        "sampling.max_rows first; while training, start anew with --name NEW and a lower training.batch_size.",
    )


def end_child(process: "subprocess.Popen[str]") -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None and not pipe.closed:
            try:
                pipe.close()
            except BrokenPipeError:
                continue  # the child is gone, and with it whoever would have read the rest
    try:
        process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def serve(work: Callable[[Message, Callable[[Message], None]], None]) -> None:
    """The child's side: for each request do `work(request, send)` and say how it ended, until the parent is gone.

    An error that carries a `hint` is told to the parent; any other leaves its traceback in the log and a failed exit.
    """
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # stray prints of libraries go to the log, not between our messages
    lock = threading.Lock()

    def send(message: Message) -> None:
        with lock:
            out.write(json.dumps(message) + "\n")

    keep_freed_memory()
    requests = requests_of_parent()
    try:
        while True:
            work(requests.get(), send)
            send({"kind": "done"})
    except Exception as error:
        hint = getattr(error, "hint", None)
        if hint is None:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)  # an orderly exit waits for MLX's own threads, and aborts when it finds stdin being read
        exit_code = getattr(error, "exit_code", 1)
        send({"kind": "failed", "message": str(error), "hint": hint, "exit_code": exit_code})
    out.flush()
    os._exit(0)


def requests_of_parent() -> "queue.SimpleQueue[Message]":
    """What the parent asks, as it comes; a thread reads it, so that the parent's end is seen while the child computes."""
    requests: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def listen() -> None:
        for line in sys.stdin:
            if line.endswith("\n"):  # else the parent died while it wrote
                requests.put(json.loads(line))
        os._exit(1)

    threading.Thread(target=listen, daemon=True).start()
    return requests
