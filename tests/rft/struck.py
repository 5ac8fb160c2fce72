"""`rft`, but with a blow waiting at a chosen place: a real signal, sent by the program to itself or to its child.

`python -m tests.rft.struck JSON run --name x` runs `rft run --name x`. JSON is a Blow, or null for none. The starts of child
processes are noted in `starts.txt`, a stage a line.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

import psutil

import rft.engine
import rft.store
import rollouts.child
import rollouts.store
from rft.cli import main

STARTS = Path("starts.txt")


@dataclass(frozen=True, slots=True)
class Blow:
    """`number` is sent to `whom` just before or after the `nth` call of `place` whose subject is `subject` (any, if empty)."""

    place: Literal["candidate", "score", "fact", "metric"]
    subject: str
    nth: int
    when: Literal["before", "after"] = "after"
    number: int = int(signal.SIGKILL)
    whom: Literal["parent", "child"] = "parent"

    def text(self) -> str:
        return json.dumps(asdict(self))


PLACES: dict[str, tuple[type, str, Callable[..., str]]] = {
    "candidate": (rollouts.store.CandidateStore, "add", lambda candidate: str(candidate.stage)),
    "score": (rft.store.RunStore, "add_score", lambda _key, _value: ""),
    "fact": (rft.store.RunStore, "state", lambda name, _value: str(name)),
    "metric": (rft.engine.Engine, "_metric", lambda **facts: str(facts["stage"])),
}


def arm(blow: Blow) -> None:
    """Wrap the method at the blow's place."""
    owner, name, subject_of = PLACES[blow.place]
    really = getattr(owner, name)
    calls = 0

    def wrapped(self: object, *arguments: Any, **named: Any) -> None:
        nonlocal calls
        calls += blow.subject in ("", subject_of(*arguments, **named))
        struck = calls == blow.nth and blow.subject in ("", subject_of(*arguments, **named))
        if struck and blow.when == "before":
            strike(blow)
        really(self, *arguments, **named)
        if struck and blow.when == "after":
            strike(blow)

    setattr(owner, name, wrapped)


def strike(blow: Blow) -> None:
    if blow.whom == "parent":
        os.kill(os.getpid(), blow.number)
        return
    for child in psutil.Process().children():
        if any(word in ("rollouts.worker", "rft.training.worker") for word in child.cmdline()):
            child.send_signal(blow.number)
            while child.status() != psutil.STATUS_ZOMBIE:  # the program itself is to find out how it ended
                time.sleep(0.01)


def note_starts() -> None:
    """Write down which stage's child is started."""
    really = rollouts.child.start_child

    def noting(module: str, log_file: TextIO) -> Any:
        with STARTS.open("a") as file:
            file.write(Path(log_file.name).stem + "\n")
        return really(module, log_file)

    rollouts.child.start_child = noting


if __name__ == "__main__":
    note_starts()
    if (given := json.loads(sys.argv.pop(1))) is not None:
        arm(Blow(**given))
    main()
