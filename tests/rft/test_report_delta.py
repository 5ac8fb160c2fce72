"""From SFT to the rounds: the table of a model card, from figures alone and from a run, in every form of the report."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from rft.cli import cli
from rft.inputs import held_out_tasks
from rft.looking import look_at
from rft.measure import benchmark_result, metrics_of
from rft.paired import difference
from rft.report import Report, render, render_delta, write_log_page
from rft.reporting.answers import read_policy
from rft.reporting.delta import FigureRow, figure_rows
from rft.rewards import reward
from rft.scoring import facts_of
from rft.store import RunPaths, open_for_reading, open_for_writing
from scorers import SCORERS
from tests.rft.world import HELD_OUT, write_workspace
from tests.rft.written_run import WrittenRun

CARD = {"syntax": (0.95, 0.98), "api": (0.90, 0.94), "bugs": (0.85, 0.91), "quality": (0.78, 0.85), "composite": (0.87, 0.92)}
"""A card's table: each scorer's mean after SFT and after RFT, the composite their plain mean."""


def spread(mean: float) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Four tasks around a mean."""
    return mean + np.array([-0.02, 0.02, -0.01, 0.01])


def test_a_cards_table() -> None:
    sft = {name: spread(before) for name, (before, _) in CARD.items()}
    rft = {name: spread(after) for name, (_, after) in CARD.items()}
    rows = figure_rows({"sft": sft, "round-1": rft}, sft="sft", rounds=["round-1"], seed=0)
    assert [row.figure for row in rows] == list(CARD)
    for row in rows:
        before, after = CARD[row.figure]
        assert row.values == {"sft": pytest.approx(before), "round-1": pytest.approx(after)}
        moved = row.against_sft["round-1"]
        assert (moved.mean, moved.low, moved.high) == pytest.approx([after - before] * 3), "all tasks moved by the same"
    plain_mean = [np.mean([row.values[name] for row in rows[:4]]) for name in ("sft", "round-1")]
    assert list(rows[4].values.values()) == pytest.approx(plain_mean)


def test_a_difference_is_paired_by_task() -> None:
    one, other = np.array([0.0, 1.0, 0.5]), np.array([1.0, 1.0, 0.0])
    (row,) = figure_rows({"sft": {"x": one}, "round-2": {"x": other}}, sft="sft", rounds=["round-1", "round-2"], seed=0)
    assert row.against_sft.keys() == {"round-2"}
    assert row.against_sft["round-2"].mean == pytest.approx(1 / 6)
    assert row.against_sft["round-2"].low == -0.5
    assert row.against_sft["round-2"].high == 1.0


def test_only_what_all_have_and_nothing_without_sft() -> None:
    one = np.ones(2)
    (row,) = figure_rows({"base": {"x": one, "y": one}, "round-1": {"x": one}}, sft="sft", rounds=["round-1"], seed=0)
    assert row == FigureRow("x", {"base": 1.0, "round-1": 1.0}, {})
    assert figure_rows({}, sft="sft", rounds=[], seed=0) == ()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WrittenRun]:
    """Base passes nothing, SFT six of twelve tasks, round-1 eight."""
    monkeypatch.chdir(write_workspace(tmp_path))
    paths = RunPaths(tmp_path, "written")
    with open_for_writing(paths) as store:
        written = WrittenRun.begin(paths, store)
        written.measure("base", {})
        written.measure("sft", dict.fromkeys(HELD_OUT[:6], 1))
        written.decide("sft", promote=True)
        yield written


def with_a_round(run: WrittenRun) -> Report:
    run.measure("round-1", dict.fromkeys(HELD_OUT[:8], 1))
    run.select("round-1", {}, {})
    run.decide("round-1", promote=False)
    return look_at(run.store, run.paths, with_rounds=False).report


def test_figures_of_a_run(run: WrittenRun) -> None:
    rows = {row.figure: row for row in with_a_round(run).figures}
    assert list(rows) == ["cases passed", "pass@1", "compile", *SCORERS, "composite", "reward"]
    assert rows["cases passed"].values == {"base": 0.0, "sft": 0.5, "round-1": pytest.approx(8 / 12)}
    assert rows["cases passed"].against_sft["round-1"].mean == pytest.approx(2 / 12)
    assert rows["composite"].values == {"base": 1.0, "sft": 1.0, "round-1": 1.0}
    assert rows["reward"].values["sft"] == pytest.approx(0.5), "what fails every case is worth nothing"


def test_no_reward_is_made_up_for_a_judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_workspace(tmp_path))
    with open_for_writing(RunPaths(tmp_path, "written")) as store:
        run = WrittenRun.begin(RunPaths(tmp_path, "written"), store, judge={"backend": "claude"})
        run.measure("base", {})
        assert "reward" not in read_policy(run.store, "base", run.benchmark, run.config).figures


def test_the_figures_are_those_of_the_gate_and_of_the_metrics(in_finished: RunPaths) -> None:
    """Read in another way, from real answers of which some do not compile."""
    with open_for_reading(in_finished) as store:
        seen = look_at(store, in_finished, with_rounds=False)
        tasks = held_out_tasks(store, seen.config)
        by_id = {task.id: task for task in tasks}
        rows = {row.figure: row for row in seen.report.figures}
        results = {name: benchmark_result(store, name, tasks) for name in ("sft", "round-1")}
        for name in ("base", "sft", "round-1"):
            metrics = metrics_of(store, name, tasks, seen.config.seed)
            assert next(row.metrics for row in seen.report.rows if row.name == name) == metrics
            for figure, value in {**metrics.scores, "composite": metrics.composite, "compile": metrics.compile_rate}.items():
                assert rows[figure].values[name] == pytest.approx(value)
            answers = store.candidates.of_stage(f"benchmark-{name}")
            worth = [reward(facts_of(store, each, by_id[each.task]), seen.config.reward) for each in answers]
            assert rows["reward"].values[name] == pytest.approx(sum(worth) / len(worth))
    expected = difference(results["round-1"], results["sft"], seed=seen.config.seed)
    assert rows["cases passed"].against_sft["round-1"] == expected == seen.report.rounds[0].against_sft


def test_delta_on_the_command_line(run: WrittenRun) -> None:
    assert "there is nothing to compare with SFT" in CliRunner().invoke(cli, ["report", "written", "--delta"]).stdout
    with_a_round(run)
    lines = CliRunner().invoke(cli, ["report", "written", "--delta"]).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    cells = {line.split("  ")[0].strip(): line.split() for line in lines if line}
    assert [*cells["figure"]] == ["figure", "base", "sft", "round-1", "minus", "SFT"]
    assert cells["cases passed"][2:6] == ["0.0", "50.0", "66.7", "+16.7"]
    assert cells["quality"] == ["quality", "100.0", "100.0", "100.0", "+0.0", "[+0.0,", "+0.0]"]
    assert "promoted" not in "".join(lines)


def test_delta_goes_with_no_other_form(run: WrittenRun) -> None:
    assert run.store.fact("decision:sft") is not None
    for other in (["--json"], ["--html", "x.html"]):
        result = CliRunner().invoke(cli, ["report", "written", "--delta", *other])
        assert result.exit_code == 2
        assert "Give one of --delta, --json and --html" in result.output
    assert not Path("x.html").exists()


def test_every_form_of_the_report_has_the_table(run: WrittenRun) -> None:
    report = with_a_round(run)
    found = json.loads(CliRunner().invoke(cli, ["report", "written", "--json"]).stdout)
    row = next(each for each in found["figures"] if each["figure"] == "pass@1")
    assert row["against_sft"]["round-1"]["mean"] == pytest.approx(2 / 12)
    moved = report.figures[0].against_sft["round-1"].text()
    page = write_log_page(report, run.paths).read_text()
    assert f"| cases passed | 0.0 | 50.0 | 66.7 | {moved} |" in page
    assert f"<td>66.7</td><td>{moved}</td>" in html_of(run)


def html_of(run: WrittenRun) -> str:
    file = run.paths.folder / "page.html"
    result = CliRunner().invoke(cli, ["report", "--name", "written", "--html", str(file)])
    assert result.exit_code == 0, result.output
    return file.read_text()


def test_many_rounds_stand_a_few_abreast(run: WrittenRun) -> None:
    report = with_a_round(run)
    (row,) = report.rounds
    names = [f"round-{i}" for i in range(1, 8)]
    figures = tuple(
        FigureRow(each.figure, {**each.values, **dict.fromkeys(names, 0.5)}, dict.fromkeys(names, each.against_sft["round-1"]))
        for each in report.figures
    )
    many = type(report)(
        **{name: getattr(report, name) for name in report.__slots__}
        | {"figures": figures, "rows": (*report.rows[:2], *(type(row)(**vars_of(row) | {"name": name}) for name in names))}
    )
    stream = io.StringIO()
    render(many, Console(file=stream, width=80))
    render_delta(many, Console(file=stream, width=80))
    assert stream.getvalue().count("Minus SFT") == 3
    assert stream.getvalue().count("From SFT to round-") == 7
    narrow = [line for line in stream.getvalue().splitlines() if not line.startswith(("sft:", "round-"))]
    assert max(map(len, narrow)) <= 80


def vars_of(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}
