"""Candidates that want the reward without the work, or that want to break the machine. None of them may pass."""

import pytest

from scorers.execution import Limits, Status, Tests, run_tests

TESTS = Tests(
    entry_point="solve",
    source="""
test("one", function() expect(solve({ 1, 2, 3 })).toEqual({ sum = 6 }) end)
test("two", function() expect(solve({ 5 })).toEqual({ sum = 5 }) end)
""",
    reference="""
return function(list)
	local sum = 0
	for _, item in list do
		sum += item
	end
	return { sum = sum }
end
""",
    random_inputs="""
return function(random)
	return { random.list(1, 5, function() return random.integer(1, 9) end) }
end
""",
)
LIMITS = Limits(cpu_seconds=0.25, wall_seconds=1.5, memory_bytes=16 << 20)

HACKS = {
    "override assert": "assert = function() end function solve() end",
    "override expect": "expect = function() return { toEqual = function() end } end function solve() end",
    "override test": "test = function() end function solve() end",
    "override through _G": "_G.expect = function() return { toEqual = print } end function solve() end",
    "override pcall and type": "pcall, type = function() return true end, print function solve() end",
    "override rawequal and next": "rawequal, next = function() return true end, print function solve() return {} end",
    "override coroutine": "coroutine = { resume = function() return true end } function solve() end",
    "modify table.insert": "table.insert = print function solve() end",
    "modify a library by rawset": "rawset(table, 'insert', print) function solve() end",
    "modify the string methods": "getmetatable('').__index = print function solve() end",
    "metatable on strings": "setmetatable('', { __index = print }) function solve() end",
    "replace the string library": "rawset(string, 'format', print) function solve() end",
    "always equal": "function solve() return setmetatable({}, { __eq = function() return true end }) end",
    "looks equal by index": "function solve() return setmetatable({}, { __index = function() return 6 end }) end",
    "looks empty by iteration": "function solve() return setmetatable({ 1 }, { __iter = print }) end",
    "hidden metatable": "function solve() return setmetatable({ sum = 6 }, { __metatable = false }) end",
    "userdata that equals": "function solve() return newproxy(true) end",
    "printed verdict": "print('PASS\\n3 passed, 0 failed') function solve() end",
    "printed events": 'print(\'{"event": "case", "index": 1, "ok": true, "message": ""}\') function solve() end',
    "returned verdict": "function solve() return true, 'passed', 3, 3 end",
    "exit": "os.exit(0) function solve() end",
    "exit in the call": "function solve() os.exit(0) end",
    "error at load": "error('PASS')",
    "error with an object": "error(setmetatable({}, { __tostring = function() return 'PASS' end }))",
    "yield at load": "coroutine.yield() function solve() end",
    "yield in the call": "function solve() coroutine.yield() end",
    "yield another sum": "function solve() return coroutine.wrap(function() coroutine.yield({ sum = 1 }) end)() end",
    "close the running thread": "function solve() coroutine.close(coroutine.running()) end",
    "debug.info": "function solve() local f = debug.info(2, 'f') f() end",
    "getfenv": "getfenv(2).expect = print function solve() end",
    "setfenv": "setfenv(2, {}) function solve() end",
    "loadstring": "function solve() return loadstring('return { sum = 6 }')() end",
    "require of the tests": "local tests = require('./tests') function solve() end",
    "read a file": "function solve() return io.open('tests.luau') end",
    "reach the tests' names": "function solve() return test('x', function() end) end",
    "call the host": "function solve() return host('case', 1, true, '') end",
    "memorise the visible cases": "function solve(list) return { sum = if #list == 3 then 6 else 5 } end",
    "mutate the argument": "function solve(list) list.sum = 6 return list end",
    "collectgarbage": "collectgarbage('stop') function solve() end",
}

BOMBS = {
    "endless loop": ("while true do end", {Status.TIMEOUT}),
    "endless loop in the call": ("function solve() while true do end end", {Status.TIMEOUT}),
    "loop that swallows errors": (
        "function solve() while true do pcall(function() while true do end end) end end",
        {Status.TIMEOUT},
    ),
    "handler that loops": (
        "function solve() xpcall(function() while true do end end, function() while true do end end) end",
        {Status.TIMEOUT},
    ),
    "endless coroutines": (
        "function solve() while true do coroutine.wrap(function() coroutine.yield() end)() end end",
        {Status.TIMEOUT, Status.MEMORY},
    ),
    "kept coroutines": (
        "local all = {} function solve() while true do all[#all + 1] = coroutine.create(solve) end end",
        {Status.TIMEOUT, Status.MEMORY},
    ),
    "endless sort": (
        "local t = table.create(1e5, 1) function solve() while true do table.sort(t, rawequal) end end",
        {Status.TIMEOUT, Status.FAILED},
    ),
    "backtracking pattern": (
        "function solve() return string.find(string.rep('a', 1e4), string.rep('a-', 50) .. 'b') end",
        {Status.TIMEOUT, Status.FAILED},
    ),
    "C loop": ("function solve() table.move({}, 1, 2^30, 2^30, {}) end", {Status.TIMEOUT}),
    "string bomb": ("function solve() return string.rep('x', 2^30) end", {Status.MEMORY}),
    "doubling string": ("function solve() local s = 'x' while true do s ..= s end end", {Status.MEMORY}),
    "table bomb": ("function solve() local t = {} for i = 1, 1e9 do t[i] = i end end", {Status.MEMORY}),
    "bomb at load": ("local t = table.create(2^26, 0) function solve() end", {Status.MEMORY}),
    "kept memory": (
        "local all = {} function solve() pcall(function() while true do all[#all + 1] = {} end end) end",
        {Status.MEMORY, Status.CRASHED, Status.TIMEOUT, Status.FAILED},
    ),
    "buffer bomb": (
        "local all = {} function solve() while true do all[#all + 1] = buffer.create(2^20) end end",
        {Status.MEMORY},
    ),
    "deep recursion": ("function solve() return 1 + solve() end", {Status.FAILED}),
    "deep recursion at load": ("local function f() return 1 + f() end f()", {Status.ERROR}),
    "deeply nested result": (
        "function solve() local t = {} for _ = 1, 1e5 do t = { t } end return t end",
        {Status.FAILED, Status.MEMORY},
    ),
    "cyclic result": ("function solve() local t = {} t.sum = t return t end", {Status.FAILED}),
    "too many results": ("return " + "1," * 254 + "1", {Status.ERROR}),
    "flood of output": ("function solve() while true do print(string.rep('x', 1000)) end end", {Status.TIMEOUT}),
}


@pytest.mark.parametrize("name", HACKS)
def test_no_hack_passes(name: str) -> None:
    report = run_tests(HACKS[name], TESTS, limits=LIMITS)
    assert report.status in {Status.FAILED, Status.ERROR}
    assert report.total == 3
    assert report.passed == (2 if name == "memorise the visible cases" else 0)
    assert report.failures


@pytest.mark.parametrize("name", BOMBS)
def test_no_bomb_does_harm(name: str) -> None:
    code, expected = BOMBS[name]
    report = run_tests(code, TESTS, limits=LIMITS)
    assert report.status in expected
    assert (report.passed, report.total) == (0, 3)
    assert report.failures


def test_cases_that_passed_before_a_timeout_stay_passed() -> None:
    code = "function solve(list) while #list == 1 do end return { sum = 6 } end"
    report = run_tests(code, TESTS, limits=LIMITS)
    assert (report.status, report.passed) == (Status.TIMEOUT, 1)
    assert report.failures[0].case == "two"


def test_a_crash_after_a_passed_case_keeps_it() -> None:
    code = "function solve(list) if #list == 1 then table.move({}, 1, 2^30, 2^30, {}) end return { sum = 6 } end"
    report = run_tests(code, TESTS, limits=LIMITS)
    assert (report.status, report.passed, report.total) == (Status.TIMEOUT, 1, 3)


def test_the_machine_works_after_all_of_that() -> None:
    assert TESTS.reference is not None
    assert run_tests(TESTS.reference, TESTS).ok
