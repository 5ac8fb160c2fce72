"""What the parent of a sandboxed child sees to by itself."""

import os
import sys
import time

import pytest

from scorers.execution import Limits, Status, isolation
from scorers.execution.memory import resident_bytes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")


def _hold(mebibytes: int, seconds: float) -> None:
    kept = bytearray(os.urandom(1 << 20) * mebibytes)
    time.sleep(seconds)
    assert kept


def test_a_child_that_grows_is_killed_where_the_system_does_not_enforce_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "ENFORCES_ADDRESS_SPACE", False)
    monkeypatch.setattr(isolation, "_apply", lambda _limits: None)
    limits = Limits(wall_seconds=20.0, address_space_bytes=300 << 20)
    grown = isolation.isolate(lambda _emit: _hold(400, 15.0), limits)
    assert (grown.died, grown.cause) == (Status.MEMORY, "ran out of memory")
    assert grown.wall_seconds < 15.0
    small = isolation.isolate(lambda emit: emit({"event": "done"}), limits)
    assert (small.died, [event["event"] for event in small.events]) == (None, ["done"])


def test_a_slow_child_is_killed_while_it_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "ENFORCES_ADDRESS_SPACE", False)
    slow = isolation.isolate(lambda _emit: time.sleep(15), Limits(wall_seconds=0.2))
    assert slow.died is Status.TIMEOUT


def test_resident_memory_is_told() -> None:
    own = resident_bytes(os.getpid())
    assert own is not None
    assert own > 5 << 20
    assert resident_bytes(1 << 22) is None or sys.platform == "darwin"
