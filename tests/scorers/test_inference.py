"""What values are inferred to be, and what stays unknown."""

import pytest

from scorers.language import parse
from scorers.roblox.inference import Inferred, handler_of, is_a, receiver_of, service_of, type_of, variable_type

_PLAYERS = 'local Players = game:GetService("Players")\n'


def held(code: str, name: str = "x") -> Inferred | None:
    """What the last variable of this name holds."""
    unit = parse(code)
    assert unit.errors == ()
    return variable_type(unit, [variable for variable in unit.variables if variable.name == name][-1])


KNOWN = {
    "local x: Part = f()": "Part",
    "local x: Part? = f()": "Part?",
    "local x: Part | nil = f()": "Part?",
    "local x: (Model) = f()": "Model",
    "local x: {Player} = {}": "{Player}",
    "local x: {[string]: Player} = {}": "table",
    "local x = f() :: Humanoid": "Humanoid",
    "local x = (f() :: any) :: Vector3": "Vector3",
    'local x = game:GetService("Players")': "Players",
    'local game2 = game\nlocal x = game2:FindService("Lighting")': "Lighting",
    "local x = game.ReplicatedStorage": "ReplicatedStorage",
    'local x = Instance.new("Part")': "Part",
    "local x = workspace.CurrentCamera": "Camera?",
    _PLAYERS + "local x = Players.LocalPlayer": "Player",
    _PLAYERS + "local x = Players.LocalPlayer.Character": "Model?",
    _PLAYERS + "local p = Players.LocalPlayer\nlocal x = p.Character or p.CharacterAdded:Wait()": "Model",
    _PLAYERS + "local x = Players.PlayerAdded:Wait()": "Player",
    _PLAYERS + "local x = Players.LocalPlayer.PlayerGui": "PlayerGui",
    "local x = workspace.Rig.Humanoid": "Humanoid",
    'local c: Model = f()\nlocal x = c:WaitForChild("HumanoidRootPart")': "BasePart",
    'local x = f():FindFirstChildOfClass("Humanoid")': "Humanoid?",
    'local a = f()\nlocal x = a and a:FindFirstChildOfClass("Tool")': "Tool?",
    'local x = assert(workspace:FindFirstChildOfClass("Model"))': "Model",
    "local p: Part = f()\nlocal x = p:Clone()": "Part",
    "local p: Part = f()\nlocal x = p.Touched": "RBXScriptSignal",
    "local p: Part = f()\nlocal x = p.Touched:Connect(print)": "RBXScriptConnection",
    "local p: Part = f()\nlocal x = p.Position - Vector3.one": "Vector3",
    "local p: Part = f()\nlocal x = (p.Position * 2).Magnitude": "number",
    "local p: Part = f()\nlocal x = p.CFrame * CFrame.new(0, 1, 0)": "CFrame",
    "local p: Part = f()\nlocal x = p.Material": "Enum.Material",
    "local x = Enum.Material.Wood": "Enum.Material",
    "local x = Vector3.zero": "Vector3",
    "local x = Color3.fromRGB(1, 2, 3)": "Color3",
    "local x = Color3.new().R": "number",
    "local x = workspace:Raycast(a, b)": "RaycastResult?",
    'local x = "a" .. f()': "string",
    'local x = ("a"):upper()': "string",
    "local x = #t": "number",
    "local x = math.floor(f())": "number",
    "local x = if f() then 1 else 2": "number",
    'local x\nif f() then x = Instance.new("Part") else x = Instance.new("Part") end': "Part?",
    "local x = 1\nx = 2": "number",
    'local function make() local p = Instance.new("Part") return p end\nlocal x = make()': "Part",
    "local function make(): Model return f() end\nlocal x = make()": "Model",
    "for x = 1, 3 do end": "number",
    _PLAYERS + "for i, x in Players:GetPlayers() do end": "Player",
    _PLAYERS + "for i, x in ipairs(Players:GetPlayers()) do end": "Player",
    _PLAYERS + "local all = Players:GetPlayers()\nfor i, x in pairs(all) do end": "Player",
    _PLAYERS + "local x = Players:GetPlayers()[1]": "Player",
    _PLAYERS + "Players.PlayerAdded:Connect(function(x) end)": "Player",
    _PLAYERS + "local function added(x) end\nPlayers.PlayerAdded:Connect(added)": "Player",
    _PLAYERS + "local function both(x) end\nPlayers.PlayerAdded:Connect(both)\nPlayers.PlayerRemoving:Once(both)": "Player",
    "f().PlayerAdded:Connect(function(x) end)": "Player",
    "f().OnServerEvent:Connect(function(player, x) end)\nlocal x = 1": "number",
    "f().OnServerInvoke = function(x) end": "Player",
    "local p: Part = f()\np.Touched:Connect(function(x) end)": "BasePart",
    "script.Parent.Touched:Connect(function(x) end)": "BasePart",
}


@pytest.mark.parametrize(("code", "expected"), KNOWN.items())
def test_known(code: str, expected: str) -> None:
    assert held(code) == Inferred(expected.rstrip("?"), expected.endswith("?"))


UNKNOWN = [
    "local x = f()",
    "local x = x",
    "local x",
    "local x: Instance = f()",
    "local x: Widget = f()",
    "type Part = { n: number }\nlocal x: Part = f()",
    "local x: Types.Part = f()",
    "local x: Part | Model = f()",
    "local x = f() :: any",
    "local x = script.Parent",
    "local x = workspace.Map",
    'local x = workspace:WaitForChild("Map")',
    'local x = workspace:FindFirstChild("Map")',
    "local game = f()\nlocal x = game.Players",
    "local game = f()\nlocal x = game.Workspace.CurrentCamera",
    "game = f()\nlocal x = game.Workspace",
    'local Instance = f()\nlocal x = Instance.new("Part")',
    'local x = Instance.new("Prat")',
    "local x = Instance.new(name)",
    'local x = Instance.new("Part")\nx = f()',
    'local x = Instance.new("Part")\nx = x.Parent',
    "local x = x or x",
    "local a\nlocal b = a\na = b\nlocal x = a",
    "local function again() return again() end\nlocal x = again()",
    "local function some(a) if a then return 1 end return 'a' end\nlocal x = some()",
    "local function f2(x) end\nf2(1)",
    "f().Touched:Connect(function(x) end)",
    "f().OnServerEvent:Connect(function(player, x) end)",
    _PLAYERS + "local function both(x) end\nPlayers.PlayerAdded:Connect(both)\nworkspace.ChildAdded:Connect(both)",
    _PLAYERS + "Players.PlayerAdded:Connect(function(x) x = f() end)",
    "for _, x in workspace:GetChildren() do end",
    "for _, x in f() do end",
    "for x in pairs(t) do end",
    "local t = {}\nlocal x = t.Part",
    "local Enum = f()\nlocal x = Enum.Material.Wood",
    "local Vector3 = f()\nlocal x = Vector3.zero",
    "local x = f() + 1",
    "local _, x = f()",
]


@pytest.mark.parametrize("code", UNKNOWN)
def test_unknown(code: str) -> None:
    assert held(code) is None


@pytest.mark.parametrize(
    "code", ["script.Parent", "workspace.Map", 'f():WaitForChild("Humanoid").Parent', "script.Parent.Gui.Frame"]
)
def test_an_instance_of_unknown_class_is_a_receiver(code: str) -> None:
    unit = parse(f"local x = {code}")
    value = unit.variables[0].value
    assert value is not None
    assert type_of(unit, value) is None
    receiver = receiver_of(unit, value)
    assert receiver is not None
    assert receiver.name == "Instance"


def test_a_service_and_what_it_inherits() -> None:
    unit = parse("local x = workspace")
    value = unit.variables[0].value
    assert value is not None
    assert service_of(unit, value) == "Workspace"
    assert is_a(unit, value, "PVInstance")
    assert not is_a(unit, value, "BasePart")


def test_a_function_that_is_handed_over_twice_has_no_one_handler() -> None:
    unit = parse("local function both() end\na.Touched:Connect(both)\na.TouchEnded:Connect(both)")
    assert handler_of(unit, unit.functions[0]) is None


def test_the_handler_of_a_named_function() -> None:
    unit = parse("local function on() end\na.b.Touched:Connect(on)")
    found = handler_of(unit, unit.functions[0])
    assert found is not None
    assert (unit.text(found[0]), found[1]) == ("a.b", "Touched")


def test_a_long_chain_of_variables_ends() -> None:
    lines = ["local a0 = workspace", *(f"local a{number} = a{number - 1}" for number in range(1, 3000))]
    unit = parse("\n".join(lines))
    assert variable_type(unit, unit.variables[-1]) is None
    assert variable_type(unit, unit.variables[10]) == Inferred("Workspace")
