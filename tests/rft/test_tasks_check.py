"""The proof of task files: of broken ones, and of every task that the package brings."""

from pathlib import Path

import pytest

from eval.check import check_references, check_tasks
from eval.task import load_tasks
from rft.inputs import BUILTIN, benchmark_folder, demonstrations_file, load_demonstrations, refuse_contamination, task_folder
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
    problems = check_tasks([lenient])
    assert [problem.text for problem in problems] == ["a function that returns true passes all 1 cases"]


def test_a_task_that_asks_nothing_is_a_problem_of_every_stub() -> None:
    idle = a_task("idle").model_copy(update={"tests": 'test("is there", function() expect(1).toEqual(1) end)'})
    texts = [problem.text for problem in check_tasks([idle])]
    assert any("first argument" in text for text in texts)
    assert any("returns nothing" in text for text in texts)


def test_random_inputs_that_cannot_run_are_a_problem() -> None:
    broken = a_task("broken").model_copy(update={"random_inputs": "return function(random) return nothing.here end"})
    assert [problem.task for problem in check_tasks([broken])] == ["broken"]


@pytest.mark.parametrize("folder", [task_folder(QUICKSTART), benchmark_folder(QUICKSTART)], ids=["training", "held-out"])
def test_the_packaged_tasks_have_no_problem(folder: Path) -> None:
    tasks = load_tasks(folder)
    assert len(tasks) >= 40
    assert check_tasks(tasks) == []


def test_the_packaged_tasks_do_not_repeat_the_benchmark() -> None:
    refuse_contamination(
        load_tasks(task_folder(QUICKSTART)),
        load_demonstrations(demonstrations_file(QUICKSTART)),
        load_tasks(benchmark_folder(QUICKSTART)),
    )
