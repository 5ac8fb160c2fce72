"""The worker's side of the program that stands ready (`scorers.execution.ready`)."""

import marshal
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from scorers.compiler import load_pluau
from scorers.execution import ready
from scorers.execution.addresses import fixed_addresses
from scorers.execution.isolation import Outcome, outcome_of
from scorers.execution.limits import Limits
from scorers.execution.picture import task_picture, world_picture
from scorers.execution.ready.processes import ANSWERED, ENDED, LEAVE, LOAD, READY, REGISTER, REPLY_BYTES
from scorers.execution.ready.shared import PLACES, Journal, Letters, leaves_room
from scorers.execution.report import Status
from scorers.execution.tests import Tests

_PROGRAM = Path(ready.__file__).with_name("__main__.py")
_SLACK_SECONDS = 20.0
_TOO_LARGE = Outcome((), Status.MEMORY, "does not fit into the sandbox", 0.0)


class Registration(NamedTuple):
    """What a zygote said about its task. It stands ready for answers only if `is_sound`."""

    outcome: Outcome
    is_sound: bool


class Template:
    """The process with the world, and the zygote with the tests that were asked for last.

    Both end by themselves when this process is gone. Should one of them end before, nobody knows what still runs: this process
    then ends too (SystemExit), and the pool starts another.

    Raises:
        CompilerUnavailable: pluau cannot be loaded.
    """

    def __init__(self) -> None:
        world = world_picture()
        requests, journal = _shared_file(Letters.BYTES), _shared_file(Journal.BYTES)
        self._requests, self._journal = Letters(requests), Journal(journal)
        orders, self._orders = os.pipe()
        self._replies, replies = os.pipe()
        passed = (requests, journal, orders, replies)
        command = [sys.executable, "-S", "-P", str(_PROGRAM), *map(str, passed), str(Path(str(load_pluau().__file__)).parent)]
        # Symbols are looked up at the start, not in every fork.
        environment = {**os.environ, "PYTHONHASHSEED": "0", "LD_BIND_NOW": "1"}
        with fixed_addresses():
            self._process = subprocess.Popen(command, pass_fds=passed, env=environment, stdin=subprocess.DEVNULL)
        for descriptor in passed:
            os.close(descriptor)
        self._task: tuple[Tests, Limits] | None = None
        self._registration: Registration | None = None
        self._requests.put(world)
        self._order(LOAD, Limits())

    def register(self, tests: Tests, limits: Limits) -> Registration:
        """Have a zygote with these tests: the one of the last call if it has them."""
        if self._registration is None or self._task != (tests, limits):
            if self._registration is not None and self._registration.is_sound:
                self._order(LEAVE, limits)
            self._registration = self._register(tests, limits)
            self._task = (tests, limits)
        return self._registration

    def _register(self, tests: Tests, limits: Limits) -> Registration:
        try:
            self._requests.put(task_picture(tests, limits))
        except OverflowError:
            return Registration(_TOO_LARGE, False)
        kind, ending = self._order(REGISTER, limits)
        return Registration(outcome_of(self._journal.take(), ending, limits), kind == READY)

    def answers(self, pictures: Sequence[bytes], limits: Limits) -> list[Outcome]:
        """What answers (`answer_picture`) to the registered tests did, each by itself."""
        outcomes: list[Outcome] = []
        for part in _parts(pictures):
            outcomes += self._answers(part, limits)
        return outcomes

    def _answers(self, pictures: Sequence[bytes], limits: Limits) -> list[Outcome]:
        try:
            for place, picture in enumerate(pictures):
                self._requests.put(picture, place)
        except OverflowError:
            return [_TOO_LARGE]
        places = range(len(pictures))
        kind, _ = self._order(bytes(places) + ANSWERED, limits)
        if kind != ENDED:
            raise SystemExit("a zygote of the Luau sandbox was killed")
        return [outcome_of(self._journal.take(place), self._journal.ending(place), limits) for place in places]

    def _order(self, orders: bytes, limits: Limits) -> tuple[str, tuple[int, int, float]]:
        """Some bytes there, one reply back: what it is about, and the ending of a process."""
        os.write(self._orders, orders)
        if not select.select([self._replies], [], [], len(orders) * limits.wall_seconds + _SLACK_SECONDS)[0]:
            raise SystemExit("a process of the Luau sandbox does not answer")
        reply = os.read(self._replies, REPLY_BYTES)
        if not reply:
            raise SystemExit("the process that holds the Luau world ended")
        kind, *ending = marshal.loads(reply)
        return kind, tuple(ending)


def _parts(pictures: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The pictures in parts that fit into the shared memory; one that fills more than its place is a part of its own."""
    part: list[bytes] = []
    for picture in pictures:
        if part and (len(part) == PLACES or not leaves_room(picture) or not leaves_room(part[-1])):
            yield part
            part = []
        part.append(picture)
    yield part


def _shared_file(size: int) -> int:
    """The descriptor of a file without a name; in memory where the system has such files."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("luau-sandbox")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size)
    return descriptor
