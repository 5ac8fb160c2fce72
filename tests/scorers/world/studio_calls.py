"""Tool calls against the simulated Studio."""

import json
from typing import Any

from scorers.execution import ExecutionReport, Tests, run_tests

SETUP = """
local house = Instance.new("Folder")
house.Name = "House"
house.Parent = workspace
for index = 1, 3 do
    local door = Instance.new("Part")
    door.Name = "Door" .. index
    door.Anchored = true
    door.Parent = house
end
local odd = Instance.new("Part")
odd.Name = "a.b"
odd.Anchored = true
odd.Parent = house
local lamp = Instance.new("PointLight")
lamp.Parent = house.Door1
"""


GAME = """
local greeter = Instance.new("Script")
greeter.Name = "Greeter"
greeter.Source = [[
print("one")
workspace.House.Door1:Destroy()
workspace.House.Door2.Transparency = 1
workspace.House:SetAttribute("Open", true)
workspace.House:AddTag("Open")
Instance.new("Folder", workspace).Name = "Made"
game:GetService("Players").PlayerAdded:Connect(function(player) print(player.Name) end)
task.wait(0.5)
warn("two")
error("three")
]]
greeter.Parent = game:GetService("ServerScriptService")
"""


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


def report(calls: list[dict[str, Any]], body: str, setup: str = SETUP) -> ExecutionReport:
    tests = Tests(
        None,
        f'local house = workspace:FindFirstChild("House")\ntest("it", function()\n{body}\nend)',
        kind="tools",
        world=True,
        setup=setup,
    )
    return run_tests(json.dumps(calls), tests)


def check(calls: list[dict[str, Any]], body: str, setup: str = SETUP) -> None:
    found = report(calls, body, setup)
    assert found.ok, (found.status, found.failures, found.unsupported)


def refused(called: dict[str, Any], *parts: str) -> None:
    """The call fails, its result says why, and the place is as it was."""
    says = "\n".join(f"expect(string.find(calls[1].result, {json.dumps(part)}, 1, true) ~= nil).toEqual(true)" for part in parts)
    check(
        [called],
        f"""
        expect(calls[1].ok).toEqual(false)
        {says}
        expect(#house:GetChildren()).toEqual(4)
        expect(#workspace:GetChildren()).toEqual(1)
        expect(house.Door1.Transparency).toEqual(0)
        """,
    )
