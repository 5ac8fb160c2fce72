"""The sparklines of the report: which bars, over which rounds, in 80 columns and without a colour in a pipe."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from rft.cli import cli
from rft.looking import look_at
from rft.report import render
from rft.sparkline import BARS, sparkline
from rft.store import RunPaths, open_for_writing
from rft.trend import RoundFigures
from tests.rft.world import HELD_OUT, write_workspace
from tests.rft.written_run import WrittenRun


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ([], ""),
        ([None], "·"),
        ([0.3], "▄"),
        ([0.0, 1.0], "▁█"),
        ([1.0, 0.0], "█▁"),
        ([0.2, None, 0.2], "▄·▄"),
        ([0, 7, 3.5], "▁█▅"),
    ],
)
def test_bars(values: list[float | None], bars: str) -> None:
    assert sparkline(values) == bars
    assert set(bars) <= {*BARS, "·"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WrittenRun]:
    monkeypatch.chdir(write_workspace(tmp_path))
    paths = RunPaths(tmp_path, "written")
    with open_for_writing(paths) as store:
        yield WrittenRun.begin(paths, store, rounds=2)


def test_rounds_are_read_from_the_store(run: WrittenRun) -> None:
    one, other = run.tasks[:2]
    run.answer("round-1", one, 0, "return type")
    run.answer("round-1", one, 1, "return 1", passed=0)
    run.answer("round-1", other, 0, "return 2", passed=0)
    run.answer("round-1", other, 1, "return type", score=0.5)
    run.select("round-1", {one.id: 0}, {one.id: 0.5, other.id: 0.5})
    run.answer("round-2", one, 0, "return type")
    (figures,) = look_at(run.store, run.paths, with_rounds=True).rounds
    assert (figures.name, figures.sampled, figures.acceptance, figures.rewarded) == ("round-1", 4, 0.5, 4)
    assert figures.mean_reward == pytest.approx((1.0 + 0.8) / 4)


def test_a_round_without_candidates_has_no_figures(run: WrittenRun) -> None:
    run.select("round-1", {}, {})
    assert look_at(run.store, run.paths, with_rounds=True).rounds == [RoundFigures("round-1", 0, None, None, 0)]


def test_the_table_in_80_columns_and_without_colour(run: WrittenRun) -> None:
    run.measure("base", {})
    run.measure("sft", dict.fromkeys(HELD_OUT[:6], 1))
    run.decide("sft", promote=True)
    seen = look_at(run.store, run.paths, with_rounds=True)
    rounds = [RoundFigures(f"round-{i}", 8, i / 10, None if i == 2 else i / 8, 8) for i in (1, 2, 3)]
    stream = io.StringIO()
    render(seen.report, Console(file=stream, width=80), rounds)
    lines = stream.getvalue().splitlines()
    rows = {line.strip().split("  ")[0]: line for line in lines if "base to sft" in line or "round-1 to round-3" in line}
    assert set(rows) == {"pass@1 %", "cases passed %", "acceptance %", "mean reward"}
    assert rows["pass@1 %"].split()[-3:] == ["▁█", "0.0", "50.0"]
    assert rows["acceptance %"].split()[-3:] == ["▁▅█", "10.0", "30.0"]
    assert rows["mean reward"].split()[-3:] == ["▁·█", "0.125", "0.375"]
    assert max(len(line) for line in lines if not line.startswith(("sft:", "round-"))) <= 80
    assert "\x1b" not in stream.getvalue()


def test_the_run_may_be_named_in_both_ways(run: WrittenRun) -> None:
    run.measure("base", {})
    one, other, both = (
        CliRunner().invoke(cli, ["report", *arguments])
        for arguments in (["written"], ["--name", "written"], ["written", "--name", "x"])
    )
    assert one.stdout == other.stdout != ""
    assert "Run written (not finished)" in one.stdout
    assert both.exit_code != 0
