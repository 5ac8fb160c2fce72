"""The proof of task files: of broken ones, and of every task that the package brings."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eval.check import AS_MEASURED, STRICT, check_references, check_tasks
from eval.task import load_tasks
from rft.cli.tasks import tasks
from rft.demonstrations import load_demonstrations
from rft.inputs import BUILTIN, benchmark_folder, demonstrations_file, refuse_contamination, task_folder
from rft.proof import packaged_suites, read_suite, suites_of
from tests.rft.world import a_task

QUICKSTART = f"{BUILTIN}quickstart"


def test_a_reference_that_fails_is_named_with_the_case() -> None:
    wrong = a_task("wrong", reference='return function() return "string" end')
    assert [(problem.task, problem.text.partition(":")[0]) for problem in check_references([a_task("right"), wrong])] == [
        ("wrong", "the reference fails 'names the type'")
    ]


def test_a_reference_that_does_not_compile_or_end_is_a_problem() -> None:
    tasks = [a_task("broken", reference="return function("), a_task("endless", reference="while true do end")]
    assert [problem.task for problem in check_references(tasks)] == ["broken", "endless"]


def test_a_task_that_a_stub_passes_is_a_problem() -> None:
    lenient = a_task("lenient", reference="return function() return true end").model_copy(
        update={"tests": 'test("says yes", function() expect(f(1)).toEqual(true) end)'}
    )
    texts = [problem.text for problem in check_tasks([lenient]).problems]
    assert "a function that returns true passes all 1 cases" in texts


def test_a_task_that_asks_nothing_is_a_problem_of_every_stub() -> None:
    idle = a_task("idle").model_copy(update={"tests": 'test("is there", function() expect(1).toEqual(1) end)'})
    texts = [problem.text for problem in check_tasks([idle]).problems]
    assert any("first argument" in text for text in texts)
    assert any("returns nothing" in text for text in texts)


def test_random_inputs_that_cannot_run_are_a_problem() -> None:
    broken = a_task("broken").model_copy(update={"random_inputs": "return function(random) return nothing.here end"})
    assert [problem.task for problem in check_tasks([broken]).problems] == ["broken"]


@pytest.mark.parametrize("folder", [task_folder(QUICKSTART), benchmark_folder(QUICKSTART)], ids=["training", "held-out"])
def test_the_packaged_tasks_have_no_problem(folder: Path) -> None:
    suite = read_suite(str(folder))
    assert len(suite.tasks) >= 40
    check = check_tasks(suite.tasks, bounds=suite.bounds)
    assert check.problems == []
    assert check.kill_rate is not None
    assert check.kill_rate > 0.97


def test_every_packaged_suite_is_found() -> None:
    folders = [read_suite(folder) for folder in packaged_suites()]
    assert [suite.bounds for suite in folders].count(AS_MEASURED) == 2
    assert {Path(suite.name).name for suite in folders} >= {"quickstart", "tasks"}


def test_a_configuration_names_what_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "rft.toml"
    assert suites_of(None) == []
    file.write_text('[data]\ntasks = "mine"\nbenchmark = "held-out"\ngeneral = "none"\n')
    assert suites_of(file) == ["mine", "held-out"]
    file.write_text('[data]\ntasks = "builtin:quickstart"\n')
    assert suites_of(file) == []


def test_only_the_quickstart_is_kept_as_measured(tmp_path: Path) -> None:
    for file in list(benchmark_folder(QUICKSTART).glob("*.toml"))[:1]:
        (tmp_path / file.name).write_bytes(file.read_bytes())
        assert read_suite(str(tmp_path)).bounds == STRICT
        assert [task.id for task in read_suite(str(tmp_path / file.name)).tasks] == [file.stem]


def check_command(*arguments: str) -> Result:
    return CliRunner().invoke(tasks, ["check", *arguments])


def test_the_command_says_what_survives(tmp_path: Path) -> None:
    """Without its cases about equal lengths the task does not notice a moved boundary."""
    source = (benchmark_folder(QUICKSTART) / "is-divisible-by-five.toml").read_text()
    file = tmp_path / "is-divisible-by-five.toml"
    cases, kept = source.partition("random_inputs")[0], 'random_inputs = "return function() return { 3 } end"\n'
    file.write_text(cases.replace("toEqual(true)", "toBe(isDivisibleByFive(5))").replace("toEqual(false)", "toBe(false)") + kept)
    result = check_command(str(file), "--json")
    assert result.exit_code == 2, result.output
    found = json.loads(result.stdout)
    (suite,) = found["suites"]
    (task,) = suite["tasks"]
    assert (task["task"], suite["count"], suite["folder"]) == ("is-divisible-by-five", 1, str(file))
    assert task["made"] == task["killed"] + len(task["survivors"])
    survivor = task["survivors"][0]
    assert {"label", "before", "after", "unsupported"} == set(survivor)
    shown = check_command(str(file)).stdout
    assert f"passes: {survivor['label']}\n    {survivor['before']}\n    {survivor['after']}\n" in shown


def test_the_command_shows_a_table_and_few_mutants_are_enough() -> None:
    result = check_command(str(benchmark_folder(QUICKSTART)), "--mutants", "5")
    assert result.exit_code == 0, result.output
    assert "d1 d2 d3 d4 d5" in result.stdout
    rows = [line.split() for line in result.stdout.splitlines() if line.strip()]
    (total,) = [row for row in rows if row[0].endswith("quickstart")]
    parts = [row for row in rows if row[0] in ("lists", "logic", "numbers", "strings", "tables")]
    assert int(total[1]) == sum(int(row[1]) for row in parts) == 48
    made = [int(row[8].partition("/")[2]) for row in (total, *parts)]
    assert 48 <= made[0] == sum(made[1:]) <= 5 * 48
    assert total[-1] == "0"


def test_tasks_of_two_folders_that_are_alike_are_named(tmp_path: Path) -> None:
    file = benchmark_folder(QUICKSTART) / "is-divisible-by-five.toml"
    (tmp_path / "again.toml").write_bytes(file.read_bytes())
    result = check_command(str(file), str(tmp_path), "--mutants", "0")
    assert result.exit_code == 2
    assert "again: its prompt repeats is-divisible-by-five of" in result.stdout


def test_the_packaged_tasks_do_not_repeat_the_benchmark() -> None:
    refuse_contamination(
        load_tasks(task_folder(QUICKSTART)),
        load_demonstrations(demonstrations_file(QUICKSTART)),
        load_tasks(benchmark_folder(QUICKSTART)),
    )
