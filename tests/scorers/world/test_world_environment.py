"""Globals of scripts: types and texts of values, what is missing, what is not modelled."""

import pytest

from scorers.execution import Status, Tests, run_tests
from tests.scorers.world.worlds import check

CASES = {
    "typeof": """
        local part = Instance.new("Part")
        local types = {
            typeof(part), typeof(game), typeof(part.Touched), typeof(part.Touched:Connect(print)), typeof(Enum),
                typeof(Enum.Material),
            typeof(Enum.Material.Wood), typeof(Vector3.zero), typeof(CFrame.identity), typeof(nil), typeof(1), typeof("x"),
                typeof({}),
            typeof(print), typeof(task.spawn(print)), typeof(buffer.create(1)), typeof(true),
        }
        expect(types).toEqual({
            "Instance", "Instance", "RBXScriptSignal", "RBXScriptConnection", "Enums", "Enum", "EnumItem", "Vector3",
                "CFrame", "nil",
            "number", "string", "table", "function", "thread", "buffer", "boolean",
        })
    """,
    "type": """
        expect({ type(workspace), type(Vector3.zero), type(CFrame.identity), type(Enum) }).toEqual({
            "userdata", "vector", "userdata", "userdata",
        })
    """,
    "tostring": """
        local part = Instance.new("Part")
        expect({ tostring(part), tostring(game), tostring(Enum.Material), tostring(Enum.Material.Wood),
            tostring(Vector3.new(1, 2, 3)) })
            .toEqual({ "Part", "Game", "Material", "Enum.Material.Wood", "1, 2, 3" })
        expect(tostring(setmetatable({}, { __tostring = function() return "mine" end }))).toEqual("mine")
        expect(function() tostring() end).toThrow("missing argument #1")
    """,
    "addresses_are_numbers": """
        local one, two = {}, {}
        expect({ tostring(one), tostring(two), tostring(one) }).toEqual({
            "table: 0x0000000000000001", "table: 0x0000000000000002", "table: 0x0000000000000001",
        })
        expect(string.sub(tostring(print), 1, 12)).toEqual("function: 0x")
    """,
    "print_and_warn": """
        print("a", 1, nil, true, Vector3.one, workspace)
        print()
        warn("careful", 5)
        expect(world:output()).toEqual({ "a 1 nil true 1, 1, 1 Workspace", "" })
        expect(world:warnings()).toEqual({ "careful 5" })
    """,
    "metatables_are_locked": """
        for _, value in { workspace, workspace.Changed, Enum, CFrame.identity, Vector3.zero, "text" } do
            expect(type(getmetatable(value))).toEqual("string")
        end
        expect(function() setmetatable(workspace, {}) end).toThrow("table expected")
    """,
    "libraries_cannot_be_changed": """
        for _, library in { math, table, string, task, coroutine, os, bit32, utf8, debug, vector, buffer, Instance } do
            expect(pcall(function() library.new = 1 end)).toEqual(false)
        end
    """,
    "what_is_missing": """
        for _, name in { "getfenv", "setfenv", "loadstring", "io", "package", "dofile", "load" } do
            expect(getmetatable(_G) == nil and _G[name] == nil).toEqual(true)
        end
        expect({ loadstring == nil, getfenv == nil, setfenv == nil, io == nil }).toEqual({ true, true, true, true })
    """,
    "old_globals": """
        expect({ Game == game, Workspace == workspace, ypcall(function() return 1 end) }).toEqual({ true, true, true, 1 })
        expect(collectgarbage("count")).toEqual(gcinfo())
    """,
    "the_seed_decides": """
        local function draw() return { math.random(), math.random(1, 1000), Random.new():NextNumber(),
            game.HttpService:GenerateGUID() } end
        world:setSeed(5)
        local first = draw()
        world:setSeed(5)
        expect({ first[1], first[2], first[3] }).toEqual({ math.random(), math.random(1, 1000), Random.new():NextNumber() })
        expect(first[1] ~= draw()[1]).toEqual(true)
    """.replace("game.HttpService", 'game:GetService("HttpService")'),
}


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_environment(body: str) -> None:
    check(body)


@pytest.mark.parametrize(
    ("use", "name"),
    [
        ("SharedTable.new()", "SharedTable"),
        ("UserSettings():GetService('x')", "UserSettings"),
        ("game:GetService('HttpService'):GetAsync('http://example.com')", "HttpService:GetAsync"),
        ("Instance.new('Humanoid'):GetLimb(Instance.new('Part'))", "Humanoid:GetLimb"),
    ],
)
def test_what_is_known_and_not_modelled_makes_the_run_unsupported(use: str, name: str) -> None:
    tests = Tests(None, f'test("it", function() expect(1).toEqual(1) local _ = {use} end)', kind="module", world=True)
    report = run_tests("return true", tests)
    assert report.status is Status.UNSUPPORTED, report
    assert report.unsupported == (name,)
