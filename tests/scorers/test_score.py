"""The four scores together: range, empty sources, saturation, verdicts, JSON, and that nothing raises."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorers import Scorer, ScoreReport, Severity, score
from scorers.compiler import CompileResult
from scorers.language import parse
from scorers.language.newer import has_newer_syntax
from scorers.report import SCORERS
from scorers.scorer import MAX_OF_ONE_CHECK
from tests.scorers.checks import real_code, refused_code

ACCEPTED = CompileResult(ok=True, message=None, line=None)
REFUSED = CompileResult(ok=False, message="no", line=1)
VOCABULARY = """
local function end if then else elseif for in do while true repeat until return not and or nil . : , ; ( ) [ ] { } =
== :: -> < > ? | & ... f x FindFirstChild GetAsync GetDataStore GetService Instance new Enum wait task pcall type "A"
`{ }` -- 1 error print None await game workspace store const Connect player Touched OnServerEvent self Vector3 @native
"""
WORDS = [*VOCABULARY.split(), "\n"]


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)))
def test_any_text_has_four_scores(code: str) -> None:
    for compiled in (None, ACCEPTED, REFUSED):
        report = score(code, compiled=compiled)
        assert tuple(report.scores) == SCORERS
        assert all(0.0 <= value <= 1.0 for value in report.scores.values())
        assert ScoreReport.from_json(json.loads(json.dumps(report.to_json()))) == report
        assert all((found.line, found.column) <= (found.end_line, found.end_column) for found in report.diagnostics)


@pytest.mark.parametrize("code", ["", " \n\t", "-- only a comment", "--[[ a ]]\n--!strict\n"])
def test_nothing_written_is_worth_nothing(code: str) -> None:
    report = score(code)
    assert set(report.scores.values()) == {0.0}
    assert report.composite == 0.0
    assert report.compiles


def test_broken_code_is_still_judged_by_the_others() -> None:
    report = score("local x = = 1\nwait(1)\nprint(x)")
    assert report.scores["syntax"] == 0.0
    assert 0.0 < report.scores["api"] < 1.0


def test_composite_is_the_mean() -> None:
    report = ScoreReport(True, {"syntax": 1.0, "api": 0.5, "bugs": 0.0, "quality": 0.5})
    assert report.composite == 0.5


def test_a_habit_saturates() -> None:
    once, often = score("wait(1)\n"), score("wait(1)\n" * 500)
    assert once.scores["api"] == pytest.approx(0.85)
    assert 0.69 < often.scores["api"] < 0.71
    assert sum(diagnostic.check == "deprecated-global" for diagnostic in often.diagnostics) == MAX_OF_ONE_CHECK


def test_filler_does_not_dilute() -> None:
    bad = 'workspace:FindFirstChild("Part").Anchored = true\n'
    filler = "".join(f"local value{i} = {i}\nprint(value{i})\n" for i in range(60))
    assert score(bad + filler).scores["bugs"] <= score(bad).scores["bugs"] < 1.0


@pytest.mark.parametrize(
    ("code", "compiled", "newest", "compiles", "checks"),
    [
        ("return 1", None, None, True, set()),
        ("return return", None, None, False, {"syntax-error"}),
        ("return 1", REFUSED, None, False, {"compiler-error", "compiler-disagreement"}),
        ("const x = 1\nreturn x", REFUSED, None, True, set()),
        ("return return", ACCEPTED, None, False, {"syntax-error", "compiler-disagreement"}),
        ("return return", None, ACCEPTED, True, {"syntax-error", "compiler-disagreement"}),
        ("return 1", ACCEPTED, REFUSED, False, {"compiler-error", "compiler-disagreement"}),
    ],
)
def test_verdicts(
    code: str, compiled: CompileResult | None, newest: CompileResult | None, compiles: bool, checks: set[str]
) -> None:
    report = Scorer().score(code, compiled=compiled, newest=newest)
    assert report.compiles is compiles
    assert {found.check for found in report.diagnostics if found.scorer == "syntax"} == checks
    assert (report.scores["syntax"] > 0.0) == compiles


def test_findings_come_in_the_order_of_the_source_with_their_place() -> None:
    report = score('wait(1)\ngame:GetService("Nope")\nwait(2)')
    found = [diagnostic for diagnostic in report.diagnostics if diagnostic.scorer == "api"]
    assert [(one.line, one.column, one.end_line, one.end_column) for one in found] == [(1, 1, 1, 5), (2, 17, 2, 23), (3, 1, 3, 5)]
    assert {one.link for one in found} == {"docs/checks.md#deprecated-global", "docs/checks.md#unknown-service"}


def test_real_answers_all_parse_and_few_have_an_error() -> None:
    reports = [score(code) for code in real_code()]
    assert [found for report in reports for found in report.diagnostics if found.scorer == "syntax"] == []
    wrong = sum(any(found.severity is Severity.ERROR for found in report.diagnostics) for report in reports)
    assert wrong / len(reports) < 0.2


def test_every_row_that_does_not_compile_has_syntax_0() -> None:
    rows = refused_code()
    assert len(rows) == 40
    accepted = [blocks for blocks in rows if all(score(block).scores["syntax"] > 0.0 for block in blocks)]
    # The fixture was labelled by Luau 0.686, which does not know `f<<T>>()`.
    assert all(any(has_newer_syntax(parse(block)) for block in blocks) for blocks in accepted)
    assert len(accepted) == 1


def test_valid_replies_compile_ten_of_ten() -> None:
    blocks = real_code()[:10]
    assert [score(block).compiles for block in blocks] == [True] * 10


def test_import_is_light() -> None:
    heavy = {"pydantic", "difflib", "pluau", "scorers.execution", "rich", "click", "numpy", "importlib.metadata", "tomllib"}
    code = f"import sys, scorers; print(sorted({heavy!r} & set(sys.modules)))"
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
        'store:SetAsync("k", 1) ',
        "remote.OnServerEvent:Connect(function(player, amount) coins.Value += amount end) ",
        "x = x .. 'a' ",
        "local function f() end ",
    ],
)
def test_degenerate_code_costs_linear_time(unit: str) -> None:
    # A check that looks at a nested body once for each level around it would not come back.
    report = score(unit * (100_000 // len(unit)))
    assert all(0.0 <= value <= 1.0 for value in report.scores.values())


def test_a_thousand_levels_are_scored() -> None:
    deep = "local x = 1\n" + "if x then\n" * 190 + "print(x)\n" + "end\n" * 190
    assert parse(deep).errors == ()
    assert score(deep).compiles


@pytest.mark.parametrize("text", ["I cannot do that.", "}}}}", "x", "\ud800", "<html><body>", "\0\0\0", "The answer is: 42"])
def test_what_is_no_code_is_worth_nothing(text: str) -> None:
    assert score(text).composite == 0.0


NESTS = [
    ("do ", "end "), ("if x then ", "end "), ("while x do ", "end "), ("f(function() ", "end) "),
    ("repeat ", "until x "), ("x = (", ")"), ("x = {", "}"), ("f(", ")"), ("x = not ", "x"), ("x = a .. ", "b"),
    ("x = a[", "]"), ("local function f() ", "end "), ("x = if a then b else ", "c"), ("type T = {", "}"),
    ("type T = () -> ", "()"), ("for i = 1, 2 do ", "end "), ("x = `{", "}`"), ("if x then else ", "end "),
    ("x = a and (", ")"), ("x = -", "1"), ("return function() ", "end "), ("x = #", "t"),
]  # fmt: skip


@pytest.mark.parametrize("depth", [300, 700, 1000, 5000])
@pytest.mark.parametrize(("opening", "closing"), NESTS)
def test_any_nesting_is_survived(opening: str, closing: str, depth: int) -> None:
    report = score(opening * depth + closing * depth)
    assert all(0.0 <= value <= 1.0 for value in report.scores.values())


@pytest.mark.parametrize("code", [None, b"return 1", 3])
def test_what_is_no_text_is_refused(code: object) -> None:
    with pytest.raises(TypeError, match="code is a str, not"):
        score(code)  # type: ignore[arg-type]  # that is the test
