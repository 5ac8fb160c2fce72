"""The proof with real workers: what is run for a task of each kind, and what comes of a whole suite."""

import json

import pytest

from eval.check import Bounds, SuiteCheck, TaskCheck, check_tasks
from eval.check.run import MUTANTS
from eval.check.stubs import READ_ONLY, stubs
from eval.mutation import all_mutants
from scorers.extraction import extract_files
from tests.eval.tasks import a_task, a_tool_task

LENIENT = Bounds(suite_rate=0.0, task_rate=0.0)
COUNTING = """
local function double(n)
	local sum = 0
	local i = 0
	while i < 2 do
		sum += n
		i += 1
	end
	if sum == n * 3 + 0.5 then
		return nil
	end
	return sum
end
"""


def test_a_good_task_is_proved() -> None:
    steps: list[tuple[int, int]] = []
    suite = check_tasks([a_task()], on_progress=lambda done, total: steps.append((done, total)))
    assert suite.problems == []
    assert suite.kill_rate == 1.0
    assert suite.made >= 4
    total = 1 + len(stubs(a_task())) + suite.made
    assert steps == [(done, total) for done in range(1, total + 1)]


def test_mutants_that_run_for_ever_are_killed_and_equal_ones_found() -> None:
    task = a_task(reference=COUNTING)
    (check,) = check_tasks([task], bounds=LENIENT).tasks
    labels = [survivor.label for survivor in check.survivors]
    assert labels
    assert all(label.startswith("9:") for label in labels), labels
    assert "7:3 drop statement" in [mutant.label for mutant in all_mutants(COUNTING, "function")]  # `i += 1`
    named = dict.fromkeys(labels, "the condition holds for no whole number")
    (again,) = check_tasks([task.model_copy(update={"equivalent": named})]).tasks
    assert again.problems == ()
    assert (again.made, again.equivalent, again.kill_rate) == (check.made, len(named), 1.0)


def test_a_suite_below_its_bound_is_a_problem() -> None:
    problem = check_tasks([a_task(reference=COUNTING)]).problems[0]
    assert problem.task == "the suite"
    assert "at least 90% must" in problem.text


def test_stubs_wrong_answers_and_the_reference_are_run() -> None:
    lenient = a_task(
        id="lenient",
        reference="function double(n) return {} end",
        tests='test("a table", function() for i = 1, 5 do expect(double(i)).toEqual({}) end end)',
        wrong=("function double() return {} end",),
    )
    texts = [problem.text for problem in check_tasks([lenient]).problems]
    assert "a function that returns {} passes all 2 cases" in texts
    assert "wrong answer 1 passes all 2 cases" in texts


def test_a_reference_that_fails_has_no_mutants() -> None:
    (check,) = check_tasks([a_task(reference="function double(n) return n * 3 end")]).tasks
    assert check.made == 0
    assert check.problems[0].startswith("the reference fails 'small'")


def test_the_number_of_mutants_can_be_chosen() -> None:
    assert check_tasks([a_task(reference=COUNTING)], mutants=3, bounds=LENIENT).made == 3
    assert MUTANTS >= 20


def test_stubs_of_every_kind() -> None:
    assert set(stubs(a_task(kind="module", entry_point=None, random_inputs=None, world=True)).values()) == {
        "", "return {}", "return nil", "return function() end",
    }  # fmt: skip
    assert list(stubs(a_task(kind="script", entry_point=None, random_inputs=None)).values()) == ["", 'print("done")']
    files = "### ServerScriptService/A.server.luau\n```luau\nprint(1)\n```\n"
    (empty,) = stubs(a_task(kind="files", entry_point=None, random_inputs=None, reference=files)).values()
    assert [(file.path, file.code) for file in extract_files(empty)] == [("ServerScriptService/A.server.luau", "")]


def test_looking_is_no_answer_unless_it_is_the_wish() -> None:
    lists = [json.loads(stub) for stub in stubs(a_tool_task()).values()]
    assert [] in lists
    assert {calls[0]["name"] for calls in lists if calls} == set(READ_ONLY)
    look = a_tool_task(reference='[{"name": "get_studio_mode", "arguments": {}}]')
    assert "only get_studio_mode" not in stubs(look)


@pytest.fixture
def suite() -> SuiteCheck:
    def check(name: str, category: str, assertions: int | None, made: int, killed: int, equivalent: int) -> TaskCheck:
        return TaskCheck(name, category, 2, assertions, made, killed, equivalent, 0, (), ())

    return SuiteCheck((check("a", "x", 5, 10, 7, 1), check("b", "y", 8, 10, 10, 0), check("c", "x", None, 0, 0, 0)))


def test_figures_of_a_suite(suite: SuiteCheck) -> None:
    assert (suite.made, suite.killed, suite.equivalent) == (20, 17, 1)
    assert suite.kill_rate == pytest.approx(17 / 19)
    assert suite.assertions == (5, 6.5)
    assert suite.histogram("category") == {"x": 2, "y": 1}
    assert {name: len(part.tasks) for name, part in suite.by_category().items()} == {"x": 2, "y": 1}
    assert SuiteCheck(()).assertions is None
    assert SuiteCheck(()).kill_rate is None


def test_a_suite_as_json(suite: SuiteCheck) -> None:
    fields = json.loads(json.dumps(suite.to_json()))
    assert fields["mutants"] == {"made": 20, "killed": 17, "equivalent": 1}
    assert fields["tasks"][0]["kill_rate"] == pytest.approx(7 / 9)
