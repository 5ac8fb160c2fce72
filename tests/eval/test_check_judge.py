"""What counts as a problem of a task, from reports made by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from eval.check import AS_MEASURED, STRICT, TaskCheck
from eval.check.bounds import Bounds
from eval.check.judge import Reports, judge
from eval.mutation import Chosen, Mutant
from scorers.execution import CaseFailure, ExecutionReport, Status
from tests.eval.tasks import a_task, a_tool_task, failed, passed, unsupported

TEN = tuple(Mutant(f"{line}:1 drop statement", "dropped statement", "", "a", "b") for line in range(1, 11))


def judged(
    *,
    reference: ExecutionReport | None = None,
    stubs: Mapping[str, ExecutionReport] | None = None,
    wrong: Sequence[ExecutionReport] = (),
    alive: int = 0,
    named: tuple[Mutant, ...] = (),
    unknown: tuple[str, ...] = (),
    bounds: Bounds = STRICT,
    **fields: Any,
) -> TaskCheck:
    """The verdict on a task with ten mutants, the first `alive` of which pass."""
    mutants = {mutant.label: passed() if number < alive else failed() for number, mutant in enumerate(TEN)}
    reports = Reports(reference or passed(), stubs or {}, wrong, mutants)
    return judge(a_task(**fields), Chosen(TEN, (), named, unknown), reports, bounds)


def test_a_good_task_has_no_problem() -> None:
    check = judged(stubs={"empty code": failed()}, wrong=[failed()])
    assert check.problems == ()
    assert (check.assertions, check.made, check.killed, check.kill_rate) == (5, 10, 10, 1.0)


def test_a_failing_reference_is_named_with_its_case_and_line() -> None:
    check = judged(reference=failed("small", "expected 2, got 3"))
    assert check.problems == ("the reference fails 'small': expected 2, got 3 (line 2)",)
    assert check.assertions is None


def test_a_reference_outside_of_the_world_is_named_with_what_it_needs() -> None:
    assert judged(reference=unsupported()).problems == ("the reference needs what the world does not have: HttpService.GetAsync",)


def test_random_calls_are_no_assertions() -> None:
    assert judged(reference=passed(24)).problems == ("only 4 expectations run beside the random inputs, at least 5 must",)
    assert judged(reference=passed(24), bounds=AS_MEASURED).problems == ()


def test_the_stated_number_of_assertions_must_be_true() -> None:
    assert judged(assertions=25).problems == ()
    assert judged(assertions=26).problems == ("`assertions` is 26, but 25 expectations run on the reference",)


def test_a_stub_or_wrong_answer_that_passes_is_a_problem() -> None:
    check = judged(stubs={"empty code": passed(), "nil": failed()}, wrong=[failed(), passed()])
    assert check.problems == ("empty code passes all 3 cases", "wrong answer 2 passes all 3 cases")


@pytest.mark.parametrize(
    "report",
    [unsupported(), ExecutionReport(Status.ERROR, 0, 3, (CaseFailure("compile", "expected `end`"),))],
)
def test_a_wrong_answer_that_cannot_run_proves_nothing(report: ExecutionReport) -> None:
    (problem,) = judged(wrong=[report]).problems
    assert problem.startswith("wrong answer 1 proves nothing: ")


def test_kinds_that_need_wrong_answers() -> None:
    for given, problems in ((3, 0), (2, 1)):
        task = a_tool_task(wrong=("[]",) * given)
        check = judge(task, Chosen((), (), (), ()), Reports(passed(), {}, [failed()] * given, {}), STRICT)
        assert len(check.problems) == problems
    assert "needs 3 `wrong` answers, it has 2" in check.problems[0]


def test_a_function_needs_random_inputs_unless_it_has_a_world() -> None:
    assert judged(random_inputs=None).problems == ("it has no `random_inputs`",)
    assert judged(random_inputs=None, world=True).problems == ()


def test_seven_of_ten_mutants_must_fail() -> None:
    assert judged(alive=3).problems == ()
    check = judged(alive=4)
    names = "; ".join(mutant.label for mutant in TEN[:4])
    assert check.problems == (f"only 6 of 10 mutants fail; these pass: {names}",)
    assert [survivor.label for survivor in check.survivors] == [mutant.label for mutant in TEN[:4]]
    assert judged(alive=10, bounds=Bounds(task_rate=0.0)).problems == ()


def test_mutants_named_equivalent_do_not_count() -> None:
    check = judged(alive=4, named=TEN[:2])
    assert (check.made, check.killed, check.equivalent, check.kill_rate) == (10, 6, 2, 0.75)
    assert [survivor.label for survivor in check.survivors] == [mutant.label for mutant in TEN[2:4]]


def test_names_of_equivalents_must_be_fresh() -> None:
    check = judged(alive=1, named=TEN[:2], unknown=("99:1 drop statement",))
    assert check.problems == (
        "`equivalent` names '99:1 drop statement', which no mutant is called",
        "`equivalent` names '2:1 drop statement', but the tests tell that mutant from the reference",
    )
    assert (check.killed, check.equivalent) == (9, 1)


def test_a_mutant_that_cannot_run_is_not_killed() -> None:
    mutants = {TEN[0].label: unsupported(), TEN[1].label: ExecutionReport(Status.TIMEOUT, 0, 3)}
    check = judge(a_task(), Chosen(TEN[:2], (), (), ()), Reports(passed(), {}, [], mutants), STRICT)
    assert [(survivor.label, survivor.unsupported) for survivor in check.survivors] == [(TEN[0].label, True)]
    assert check.killed == 1


def test_a_task_without_mutants_has_no_rate() -> None:
    check = judge(a_task(), Chosen((), (), (), ()), Reports(passed(), {}, [], {}), STRICT)
    assert check.kill_rate is None
    assert check.problems == ()
