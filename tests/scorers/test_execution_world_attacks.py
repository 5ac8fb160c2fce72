"""Answers that act in the world and want the reward without the work, or want to break the machine. None may pass."""

import pytest

from scorers.execution import Limits, Status, Tests, run_tests

TESTS = Tests(
    None,
    """
test("the coin exists", function()
	local coin = workspace:FindFirstChild("Coin")
	expect(typeof(coin)).toEqual("Instance")
	expect(coin.Position.Y).toBeCloseTo(5, 1e-3)
	expect(coin:GetAttribute("Worth")).toEqual(10)
end)

test("touching pays once", function()
	local player = world:join("Ann")
	world:touch(workspace.Coin, player.Character.HumanoidRootPart)
	world:advance(1)
	expect(player.leaderstats.Coins.Value).toEqual(10)
	expect(workspace:FindFirstChild("Coin")).toEqual(nil)
end)
""",
    kind="script",
    world=True,
    assertions=5,
)
LIMITS = Limits(cpu_seconds=0.5, wall_seconds=2.0, memory_bytes=16 << 20)

RIGHT = """
local Players = game:GetService("Players")
Players.PlayerAdded:Connect(function(player)
	local stats = Instance.new("Folder")
	stats.Name = "leaderstats"
	local coins = Instance.new("IntValue")
	coins.Name = "Coins"
	coins.Parent = stats
	stats.Parent = player
end)
local coin = Instance.new("Part")
coin.Name = "Coin"
coin.Anchored = true
coin.Position = Vector3.new(0, 5, 0)
coin:SetAttribute("Worth", 10)
coin.Touched:Connect(function(other)
	local player = Players:GetPlayerFromCharacter(other.Parent)
	if player then
		player.leaderstats.Coins.Value += coin:GetAttribute("Worth")
		coin:Destroy()
	end
end)
coin.Parent = workspace
"""

HACKS = {
    "print the verdict": "print('PASS') print('2 passed, 0 failed')",
    "print events": 'print(\'{"event": "case", "index": 1, "ok": true, "message": "", "expectations": 5}\')',
    "use the tests' object": "world:join('Ann')",
    "override the tests' words": "test, expect, assert = print, print, print world = setmetatable({}, { __index = print })",
    "override in _G and shared": "_G.expect = print shared.expect = print _G.world = {}",
    "override game": "game = setmetatable({}, { __index = function() return print end }) workspace = game",
    "change the metatable of an instance": "getmetatable(workspace).__index = print",
    "setmetatable on an instance": "setmetatable(workspace, { __index = print })",
    "rawset on an instance": "rawset(workspace, 'Coin', true)",
    "change the metatable of vectors": "getmetatable(Vector3.zero).__eq = function() return true end",
    "change a data type": "Vector3.new = function() return 5 end",
    "rawset on a data type": "rawset(CFrame, 'new', print)",
    "change Instance": "Instance.new = print",
    "change task": "task.wait = print task.spawn = print",
    "change string methods": "getmetatable('').__index = print",
    "change table functions": "table.insert = print",
    "a table that looks like a part": "_G.Coin = setmetatable({ Position = Vector3.new(0, 5, 0) }, { __eq = print })",
    "an instance of another class with the name": "local f = Instance.new('Folder') f.Name = 'Coin' f.Parent = workspace",
    "userdata that equals": "local u = newproxy(true) getmetatable(u).__eq = function() return true end _G.Coin = u",
    "take functions from the stack": "local f = debug.info(2, 'f') if f then f() end "
    "local g = debug.info(3, 'f') if g then g() end",
    "take functions from a thread": "local f = debug.info(coroutine.running(), 2, 'f') if f then f() end",
    "getfenv": "getfenv(0).expect = print getfenv(2).expect = print",
    "setfenv": "setfenv(1, { expect = print })",
    "loadstring": "loadstring('expect = print')()",
    "require a number": "require(1234)",
    "require a path": "require('./tests') require('@self/tests') require('../harness/run')",
    "require the world's files": "require('init') require('harness/run')",
    "close the running thread": "coroutine.close(coroutine.running())",
    "cancel the running thread": "task.cancel(coroutine.running())",
    "yield for ever": "coroutine.yield()",
    "exit": "os.exit(0)",
    "shut the game down": "game:Shutdown()",
    "destroy the place": "game:Destroy()",
    "empty the place": "workspace:ClearAllChildren() game:ClearAllChildren()",
    "move a service": "workspace.Parent = nil",
    "make a player": "local p = Instance.new('Player') p.Parent = game.Players",
    "fake a player": "local f = Instance.new('Folder') f.Name = 'Ann' f.Parent = game.Players",
    "raise a verdict": "error('PASS')",
    "raise an object": "error(setmetatable({}, { __tostring = function() return 'PASS' end }))",
    "hide behind what is not modelled": "workspace:UnjoinFromOutsiders({}) while true do task.wait() end",
    "warn": "warn('ok')",
    "only what the first case sees": "local c = Instance.new('Part') c.Name = 'Coin' c.Position = Vector3.new(0, 5, 0) "
    "c:SetAttribute('Worth', 10) c.Parent = workspace",
    "remember the other world": "shared.n = (shared.n or 0) + 1 if shared.n > 1 then print('again') end",
}

BOMBS = {
    "endless loop": "while true do end",
    "endless waits": "while true do task.wait() end",
    "endless waits without time": "while true do task.wait(0 / 0) end",
    "endless deferring": "local function f() task.defer(f) end f()",
    "endless spawning": "local function f() task.spawn(f) end f()",
    "endless handlers": "workspace.ChildAdded:Connect(function() Instance.new('Part', workspace) end) "
    "Instance.new('Part', workspace)",
    "endless changes": "local p = Instance.new('Part') p.Changed:Connect(function() p.Transparency += 1e-9 end) "
    "p.Transparency = 0.5",
    "endless attributes": "local p = Instance.new('Part') p.AttributeChanged:Connect(function() "
    "p:SetAttribute('n', (p:GetAttribute('n') or 0) + 1) end) p:SetAttribute('n', 1)",
    "endless events": "local e = Instance.new('BindableEvent') e.Event:Connect(function() e:Fire() end) e:Fire()",
    "endless callbacks": "local f = Instance.new('BindableFunction') f.OnInvoke = function() return f:Invoke() end f:Invoke()",
    "a million parts": "for _ = 1, 1e6 do Instance.new('Part', workspace) end",
    "a deep tree": "local at = workspace for _ = 1, 1e5 do at = Instance.new('Folder', at) end workspace:GetDescendants()",
    "a heavy clone": "local f = Instance.new('Folder') for _ = 1, 16 do local c = f:Clone() c.Parent = f end",
    "frames without end": "game:GetService('RunService').Heartbeat:Connect(function() while true do end end) task.wait(1)",
    "kept strings": "local all = {} while true do table.insert(all, string.rep('x', 2^16) .. #all) end",
    "a JSON bomb": "local t = {} for _ = 1, 1e5 do t = { t } end game:GetService('HttpService'):JSONEncode(t)",
    "a JSON bomb read": "game:GetService('HttpService'):JSONDecode(string.rep('[', 1e5))",
    "deep recursion": "local function f() return 1 + f() end f()",
    "recursion in a handler": "workspace.ChildAdded:Connect(function() local function f() return 1 + f() end f() end) "
    "Instance.new('Part', workspace)",
    "a C loop": "table.move({}, 1, 2^30, 2^30, {})",
    "a C loop in a handler": "task.delay(0.1, function() table.move({}, 1, 2^30, 2^30, {}) end)",
    "a cyclic remote": "local r = Instance.new('RemoteEvent') local t = {} t.t = t game.Players.PlayerAdded:Connect(function() "
    "r:FireAllClients(t) end)",
    "output without end": "while true do print(string.rep('x', 1000)) end",
    "errors without end": "while true do task.spawn(error, 'x') end",
    "tween without end": "game:GetService('TweenService'):Create(workspace, TweenInfo.new(0, Enum.EasingStyle.Linear, "
    "Enum.EasingDirection.In, -1), { Gravity = 5 }):Play()",
}


def test_the_right_answer_passes() -> None:
    report = run_tests(RIGHT, TESTS)
    assert report.ok, report.failures


@pytest.mark.parametrize("name", HACKS)
def test_no_hack_passes(name: str) -> None:
    report = run_tests(HACKS[name], TESTS, limits=LIMITS)
    assert report.status in {Status.FAILED, Status.ERROR, Status.UNSUPPORTED, Status.TIMEOUT}
    assert report.total == 2
    assert report.passed == (1 if name == "only what the first case sees" else 0)
    assert report.failures


@pytest.mark.parametrize("name", BOMBS)
def test_no_bomb_does_harm(name: str) -> None:
    report = run_tests(BOMBS[name], TESTS, limits=LIMITS)
    assert not report.ok
    assert (report.passed, report.total) == (0, 2)


@pytest.mark.parametrize("start", ["game:GetService('Players').PlayerAdded:Connect(print) ", "task.wait(0.5) ", "pcall(error) "])
def test_a_hack_beside_the_right_answer_gains_nothing_and_loses_nothing(start: str) -> None:
    assert run_tests(start + RIGHT.replace("task.wait", "wait"), TESTS).status in {Status.PASSED, Status.FAILED}


MODULE = Tests(
    None,
    'test("adds", function() expect(solution.add(1, 2)).toEqual(3) expect(solution.add(2, 2)).toEqual(4) end)',
    kind="module",
    world=True,
    assertions=2,
)


@pytest.mark.parametrize(
    "code",
    [
        "return {}",
        "return setmetatable({}, { __index = function() return function() return 3 end end })",
        "return { add = function() task.cancel(coroutine.running()) end }",
        "return { add = function() local t = coroutine.running() task.spawn(function() coroutine.close(t) end) end }",
        "return { add = function() local t = coroutine.running() task.defer(t) coroutine.yield() end }",
        "return { add = function() coroutine.yield() end }",
        "return { add = function() return setmetatable({}, { __eq = function() return true end }) end }",
        "return { add = function() error('x', 3) end }",
        "return newproxy(true)",
        "return nil",
        "return 1, 2",
        "task.wait(1e9) return { add = function(a, b) return a + b end }",
        "return require(script)",
    ],
)
def test_no_module_cheats(code: str) -> None:
    report = run_tests(code, MODULE, limits=LIMITS)
    assert not report.ok
    assert report.passed == 0


SECRET = Tests(
    None,
    'test("secret", function() expect(type(solution)).toEqual("function") expect(solution(7)).toEqual(49) end)',
    kind="module",
    world=True,
    assertions=2,
)


@pytest.mark.parametrize("level", ["1", "2", "3", "4", "5", "'2'", "'3'", "'4'", "'5'", "'0x3'"])
def test_no_function_of_the_tests_comes_from_the_stack(level: str) -> None:
    code = f"""
    return function()
        local found = debug.info({level}, "f")
        local source = debug.info({level}, "s")
        print(found ~= nil and source ~= "solution" and source ~= "[C]")
        return 0
    end
    """
    report = run_tests(code, SECRET)
    assert not report.ok
    assert "true" not in report.output


def test_an_error_value_is_not_asked_for_its_text_by_the_world() -> None:
    code = "task.spawn(error, setmetatable({}, { __tostring = function() print('called') return 'x' end })) return function() end"
    report = run_tests(code, SECRET)
    assert "called" not in report.output
    assert report.status is Status.FAILED


def test_memory_that_an_answer_keeps_is_no_fault_of_the_task() -> None:
    tests = Tests(
        None,
        'for _, name in { "one", "two" } do test(name, function() expect(solution).toEqual(1) end) end',
        kind="module",
        world=True,
        setup="local all = {} for i = 1, 1e5 do all[i] = { i } end",
    )
    code = "local kept = {} for i = 1, 1.5e5 do kept[i] = { i } end shared.kept = kept workspace.ChildAdded:Connect(function() "
    code += "print(kept) end) return 1"
    for _ in range(3):
        report = run_tests(code, tests, limits=Limits(memory_bytes=24 << 20))
        assert report.status in {Status.PASSED, Status.MEMORY}, report


def test_an_answer_is_judged_alike_with_and_without_a_zygote() -> None:
    reports = [run_tests(RIGHT, TESTS) for _ in range(5)] + [run_tests(HACKS["warn"], TESTS) for _ in range(5)]
    assert len({(report.status, report.passed, report.expectations, report.output) for report in reports[:5]}) == 1
    assert len({(report.status, report.passed, report.failures) for report in reports[5:]}) == 1


def test_broken_tests_are_told_each_time() -> None:
    for _ in range(4):
        report = run_tests(RIGHT, Tests(None, "error('no')", kind="script", world=True))
        assert (report.status, report.failures[0].case) == (Status.ERROR, "tests")
