"""Tasks proposed from a person's own Luau."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eval.check import check_references, check_tasks
from eval.task import Task, load_task, load_tasks
from rft.cli import cli
from rft.errors import InputError
from rft.starting.choices import Choices
from rft.starting.code.carrying import carried
from rft.starting.code.proposal import Proposal
from rft.starting.code.propose import propose
from rft.starting.code.specs import Spec
from scorers.language import parse

MODULE = """--!strict
local Util = {}
local MAX = 10

export type Range = { low: number, high: number }

local function most(x: number): number
	return math.min(x, MAX)
end

--- Limits a number to the places from low to high. Where low is above high, low wins.
-- @param value number -- the number
-- @within Util
@native
function Util.limit(value: number, low: number, high: number): number
	if value > high then
		value = high
	end
	return math.max(low, value)
end

--[=[
	Puts a number into the range, and never above ten.

	@within Util
]=]
function Util.fit(value: number, range: Range): number
	local found = Util.limit(value, range.low, range.high)
	return most(found)
end

return Util
"""
SPEC = """return function()
	local Util = require(script.Parent.Util)
	local FEW = 3

	describe("limit", function()
		it("keeps what is inside", function()
			expect(Util.limit(5, 0, 10)).to.equal(5)
			expect(Util.limit(0, 0, 10)).to.equal(0)
		end)

		it("limits below", function()
			local found = Util.limit(-4, 0, 10)
			expect(found).to.equal(0)
			expect(Util.limit(FEW, 4, 10)).to.be.near(4)
		end)

		it("limits above", function()
			expect(Util.limit(25, 0, 10)).to.equal(10)
			expect(Util.limit(25, 30, 10)).never.to.equal(10)
		end)
	end)
end
"""


def function_of(
    name: str, comment: str = "-- Doubles the number that is given.", body: str = "local y = x\n\treturn y * 2"
) -> str:
    return f"{comment}\nlocal function {name}(x)\n\t{body}\nend\n"


def proposed(folder: Path, **files: str) -> Proposal:
    for name, text in files.items():
        file = folder / name.replace("__", "/").replace("_dot_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_name(f"{file.name}.luau").write_text(text, encoding="utf-8")
    return propose(folder, Choices())


def read(tmp_path: Path, name: str, text: str) -> Task:
    folder = tmp_path / "read"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return load_task(folder / f"{name}.toml")


def only(proposal: Proposal, tmp_path: Path) -> Task:
    ((name, text),) = {**proposal.ready, **proposal.unfinished}.items()
    return read(tmp_path, name, text)


@pytest.fixture
def code(tmp_path: Path) -> Path:
    return tmp_path / "code"


def test_a_function_with_tests_is_a_task_that_is_proved(code: Path, tmp_path: Path) -> None:
    found = proposed(code, Util=MODULE, Util_dot_spec=SPEC)
    assert set(found.ready) == {"limit"}
    task = read(tmp_path, "limit", found.ready["limit"])
    assert task.prompt.startswith(
        "Write a Luau function `limit(value: number, low: number, high: number): number`.\n\nLimits a number"
    )
    assert "Parameter value number" in task.prompt
    assert "within" not in task.prompt
    assert check_tasks([task]).tasks[0].problems == ()
    assert 'test("limits below"' in task.tests
    assert "local FEW = 3" in task.tests
    assert "toBeCloseTo(4, 0.001)" in task.tests
    assert "needs tests" not in found.ready["limit"]


def test_the_reference_is_the_persons_own_function_and_runs_alone(code: Path, tmp_path: Path) -> None:
    found = proposed(code, Util=MODULE)
    task = read(tmp_path, "fit", found.unfinished["fit"])
    for part in ("local MAX = 10", "local function most", "@native\nfunction Util.limit", "function Util.fit", "return Util.fit"):
        assert part in task.reference
    assert "export type Range = { low: number, high: number }" in task.prompt
    present = task.model_copy(
        update={"tests": 'test("runs", function() expect(fit(25, { low = 0, high = 30 })).toEqual(10) end)'}
    )
    assert check_references([present]) == []
    assert "brings MAX, most along" in found.unfinished["fit"]


def test_a_function_without_tests_says_so_and_cannot_enter_a_run(code: Path, tmp_path: Path) -> None:
    found = proposed(code, Util=MODULE)
    assert (set(found.ready), set(found.unfinished)) == (set(), {"limit", "fit"})
    text = found.unfinished["limit"]
    assert "# needs tests" in text.splitlines()
    (problem,) = check_references([read(tmp_path, "limit", text)])
    assert "needs tests: write what limit must give" in problem.text


def test_too_few_expectations_are_said_in_the_file(code: Path) -> None:
    spec = 'local Util = require("./Util")\ntest("one", function() expect(Util.fit(5, { low = 0, high = 9 })).toBe(5) end)\n'
    text = proposed(code, Util=MODULE, tests__fit=spec).unfinished["fit"]
    assert "# to finish" in text
    assert "# only 1 expectations run" in text
    assert "expect(fit(5, { low = 0, high = 9 })).toBe(5)" in text


def test_tests_that_the_function_does_not_pass_are_not_carried(code: Path) -> None:
    spec = 'local Util = require("./Util")\ntest("no", function() expect(Util.fit(5, { low = 0, high = 9 })).toBe(6) end)\n'
    text = proposed(code, Util=MODULE, tests__fit=spec).unfinished["fit"]
    assert "# needs tests" in text
    assert "the function does not pass them here" in text
    assert "toBe(6)" not in text


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("expect(M.twice(2)).to.equal(4)", "expect(twice(2)).toBe(4)"),
        ("expect(M.twice(2)).toEqual(4)", "expect(twice(2)).toEqual(4)"),
        ("expect(M.twice(2)).toStrictEqual(4)", "expect(twice(2)).toEqual(4)"),
        ("expect(M.twice(2)).to.be.a('number')", "expect(typeof(twice(2))).toBe('number')"),
        ("expect(M.twice(2)).to.be.ok()", "assert((twice(2)) ~= nil)"),
        ("expect(M.twice(2)).never.to.equal(5)", "assert((twice(2)) ~= (5))"),
        ("expect(M.twice(2)).toBeCloseTo(4)", "expect(twice(2)).toBeCloseTo(4, 0.005)"),
        ("expect(M.twice(2)).toBeGreaterThan(3)", "assert((twice(2)) > (3))"),
        ("expect(M.twice(2) == 4).toBeTruthy()", "assert(twice(2) == 4)"),
        ("expect(function() M.twice('x') end).to.throw()", "expect(function() twice('x') end).toThrow()"),
        ("assert(M.twice(2) == 4)", "assert(twice(2) == 4)"),
        ("local f = M.twice\n\texpect(f(2)).toBe(4)", "local f = twice\n\texpect(twice(2)).toBe(4)"),
        ("local twice = M.twice\n\texpect(twice(2)).toBe(4)", "local twice = twice\n\texpect(twice(2)).toBe(4)"),
        ("local twice = 2\n\texpect(M.twice(twice)).toBe(4)", None),
        ("expect(M.twice(2)).to.be.magic(4)", None),
        ("expect(M.other(2) + M.twice(2)).toBe(4)", None),
    ],
)
def test_expectations_of_other_frameworks(line: str, becomes: str | None) -> None:
    unit = parse(f'local M = require("./M")\nit("says", function()\n\t{line}\nend)\n')
    assert unit.errors == ()
    cases = [] if becomes is None else [f'test("says", function()\n\t{becomes}\nend)']
    assert carried(Spec("M.spec.luau", unit), "M", "twice") == ([], cases, int(becomes is None))


def test_what_is_lost_is_said(code: Path) -> None:
    spec = 'local M = require("./M")\nit("says", function()\n\texpect(M.twice(2)).to.be.magic(4)\nend)\n'
    text = proposed(code, M=f"{function_of('twice')}\nreturn {{ twice = twice }}\n", M_dot_spec=spec).unfinished["twice"]
    assert "# needs tests" in text
    assert "1 case(s) of M.spec.luau use what a task's tests do not have" in text


def test_declarations_of_one_name_do_not_meet() -> None:
    cases = [f"do local n = {n}\n\tit('says {n}', function() expect(twice(n)).toBe({2 * n}) end) end\n" for n in (2, 3)]
    unit = parse("local twice = require('./M').twice\n" + "".join(cases))
    shared, kept, lost = carried(Spec("M.spec.luau", unit), "M", "twice")
    assert (shared, len(kept), lost) == (["local n = 2"], 1, 1)
    assert "toBe(4)" in kept[0]


@pytest.mark.parametrize(
    "path", ["script.Parent.M", "'./M'", "'../src/M.luau'", "script.Parent:WaitForChild('M')", "script.Parent['M']"]
)
def test_the_module_that_a_test_file_requires(path: str) -> None:
    unit = parse(f"local found = require({path})\ntest('one', function() expect(found.twice(1)).toBe(2) end)\n")
    assert len(carried(Spec("M.spec.luau", unit), "M", "twice")[1]) == 1


def test_what_changes_between_cases_is_not_carried() -> None:
    unit = parse(
        "local M = require('./M')\nlocal value\nbeforeEach(function() value = 2 end)\n"
        "it('uses it', function() expect(M.twice(value)).toBe(4) end)\n"
    )
    assert carried(Spec("M.spec.luau", unit), "M", "twice") == ([], [], 1)


def test_asserts_at_the_top_level_are_one_case(code: Path) -> None:
    module = f"{function_of('twice')}\nreturn {{ twice = twice }}\n"
    found = proposed(
        code, M=module, M_test='local M = require("./M")\nlocal twice = M.twice\nassert(twice(2) == 4)\nprint("ok")\n'
    )
    assert 'test("asserts of M_test.luau", function()\n\tassert(twice(2) == 4)\nend)' in found.unfinished["twice"]


def test_a_module_of_which_there_are_two_gets_no_tests(code: Path) -> None:
    found = proposed(code, a__Util=MODULE, b__Util="return {}\n", Util_dot_spec=SPEC)
    assert "# needs tests" in found.unfinished["limit"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (function_of("f", comment=""), "without a comment that says what they do"),
        (function_of("f", comment="-- f"), "without a comment that says what they do"),
        (function_of("f", comment="-----------"), "without a comment that says what they do"),
        (function_of("f", comment="-- local x = 1"), "without a comment that says what they do"),
        (function_of("f", comment="local a = 1 -- A number that says one."), "without a comment that says what they do"),
        (function_of("f", comment="-- Doubles the number that is given.\n"), "without a comment that says what they do"),
        (function_of("f", body="return x"), "shorter than 4 lines"),
        (function_of("f", body="x += 1\n\t" * 90 + "return x"), "longer than 80 lines"),
        (function_of("f", body="local y = require(script.Parent.Y)\n\treturn y"), "need other files (require, script)"),
        (function_of("f", body="local y = elsewhere(x)\n\treturn y"), "use a global that another file defines"),
        ("local C = {}\n-- Makes a new thing of it.\nfunction C.new()\n\tlocal self = {}\n\treturn setmetatable(self, C)\nend\n",
         "use their module as a whole"),
        ("local C = {}\n-- Does what a thing of this class does.\nfunction C:act()\n\tlocal y = 1\n\treturn y\nend\n",
         "methods, which need their object"),
        ("return {\n\t-- Doubles the number that is given.\n\tf = function(x)\n\t\tlocal y = x\n\t\treturn y\n\tend,\n}\n",
         "written inside a table"),
        ("error('stop')\nlocal t = nil.x\n", "files with a syntax error"),
        ("local t = nil\nt.x = 1\n" + function_of("f", body="local y = t\n\treturn y"), "use their module as a whole"),
        ("local t = error('stop')\n" + function_of("f", body="local y = t\n\treturn y"), "do not load alone"),
    ],
)  # fmt: skip
def test_what_makes_no_task_is_counted_by_its_reason(code: Path, source: str, reason: str) -> None:
    found = proposed(code, M=source)
    assert (found.ready, found.unfinished) == ({}, {})
    assert {name: len(left) for name, left in found.left_out.items()} == {reason: 1}


def test_a_comment_with_an_attribute_between(code: Path, tmp_path: Path) -> None:
    task = only(proposed(code, M=function_of("twice", comment="--[[ Doubles the number\nthat is given. ]]\n@native")), tmp_path)
    assert "Doubles the number\nthat is given." in task.prompt
    assert task.reference.startswith("@native\nlocal function twice(x)")


def test_names_that_are_taken_get_others(code: Path) -> None:
    texts = {
        "a__Left": function_of("formatClock", body="local y = x\n\treturn y * 3"),
        "a__Right": function_of(
            "twice", comment="-- Adds four to what it is given, then halves it.", body="x += 4\n\treturn x / 2"
        ),
        "b__Right": function_of(
            "twice", comment="-- Writes the text three times in a row.", body="local t = x\n\treturn t:rep(3)"
        ),
        "c__Right": function_of(
            "twice",
            comment="-- Lists all numbers below that one.",
            body="local t = {}\n\tfor i = 1, x - 1 do t[i] = i end\n\treturn t",
        ),
    }
    assert sorted(proposed(code, **texts).unfinished) == ["left-format-clock", "right-twice", "right-twice-2", "twice"]


def test_two_like_functions_give_one_task(code: Path) -> None:
    found = proposed(code, a__One=MODULE, b__Two=MODULE)
    assert sorted(found.unfinished) == ["fit", "limit"]
    assert sorted(found.left_out["like another function"]) == ["fit", "limit"]


def test_a_function_like_a_held_out_task_is_left_out(code: Path) -> None:
    template = Path(__file__).parents[2] / "rft" / "starting" / "templates" / "held-out" / "split-evenly.toml"
    reference = load_task(template).reference
    text = reference.replace("local function", "-- Shares the coins among all who play.\nlocal function")
    assert proposed(code, M=text).left_out == {"like a held-out task": ("splitEvenly",)}


def test_roblox_code_gets_a_world(code: Path, tmp_path: Path) -> None:
    source = 'local Players = game:GetService("Players")\n' + function_of(
        "count", "-- How many players are here.", "local all = Players:GetPlayers()\n\treturn #all"
    )
    task = only(proposed(code, M=source), tmp_path)
    assert task.world
    assert 'game:GetService("Players")' in task.reference


def test_texts_that_toml_finds_hard(code: Path, tmp_path: Path) -> None:
    source = function_of(
        "hard", "-- Gives the \"\"\" and ''' of \\ and Größe \U0001f600.", "local y = \"'''\\\\\"\n\treturn y .. x"
    )
    task = only(proposed(code, M=source), tmp_path)
    assert "\"\"\" and ''' of \\ and Größe \U0001f600" in task.prompt
    assert "local y = \"'''\\\\\"" in task.reference


def test_windows_line_ends_and_a_byte_order_mark(code: Path, tmp_path: Path) -> None:
    code.mkdir()
    (code / "M.luau").write_bytes(b"\xef\xbb\xbf" + function_of("twice").replace("\n", "\r\n").encode())
    task = only(propose(code, Choices()), tmp_path)
    assert "\r" not in task.reference + task.prompt


def test_a_pipe_keeps_nobody_waiting(code: Path) -> None:
    code.mkdir()
    os.mkfifo(code / "pipe.luau")
    assert proposed(code).left_out["files that cannot be read"] == ("pipe.luau",)


def test_a_files_name_cannot_write_into_the_task(code: Path, tmp_path: Path) -> None:
    code.mkdir()
    (code / "a\rprompt = 3\x01\n.luau").write_text(function_of("twice"))
    task = only(propose(code, Choices()), tmp_path)
    assert "twice" in task.prompt


def test_files_that_cannot_be_used_are_counted(code: Path) -> None:
    code.mkdir()
    (code / "bytes.luau").write_bytes(b'local a = "\xff"\n')
    (code / "broken.lua").write_text("local = 3\n")
    (code / "large.luau").write_text("-- x\n" * 250_000)
    (code / "gone.luau").symlink_to(code / "nowhere.luau")
    (code / "fine.luau").write_text(function_of("twice"))
    found = propose(code, Choices())
    assert set(found.unfinished) == {"twice"}
    assert found.left_out == {
        "files that are not UTF-8": ("bytes.luau",),
        "files with a syntax error": ("broken.lua:1",),
        "files of more than a megabyte": ("large.luau",),
        "files that cannot be read": ("gone.luau",),
    }


def test_other_peoples_folders_are_not_read(code: Path) -> None:
    found = proposed(code, M=function_of("twice"), node_modules__x__N=MODULE, Packages__N=MODULE)
    assert (found.files, set(found.unfinished)) == (1, {"twice"})


def test_one_file_may_be_named(code: Path) -> None:
    proposed(code, M=function_of("twice"), N=MODULE)
    assert set(propose(code / "M.luau", Choices()).unfinished) == {"twice"}


@pytest.mark.parametrize("name", ["", "nowhere", "notes.txt"])
def test_a_place_without_luau_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("no code")
    with pytest.raises(InputError, match=r"no Luau|no file"):
        propose(tmp_path / name, Choices())


def init(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["init", *arguments])


def test_the_command_keeps_unfinished_tasks_out_of_what_runs_read(
    code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed(code, Util=MODULE, Util_dot_spec=SPEC)
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in code.rglob("*.luau")}
    monkeypatch.chdir(tmp_path)
    result = init("w", "--yes", "--from-code", "code")
    assert result.exit_code == 0, result.output
    assert "1 proved task(s) in tasks/, 1 to finish in to-finish/" in result.output
    assert "rft tasks check to-finish/fit.toml && mv to-finish/fit.toml tasks/" in result.output
    assert {task.id for task in load_tasks(tmp_path / "w" / "tasks")} == {"limit", "format-clock"}
    assert {task.id for task in load_tasks(tmp_path / "w" / "to-finish")} == {"fit"}
    assert "to-finish" in (tmp_path / "w" / "README.md").read_text()
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in code.rglob("*.luau")} == before
    checked = CliRunner().invoke(cli, ["tasks", "check", "--json", "w/tasks", "w/held-out"])
    assert json.loads(checked.stdout)["problems"] == []


def test_where_the_code_is_wrong_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert isinstance(init("w", "--yes", "--from-code", "nowhere").exception, InputError)
    assert list(tmp_path.iterdir()) == []
