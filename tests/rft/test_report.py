"""The report: the agreed keys, the same figures as the store, and nothing that was not measured."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from eval.task import Task
from rft.begun import stored_config
from rft.config import RftConfig
from rft.engine import BASE, SFT
from rft.inputs import held_out_tasks
from rft.report import Report, collect, render, write_log_page
from rft.store import RunPaths, open_for_reading, open_for_writing
from rollouts.store import Candidate
from scorers import SCORERS
from tests.rft.world import HELD_OUT, NOUNS, a_config, a_task

METRICS = {"cases", "pass_at_1", "pass_at_k", "k", "compile_rate", "composite", "scores", "by_category"}


@pytest.fixture
def report(in_finished: RunPaths) -> Report:
    with open_for_reading(in_finished) as store:
        config = stored_config(store)
        return collect(store, in_finished, config, held_out_tasks(store, config))


@pytest.fixture
def data(report: Report) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(report.to_json(), allow_nan=False))
    return read


def test_the_agreed_keys_are_there(data: dict[str, Any]) -> None:
    assert (data["run"], data["reward_mode"], data["finished"]) == ("tiny", "executed", True)
    assert data["base"].keys() == {"metrics"}
    assert {"metrics", "decision", "adapter"} <= data["sft"].keys()
    (round_1,) = data["rounds"]
    assert {"index", "sampled", "kept", "adapter", "metrics", "decision"} <= round_1.keys()
    for entry in (data["sft"], round_1):
        assert {"promote", "reason", "p_value", "mde"} <= entry["decision"].keys()
    for entry in (data["base"], data["sft"], round_1):
        assert entry["metrics"].keys() == METRICS
        assert tuple(entry["metrics"]["scores"]) == SCORERS


def test_the_figures_are_those_of_the_run(in_finished: RunPaths, data: dict[str, Any]) -> None:
    with open_for_reading(in_finished) as store:
        shares = {name: store.fact(f"measured:{name}")["share"] for name in (BASE, SFT, "round-1")}
        kept = store.fact("selection:round-1")["kept"]
    (round_1,) = data["rounds"]
    assert [entry["metrics"]["cases"]["mean"] for entry in (data["base"], data["sft"], round_1)] == [*shares.values()]
    assert data["base"]["metrics"]["cases"]["mean"] == 0
    assert data["sft"]["metrics"]["cases"]["low"] > 0
    assert (round_1["index"], round_1["sampled"], round_1["kept"]) == (1, 2 * len(NOUNS), len(kept))
    assert round_1["against_sft"]["mean"] == pytest.approx(shares["round-1"] - shares[SFT])
    assert (in_finished.workspace / round_1["adapter"]).is_dir()
    assert sorted(data["sft"]["metrics"]["by_category"]) == ["even", "odd"]


def test_the_page_and_the_json_beside_the_run_say_the_same(in_finished: RunPaths, report: Report, data: dict[str, Any]) -> None:
    assert json.loads((in_finished.folder / "report.json").read_text()) == data
    page = in_finished.log_page.read_text()
    for row in report.rows:
        assert f"| {row.name} | {100 * row.metrics.cases.mean:.1f} [" in page
        assert row.decision is None or row.decision.reason in page


def test_every_policy_and_decision_is_printed(report: Report) -> None:
    stream = io.StringIO()
    render(report, Console(file=stream, width=120))
    printed = stream.getvalue()
    assert "(not finished)" not in printed
    for row in report.rows:
        assert row.name in printed
        assert row.decision is None or row.decision.reason in printed.replace("\n", " ")


def test_answers_that_the_world_cannot_judge_are_counted_apart(report: Report, tmp_path: Path) -> None:
    base, *others = report.rows
    some = replace(report, rows=(replace(base, unsupported=3), *others))
    stream = io.StringIO()
    for shown in (report, some):
        render(shown, Console(file=stream, width=120))
    assert stream.getvalue().count("unsupported") == 1
    assert "base: unsupported 3" in stream.getvalue()
    assert some.to_json()["base"]["unsupported"] == 3
    paths = RunPaths(tmp_path, "tiny")
    paths.folder.mkdir(parents=True, exist_ok=True)
    assert "base: unsupported 3" in write_log_page(some, paths).read_text()


@pytest.fixture
def begun(tmp_path: Path) -> tuple[RunPaths, RftConfig, tuple[Task, ...]]:
    """A run that has drawn all samples of its base, but scored none."""
    paths, tasks = RunPaths(tmp_path, "begun"), tuple(a_task(noun, number=i) for i, noun in enumerate(HELD_OUT))
    with open_for_writing(paths) as store:
        for task in tasks:
            store.candidates.add(Candidate("benchmark-base", task.id, 0, f"key {task.id}", "f=type", 6, "stop"))
    return paths, a_config(benchmark={"k": 1}), tasks


def test_a_run_on_its_way_shows_what_it_has_measured(begun: tuple[RunPaths, RftConfig, tuple[Task, ...]]) -> None:
    """Scores come after samples: a stage that is drawn but not scored is not measured, and no reason to fail."""
    paths, config, tasks = begun
    with open_for_reading(paths) as store:
        report = collect(store, paths, config, tasks)
    found = report.to_json()
    assert (found["finished"], found["base"], found["sft"], found["rounds"]) == (False, None, None, [])
    stream = io.StringIO()
    render(report, Console(file=stream))
    assert "Run begun (not finished)" in stream.getvalue()
    assert write_log_page(report, paths).read_text().startswith("# Run begun")
