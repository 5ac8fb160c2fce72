"""The four scores together: range, empty sources, saturation, JSON, and that nothing raises."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorers import ScoreReport, Severity, score
from scorers.compiler import CompileResult
from scorers.report import SCORERS
from scorers.score import MAX_OF_ONE_CHECK
from tests.scorers.checks import ACCEPTED, real_code

REFUSED = CompileResult(ok=False, message="no", line=1)
VOCABULARY = """
local function end if then else elseif for in do while true repeat until return not and or nil . : , ; ( ) [ ] { } =
== :: -> < > ? | & ... f x FindFirstChild GetAsync GetDataStore GetService Instance new Enum wait task pcall type "A"
`{ }` -- 1 error print None await game workspace store const
"""
WORDS = [*VOCABULARY.split(), "\n"]


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)))
def test_any_text_has_four_scores(code: str) -> None:
    for compiled in (ACCEPTED, REFUSED):
        report = score(code, compiled=compiled)
        assert tuple(report.scores) == SCORERS
        assert all(0.0 <= value <= 1.0 for value in report.scores.values())
        assert ScoreReport.from_json(json.loads(json.dumps(report.to_json()))) == report


@pytest.mark.parametrize("code", ["", " \n\t", "-- only a comment", "--[[ a ]]\n--!strict\n", "\ufeff"])
def test_nothing_written_is_worth_nothing(code: str) -> None:
    report = score(code, compiled=ACCEPTED)
    assert set(report.scores.values()) == {0.0}
    assert report.composite == 0.0
    assert report.compiles


def test_refused_code_is_still_judged_by_the_others() -> None:
    report = score("local x = = wait(1)", compiled=REFUSED)
    assert report.scores["syntax"] == 0.0
    assert 0.0 < report.scores["api"] < 1.0


def test_composite_is_the_mean() -> None:
    report = ScoreReport(True, {"syntax": 1.0, "api": 0.5, "bugs": 0.0, "quality": 0.5})
    assert report.composite == 0.5


def test_a_habit_saturates() -> None:
    once, often = score("wait(1)\n", compiled=ACCEPTED), score("wait(1)\n" * 500, compiled=ACCEPTED)
    assert once.scores["api"] == pytest.approx(0.85)
    assert 0.69 < often.scores["api"] < 0.71
    assert sum(diagnostic.check == "deprecated-global" for diagnostic in often.diagnostics) == MAX_OF_ONE_CHECK


def test_without_a_verdict_the_compiler_is_asked() -> None:
    assert score("return 1").compiles is True
    assert score("return return").scores["syntax"] == 0.0


def test_findings_come_in_the_order_of_the_source() -> None:
    report = score('wait(1)\ngame:GetService("Nope")\nwait(2)', compiled=ACCEPTED)
    assert [diagnostic.line for diagnostic in report.diagnostics if diagnostic.scorer == "api"] == [1, 2, 3]


def test_real_answers_have_few_errors() -> None:
    blocks = real_code()
    wrong = [code for code in blocks if any(d.severity is Severity.ERROR for d in score(code, compiled=ACCEPTED).diagnostics)]
    assert len(wrong) / len(blocks) < 0.05


def test_import_is_light() -> None:
    code = "import sys, scorers; print(sorted({'pydantic', 'difflib', 'pluau', 'scorers.execution'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "unit",
    [
        "while true do ",
        "local function a() ",
        'local v = a:FindFirstChild("x") v.y() ',
        "function(",
        "`{",
        "if x then ",
    ],
)
def test_degenerate_code_costs_linear_time(unit: str) -> None:
    # A check that looks at a nested body once for each level around it would not come back.
    report = score(unit * (200_000 // len(unit)), compiled=REFUSED)
    assert report.scores["syntax"] == 0.0
