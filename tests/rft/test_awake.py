"""On macOS the computer is kept awake during a run, and it is said once."""

import os
import platform
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from rft.awake import SAID, kept_awake

FAKE = """#!/bin/sh
echo "$@" > "{folder}/arguments"
echo $$ > "{folder}/process"
exec sleep 60
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A caffeinate that writes down what it is asked, first on the PATH."""
    file = tmp_path / "caffeinate"
    file.write_text(FAKE.format(folder=tmp_path))
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return file


def on(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)


def process_of(program: Path) -> psutil.Process:
    """The fake, when it has written its number."""
    file = program.with_name("process")
    while not (file.is_file() and file.read_text().endswith("\n")):
        time.sleep(0.01)
    return psutil.Process(int(file.read_text()))


@pytest.mark.parametrize("fails", [False, True])
def test_a_mac_is_kept_awake_to_the_end(program: Path, monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    on("Darwin", monkeypatch)
    said: list[str] = []
    try:
        with kept_awake(said.append):
            process = process_of(program)
            assert process.is_running()
            if fails:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert fails
    assert not process.is_running()
    assert said == [SAID]
    assert program.with_name("arguments").read_text().split() == ["-i", "-w", str(os.getpid())]


def test_one_that_has_ended_already_is_no_error(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on("Darwin", monkeypatch)
    with kept_awake(lambda _: None):
        process_of(program).kill()


def test_elsewhere_nothing_is_started(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_process(*_arguments: object, **_named: object) -> None:
        raise AssertionError("a process was started")

    assert program.is_file()
    on("Linux", monkeypatch)
    monkeypatch.setattr(subprocess, "Popen", no_process)
    said: list[str] = []
    with kept_awake(said.append):
        assert said == []


def test_a_mac_without_it_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on("Darwin", monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))
    said: list[str] = []
    with kept_awake(said.append):
        assert said == []


def test_what_cannot_be_said_leaves_nothing_running(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on("Darwin", monkeypatch)
    found: list[psutil.Process] = []

    def say(_text: str) -> None:
        found.append(process_of(program))
        raise OSError("nobody hears it")

    with pytest.raises(OSError, match="nobody hears it"), kept_awake(say):
        raise AssertionError("the block was entered")
    assert not found[0].is_running()
