"""The processes of the program: the template, which has the world, and a zygote, which has the tests of a task as well.

Candidates and mutants of one task come one after the other: what is the same for all of them (the tests' chunk, the setup of
the first world, the reference's answers to random inputs) is done once, in a zygote, within the limits of a run. An answer runs
in a child of the zygote, with limits of its own.

Both forget nothing and learn nothing: they wait for one byte, fork, and wait for the fork's end. What the fork needs it reads
itself, out of memory that the worker shares with them all. So each zygote starts from the same picture of memory, and each
answer to the same tests too, whatever was asked before: a run that depends on addresses comes out the same each time.
"""

from __future__ import annotations

import gc
import marshal
import os
import signal
import sys

from scorers.execution.ready.children import do, let_go, limit_address_space, run_child
from scorers.execution.ready.run import Run
from scorers.execution.ready.shared import Journal, Letters
from scorers.execution.ready.vm import Engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

LOAD, REGISTER, ANSWERED, LEAVE = b"w", b"r", b"a", b"l"
"""Orders to the template (the first two) and to a zygote: to reply that all answers are there, and to end. The order to run the
answer at a place is the byte of its number."""

READY, ENDED, GONE = "ready", "ended", "gone"
"""What a reply is about: a process stands ready, the children of all answers have ended, the zygote has."""

REPLY_BYTES = 256
"""More than any reply has. A pipe passes so little in one piece."""


class _Ready:
    """What a process that stands ready holds of its worker's: memory, and the ends of two pipes."""

    def __init__(self, requests: int, journal: int, orders: int, replies: int) -> None:
        self.requests = Letters(requests)
        self.journal = Journal(journal)
        self._orders = orders
        self._replies = replies
        let_go({orders, replies})

    def order(self) -> bytes:
        """The next one; empty when the worker is gone."""
        return os.read(self._orders, 1)

    def reply(self, kind: str, code: int = 0, stopped: int = 0, wall_seconds: float = 0.0) -> None:
        os.write(self._replies, marshal.dumps((kind, code, stopped, wall_seconds)))


def stand_ready(requests: int, journal: int, orders: int, replies: int, pluau_folder: str) -> None:
    """The template: load the world, then a zygote for each order, until the worker is gone. While the zygote lives it takes the
    orders, and this process sleeps. The arguments are descriptors and the folder of the package `pluau`."""
    ready = _Ready(requests, journal, orders, replies)
    gc.disable()
    if ready.order() != LOAD:
        return
    sources, data = marshal.loads(ready.requests.read())
    engine = Engine(_pluau(pluau_folder), sources, data)
    del sources, data
    ready.reply(READY)
    while ready.order() == REGISTER:
        pid = _fork(lambda: _serve(engine, ready))
        ready.reply(GONE, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _pluau(folder: str) -> ModuleType:
    """The extension module without the package's own `__init__`."""
    package = type(sys)("pluau")
    package.__path__ = [folder]
    sys.modules["pluau"] = package
    __import__("pluau._pluau")
    return sys.modules["pluau._pluau"]


def _fork(job: Callable[[], int]) -> int:
    """The number of a child that ends with the exit code of `job`, whatever happens."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        code = job()
    except BrokenPipeError:  # The worker is gone.
        code = 0
    finally:
        os._exit(code)


def _serve(engine: Engine, ready: _Ready) -> int:
    """A zygote: register, say so, and answer until it is told to leave or the worker is gone."""
    spec, limits = marshal.loads(ready.requests.read())
    limit_address_space(int(limits["address_space_bytes"]))
    runs: list[Run] = []

    def register() -> None:
        run = Run(engine, spec, limits, ready.journal.write)
        if run.register():
            run.limit()
            runs.append(run)

    ready.journal.begin()
    signal.setitimer(signal.ITIMER_REAL, limits["wall_seconds"])
    code = do(register, ready.journal, limits["cpu_seconds"])
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.setitimer(signal.ITIMER_PROF, 0)
    if not runs:
        return code
    ready.reply(READY, code)
    while (order := ready.order()) and order != LEAVE:
        if order == ANSWERED:
            ready.reply(ENDED)
        else:
            _answer(runs[0], ready, order[0], limits)
    return 0


def _answer(run: Run, ready: _Ready, place: int, limits: dict[str, float]) -> None:
    """Run the answer at a place, in a child. The reply comes when all answers that were ordered are there: the worker sleeps."""
    ending = run_child(lambda: run.finish(*marshal.loads(ready.requests.read(place))), ready.journal, limits, place)
    ready.journal.end(place, ending)
