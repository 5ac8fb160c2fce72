"""What the parent of a sandboxed child sees to by itself. It runs in a process of its own: forking one with threads, as
pytest's may be, can lock the child."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scorers.execution import ready
from scorers.execution.memory import resident_bytes
from scorers.execution.process import worker_environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")

_START = """
import os, time
from scorers.execution import Limits, Status, isolation
from scorers.execution.ready import children
children.ENFORCES_ADDRESS_SPACE = False
children.limit_address_space = lambda limit: None
"""


def _passes(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _START + script], env=worker_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_child_that_grows_is_killed_where_the_system_does_not_enforce_limits() -> None:
    _passes("""
def grow(emit):
    kept = bytearray(os.urandom(1 << 20) * 400)
    time.sleep(60)
    emit({"event": len(kept)})
grown = isolation.isolate(grow, Limits(wall_seconds=90.0, address_space_bytes=300 << 20))
assert (grown.died, grown.cause) == (Status.MEMORY, "ran out of memory"), grown
assert grown.wall_seconds < 60.0, grown
""")


def test_a_watched_child_that_stays_small_ends_by_itself() -> None:
    _passes("""
small = isolation.isolate(lambda emit: emit({"event": "done"}), Limits())
assert (small.died, [event["event"] for event in small.events]) == (None, ["done"]), small
""")


def test_a_slow_child_is_killed_while_it_is_watched() -> None:
    _passes("""
slow = isolation.isolate(lambda emit: time.sleep(15), Limits(wall_seconds=0.2))
assert slow.died is Status.TIMEOUT, slow
""")


def test_resident_memory_is_told() -> None:
    own = resident_bytes(os.getpid())
    assert own is not None
    assert own > 5 << 20
    assert resident_bytes(1 << 22) is None


def test_a_child_that_sends_without_end_is_killed() -> None:
    _passes("""
def flood(emit):
    while True:
        emit({"event": "x" * 100_000})
flooding = isolation.isolate(flood, Limits(wall_seconds=20.0))
assert (flooding.died, flooding.cause) == (Status.CRASHED, "sent more than it may"), (flooding.died, flooding.cause)
""")


def test_the_program_that_forks_for_every_script_loads_no_heavy_module() -> None:
    """Each page of it costs every script: see `scorers/execution/ready/__init__.py`."""
    file = str(Path(ready.__file__).with_name("__main__.py"))
    script = f"""
import sys
inside = {{"__name__": "program", "__file__": {file!r}}}
exec(open({file!r}).read(), inside)
inside["_enter_packages"]()
from scorers.execution.ready import processes
print(*sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", script], env=worker_environment(), capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "scorers.execution.ready.vm" in loaded
    assert not loaded & {"json", "re", "typing", "dataclasses", "inspect", "ctypes", "threading", "random", "scorers.errors"}
