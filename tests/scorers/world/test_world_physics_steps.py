"""What moves, what touches, what space holds."""

import pytest

from scorers.execution import Tests, run_tests
from tests.scorers.world.worlds import check

FLOOR = """
local floor = Instance.new("Part")
floor.Name, floor.Anchored = "Floor", true
floor.Size, floor.Position = Vector3.new(200, 1, 200), Vector3.new(0, -0.5, 0)
floor.Parent = workspace
"""

STEPS = {
    "gravity_is_summed_in_steps": """
        local part = Instance.new("Part", workspace)
        part.Position = Vector3.new(0, 200, 0)
        world:advance(1)
        expect(part.AssemblyLinearVelocity.Y).toBeCloseTo(-196.2, 1e-2)
        expect(part.Position.Y).toBeCloseTo(200 - 196.2 * 61 / 120, 1e-2)
    """,
    "comes_to_rest": """
        local part = Instance.new("Part")
        part.Size, part.Position = Vector3.new(2, 2, 2), Vector3.new(0, 20, 0)
        part.Parent = workspace
        world:advance(3)
        expect(part.Position).toBeCloseTo(Vector3.new(0, 1, 0), 1e-4)
        expect(part.AssemblyLinearVelocity).toEqual(Vector3.zero)
        expect(workspace:GetNumAwakeParts()).toEqual(0)
        workspace.Floor:Destroy()
        world:advance(1)
        expect(part.Position.Y < -50).toEqual(true)
    """,
    "stacks": """
        local parts = {}
        for index = 1, 3 do
            local part = Instance.new("Part")
            part.Size, part.Position = Vector3.new(2, 2, 2), Vector3.new(0, index * 4, 0)
            part.Parent = workspace
            parts[index] = part
        end
        world:advance(3)
        expect(parts[3].Position.Y).toBeCloseTo(5, 1e-3)
        parts[1]:Destroy()
        world:advance(2)
        expect(parts[3].Position.Y).toBeCloseTo(3, 1e-3)
    """,
    "velocity_carries_and_walls_stop": """
        local part, wall = Instance.new("Part"), Instance.new("Part")
        part.Size, part.Position = Vector3.new(2, 2, 2), Vector3.new(0, 1, 0)
        wall.Anchored, wall.Size, wall.Position = true, Vector3.new(1, 10, 10), Vector3.new(20, 5, 0)
        part.Parent, wall.Parent = workspace, workspace
        part.AssemblyLinearVelocity = Vector3.new(30, 0, 0)
        world:advance(0.5)
        expect(part.Position.X).toBeCloseTo(15, 1e-2)
        world:advance(1)
        expect(part.Position.X).toBeCloseTo(18.5, 1e-2)
        expect(part.AssemblyLinearVelocity.X).toEqual(0)
    """,
    "impulse": """
        local part = Instance.new("Part")
        part.Position = Vector3.new(0, 50, 0)
        part.Parent = workspace
        part:ApplyImpulse(Vector3.new(0, part.AssemblyMass * 20, 0))
        expect(part.AssemblyLinearVelocity).toBeCloseTo(Vector3.new(0, 20, 0), 1e-4)
    """,
    "anchored_parts_stay": """
        local part = Instance.new("Part", workspace)
        part.Anchored, part.Position = true, Vector3.new(0, 50, 0)
        world:advance(1)
        expect(part.Position.Y).toEqual(50)
        part.Anchored = false
        world:advance(1)
        expect(part.Position.Y).toBeCloseTo(0.6, 1e-3)
    """,
    "lost_parts_are_destroyed": """
        workspace.Floor:Destroy()
        local part = Instance.new("Part", workspace)
        world:advance(3)
        expect(part.Parent).toEqual(nil)
    """,
    "what_does_not_collide_is_passed": """
        workspace.Floor.CanCollide = false
        local part = Instance.new("Part", workspace)
        part.Position = Vector3.new(0, 10, 0)
        world:advance(1)
        expect(part.Position.Y < -10).toEqual(true)
    """,
    "physics_is_silent_about_properties": """
        local part, count = Instance.new("Part", workspace), 0
        part.Position = Vector3.new(0, 10, 0)
        part:GetPropertyChangedSignal("Position"):Connect(function() count += 1 end)
        world:advance(0.2)
        expect(part.Position.Y < 9).toEqual(true)
        expect(count).toEqual(0)
    """,
    "collision_groups": """
        local physics = game:GetService("PhysicsService")
        physics:RegisterCollisionGroup("Ghosts")
        expect(physics:CollisionGroupsAreCollidable("Ghosts", "Default")).toEqual(true)
        physics:CollisionGroupSetCollidable("Ghosts", "Default", false)
        expect(workspace:CollisionGroupsAreCollidable("Default", "Ghosts")).toEqual(false)
        local ghost = Instance.new("Part", workspace)
        ghost.CollisionGroup, ghost.Position = "Ghosts", Vector3.new(0, 10, 0)
        expect(ghost:CanCollideWith(workspace.Floor)).toEqual(false)
        world:advance(1)
        expect(ghost.Position.Y < -10).toEqual(true)
        expect(function() physics:RegisterCollisionGroup("Ghosts") end).toThrow("already in use")
        expect(function() ghost.CollisionGroup = "Nobody" end).toThrow("not registered")
        expect(#physics:GetRegisteredCollisionGroups()).toEqual(2)
    """,
}

TOUCHES = {
    "falling_onto_a_floor": """
        local part, seen = Instance.new("Part"), {}
        part.Position = Vector3.new(0, 5, 0)
        part.Parent = workspace
        workspace.Floor.Touched:Connect(function(other) table.insert(seen, other) end)
        world:advance(2)
        expect(seen).toEqual({ part })
    """,
    "teleporting_in_and_out": """
        local character, pad, log = world:join("Ann").Character, Instance.new("Part"), {}
        pad.Anchored, pad.CanCollide, pad.Size, pad.Position = true, false, Vector3.new(8, 8, 8), Vector3.new(100, 4, 0)
        pad.Parent = workspace
        pad.Touched:Connect(function(part) log[part.Name] = "in" end)
        pad.TouchEnded:Connect(function(part) log[part.Name] = "out" end)
        character:PivotTo(CFrame.new(100, 3, 0))
        expect(log.Head).toEqual("in")
        expect(log.LeftFoot).toEqual("in")
        world:move(character, Vector3.new(0, 3, 0))
        expect(log.Head).toEqual("out")
    """,
    "walking_through": """
        local character, gate, count = world:join("Ann").Character, Instance.new("Part"), 0
        gate.Anchored, gate.CanCollide, gate.Size, gate.Position = true, false, Vector3.new(1, 8, 8), Vector3.new(10, 4, 0)
        gate.Parent = workspace
        gate.Touched:Connect(function(part)
            if part.Name == "HumanoidRootPart" then count += 1 end
        end)
        character.Humanoid:MoveTo(Vector3.new(20, 0, 0))
        world:advance(3)
        expect(count).toEqual(1)
    """,
    "two_anchored_parts_never_touch": """
        local one, other, count = Instance.new("Part"), Instance.new("Part"), 0
        one.Anchored, other.Anchored, other.Position = true, true, Vector3.new(50, 0, 0)
        one.Parent, other.Parent = workspace, workspace
        one.Touched:Connect(function() count += 1 end)
        other.CFrame = one.CFrame
        world:advance(0.1)
        expect(count).toEqual(0)
    """,
    "can_touch": """
        local one, other, count = Instance.new("Part"), Instance.new("Part"), 0
        one.Anchored, one.CanTouch = true, false
        one.Parent, other.Parent = workspace, workspace
        one.Touched:Connect(function() count += 1 end)
        other.Position = Vector3.new(0, 1, 0)
        world:touch(one, other)
        expect(count).toEqual(0)
    """,
    "made_inside": """
        local zone, seen = Instance.new("Part"), {}
        zone.Anchored, zone.CanCollide, zone.Size, zone.Position = true, false, Vector3.new(8, 8, 8), Vector3.new(0, 30, 0)
        zone.Parent = workspace
        zone.Touched:Connect(function(part) table.insert(seen, part.Name) end)
        local shot = Instance.new("Part")
        shot.Name, shot.Position = "Shot", Vector3.new(0, 30, 0)
        shot.Parent = workspace
        world:step()
        expect(seen).toEqual({ "Shot" })
    """,
    "balls_are_round": """
        local ball, corner, count = Instance.new("Part"), Instance.new("Part"), 0
        ball.Shape, ball.Size, ball.Anchored = Enum.PartType.Ball, Vector3.new(10, 10, 10), true
        corner.Size, corner.Position = Vector3.new(1, 1, 1), Vector3.new(0, 40, 0)
        ball.Parent, corner.Parent = workspace, workspace
        ball.Touched:Connect(function() count += 1 end)
        corner.Position = Vector3.new(4.8, 4.8, 0)
        expect(count).toEqual(0)
        corner.Position = Vector3.new(3.5, 3.5, 0)
        expect(count).toEqual(1)
        expect(#corner:GetTouchingParts()).toEqual(1)
    """,
    "humanoid_touched": """
        local character, part, seen = world:join("Ann").Character, Instance.new("Part"), nil
        part.Anchored, part.Position = true, Vector3.new(30, 3, 0)
        part.Parent = workspace
        character.Humanoid.Touched:Connect(function(other, limb) if limb.Name == "Head" then seen = other end end)
        world:move(character, Vector3.new(30, 1.5, 0))
        expect(seen).toBe(part)
    """,
    "by_hand": """
        local one, other, log = Instance.new("Part", workspace), Instance.new("Part", workspace), {}
        one.Touched:Connect(function(part) table.insert(log, part) end)
        other.TouchEnded:Connect(function(part) table.insert(log, part) end)
        world:touch(one, other)
        world:untouch(one, other)
        expect(log).toEqual({ other, one })
    """,
}

QUERIES = {
    "raycast": """
        local part = Instance.new("Part", workspace)
        part.Anchored, part.Size, part.Position = true, Vector3.new(2, 2, 2), Vector3.new(10, 5, 0)
        part.Material = Enum.Material.Wood
        local result = workspace:Raycast(Vector3.new(0, 5, 0), Vector3.new(100, 0, 0))
        expect(result.Instance).toBe(part)
        expect(result.Position).toBeCloseTo(Vector3.new(9, 5, 0), 1e-4)
        expect(result.Normal).toBeCloseTo(Vector3.new(-1, 0, 0), 1e-4)
        expect(result.Distance).toBeCloseTo(9, 1e-4)
        expect(result.Material).toEqual(Enum.Material.Wood)
        expect(workspace:Raycast(Vector3.new(0, 5, 0), Vector3.new(8, 0, 0))).toEqual(nil)
        expect(workspace:Raycast(Vector3.new(10, 5, 0), Vector3.new(8, 0, 0))).toEqual(nil)
    """,
    "turned_boxes": """
        local part = Instance.new("Part", workspace)
        part.Anchored, part.Size = true, Vector3.new(2, 2, 2)
        part.CFrame = CFrame.new(10, 5, 0) * CFrame.Angles(0, math.rad(45), 0)
        local result = workspace:Raycast(Vector3.new(0, 5, 0.1), Vector3.new(100, 0, 0))
        expect(result.Position.X).toBeCloseTo(10 - math.sqrt(2) + 0.1, 1e-3)
        expect(math.abs(result.Normal.Z)).toBeCloseTo(math.sqrt(0.5), 1e-3)
    """,
    "filters": """
        local model = Instance.new("Model", workspace)
        local near, far = Instance.new("Part", model), Instance.new("Part", workspace)
        near.Anchored, near.Position, far.Anchored, far.Position = true, Vector3.new(10, 5, 0), true, Vector3.new(20, 5, 0)
        local params = RaycastParams.new()
        local function hit()
            local result = workspace:Raycast(Vector3.new(0, 5, 0), Vector3.new(50, 0, 0), params)
            return result and result.Instance
        end
        expect(hit()).toBe(near)
        params.FilterDescendantsInstances = { model }
        expect(hit()).toBe(far)
        params.FilterType = Enum.RaycastFilterType.Include
        expect(hit()).toBe(near)
        near.CanCollide = false
        params.RespectCanCollide = true
        expect(hit()).toEqual(nil)
        params.RespectCanCollide = false
        near.CanQuery = false
        expect(hit()).toEqual(nil)
    """,
    "boxes_and_balls": """
        local one, other = Instance.new("Part", workspace), Instance.new("Part", workspace)
        one.Name, one.Anchored, one.Position = "One", true, Vector3.new(0, 20, 0)
        other.Name, other.Anchored, other.Position = "Other", true, Vector3.new(10, 20, 0)
        expect(workspace:GetPartBoundsInBox(CFrame.new(0, 20, 0), Vector3.new(3, 3, 3))).toEqual({ one })
        expect(workspace:GetPartBoundsInRadius(Vector3.new(5, 20, 0), 4)).toEqual({ one, other })
        expect(workspace:GetPartsInPart(one)).toEqual({})
        other.Position = Vector3.new(3, 20, 0)
        expect(workspace:GetPartsInPart(one)).toEqual({ other })
        local params = OverlapParams.new()
        params.MaxParts = 1
        expect(#workspace:GetPartBoundsInRadius(Vector3.new(2, 20, 0), 4, params)).toEqual(1)
        expect(workspace:ArePartsTouchingOthers({ one })).toEqual(true)
    """,
    "sweeps": """
        local part = Instance.new("Part", workspace)
        part.Anchored, part.Size, part.Position = true, Vector3.new(2, 2, 2), Vector3.new(10, 20, 0)
        local way = Vector3.new(50, 0, 0)
        expect(workspace:Raycast(Vector3.new(0, 21.5, 0), way)).toEqual(nil)
        expect(workspace:Spherecast(Vector3.new(0, 21.5, 0), 1, way).Instance).toBe(part)
        expect(workspace:Blockcast(CFrame.new(0, 20, 0), Vector3.new(2, 2, 2), way).Distance).toBeCloseTo(8, 1e-3)
    """,
    "old_queries": """
        local part = Instance.new("Part", workspace)
        part.Anchored, part.Position = true, Vector3.new(0, 20, 0)
        local hit, point = workspace:FindPartOnRay(Ray.new(Vector3.new(0, 30, 0), Vector3.new(0, -20, 0)))
        expect(hit).toBe(part)
        expect(point).toBeCloseTo(Vector3.new(0, 20.6, 0), 1e-4)
        expect(workspace:FindPartsInRegion3(Region3.new(Vector3.new(-5, 15, -5), Vector3.new(5, 25, 5)))).toEqual({ part })
    """,
    "only_what_stands_in_workspace": """
        local part = Instance.new("Part", game.ReplicatedStorage)
        part.Anchored, part.Position = true, Vector3.new(0, 20, 0)
        expect(#workspace:GetPartBoundsInRadius(Vector3.new(0, 20, 0), 5)).toEqual(0)
        part.Parent = workspace
        expect(#workspace:GetPartBoundsInRadius(Vector3.new(0, 20, 0), 5)).toEqual(1)
        part.Parent = game.ReplicatedStorage
        expect(#workspace:GetPartBoundsInRadius(Vector3.new(0, 20, 0), 5)).toEqual(0)
    """,
}


@pytest.mark.parametrize("name", STEPS)
def test_steps(name: str) -> None:
    check(STEPS[name], setup=FLOOR)


@pytest.mark.parametrize("name", TOUCHES)
def test_touches(name: str) -> None:
    check(TOUCHES[name], setup=FLOOR)


@pytest.mark.parametrize("name", QUERIES)
def test_queries(name: str) -> None:
    check(QUERIES[name], setup=FLOOR)


@pytest.mark.parametrize("made", ["LinearVelocity", "BodyVelocity"])
def test_forces_are_unsupported_only_where_they_would_act(made: str) -> None:
    """On an anchored part they do nothing; on a free one the step says what it does not model."""
    body = f"""
    local part = Instance.new("Part", workspace)
    part.Anchored = true
    local force = Instance.new("{made}")
    if force:IsA("Constraint") then
        force.Attachment0 = Instance.new("Attachment", part)
    end
    force.Parent = part
    world:advance(0.1)
    expect(part.Position).toEqual(Vector3.zero)
    """
    check(body)
    tests = f'test("it", function()\n{body}\npart.Anchored = false\nworld:advance(0.1)\nend)'
    report = run_tests("return true", Tests(None, tests, kind="module", world=True))
    assert report.status == "unsupported"
    assert report.unsupported == (f"{made} in a physics step",)
