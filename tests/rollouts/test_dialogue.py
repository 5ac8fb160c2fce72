"""Conversations with a child, with real processes and real signals."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from rollouts.child import ChildFailed
from rollouts.dialogue import Dialogue
from rollouts.errors import ChildDied

WORKER = "tests.fakes.dialogue_worker"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "child.log"


@pytest.fixture
def dialogue(log: Path) -> Iterator[Dialogue]:
    dialogue = Dialogue(WORKER, {}, log)
    yield dialogue
    dialogue.close()


def pid_of(dialogue: Dialogue) -> int:
    return int(dialogue.ask({"do": "pid"})["pid"])


def ended(pid: int) -> bool:
    """Gone, or dead and waiting to be collected."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def wait_until(reached: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


def test_each_request_has_its_answer_from_one_child(dialogue: Dialogue) -> None:
    first = pid_of(dialogue)
    texts = [dialogue.ask({"do": "echo", "text": str(i)})["text"] for i in range(100)]
    assert texts == [str(i) for i in range(100)]
    assert pid_of(dialogue) == first


def test_large_messages_and_any_text_arrive_whole(dialogue: Dialogue) -> None:
    text = "--\t\u2028'\"\\\n\0é🦀\ud800" * 50_000
    assert dialogue.ask({"do": "echo", "text": text})["text"] == text


def test_stray_prints_go_to_the_log(dialogue: Dialogue, log: Path) -> None:
    dialogue.ask({"do": "print"})
    assert log.read_text().startswith("a stray line\n{ not ours }\n")
    assert dialogue.ask({"do": "echo", "text": "still here"})["text"] == "still here"


def test_an_error_at_the_start_arrives_as_itself(log: Path) -> None:
    before = psutil.Process().num_fds()
    with pytest.raises(ChildFailed, match=r"^the model is not there\.$") as caught:
        Dialogue(WORKER, {"do": "hint"}, log)
    assert (caught.value.hint, caught.value.exit_code) == ("Fetch it.", 2)
    assert psutil.Process().num_fds() == before


def test_an_error_in_an_answer_arrives_as_itself_and_ends_the_child(dialogue: Dialogue) -> None:
    pid = pid_of(dialogue)
    with pytest.raises(ChildFailed, match=r"^the weights are broken\.$") as caught:
        dialogue.ask({"do": "hint"})
    assert caught.value.hint == "Fetch them again."
    assert not psutil.pid_exists(pid)


def test_an_exception_gives_the_tail_of_the_log(dialogue: Dialogue, log: Path) -> None:
    with pytest.raises(ChildDied, match=r"exit code 1[\s\S]*ValueError: broken inside") as caught:
        dialogue.ask({"do": "raise"})
    assert str(log) in caught.value.hint
    assert "sampling" not in caught.value.hint


def test_a_child_killed_in_an_answer_is_named_with_its_signal(dialogue: Dialogue) -> None:
    with pytest.raises(ChildDied, match="killed by signal 9"):
        dialogue.ask({"do": "kill"})


def test_a_child_killed_between_answers(dialogue: Dialogue) -> None:
    pid = pid_of(dialogue)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: ended(pid), "the child is dead")
    with pytest.raises(ChildDied, match="killed by signal 9"):
        dialogue.ask({"do": "echo", "text": "x" * 1_000_000})


def test_a_module_that_is_not_there(log: Path) -> None:
    with pytest.raises(ChildDied, match="No module named"):
        Dialogue("tests.fakes.no_such_worker", {"text": "x" * 1_000_000}, log)


def test_closing_ends_the_child_and_may_be_repeated(log: Path) -> None:
    before = psutil.Process().num_fds()
    dialogue = Dialogue(WORKER, {}, log)
    pid = pid_of(dialogue)
    dialogue.close()
    dialogue.close()
    assert not psutil.pid_exists(pid)
    assert psutil.Process().num_fds() == before


def test_a_child_in_the_middle_of_an_answer_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from rollouts.dialogue import Dialogue\n"
        f"dialogue = Dialogue({WORKER!r}, {{}}, Path(sys.argv[1]))\n"
        "print(dialogue.ask({'do': 'pid'})['pid'], flush=True)\n"
        "dialogue.ask({'do': 'wait'})"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not ended(child)
        os.kill(parent.pid, signal.SIGKILL)
    wait_until(lambda: ended(child), "the orphan has ended")
