"""Child processes, with real processes and real signals."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import psutil
import pytest

from rollouts.child import Child, ChildFailed, stream_child
from rollouts.errors import ChildDied, ModelError

WORKER = "tests.fakes.child_worker"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "child.log"


def start(log: Path, do: str, **more: Any) -> Generator[dict[str, Any], None, None]:
    stream = stream_child(WORKER, {"do": do, **more}, log)
    assert isinstance(stream, Generator)
    return stream


def wait_until(reached: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


def ended(pid: int) -> bool:
    """Gone, or dead and waiting to be collected (an orphan, where nobody is there to collect it)."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_messages_come_in_order(log: Path) -> None:
    messages = list(start(log, "count", to=200))
    assert messages[0]["kind"] == "started"
    assert [message["value"] for message in messages[1:]] == list(range(200))


def test_messages_come_as_they_are_sent(log: Path) -> None:
    stream = start(log, "wait")
    assert next(stream)["kind"] == "started"  # the child sleeps from here on: nothing waited for its end
    stream.close()


def test_a_large_request_and_any_text_arrive_whole(log: Path) -> None:
    text = "--\t\u2028'\"\\\n\0é🦀" * 50_000
    assert list(start(log, "echo", text=text))[1]["text"] == text


def test_stray_prints_go_to_the_log(log: Path) -> None:
    assert [message["kind"] for message in start(log, "print")] == ["started", "between"]
    assert log.read_text().startswith("a stray line\n{ not ours }\n")


def test_an_error_with_a_hint_arrives_as_itself(log: Path) -> None:
    with pytest.raises(ChildFailed, match=r"^the model is not there\.$") as caught:
        list(start(log, "hint"))
    assert caught.value.hint == "Fetch it."
    assert caught.value.exit_code == ModelError.exit_code == 2


def test_an_exception_gives_the_tail_of_the_log(log: Path) -> None:
    with pytest.raises(ChildDied, match=r"exit code 1 before it finished[\s\S]*ValueError: broken inside") as caught:
        list(start(log, "raise"))
    assert str(log) in caught.value.hint


def test_the_tail_is_the_childs_own(log: Path) -> None:
    with pytest.raises(ChildDied):
        list(start(log, "raise"))
    with pytest.raises(ChildDied) as caught:
        list(start(log, "kill"))
    assert "broken inside" in log.read_text(), "the log keeps what earlier children wrote"
    assert "broken inside" not in str(caught.value)


def test_a_killed_child_is_named_with_its_signal(log: Path) -> None:
    with pytest.raises(ChildDied, match="killed by signal 9 before it finished"):
        list(start(log, "kill"))


def test_a_child_killed_within_a_message(log: Path) -> None:
    stream = start(log, "cut")
    pid = next(stream)["pid"]
    wait_until(lambda: ended(pid), "the child is dead")
    with pytest.raises(ChildDied, match="killed by signal 9"):
        next(stream)


def test_a_module_that_is_not_there(log: Path) -> None:
    with pytest.raises(ChildDied, match="No module named"):
        list(stream_child("tests.fakes.no_such_worker", {"text": "x" * 1_000_000}, log))


def test_closing_the_stream_ends_the_child(log: Path) -> None:
    stream = start(log, "wait")
    pid = next(stream)["pid"]
    stream.close()
    assert not psutil.pid_exists(pid)


def test_closing_the_stream_ends_a_child_that_cannot_hear(log: Path) -> None:
    stream = start(log, "stop")
    child = psutil.Process(next(stream)["pid"])
    wait_until(lambda: child.status() == psutil.STATUS_STOPPED, "the child stands still")
    stream.close()
    assert not psutil.pid_exists(child.pid)


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from rollouts.child import stream_child\n"
        f"stream = stream_child({WORKER!r}, {{'do': 'wait'}}, Path(sys.argv[1]))\n"
        "print(next(stream)['pid'], flush=True)\n"
        "time.sleep(600)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not ended(child)
        os.kill(parent.pid, signal.SIGKILL)
    wait_until(lambda: ended(child), "the orphan has ended")


def test_a_child_answers_one_request_after_another(log: Path) -> None:
    child = Child(WORKER, log)
    try:
        for count in (3, 0, 1):
            first, *numbers = child.ask({"do": "count", "to": count})
            assert first["pid"] == child.pid
            assert [message["value"] for message in numbers] == list(range(count))
        assert child.open
    finally:
        child.close()
    assert ended(child.pid)


@pytest.mark.parametrize("do", ["hint", "raise", "kill"])
def test_a_child_that_fails_or_dies_is_closed(do: str, log: Path) -> None:
    child = Child(WORKER, log)
    with pytest.raises((ChildFailed, ChildDied)):
        list(child.ask({"do": do}))
    assert not child.open
    assert ended(child.pid)


def test_a_child_that_died_between_requests_is_known_by_the_next(log: Path) -> None:
    child = Child(WORKER, log)
    list(child.ask({"do": "count", "to": 1}))
    os.kill(child.pid, signal.SIGSEGV)
    wait_until(lambda: ended(child.pid), "the child is dead")
    with pytest.raises(ChildDied, match="killed by signal 11"):
        list(child.ask({"do": "count", "to": 1, "text": "x" * 1_000_000}))


def test_answers_that_nobody_waits_for_do_not_come_to_the_next_request(log: Path) -> None:
    child = Child(WORKER, log)
    answers = child.ask({"do": "count", "to": 5})
    next(answers)
    answers.close()
    assert not child.open
    assert ended(child.pid)


def test_no_descriptor_is_left_behind(log: Path) -> None:
    list(start(log, "count", to=1))
    before = psutil.Process().num_fds()
    for do in ("count", "print", "kill", "raise"):
        try:
            list(start(log, do, to=3))
        except ChildDied:
            assert do in ("kill", "raise")
    stream = start(log, "wait")
    next(stream)
    stream.close()
    assert psutil.Process().num_fds() == before
