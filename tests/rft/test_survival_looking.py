"""`rft status` and `rft report` at any moment of a run's life: the right words and exit codes, and never a traceback."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rft.cli import cli, main
from rft.errors import InputError, RunPaused
from rft.store import RunPaths, open_for_writing
from tests.rft.faults import COMMITTED, NAME, Work, Write, carry_on, small_workspace, watching

HOLDER = """
import fcntl, sys
lock = open(sys.argv[1], "a+")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class Look:
    """What the commands said at one moment."""

    at: str
    status: Result
    status_json: Result
    report: Result
    report_json: Result

    @classmethod
    def now(cls, at: str) -> "Look":
        def asked(*arguments: str) -> Result:
            return CliRunner().invoke(cli, [*arguments, "--name", NAME])

        return cls(at, asked("status"), asked("status", "--json"), asked("report"), asked("report", "--json"))

    @property
    def stages(self) -> dict[str, dict[str, Any]]:
        return {stage["name"]: stage for stage in json.loads(self.status_json.stdout)["stages"]}

    @property
    def all(self) -> tuple[Result, ...]:
        return self.status, self.status_json, self.report, self.report_json


@pytest.fixture(scope="module")
def looks(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Look]:
    """What was said before the first writes of a run and every twelfth later one, and when it was over."""
    assert cache.is_dir()
    paths = small_workspace(tmp_path_factory.mktemp("looked-at"))
    taken: list[Look] = []
    seen = 0

    def look(write: Write) -> None:
        nonlocal seen
        seen += write.kind != COMMITTED
        if write.kind != COMMITTED and (seen < 9 or seen % 12 == 0):
            taken.append(Look.now(str(write)))

    with watching(paths.workspace, look):
        carry_on(paths)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(paths.workspace)
        return [*taken, Look.now("the end")]


def test_a_running_run_can_be_looked_at_whenever(looks: list[Look]) -> None:
    *during, end = looks
    begun = [look for look in during if look.status_json.exit_code == 0 and look.stages]
    assert len(begun) > 10
    for look in begun:
        assert [result.exit_code for result in look.all] == [0] * 4, look.at
        assert look.status.stdout.startswith(f"Run {NAME}: running\n"), look.at
        assert "The run is running." in look.report.stdout, look.at
        found = json.loads(look.report_json.stdout)
        assert (found["finished"], found["state"]) == (False, "running"), look.at
        assert all(stage["done"] <= stage["total"] for stage in look.stages.values()), look.at
    assert [result.exit_code for result in end.all] == [0] * 4
    assert end.status.stdout.startswith(f"Run {NAME}: finished\n")
    assert "state" not in json.loads(end.report_json.stdout)


def test_what_is_shown_only_grows(looks: list[Look]) -> None:
    begun = [look for look in looks if look.status_json.exit_code == 0 and look.stages]
    done = [sum(stage["done"] for stage in look.stages.values()) for look in begun]
    assert done == sorted(done)
    assert done[0] < done[-1]
    rounds = [len(json.loads(look.report_json.stdout)["rounds"]) for look in begun]
    assert rounds == sorted(rounds)
    assert (rounds[0], rounds[-1]) == (0, 2)


def test_a_run_that_reads_its_inputs_is_running(looks: list[Look]) -> None:
    early = [look for look in looks if look not in [one for one in looks if one.status_json.exit_code == 0 and one.stages]]
    held = [look for look in early if look.status.exit_code == 0]
    assert held
    for look in held:
        assert look.status.stdout == f"Run {NAME}: running; it is reading its inputs\n"
        assert json.loads(look.status_json.stdout) == {"run": NAME, "state": "running", "stages": []}
        assert isinstance(look.report.exception, InputError)
        assert "is reading its inputs" in str(look.report.exception)


@pytest.fixture
def stopped(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunPaths:
    """A run that was stopped in its first round."""
    assert cache.is_dir()
    paths = small_workspace(tmp_path)

    def stop(write: Write) -> None:
        if write == Write(COMMITTED, "candidates round-1"):
            raise KeyboardInterrupt

    with pytest.raises(RunPaused), watching(paths.workspace, stop):
        carry_on(paths)
    monkeypatch.chdir(tmp_path)
    return paths


def test_a_dead_run_says_how_to_carry_it_on(stopped: RunPaths) -> None:
    words = f"stopped; `rft resume --name {NAME}` carries it on"
    look = Look.now("dead")
    assert [result.exit_code for result in look.all] == [0] * 4
    assert look.status.stdout.startswith(f"Run {NAME}: {words}\n")
    assert f"The run is {words}." in look.report.stdout
    assert json.loads(look.status_json.stdout)["state"] == json.loads(look.report_json.stdout)["state"] == "stopped"
    assert look.stages["round-1"]["done"] == 1
    assert look.stages["benchmark-sft"]["note"] == "promoted"
    carry_on(stopped)
    assert Look.now("finished").status.stdout.startswith(f"Run {NAME}: finished\n")


@pytest.fixture
def holder(stopped: RunPaths) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the stopped run's lock, as one does that works on it."""
    command = [sys.executable, "-c", HOLDER, str(stopped.folder / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_lock_says_who_lives(holder: "subprocess.Popen[str]") -> None:
    assert Look.now("held").status.stdout.startswith(f"Run {NAME}: running\n")
    holder.kill()
    holder.wait()
    assert Look.now("killed").status.stdout.startswith(f"Run {NAME}: stopped;")


def test_a_look_changes_nothing(stopped: RunPaths) -> None:
    def contents() -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in stopped.workspace.rglob("*") if file.is_file()}

    before = contents()
    Look.now("stopped")
    assert contents() == before


def test_a_run_without_candidates(stopped: RunPaths) -> None:
    with open_for_writing(stopped) as store:
        store.connection.execute("DELETE FROM candidates")
        store.connection.execute("DELETE FROM facts WHERE name NOT IN ('config', 'inputs')")
        store.connection.commit()
    look = Look.now("nothing drawn")
    assert [result.exit_code for result in look.all] == [0] * 4
    assert {stage["done"] for stage in look.stages.values()} == {0}
    assert json.loads(look.report_json.stdout)["base"] is None


@pytest.mark.parametrize("command", ["status", "report", "resume"])
def test_a_run_that_never_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ([command], [command, "--name", NAME])
    for arguments in asked:
        result = CliRunner().invoke(cli, arguments)
        assert isinstance(result.exception, InputError)
        assert "there is no run" in str(result.exception)
        assert result.exception.hint == "Start one with `rft run`."
    with open_for_writing(RunPaths(tmp_path, NAME)):
        pass
    result = CliRunner().invoke(cli, [command, "--name", NAME])
    assert isinstance(result.exception, InputError)
    assert "this run has not begun" in str(result.exception)


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [(NAME, 0, ""), ("none", 2, "there is no run 'none' here"), ("broken", 1, "is not a store of a run")],
)
def test_exit_codes(
    stopped: RunPaths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, code: int, words: str
) -> None:
    (stopped.workspace / "runs" / "broken").mkdir()
    (stopped.workspace / "runs" / "broken" / "run.db").write_text("nothing of SQLite, and longer than its header is" * 9)
    for command in ("status", "report"):
        monkeypatch.setattr(sys, "argv", ["rft", command, "--name", name])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code
        assert words in capsys.readouterr().err


def test_work_is_counted(stopped: RunPaths) -> None:
    """The harness would see work that is repeated."""
    work = carry_on(stopped, Work())
    assert ("round-1", "boats", 0) not in work.drawn
    assert ("round-1", "boats", 1) in work.drawn
