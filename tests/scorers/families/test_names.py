"""What the checks of names say: severities, hints, one finding for each name, and code at the limits."""

from scorers.checks import foreign_names, names, unused
from scorers.checks.check import Check, Finding
from scorers.diagnostics import Severity
from scorers.language import parse

LONG = "\n" * 50
"""Lines that make a source too long for an excerpt."""


def findings(check: Check, code: str) -> list[Finding]:
    return list(check.run(parse(code)))


def hint(check: Check, code: str) -> str:
    (finding,) = findings(check, code)
    assert finding.hint is not None
    return finding.hint


def test_a_name_is_reported_once_at_its_first_use() -> None:
    found = findings(names.undefined_global, "print(gone)\nprint(gone, lost)\ngone()")
    assert [(finding.start >> 24, finding.message) for finding in found] == [
        (1, "`gone` is not defined"),
        (2, "`lost` is not defined"),
    ]


def test_a_global_is_reported_once_where_it_is_first_set() -> None:
    (finding,) = findings(names.global_variable, "x = 1\nx = 2\nx += 3")
    assert finding.start >> 24 == 1


def test_an_unexplained_name_is_a_warning_in_an_excerpt_only() -> None:
    assert findings(names.undefined_global, "gone()")[0].severity is Severity.WARNING
    assert findings(names.undefined_global, f"gone(){LONG}print(1)")[0].severity is None
    assert findings(names.undefined_global, f"\tgone(){LONG}print(1)")[0].severity is Severity.WARNING


def test_what_the_source_proves_wrong_is_an_error_in_an_excerpt_too() -> None:
    for code in (
        "Players:GetPlayers()",
        "print(Vectro3)",
        "f()\nlocal function f() end",
        "do\n\tlocal x = 1\nend\nprint(x)",
        "type T = {}\nT.new()",
        "local function f()\n\tself:go()\nend",
    ):
        assert [finding.severity for finding in findings(names.undefined_global, code)] == [None], code


def test_hints_name_what_was_meant() -> None:
    check = names.undefined_global
    assert hint(check, "print(Vectro3.new())") == "did you mean `Vector3`?"
    assert hint(check, "local humanoid = 1\nprint(humaniod, humanoid)") == "did you mean `humanoid`?"
    assert hint(check, "local taskName = 1\nprint(taskname, taskName)") == "did you mean `taskName`?"
    assert hint(check, "print(RunService)") == 'write `local RunService = game:GetService("RunService")`'
    assert "`local c` first" in hint(check, "local c = workspace.Changed:Connect(function() c:Disconnect() end)")
    assert "Instance.new" in hint(check, "print(Part.new())")
    assert "move the declaration up" in hint(check, "f()\nlocal function f() end")


def test_names_that_differ_in_more_than_a_slip_are_not_suggested() -> None:
    check = names.undefined_global
    for code in (
        "local part = 1\nprint(parts, part)",
        "local part1 = 1\nprint(part2, part1)",
        "local a = 1\nprint(b, a)",
        "do\n\tlocal humanoid = 1\nend\nprint(humaniod)",
    ):
        assert hint(check, code).startswith("declare it"), code


def test_a_foreign_word_is_reported_by_one_check() -> None:
    code = "local v = new Vector3(1)\nlocal x = None\nconsole.log(len(v), x)"
    assert findings(names.undefined_global, code) == []
    assert len(findings(foreign_names.foreign_call, code)) == 3
    assert len(findings(foreign_names.foreign_literal, code)) == 1


def test_a_global_of_one_function_is_reported_by_one_check() -> None:
    code = "return function(part)\n\tsize = part.Size\n\treturn size.X\nend"
    assert findings(names.global_variable, code) == []
    assert len(findings(names.global_used_as_local, code)) == 1


def test_nothing_is_concluded_after_a_syntax_error() -> None:
    code = "local function bind(x\n\tprint(x)\nend\nbind(1)\ncount = 1\nlocal unused = 1"
    for check in (names.undefined_global, names.global_variable, unused.unused_variable, unused.shadowed_variable):
        assert findings(check, code) == []


def test_many_names_cost_linear_time() -> None:
    """5,000 undefined names among 5,000 locals of one name: each cost what it would cost alone."""
    code = "\n".join(f"do local x = 1 print(name{i}) end" for i in range(5_000))
    assert len(findings(names.undefined_global, code)) == names.MOST
    assert len(findings(unused.unused_variable, code)) == 5_000
    assert findings(unused.shadowed_variable, code) == []
