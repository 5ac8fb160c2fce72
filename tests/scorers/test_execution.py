"""What the harness says of honest and of wrong code."""

from dataclasses import replace

import pytest

from scorers.execution import CaseFailure, ExecutionReport, Limits, LuauPool, Status, Tests, run_tests

REFERENCE = """
local function sumList(numbers)
	local total = 0
	for _, number in numbers do
		total += number
	end
	return total
end

return sumList
"""
TESTS = Tests(
    entry_point="sumList",
    source="""
test("adds the numbers", function()
	expect(sumList({ 1, 2, 3 })).toEqual(6)
end)
test("an empty list gives 0", function()
	expect(solution({})).toEqual(0)
end)
""",
    reference=REFERENCE,
    random_inputs="""
return function(random)
	return { random.list(0, 6, function() return random.integer(-9, 9) end) }
end
""",
)
AGREEMENT = "agrees with the reference on 20 random inputs"
QUICK = Limits(cpu_seconds=0.2, wall_seconds=1.5)


def one_case(body: str, code: str = "function f(...) return ... end") -> ExecutionReport:
    return run_tests(code, Tests("f", f'test("case", function()\n{body}\nend)'))


@pytest.mark.parametrize(
    "code",
    [
        REFERENCE,
        REFERENCE.replace("return sumList", ""),
        REFERENCE.replace("local function", "function").replace("return sumList", ""),
        REFERENCE.replace("return sumList", "return { sumList = sumList }"),
        REFERENCE.replace("return sumList", "return table.freeze({ sumList = sumList, other = 1 })"),
        "local module = {}\n"
        + REFERENCE.replace("local function sumList", "function module.sumList").replace("return sumList", "return module"),
        REFERENCE + "-- a comment at the end",
    ],
)
def test_the_reference_passes_however_it_is_exported(code: str) -> None:
    report = run_tests(code, TESTS)
    assert replace(report, wall_seconds=0.0, cases=()) == ExecutionReport(Status.PASSED, 3, 3, expectations=22)
    assert len(report.cases) == 3
    assert report.ok


@pytest.mark.parametrize("result", ["", "return", "return 0", "return 6", "return nil", "return {}", "return numbers"])
def test_stubs_fail(result: str) -> None:
    report = run_tests(f"local function sumList(numbers)\n{result}\nend", TESTS)
    assert report.status is Status.FAILED
    assert report.passed < report.total == 3
    assert AGREEMENT in {failure.case for failure in report.failures}


def test_a_missing_entry_point_fails_every_case() -> None:
    report = run_tests("local function addAll() end", TESTS)
    assert report.status is Status.FAILED
    assert [failure.message for failure in report.failures] == ["entry point sumList was not found"] * 3


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        ("\nlocal x = = 1", CaseFailure("compile", "Expected identifier when parsing expression, got '='", 2)),
        ("\n\nerror('no')", CaseFailure("load", "no", 3)),
        ("error({ code = 1 })", CaseFailure("load", 'error value {["code"] = 1}')),
        ("coroutine.yield()", CaseFailure("load", "the code yielded and was not resumed")),
    ],
)
def test_code_that_does_not_load_is_an_error_with_a_known_total(code: str, failure: CaseFailure) -> None:
    report = run_tests(code, TESTS)
    assert (report.status, report.passed, report.total, report.failures) == (Status.ERROR, 0, 3, (failure,))


def test_an_error_in_one_case_does_not_stop_the_others() -> None:
    code = "local function sumList(numbers)\n\tif #numbers == 3 then\n\t\terror('three')\n\tend\n\treturn 0\nend"
    report = run_tests(code, TESTS)
    assert report.passed == 1
    assert report.failures[0] == CaseFailure("adds the numbers", "three", 3)


def test_a_failure_shows_both_values() -> None:
    report = one_case('expect(f({ 1, { a = "x" } })).toEqual({ 1, { a = "y" } })')
    assert report.failures == (CaseFailure("case", 'expected {1, {["a"] = "y"}}, got {1, {["a"] = "x"}}'),)


@pytest.mark.parametrize(
    "body",
    [
        "expect(0/0).toEqual(0/0)",
        "expect({ 1, n = { true } }).toEqual({ 1, n = { true } })",
        "expect(vector.create(1, 2, 3)).toEqual(vector.create(1, 2, 3))",
        'expect(buffer.fromstring("ab")).toEqual(buffer.fromstring("ab"))',
        "expect(nil).toEqual(nil)",
        "expect(0.1 + 0.2).toBeCloseTo(0.3)",
        "expect(5).toBeCloseTo(6, 1)",
        "expect(math.huge).toBeCloseTo(math.huge)",
        "expect(function() error() end).toThrow()",
        "expect(setmetatable({ 1 }, {})).toEqual(setmetatable({ 1 }, {}))",
    ],
)
def test_expectations_that_hold(body: str) -> None:
    assert one_case(body).ok


@pytest.mark.parametrize(
    "body",
    [
        "",
        "return true",
        "expect(1)",
        'expect(1).toEqual("1")',
        "expect({ 1, 2 }).toEqual({ 1 })",
        "expect({ 1 }).toEqual({ 1, 2 })",
        "expect({}).toEqual(nil)",
        "expect(0.1 + 0.2).toEqual(0.3)",
        "expect(0.1).toBeCloseTo(0.2)",
        'expect("0.1").toBeCloseTo(0.1)',
        "expect(math.huge).toBeCloseTo(1)",
        "expect(0/0).toBeCloseTo(1)",
        "expect(function() end).toThrow()",
        "expect(1).toThrow()",
        "expect(setmetatable({ 1 }, {})).toEqual({ 1 })",
        "expect({ 1 }).toEqual(setmetatable({ 1 }, {}))",
        "pcall(function() expect(1).toEqual(2) end) expect(1).toEqual(1)",
        "expect(1).toEqual(1) error('late')",
        "expect(1).toEqual(1) coroutine.yield()",
        "local t, u = {}, {} for _ = 1, 1000 do t, u = { t }, { u } end expect(t).toEqual(u)",
    ],
)
def test_expectations_that_do_not_hold(body: str) -> None:
    report = one_case(body)
    assert (report.status, report.passed, report.total) == (Status.FAILED, 0, 1)


@pytest.mark.parametrize(
    ("tests", "part"),
    [
        (replace(TESTS, source="test("), "tests"),
        (replace(TESTS, source='error("broken")'), "tests"),
        (replace(TESTS, source="while true do end"), "tests"),
        (replace(TESTS, reference="local function sumList() error('bad') end"), "reference"),
        (replace(TESTS, reference="return = 1"), "reference"),
        (replace(TESTS, reference="return 1"), "reference"),
        (replace(TESTS, random_inputs="return 1"), "random_inputs"),
        (replace(TESTS, random_inputs="return function() return 5 end"), "random_inputs"),
    ],
)
def test_a_broken_task_is_named(tests: Tests, part: str) -> None:
    report = run_tests(REFERENCE, tests, limits=QUICK)
    assert report.status is Status.ERROR
    assert [failure.case for failure in report.failures] == [part]
    assert part in report.failures[0].message


@pytest.mark.parametrize("result", ["total + 1e-12", "total, 'an extra result'"])
def test_the_comparison_with_the_reference_is_tolerant(result: str) -> None:
    tests = replace(TESTS, source="")
    assert run_tests(REFERENCE.replace("return total", f"return {result}"), tests).ok


def test_arguments_are_copied_for_the_candidate_and_the_reference() -> None:
    greedy = REFERENCE.replace("return total", "table.clear(numbers)\n\treturn total")
    assert run_tests(greedy, replace(TESTS, reference=greedy)).ok


def test_the_random_source_has_the_promised_ranges() -> None:
    inputs = """return function(random)
	local integer, number, word = random.integer(3, 5), random.number(-1, 1), random.word(2, 4)
	assert(integer >= 3 and integer <= 5 and integer % 1 == 0)
	assert(number >= -1 and number <= 1)
	assert(string.match(word, "^%l%l%l?%l?$"))
	assert(type(random.boolean()) == "boolean")
	assert(table.find({ "a", "b" }, random.pick({ "a", "b" })))
	return { integer, number, word }
end"""
    identity = "local function f(...) return ... end"
    tests = Tests("f", "", identity, inputs, random_cases=500, seed=7)
    assert run_tests(identity, tests).ok
    assert not run_tests("local function f() return 4 end", tests).ok


def test_no_case_at_all_is_no_pass() -> None:
    report = run_tests(REFERENCE, Tests("sumList", ""))
    assert (report.status, report.total) == (Status.FAILED, 0)


def test_what_is_printed_is_captured_and_capped() -> None:
    report = run_tests("print('a', 1, nil, {2})\nfunction sumList() end", TESTS)
    assert report.output == "a 1 nil {2}\n"
    flood = run_tests("for i = 1, 1e4 do print(string.rep('x', 100)) end function sumList() end", TESTS)
    assert 0 < len(flood.output) <= Limits().output_bytes + 1


@pytest.mark.parametrize("library", ["string", "math", "table", "os", "coroutine", "buffer", "utf8", "bit32", "vector"])
def test_libraries_are_there_and_frozen(library: str) -> None:
    assert one_case(f"expect(f({library} ~= nil and table.isfrozen({library}))).toEqual(true)").ok


def test_two_runs_are_equal() -> None:
    code = REFERENCE.replace(
        "return total",
        "print(total, os.clock(), os.time(), tick(), time(), os.date(), math.random(), numbers)\n\treturn total - 1",
    )
    reports = []
    for _ in range(2):
        with LuauPool(1) as pool:
            reports += [pool.evaluate(code, TESTS, static=False).execution for _ in range(2)]
    fields = [{**report.to_json(), "wall_seconds": 0} for report in reports if report is not None]
    assert len(fields) == 4
    assert all(one == fields[0] for one in fields)
    assert fields[0]["output"]


def test_a_report_survives_json() -> None:
    report = run_tests("print('x') function sumList() error('no') end", TESTS)
    assert ExecutionReport.from_json(report.to_json()) == report


@pytest.mark.parametrize("name", ["", "a b", "1a", "f()", "f\n"])
def test_an_entry_point_is_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="entry point"):
        Tests(name, "")


def test_random_inputs_need_a_reference() -> None:
    with pytest.raises(ValueError, match="reference"):
        Tests("f", "", random_inputs="return function() return {} end")
