"""The report's data and tasks: what a round's rows came to, which tasks go well, and that a look costs and changes nothing."""

import json
import stat
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.outcome import BenchmarkResult, SampleOutcome, TaskOutcome
from rft.cli import cli
from rft.looking import look_at
from rft.page.rendering import _engine
from rft.report import Report, write_log_page
from rft.reporting.cells import in_words
from rft.reporting.data import round_data
from rft.reporting.shares import Shares, TaskShare, held_out_shares, shares_of, training_shares
from rft.selection import Scored, best_of_n
from rft.store import RunPaths, open_for_reading, open_for_writing
from rollouts.store import Candidate
from tests.rft.world import HELD_OUT, NOUNS, write_workspace
from tests.rft.written_run import WrittenRun


def names(tasks: tuple[TaskShare, ...]) -> str:
    return "".join(task.task for task in tasks)


def shares(*tasks: tuple[str, float, float]) -> Shares:
    found = shares_of("first", "last", [TaskShare(*task, 4) for task in tasks])
    assert found is not None
    return found


def test_best_and_worst() -> None:
    """By the last share, then by what was gained; and no task is both."""
    found = shares(("a", 0, 0), ("b", 0.5, 0), ("c", 0, 1), ("d", 0.5, 1), ("e", 0.5, 0.5), ("f", 1, 1))
    assert names(found.worst(2)) == "ba"
    assert names(found.best(2)) == "cd"
    assert names(found.worst(9)) == "bae"
    assert names(found.best(9)) == "cdf"
    assert in_words(found) == "2 of 6 end at 0, 3 at 100"


def test_what_never_passes_is_not_best_and_what_always_does_not_worst() -> None:
    assert names(shares(("a", 0, 0), ("b", 0, 0)).best(5)) == ""
    assert names(shares(("a", 1, 1), ("b", 1, 1)).worst(5)) == ""
    assert shares_of("first", "last", []) is None


def test_a_training_task_has_its_own_first_and_last_round() -> None:
    found = training_shares([{"a": 0.5, "b": 1.0}, {"a": 0.25, "c": 0.0}, {"a": 0.75}], {"a": 12, "b": 4})
    assert found is not None
    by_name = {task.task: task for task in found.tasks}
    assert by_name["a"] == TaskShare("a", 0.5, 0.75, 12)
    assert by_name["b"] == TaskShare("b", 1.0, 1.0, 4)
    assert by_name["c"] == TaskShare("c", 0.0, 0.0, 0)
    assert training_shares([], {}) is None


def test_held_out_tasks_from_the_first_policy_to_the_last() -> None:
    def result(policy: str, *passes: int) -> BenchmarkResult:
        samples = [tuple(SampleOutcome(int(n < right), 1, True, 1.0) for n in range(2)) for right in passes]
        outcomes = tuple(TaskOutcome(name, "any", each) for name, each in zip("ab", samples, strict=True))
        return BenchmarkResult("benchmark", "hash", policy, outcomes)

    found = held_out_shares({"base": result("base", 0, 1), "sft": result("sft", 2, 2), "round-1": result("round-1", 2, 0)})
    assert found == Shares("base", "round-1", (TaskShare("b", 0.5, 0.0, 2), TaskShare("a", 0.0, 1.0, 2)))
    assert held_out_shares({}) is None


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WrittenRun]:
    monkeypatch.chdir(write_workspace(tmp_path))
    paths = RunPaths(tmp_path, "written")
    with open_for_writing(paths) as store:
        yield WrittenRun.begin(paths, store)


def a_round(run: WrittenRun) -> None:
    """Two candidates a task: of the first both pass, of the second one, of the third one too low, of the fourth none."""
    for task in run.tasks:
        for index in range(2):
            run.answer("round-1", task, index, f"return {index}")
    cut = Candidate("round-2", run.tasks[0].id, 0, "cut", "f", 8, "length")
    run.store.candidates.add(cut)
    groups = {task.id: [Scored(task.id, i, "", False, 0.0, 0.0) for i in range(2)] for task in run.tasks}
    rates = dict(zip(groups, (1.0, 0.5, 0.5, 0.0), strict=True))
    third, fourth = list(groups)[2:]
    low = Scored(third, 0, "", True, 0.4, 0.4)
    without = best_of_n([low, groups[third][1], *groups[fourth]], 0.7).without
    kept = {task: {"task": task, "index": 0, "code": "", "reward": 1.0} for task in list(groups)[:2]}
    fact = {"sampled": 8, "kept": kept, "without": without, "pass_rates": rates}
    run.store.state("selection:round-1", fact)


def test_a_rounds_data(run: WrittenRun) -> None:
    assert round_data(run.store, ["round-1"]) == ()
    a_round(run)
    (data,) = round_data(run.store, ["round-1", "round-2"])
    assert (data.tasks, data.candidates, data.tokens, data.passing, data.cut_off) == (4, 8, 56, 4, 0)
    assert (data.always, data.never, data.kept, data.none_passes, data.too_low) == (1, 1, 2, 1, 1)
    assert (data.in_held_out, data.twice, data.rows) == (None, None, None), "what is not there yet is not made up"
    run.store.state("pool:round-1", {"rows": 5, "contaminated": [{"task": "x"}], "duplicates": 3})
    run.store.state("adapter:round-1", {"rows": 6})
    (data,) = round_data(run.store, ["round-1"])
    assert (data.in_held_out, data.twice, data.rows) == (1, 3, 6)


def test_replies_that_were_cut_off_are_counted(run: WrittenRun) -> None:
    a_round(run)
    run.store.state("selection:round-2", {"sampled": 1, "kept": {}, "without": {}, "pass_rates": {run.tasks[0].id: 0.0}})
    assert [each.cut_off for each in round_data(run.store, ["round-1", "round-2"])] == [0, 1]


def test_a_person_sees_data_tasks_and_advice(run: WrittenRun) -> None:
    a_round(run)
    run.measure("base", {})
    run.measure("sft", {HELD_OUT[0]: 1})
    run.decide("sft", promote=False)
    words = CliRunner().invoke(cli, ["report", "written"]).stdout
    assert "Training tasks, % of answers that pass; 1 of 4 end at 0, 1 at 100" in words
    assert "Held-out tasks, % of answers that pass; 11 of 12 end at 0, 1 at 100" in words
    rows = [line.split() for line in words.splitlines()]
    assert ["best", sorted(NOUNS)[0], "100", "100", "2"] in rows
    assert ["worst", sorted(NOUNS)[3], "0", "0", "2"] in rows
    assert ["best", HELD_OUT[0], "0", "100", "1"] in rows
    assert rows.index(["What", "to", "do", "next"]) < len(rows) - 1
    assert "- 1 of 4 tasks that round-1 sampled had no candidate" in words


def test_the_html_page_has_them_too_and_takes_nothing_for_markup(run: WrittenRun) -> None:
    a_round(run)
    run.measure("base", {})
    run.measure("sft", {HELD_OUT[0]: 1})
    run.decide("sft", promote=False)
    file = run.paths.folder / "page.html"
    assert CliRunner().invoke(cli, ["report", "written", "--html", str(file)]).exit_code == 0
    page = file.read_text()
    assert f'<tr><th scope="row">{HELD_OUT[0]}</th><td>0.0</td><td>100.0</td><td>1</td></tr>' in page
    assert "<li>1 of 4 tasks that round-1 sampled had no candidate" in page
    ticked = engine_filter("ticked")
    assert ticked("<b> & `rft <x>` end `") == "&lt;b&gt; &amp; <code>rft &lt;x&gt;</code> end <code></code>"


def engine_filter(name: str) -> Callable[[str], str]:
    found: Callable[[str], str] = _engine().filters[name]
    return found


def report_of(paths: RunPaths) -> Report:
    with open_for_reading(paths) as store:
        return look_at(store, paths, with_rounds=False).report


def test_the_decisions_are_those_of_the_registry(in_finished: RunPaths) -> None:
    """The report, its page, the list of adapters and the link say the same of every adapter."""
    report = report_of(in_finished)
    said = {row.name: row.decision.promote for row in report.rows if row.decision is not None}
    assert said.keys() == {"sft", "round-1"}
    with open_for_reading(in_finished) as store:
        assert said == {name: store.fact(f"decision:{name}")["promote"] for name in said}
        assert said == {name: store.fact(f"promoted:{name}") is not None for name in said}
    last = [name for name, promoted in said.items() if promoted][-1]
    assert in_finished.latest.resolve() == in_finished.adapter(last).resolve()
    listed = CliRunner().invoke(cli, ["adapters", "list"]).stdout.splitlines()
    for name, promoted in said.items():
        (line,) = (each for each in listed if name in each.split()[:2] or f"/{name}" in each)
        assert ("promoted" in line) is promoted


def test_a_finished_runs_advice_is_on_its_page(in_finished: RunPaths) -> None:
    report = report_of(in_finished)
    stored = json.loads((in_finished.folder / "report.json").read_text())
    assert stored["advice"] == [each.to_json() for each in report.advice]
    page = in_finished.log_page.read_text()
    assert all(f"- {each.text}" in page for each in report.advice)
    assert "## Training tasks, % of answers that pass" in page


def test_looking_changes_nothing(in_finished: RunPaths) -> None:
    def contents() -> dict[str, tuple[bytes, int]]:
        files = [file for file in in_finished.workspace.rglob("*") if file.is_file() and stat.S_ISREG(file.stat().st_mode)]
        return {str(file): (file.read_bytes(), file.stat().st_mtime_ns) for file in files if "run.db-" not in file.name}

    before = contents()
    for form in ([], ["--json"], ["--delta"]):
        result = CliRunner().invoke(cli, ["report", in_finished.name, *form])
        assert result.exit_code == 0, result.output
    assert contents() == before


def test_a_round_on_its_way_has_its_row_of_data(run: WrittenRun) -> None:
    a_round(run)
    run.measure("base", {})
    assert ["round-1", "4", "1", "1", "2", "1"] in data_rows(run)
    run.store.state("pool:round-1", {"rows": 5, "contaminated": [{"task": "x"}], "duplicates": 3})
    run.store.state("adapter:round-1", {"rows": 6, "final_loss": 0.5, "validation_loss": 1.5})
    assert ["round-1", "4", "1", "1", "2", "1", "1", "3", "6"] in data_rows(run), "its losses are told when it is decided about"
    run.measure("sft", {})
    run.decide("sft", promote=False)
    run.measure("round-1", {})
    decision = run.store.fact("decision:sft")
    run.store.state("decision:round-1", decision)
    rows = data_rows(run)
    assert [row[0] for row in rows] == ["sft", "round-1"]
    assert rows[1] == ["round-1", "4", "1", "1", "2", "1", "1", "3", "6", "0.500", "1.500"]


def data_rows(run: WrittenRun) -> list[list[str]]:
    """The table of the data, in the terminal and on the run's page."""
    lines = CliRunner().invoke(cli, ["report", "written"]).stdout.splitlines()
    begin = next(at for at, line in enumerate(lines) if line.split()[:3] == ["policy", "tasks", "never"])
    shown = [line.split() for line in takewhile(str.strip, lines[begin + 2 :])]
    page = write_log_page(report_of(run.paths), run.paths).read_text().split("## Data\n\n")[1].split("\n\n")[0]
    assert [line.replace("|", " ").split() for line in page.splitlines()[2:]] == shown
    return shown


def test_a_run_that_has_only_begun_has_no_empty_tables(run: WrittenRun) -> None:
    words = CliRunner().invoke(cli, ["report", "written"]).stdout
    assert "Nothing was measured yet." in words
    assert "policy" not in words
    run.measure("base", {})
    words = CliRunner().invoke(cli, ["report", "written"]).stdout
    assert "cases passed" in words
    assert "decision" not in words
