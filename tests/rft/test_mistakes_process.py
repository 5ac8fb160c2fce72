"""What only a process of its own can show: who read the output has gone, the disk behind it is full, somebody pressed Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rft.mistakes import INTERRUPTED, SAID_NO
from tests.rft.world import write_workspace

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from rft.cli import main; main()"]
SLOW = "import time, rft.proof\nrft.proof.check_suites = lambda *_: print('begun', flush=True) or time.sleep(60)\n"
"""A check that says that it has begun and takes its time."""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return write_workspace(tmp_path)


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("command", ["config show", "adapters list --json", "--help"])
def test_nobody_reads_on(command: str) -> None:
    """As in `rft config show | head -1`."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*PROGRAM, *command.split()], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (SAID_NO, "")


@pytest.mark.usefixtures("workspace")
def test_a_terminal_that_does_not_know_its_width_shows_all() -> None:
    shown, plain = (
        subprocess.run(
            [*PROGRAM, "tasks", "check", "held-out"], env={**os.environ, **width}, capture_output=True, text=True, check=False
        )
        for width in ({"COLUMNS": "0"}, {})
    )
    assert "held-out" in plain.stdout
    assert shown.stdout == plain.stdout


@pytest.mark.usefixtures("workspace")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_the_disk_behind_the_output_is_full() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*PROGRAM, "config", "show"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        SAID_NO, "Error: the output cannot be written: No space left on device.\nFree some space, or write it elsewhere.\n",
    )  # fmt: skip


@pytest.mark.usefixtures("workspace")
def test_ctrl_c_where_nothing_is_to_carry_on() -> None:
    slow = [sys.executable, "-c", f"{SLOW}from rft.cli import main; main()", "tasks", "check", "tasks"]
    child = subprocess.Popen(slow, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    child.send_signal(signal.SIGINT)
    _, words = child.communicate()
    assert (child.returncode, words.strip()) == (INTERRUPTED, "")
