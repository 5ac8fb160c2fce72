"""Two runs of one script give equal reports, in one worker and in two."""

from typing import Any

from scorers.execution import Limits, LuauPool, Tests

SCRIPT = """
local Players = game:GetService("Players")
local Http, Tweens, Tags = game:GetService("HttpService"), game:GetService("TweenService"), game:GetService("CollectionService")
local generator = Random.new()
local scores, order = {}, {}

Players.PlayerAdded:Connect(function(player)
    scores[player] = generator:NextInteger(1, 1000)
    table.insert(order, player)
    print("joined", player, scores[player], Http:GenerateGUID(false), math.random(1, 1e6))
    player.CharacterAdded:Connect(function(model)
        model.Humanoid.Died:Connect(function()
            print("died", player, model.HumanoidRootPart.Position)
        end)
    end)
end)

for index = 1, 12 do
    local part = Instance.new("Part")
    part.Name = "Part" .. index
    part.Position = Vector3.new(generator:NextNumber(-20, 20), 20 + index * 3, generator:NextNumber(-20, 20))
    part:SetAttribute("Weight", generator:NextNumber())
    part:AddTag(if generator:NextInteger(1, 2) == 1 then "Odd" else "Even")
    part.Parent = workspace
    scores[part] = index
    part.Touched:Connect(function(other)
        print("touched", part, other, os.clock())
    end)
    local tween = Tweens:Create(part, TweenInfo.new(generator:NextNumber(0.5, 2)), { Transparency = 1 })
    tween.Completed:Connect(function(state)
        print("faded", part, state, time())
    end)
    tween:Play()
end

task.spawn(function()
    while true do
        local waited = task.wait(generator:NextNumber(0.3, 0.9))
        local sum = 0
        for _, value in scores do
            sum += value
        end
        print("tick", waited, sum, #Tags:GetTagged("Odd"), tick(), os.date("!%X"), {}, print)
    end
end)
"""

CASE = """
test("a long game", function()
    local floor = Instance.new("Part")
    floor.Name, floor.Anchored, floor.Size, floor.Parent = "Floor", true, Vector3.new(100, 1, 100), workspace
    local ann, bob, cleo = world:join("Ann"), world:join("Bob"), world:join("Cleo")
    ann.Character.Humanoid:MoveTo(Vector3.new(30, 3, 10))
    world:advance(3)
    world:kill(bob)
    world:leave(cleo)
    world:advance(7)
    print(game:GetService("HttpService"):JSONEncode({ b = math.random(), a = Random.new():NextNumber(), c = os.time() }))
    print("DESCENDANTS", ann.Character.HumanoidRootPart.Position, #workspace:GetDescendants())
    expect(#world:errors()).toEqual(0)
    expect(#world:output() > 40).toEqual(true)
end)
"""


def _report(pool: LuauPool) -> dict[str, Any]:
    tests = Tests(None, CASE, kind="script", world=True)
    report = pool.evaluate(SCRIPT, tests, static=False, limits=Limits(output_bytes=1 << 20)).execution
    assert report is not None
    assert report.ok, report
    fields = report.to_json()
    del fields["wall_seconds"]
    return fields


def test_reports_are_equal_within_a_worker_and_between_workers() -> None:
    with LuauPool(1) as pool:
        first, second = _report(pool), _report(pool)
    with LuauPool(1) as pool:
        third = _report(pool)
    assert all(word in first["output"] for word in ("touched", "faded", "tick", "died", "DESCENDANTS"))
    assert first == second == third
