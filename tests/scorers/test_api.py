"""The api scorer, check by check: what fires and what stays silent."""

import pytest

from scorers import api_table
from scorers.score import score
from tests.scorers.checks import ACCEPTED, found

FIRING = {
    "unknown-service": [
        'game:GetService("Player")',
        "game:GetService('HTTPService')",
        'local d = game:GetService("DataStore")',
    ],
    "unknown-class": ['Instance.new("Prat")', "local x = Instance.new('part')", 'Instance.new("Humaniod", workspace)'],
    "not-creatable": ['Instance.new("BasePart")', 'Instance.new("Workspace")', 'local g = Instance.new("GuiObject")'],
    "deprecated-class": ['Instance.new("BodyVelocity")', 'Instance.new("BodyGyro")', 'Instance.new("BodyPosition")'],
    "deprecated-global": ["wait(1)", "spawn(function() end)", "delay(1, f)", "ypcall(f)", "print(elapsedTime())"],
    "deprecated-member": [
        "workspace:FindPartOnRay(ray)",
        'local p = Instance.new("Part")\np.Velocity = v',
        "local function f(h: Humanoid) h:LoadAnimation(a) end",
        "table.foreach(t, print)",
    ],
    "renamed-member": [
        "local function f(player: Player) player:LoadCharacter() end",
        "local function f(player: Player) return player:IsInGroup(1) end",
        'local m = game:GetService("MarketplaceService")\nm:GetProductInfo(1)',
    ],
    "unknown-member": [
        'local p = Instance.new("Part")\np.Colour = c',
        'local p = Instance.new("Part")\np:Delete()',
        "local h = c:WaitForChild('H') :: Humanoid\nh:Kill()",
    ],
    "read-only-property": [
        'local p = Instance.new("Part")\np.Mass = 5',
        "local function f(h: Humanoid) h.MoveDirection = d end",
        "local function f(h: Humanoid) h.RootPart = r end",
    ],
    "unknown-enum": ["return Enum.Materials.Wood", "x = Enum.KeyCodes.E", "f(Enum.EasingStyles)"],
    "unknown-enum-item": ["return Enum.Material.Lava", "f(Enum.KeyCode.Spacebar)", "x = Enum.EasingStyle.linear"],
    "unknown-library-member": [
        "table.contains(t, 1)",
        "string.trim(s)",
        'os.execute("ls")',
        "math.sqr(2)",
        "task.sleep(1)",
    ],
    "unavailable-library": ['io.open("f")', 'io.write("x")', "print(package.path)"],
    "unknown-datatype-member": ["Vector3.New(1, 2, 3)", "CFrame.fromAngle(1)", "Color3.rgb(1, 2, 3)"],
    "service-direct-index": ["print(game.Players)", "local r = game.ReplicatedStorage", "game.Lighting.ClockTime = 1"],
}

SILENT = {
    "unknown-service": [
        'game:GetService("Players")',
        "game:GetService(name)",
        '-- game:GetService("Nope")',
        'own:GetService("Nope")',
    ],
    "unknown-class": [
        'Instance.new("Part")',
        "Instance.new(name)",
        'Instance.new("Pa" .. "rt")',
        "x = 'Instance.new(\"Prat\")'",
    ],
    "not-creatable": [
        'Instance.new("Part")',
        'local Instance = own\nInstance.new("GuiObject")',
        'My.Instance.new("GuiObject")',
    ],
    "deprecated-class": ['Instance.new("LinearVelocity")', "Instance.new(kind)", '-- Instance.new("BodyVelocity")'],
    "deprecated-global": [
        "task.wait(1)",
        "local wait = task.wait\nwait(1)",
        "signal:wait()",
        "t = { delay = 1 }",
        "--wait(1)\nf('wait(1)')",
    ],
    "deprecated-member": [
        "workspace:Raycast(a, b)",
        "other.Velocity = v",
        'local p = Instance.new("Part")\np = g()\np.Velocity = v',
    ],
    "renamed-member": ["player:LoadCharacter()", "local function f(p: Player) p:Kick() end", "x.LoadCharacter = 1"],
    "unknown-member": [
        "print(workspace.Baseplate)",
        'local p = Instance.new("Part")\np.Name = "x"',
        "type Part = { n: number }\nlocal function f(p: Part) p.n = 1 end",
        'local m = Instance.new("Model")\nprint(m.Handle)',
        "local function f(p: Part | Model) p.Foo = 1 end",
    ],
    "read-only-property": [
        "x.Mass = 5",
        'local p = Instance.new("Part")\nprint(p.Mass)',
        'local p = Instance.new("Part")\np.Size = s',
    ],
    "unknown-enum": ["return Enum.Material.Wood", "local Enum = {}\nreturn Enum.Foo", "return Own.Enum.Foo"],
    "unknown-enum-item": ["Enum.KeyCode:GetEnumItems()", "return Enum.KeyCode[name]", "return Enum.KeyCode.E.Name"],
    "unknown-library-member": [
        "table.find(t, 1)",
        "local string = own\nstring.trim(s)",
        "t.table.contains(x)",
        "--os.execute()",
    ],
    "unavailable-library": ["local io = {}\nio.open()", "x.io.open()", "local s = 'io.open'"],
    "unknown-datatype-member": ["Vector3.new(1, 2, 3)", "local Color3 = own\nColor3.rgb()", "Vector3.zero:Lerp(v, 1)"],
    "service-direct-index": [
        "print(game.JobId)",
        "game.Workspace.Part:Destroy()",
        "local game = own\nprint(game.Players)",
    ],
}


@pytest.mark.parametrize(("check", "code"), [(check, code) for check, codes in FIRING.items() for code in codes])
def test_fires(check: str, code: str) -> None:
    report = score(code, compiled=ACCEPTED)
    assert check in {diagnostic.check for diagnostic in report.diagnostics}
    assert report.scores["api"] < 1.0


@pytest.mark.parametrize(("check", "code"), [(check, code) for check, codes in SILENT.items() for code in codes])
def test_stays_silent(check: str, code: str) -> None:
    assert check not in found(code)


def test_did_you_mean() -> None:
    report = score('game:GetService("HTTPService")', compiled=ACCEPTED)
    assert report.diagnostics[0].hint == "did you mean HttpService?"


def test_replacement_is_named() -> None:
    report = score("wait(1)", compiled=ACCEPTED)
    assert report.diagnostics[0].hint == "use task.wait"


def test_table_knows_inheritance() -> None:
    member = api_table.find_member("Part", "Destroy")
    assert member is not None
    assert (member.kind, member.flags) == ("m", "")
    assert api_table.find_member("Part", "Nope") is None
    assert "WaitForChild" not in api_table.quiet_methods()
    assert len(api_table.services()) > 300
