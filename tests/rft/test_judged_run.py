"""Whole runs with Claude as judge, over loopback with the real SDK: what is paid, what is not paid twice, what stops a run."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from judges.budget import BudgetReached
from judges.claude.batches import BatchJudge
from judges.errors import JudgeConfigError, JudgePaused
from judges.ledger import AttemptRow, Ledger
from rft.cli import cli
from rft.config import QUICKSTART, load_config
from rft.errors import InputError
from rft.judging.places import ledger_file
from rft.run import start
from rft.store import RunPaths, open_for_reading
from tests.fakes.messages_api import GOOD_KEY, MessagesServer, by_hash, fault
from tests.rft.world import write_workspace

ROOT = Path(__file__).parents[2]
NAME = "judged"
SETTINGS = """
[judge]
backend = "claude"
base_url = "{url}"
concurrency = 2

[judge.budget]
run_calls = {calls}
"""


def small(workspace: Path) -> None:
    """Write a workspace whose policy passes about two thirds of its tasks' tests, so that every round has something to judge."""
    write_workspace(workspace)
    text = (workspace / "rft.toml").read_text().replace("temperature = 0.2", "temperature = 0.5").replace("n = 2", "n = 4")
    (workspace / "rft.toml").write_text(text.replace("steps = 40", "steps = 32"))


def good(body: dict[str, Any]) -> dict[str, Any]:
    return {**by_hash(body), "functionality": 4, "correctness": 4, "completeness": 3, "flags": []}


@pytest.fixture
def server() -> Iterator[MessagesServer]:
    with MessagesServer(decide=good) as running:
        yield running


@pytest.fixture
def workspace(tmp_path: Path, cache: Path, server: MessagesServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert cache.is_dir()
    small(tmp_path)
    for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ANTHROPIC_API_KEY", GOOD_KEY)
    (tmp_path / "no-profile").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "no-profile"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.chdir(tmp_path)
    configure(tmp_path, server)
    return tmp_path


@pytest.fixture(scope="module")
def at_the_judge(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that has come to its first question and may not ask it."""
    assert cache.is_dir()
    folder = tmp_path_factory.mktemp("begun")
    with MessagesServer(decide=good) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTHROPIC_API_KEY", GOOD_KEY)
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.chdir(folder)
        small(folder)
        configure(folder, server, calls=0)
        with pytest.raises(BudgetReached):
            run(folder)
        assert len(server.billed) == 0
    return folder / "runs" / NAME


@pytest.fixture
def begun(workspace: Path, at_the_judge: Path) -> Path:
    """The workspace, in which a few runs have come so far: what comes before the judge is the same for all."""
    for name in (NAME, "again", "recorded", "batched"):
        shutil.copytree(at_the_judge, workspace / "runs" / name)
    return workspace


def configure(workspace: Path, server: MessagesServer, calls: int = 100) -> None:
    """Write the judge's part of the configuration."""
    plain = (workspace / "rft.toml").read_text().partition("\n[judge]")[0]
    (workspace / "rft.toml").write_text(plain + SETTINGS.format(url=server.url, calls=calls))


def run(workspace: Path) -> str:
    out = io.StringIO()
    start(load_config(Path("rft.toml"), QUICKSTART, {}), RunPaths(workspace, NAME), Console(file=out))
    return out.getvalue()


def selections(workspace: Path) -> list[Any]:
    with open_for_reading(RunPaths(workspace, NAME)) as store:
        return [fact for index in (1, 2, 3) if (fact := store.fact(f"selection:round-{index}")) is not None]


def charged(workspace: Path) -> tuple[int, int]:
    """Pico-dollars known and possibly lost, by the ledger."""
    with Ledger.read(ledger_file(workspace)) as ledger:
        assert ledger.verify() == []
        spent = ledger.spent("run", NAME)
        return spent.known_pico, spent.possibly_lost_pico


def rows(workspace: Path) -> list[AttemptRow]:
    with Ledger.read(ledger_file(workspace)) as ledger:
        return list(ledger.attempts())


def test_three_rounds_cost_what_the_server_billed(workspace: Path, server: MessagesServer) -> None:
    file = workspace / "rft.toml"
    file.write_text(file.read_text().replace("rounds = 1", "rounds = 3"))
    said = run(workspace)
    assert "budget" in said
    assert "terms may restrict" in said
    assert "not calibrated" in said
    assert server.billed.pico > 0
    assert charged(workspace) == (server.billed.pico, 0)
    assert sum(len(selection["kept"]) for selection in selections(workspace)) > 3

    shown = CliRunner().invoke(cli, ["cost", NAME, "--json"], catch_exceptions=False)
    assert json.loads(shown.stdout)["headline"]["known_pico"] == server.billed.pico
    report = CliRunner().invoke(cli, ["report", "--name", NAME, "--json"], catch_exceptions=False)
    assert json.loads(report.stdout)["reward_mode"] == "judged"
    exported = CliRunner().invoke(cli, ["judge", "export"], catch_exceptions=False)
    assert GOOD_KEY not in exported.stdout
    assert all(GOOD_KEY not in file.read_text(errors="replace") for file in workspace.rglob("*") if file.is_file())

    before = len(server.billed)
    assert "nothing was done" in run(workspace)
    assert len(server.billed) == before


def test_another_run_of_the_workspace_pays_nothing_for_what_is_known(begun: Path, server: MessagesServer) -> None:
    configure(begun, server)
    run(begun)
    paid, kept = server.billed.pico, selections(begun)
    out = io.StringIO()
    start(load_config(Path("rft.toml"), QUICKSTART, {}), RunPaths(begun, "again"), Console(file=out))
    assert server.billed.pico == paid
    with open_for_reading(RunPaths(begun, "again")) as store:
        assert store.fact("selection:round-1")["kept"] == kept[0]["kept"]


def test_a_recorded_run_asks_nobody_for_a_second_try(
    begun: Path, server: MessagesServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script(fault("malformed", times=1))
    configure(begun, server, calls=1)
    with pytest.raises(BudgetReached):
        run(begun)
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    asked = len(server.requests)
    config = load_config(Path("rft.toml"), QUICKSTART, {"judge": {"recorded": True}})
    with pytest.raises(JudgePaused):
        start(config, RunPaths(begun, NAME), Console(file=io.StringIO()))
    assert len(server.requests) == asked


def test_a_damaged_or_missing_ledger_leaves_the_report(begun: Path) -> None:
    run(begun)
    file = ledger_file(begun)
    file.write_bytes(b"no database, and long enough to look like one" * 100)
    shown = CliRunner().invoke(cli, ["report", "--name", NAME], catch_exceptions=False)
    assert shown.exit_code == 0
    assert "cannot be shown" in shown.stderr
    for left in file.parent.glob("ledger.db*"):
        left.unlink()
    missing = CliRunner().invoke(cli, ["cost", NAME])
    assert isinstance(missing.exception, InputError)
    assert "is missing" in str(missing.exception)


@pytest.mark.parametrize(("mode", "judge", "found"), [("deterministic", "claude", "judged"), ("judged", "none", "executed")])
def test_a_judge_on_the_command_line_wins_over_the_files_mode(tmp_path: Path, mode: str, judge: str, found: str) -> None:
    file = tmp_path / "rft.toml"
    file.write_text(f'[reward]\nmode = "{mode}"\n')
    assert load_config(file, QUICKSTART, {"judge": {"backend": judge}}).reward.mode == found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_calibration_that_is_stopped_loses_no_answer(workspace: Path, number: int) -> None:
    with MessagesServer(decide=good, latency=0.5) as slow:
        configure(workspace, slow, calls=1000)
        command = ["judge", "calibrate", "--limit", "4", "--per-kind", "4"]
        process = started(workspace, slow, command)
        process.send_signal(number)
        _, errors = process.communicate()
        assert process.returncode == 75, errors
        assert b"Traceback" not in errors
        assert {row.state for row in rows(workspace)} == {"done"}
        assert sum(row.cost_pico or 0 for row in rows(workspace)) == slow.billed.pico


def started(workspace: Path, slow: MessagesServer, arguments: list[str]) -> "subprocess.Popen[bytes]":
    """`rft` with these arguments, when one of its calls has been answered and another is under way."""
    command = [sys.executable, "-c", "from rft.cli import main; main()", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=workspace, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while slow.state()["in_flight"] < 1 or len(slow.billed) < 3:
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


def test_a_recorded_run_needs_no_network_and_no_key(begun: Path, server: MessagesServer, monkeypatch: pytest.MonkeyPatch) -> None:
    run(begun)
    asked, kept = len(server.requests), selections(begun)
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    config = load_config(Path("rft.toml"), QUICKSTART, {"judge": {"recorded": True}})
    start(config, RunPaths(begun, "recorded"), Console(file=io.StringIO()))
    assert len(server.requests) == asked
    with open_for_reading(RunPaths(begun, "recorded")) as store:
        assert [store.fact("selection:round-1")] == kept
    other = load_config(Path("rft.toml"), QUICKSTART, {"judge": {"recorded": True, "effort": "low"}})
    with pytest.raises(JudgePaused, match="asks nobody") as caught:
        start(other, RunPaths(begun, "unknown"), Console(file=io.StringIO()))
    assert "judge.recorded" in caught.value.hint


def test_a_budget_pauses_the_run_and_a_higher_one_carries_it_on(begun: Path, server: MessagesServer) -> None:
    configure(begun, server, calls=1)
    with pytest.raises(BudgetReached, match="1 of 1 calls") as caught:
        run(begun)
    assert caught.value.exit_code == 75
    assert "judge.budget.run_calls" in caught.value.hint
    assert len(server.billed) == 1
    configure(begun, server, calls=100)
    run(begun)
    assert charged(begun) == (server.billed.pico, 0)


def test_batches_keep_the_same_at_half_the_price(begun: Path, server: MessagesServer, monkeypatch: pytest.MonkeyPatch) -> None:
    run(begun)
    one_by_one = selections(begun)
    with MessagesServer(decide=good, batch_polls=1) as batching:
        configure(begun, batching)
        monkeypatch.setattr("rft.judging.rounds.BatchJudge", partial(BatchJudge, poll_seconds=0.05))
        config = load_config(Path("rft.toml"), QUICKSTART, {"judge": {"batch": True}})
        start(config, RunPaths(begun, "batched"), Console(file=io.StringIO()))
        assert all(call.batch_id for call in batching.billed)
        with Ledger.read(ledger_file(begun)) as ledger:
            assert ledger.spent("run", "batched").known_pico == batching.billed.pico
    with open_for_reading(RunPaths(begun, "batched")) as store:
        assert [store.fact("selection:round-1")] == one_by_one
        kinds = [task["kinds"] for task in store.fact("judged:round-1")["tasks"].values()]
    assert sum(each.get("asked", 0) for each in kinds) == len(server.billed)


def test_without_any_opinion_the_scorers_select(workspace: Path, server: MessagesServer) -> None:
    plain = (workspace / "rft.toml").read_text().partition("\n[judge]")[0]
    mode = '[reward]\nmode = "deterministic"\ndeterministic_threshold = 0.9'
    (workspace / "rft.toml").write_text(plain.replace("[reward]", mode))
    run(workspace)
    with open_for_reading(RunPaths(workspace, NAME)) as store:
        kept = store.fact("selection:round-1")["kept"].values()
    assert kept
    assert all(each["reward"] == pytest.approx(each["deterministic"]) for each in kept)
    assert server.requests == []


def test_a_judge_is_calibrated_and_then_watched(workspace: Path, server: MessagesServer) -> None:
    command = ["judge", "calibrate", "--tasks", "builtin:quickstart", "--limit", "6", "--per-kind", "8"]
    configure(workspace, server, calls=10_000)
    shown = CliRunner().invoke(cli, command)
    assert shown.exit_code == 3, shown.output
    assert "It failed" in shown.stdout
    asked = len(server.billed)
    assert asked > 20
    CliRunner().invoke(cli, command)
    assert len(server.billed) == asked
    name = next(row.run for row in rows(workspace))
    cost = CliRunner().invoke(cli, ["cost", name, "--json"], catch_exceptions=False)
    assert json.loads(cost.stdout)["headline"]["known_pico"] == server.billed.pico
    with pytest.raises(JudgeConfigError, match="failed its calibration") as caught:
        run(workspace)
    assert "judge.force" in caught.value.hint
    text = (workspace / "rft.toml").read_text().replace('backend = "claude"', 'backend = "claude"\nforce = true')
    (workspace / "rft.toml").write_text(text)
    assert "used all the same" in run(workspace)
    assert sum((row.run, row.purpose) == (NAME, "canary") for row in rows(workspace)) == 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ANTHROPIC_API_KEY": None}, "no key"),
        ({"ANTHROPIC_API_KEY": "wrong"}, "key"),
    ],
    ids=["no key", "wrong key"],
)
def test_what_is_wrong_with_the_judge_is_told_before_any_work(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, str | None], message: str
) -> None:
    for name, value in change.items():
        if value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)
    with pytest.raises(JudgeConfigError, match=message) as caught:
        run(workspace)
    assert caught.value.hint
    with open_for_reading(RunPaths(workspace, NAME)) as store:
        assert store.candidates.stages() == {}
        assert store.fact("config") is None


@pytest.mark.usefixtures("workspace")
def test_a_dry_run_asks_nobody(server: MessagesServer) -> None:
    shown = CliRunner().invoke(cli, ["run", "--dry-run"], catch_exceptions=False)
    assert "expected" in shown.stdout
    assert server.requests == []


def test_a_key_alone_spends_nothing(workspace: Path, server: MessagesServer) -> None:
    plain = (workspace / "rft.toml").read_text().partition("\n[judge]")[0]
    (workspace / "rft.toml").write_text(plain)
    run(workspace)
    assert server.requests == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
def test_a_run_stopped_while_it_judges_is_carried_on(begun: Path, cache: Path, number: int) -> None:
    """A hard kill loses at most the calls under way, which are counted; SIGTERM loses none."""
    assert cache.is_dir()
    with MessagesServer(decide=good, latency=0.5) as slow:
        configure(begun, slow)
        process = started(begun, slow, ["run", "--name", NAME])
        process.send_signal(number)
        process.communicate()
        assert process.returncode == (-number if number == signal.SIGKILL else 75)
        known, _ = charged(begun)
        run(begun)
        paid, lost = charged(begun)
        assert paid >= known
        if number == signal.SIGTERM:
            assert (paid, lost) == (slow.billed.pico, 0)
        else:
            assert paid <= slow.billed.pico <= paid + lost
        assert len(slow.billed) <= 2 + 4  # Four distinct questions, two calls at a time.
