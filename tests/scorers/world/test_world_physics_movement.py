"""Humanoids that walk, jump, find their way, sit, hold tools, click and hold prompts."""

import pytest

from tests.scorers.world.worlds import check

SETUP = """
local floor = Instance.new("Part")
floor.Name, floor.Anchored = "Floor", true
floor.Size, floor.Position = Vector3.new(400, 1, 400), Vector3.new(0, -0.5, 0)
floor.Parent = workspace
local function wall(name, position, size)
    local part = Instance.new("Part")
    part.Name, part.Anchored, part.Size, part.Position = name, true, size, position
    part.Parent = workspace
end
wall("Wall", Vector3.new(100, 5, 0), Vector3.new(1, 10, 20))
wall("Curb", Vector3.new(-20, 0.5, 0), Vector3.new(4, 1, 4))
"""

START = """
local player = world:join("Ann")
local character = player.Character
local humanoid, root = character.Humanoid, character.HumanoidRootPart
"""

WALKS = {
    "straight_at_walk_speed": """
        local result
        humanoid.MoveToFinished:Connect(function(reached) result = reached end)
        humanoid:MoveTo(Vector3.new(32, 0, 0))
        world:advance(1)
        expect(root.Position).toBeCloseTo(Vector3.new(16, 3, 0), 1e-3)
        expect(humanoid.MoveDirection).toBeCloseTo(Vector3.new(1, 0, 0), 1e-4)
        expect(root.CFrame.LookVector).toBeCloseTo(Vector3.new(1, 0, 0), 1e-4)
        expect(result).toEqual(nil)
        world:advance(1.1)
        expect(result).toEqual(true)
        expect(root.Position).toBeCloseTo(Vector3.new(32, 3, 0), 1e-4)
        expect(humanoid.MoveDirection).toEqual(Vector3.zero)
        expect(character.Head.Position.Y).toBeCloseTo(4.6, 1e-3)
    """,
    "gives_up_after_eight_seconds": """
        local began
        task.spawn(function()
            humanoid:MoveTo(Vector3.new(0, 0, 1000))
            expect(humanoid.MoveToFinished:Wait()).toEqual(false)
            began = world:time()
        end)
        world:advance(9)
        expect(began).toBeCloseTo(8, 0.02)
        expect(root.Position.Z).toBeCloseTo(128, 0.5)
    """,
    "the_direction_is_told_once": """
        local seen = {}
        humanoid:GetPropertyChangedSignal("MoveDirection"):Connect(function()
            table.insert(seen, humanoid.MoveDirection.Magnitude > 0)
        end)
        humanoid:MoveTo(Vector3.new(10, 0, 7))
        world:advance(2)
        expect(seen).toEqual({ true, false })
    """,
    "characters_pass_each_other": """
        local npc = world:join("Bob").Character
        npc:PivotTo(CFrame.new(20, 3, 0))
        npc.Humanoid:MoveTo(root.Position)
        expect(npc.Humanoid.MoveToFinished:Wait()).toEqual(true)
    """,
    "a_new_goal_replaces_the_old": """
        local results = {}
        humanoid.MoveToFinished:Connect(function(reached) table.insert(results, reached) end)
        humanoid:MoveTo(Vector3.new(32, 0, 0))
        world:advance(0.5)
        humanoid:MoveTo(Vector3.new(0, 0, 0))
        world:advance(2)
        expect(results).toEqual({ true })
        expect(root.Position).toBeCloseTo(Vector3.new(0, 3, 0), 1e-4)
    """,
    "follows_a_part": """
        local target = Instance.new("Part")
        target.Anchored, target.CanCollide, target.Position = true, false, Vector3.new(10, 3, 0)
        target.Parent = workspace
        humanoid:MoveTo(target.Position, target)
        world:advance(0.2)
        target.Position = Vector3.new(0, 3, 16)
        world:advance(2)
        expect(root.Position).toBeCloseTo(Vector3.new(0, 3, 16), 1e-4)
    """,
    "walls_stop": """
        local result
        humanoid.MoveToFinished:Connect(function(reached) result = reached end)
        character:PivotTo(CFrame.new(90, 3, 0))
        humanoid:MoveTo(Vector3.new(110, 0, 0))
        world:advance(8.5)
        expect(result).toEqual(false)
        expect(root.Position.X < 99.5).toEqual(true)
        expect(root.Position.X > 98).toEqual(true)
    """,
    "steps_up_and_down": """
        humanoid:MoveTo(Vector3.new(-20, 0, 0))
        world:advance(2)
        expect(root.Position.Y).toBeCloseTo(4, 1e-3)
        humanoid:MoveTo(Vector3.new(-40, 0, 0))
        world:advance(2)
        expect(root.Position.Y).toBeCloseTo(3, 1e-3)
    """,
    "without_a_floor_it_stays_up": """
        workspace.Floor:Destroy()
        humanoid:MoveTo(Vector3.new(0, 0, 8))
        world:advance(1)
        expect(root.Position).toBeCloseTo(Vector3.new(0, 3, 8), 1e-4)
    """,
    "move_until_told_otherwise": """
        local speeds = {}
        humanoid.Running:Connect(function(speed) table.insert(speeds, speed) end)
        humanoid:Move(Vector3.new(0, 0, -1))
        world:advance(10)
        expect(root.Position.Z).toBeCloseTo(-160, 1)
        expect(root.AssemblyLinearVelocity).toBeCloseTo(Vector3.new(0, 0, -16), 1e-3)
        humanoid:Move(Vector3.zero)
        world:advance(1)
        expect(speeds).toEqual({ 16, 0 })
        expect(root.AssemblyLinearVelocity).toEqual(Vector3.zero)
    """,
    "walk_speed_counts": """
        humanoid.WalkSpeed = 32
        humanoid:MoveTo(Vector3.new(100, 0, 50))
        world:advance(1)
        expect((root.Position - Vector3.new(0, 3, 0)).Magnitude).toBeCloseTo(32, 1e-2)
    """,
    "anchored_roots_stay": """
        root.Anchored = true
        humanoid:MoveTo(Vector3.new(10, 0, 0))
        world:advance(1)
        expect(root.Position).toEqual(Vector3.new(0, 3, 0))
    """,
    "the_dead_do_not_walk": """
        humanoid:MoveTo(Vector3.new(50, 0, 0))
        world:advance(0.5)
        world:kill(player)
        local place = root.Position
        world:advance(1)
        expect(root.Position).toEqual(place)
    """,
    "characters_made_by_hand": """
        local model = Instance.new("Model")
        local body, mind = Instance.new("Part"), Instance.new("Humanoid")
        body.Name, body.Size, body.Position = "HumanoidRootPart", Vector3.new(2, 2, 1), Vector3.new(0, 1, 50)
        body.Parent, mind.Parent = model, model
        model.Parent = workspace
        world:advance(1)
        expect(body.Position).toEqual(Vector3.new(0, 1, 50))
        mind:MoveTo(Vector3.new(10, 0, 50))
        world:advance(1)
        expect(body.Position).toBeCloseTo(Vector3.new(10, 1, 50), 1e-3)
    """,
}

JUMPS = {
    "up_and_down": """
        local states, highest = {}, 0
        humanoid.StateChanged:Connect(function(_, state) table.insert(states, state.Name) end)
        humanoid.Jump = true
        for _ = 1, 60 do
            world:step()
            highest = math.max(highest, root.Position.Y)
        end
        expect(states).toEqual({ "Jumping", "Freefall", "Landed", "Running" })
        expect(highest - 3).toBeCloseTo(6.4, 0.5)
        expect(root.Position.Y).toBeCloseTo(3, 1e-3)
        expect(humanoid.Jump).toEqual(false)
    """,
    "by_height": """
        humanoid.UseJumpPower = false
        humanoid.JumpHeight = 20
        local highest = 0
        humanoid.Jump = true
        for _ = 1, 90 do
            world:step()
            highest = math.max(highest, root.Position.Y)
        end
        expect(highest - 3).toBeCloseTo(20, 1)
    """,
    "by_state_and_only_where_allowed": """
        humanoid:ChangeState(Enum.HumanoidStateType.Jumping)
        world:advance(0.1)
        expect(root.Position.Y > 4).toEqual(true)
        world:advance(1)
        humanoid:SetStateEnabled(Enum.HumanoidStateType.Jumping, false)
        humanoid.Jump = true
        world:advance(0.1)
        expect(root.Position.Y).toBeCloseTo(3, 1e-3)
        expect(humanoid.Jump).toEqual(false)
    """,
    "while_walking": """
        humanoid:MoveTo(Vector3.new(16, 0, 0))
        humanoid.Jump = true
        world:advance(0.3)
        expect(root.Position.Y > 6).toEqual(true)
        expect(humanoid.FloorMaterial).toEqual(Enum.Material.Air)
        world:advance(1)
        expect(root.Position).toBeCloseTo(Vector3.new(16, 3, 0), 1e-3)
        expect(humanoid.FloorMaterial).toEqual(Enum.Material.Plastic)
    """,
    "pushed_up": """
        root.AssemblyLinearVelocity = Vector3.new(20, 98.1, 0)
        world:advance(0.5)
        expect(root.Position.Y).toBeCloseTo(27, 2)
        world:advance(1)
        expect(root.Position.Y).toBeCloseTo(3, 1e-3)
        expect(root.Position.X).toBeCloseTo(20, 1)
    """,
    "off_a_ledge": """
        character:PivotTo(CFrame.new(100, 13, 0))
        humanoid:MoveTo(Vector3.new(110, 0, 0))
        world:advance(3)
        expect(root.Position).toBeCloseTo(Vector3.new(110, 3, 0), 1e-3)
    """,
}

PATHS = {
    "straight": """
        local path = game:GetService("PathfindingService"):CreatePath()
        path:ComputeAsync(Vector3.new(0, 3, 0), Vector3.new(20, 3, 0))
        expect(path.Status).toEqual(Enum.PathStatus.Success)
        local points = path:GetWaypoints()
        expect(#points).toEqual(6)
        expect(points[2].Position).toBeCloseTo(Vector3.new(4, 3, 0), 1e-4)
        expect(points[6].Position).toBeCloseTo(Vector3.new(20, 3, 0), 1e-4)
        expect(points[6].Action).toEqual(Enum.PathWaypointAction.Walk)
    """,
    "around_a_wall": """
        local path = game:GetService("PathfindingService"):CreatePath({ AgentRadius = 2 })
        character:PivotTo(CFrame.new(90, 3, 0))
        path:ComputeAsync(root.Position, Vector3.new(110, 3, 0))
        expect(path.Status).toEqual(Enum.PathStatus.Success)
        for _, point in path:GetWaypoints() do
            humanoid:MoveTo(point.Position)
            assert(humanoid.MoveToFinished:Wait(), "a waypoint was not reached")
        end
        expect(root.Position).toBeCloseTo(Vector3.new(110, 3, 0), 1e-2)
    """,
    "near_a_wall": """
        local path = game:GetService("PathfindingService"):CreatePath()
        path:ComputeAsync(Vector3.new(90, 3, 0), Vector3.new(101, 3, 0))
        expect(path.Status).toEqual(Enum.PathStatus.Success)
    """,
    "no_way": """
        local path = game:GetService("PathfindingService"):CreatePath()
        for index, offset in { Vector3.new(6, 0, 0), Vector3.new(-6, 0, 0), Vector3.new(0, 0, 6), Vector3.new(0, 0, -6) } do
            local wall = Instance.new("Part")
            wall.Anchored, wall.Size = true, if index <= 2 then Vector3.new(1, 10, 13) else Vector3.new(13, 10, 1)
            wall.Position = Vector3.new(0, 5, 40) + offset
            wall.Parent = workspace
        end
        path:ComputeAsync(Vector3.new(0, 3, 0), Vector3.new(0, 3, 40))
        expect(path.Status).toEqual(Enum.PathStatus.NoPath)
        expect(path:GetWaypoints()).toEqual({})
    """,
    "occlusion": """
        local path = game:GetService("PathfindingService"):CreatePath()
        path:ComputeAsync(Vector3.new(0, 3, 0), Vector3.new(0, 3, 20))
        expect(path:CheckOcclusionAsync(1)).toEqual(-1)
        local wall = Instance.new("Part")
        wall.Anchored, wall.Size, wall.Position = true, Vector3.new(9, 9, 1), Vector3.new(0, 4, 10)
        wall.Parent = workspace
        expect(path:CheckOcclusionAsync(1)).toEqual(4)
    """,
}

THINGS = {
    "click_detector": """
        local seen, detector = {}, Instance.new("ClickDetector")
        detector.Parent = workspace.Curb
        detector.MouseClick:Connect(function(who) table.insert(seen, who) end)
        expect(world:clickDetector(player, detector)).toEqual(true)
        expect(seen).toEqual({ player })
        detector.MaxActivationDistance = 10
        expect(world:clickDetector(player, detector)).toEqual(false)
        expect(#seen).toEqual(1)
    """,
    "prompt": """
        local log, prompt = {}, Instance.new("ProximityPrompt")
        prompt.HoldDuration, prompt.MaxActivationDistance = 2, 30
        prompt.Parent = workspace.Curb
        for _, event in { "PromptButtonHoldBegan", "PromptButtonHoldEnded", "Triggered", "TriggerEnded" } do
            prompt[event]:Connect(function(who) table.insert(log, event .. " " .. who.Name) end)
        end
        local service
        game:GetService("ProximityPromptService").PromptTriggered:Connect(function(which, who) service = { which, who } end)
        expect(world:trigger(player, prompt)).toEqual(true)
        expect(world:time()).toBeCloseTo(2, 1e-3)
        expect(log).toEqual({ "PromptButtonHoldBegan Ann", "PromptButtonHoldEnded Ann", "Triggered Ann", "TriggerEnded Ann" })
        expect(service).toEqual({ prompt, player })
        prompt.Enabled = false
        expect(world:trigger(player, prompt)).toEqual(false)
        prompt.Enabled = true
        world:move(player, Vector3.new(200, 3, 0))
        expect(world:trigger(player, prompt)).toEqual(false)
        expect(#log).toEqual(4)
    """,
    "tool": """
        local log, tool, handle = {}, Instance.new("Tool"), Instance.new("Part")
        handle.Name, handle.Parent = "Handle", tool
        tool.Equipped:Connect(function(mouse) table.insert(log, "equipped " .. mouse.ClassName) end)
        tool.Activated:Connect(function() table.insert(log, "activated") end)
        tool.Unequipped:Connect(function() table.insert(log, "unequipped") end)
        tool.Parent = player.Backpack
        tool:Activate()
        humanoid:EquipTool(tool)
        tool:Activate()
        expect(handle.Position).toBeCloseTo(character.RightHand.Position, 1e-4)
        character:PivotTo(CFrame.new(40, 3, 0))
        expect(handle.Position).toBeCloseTo(character.RightHand.Position, 1e-4)
        tool.Parent = player.Backpack
        expect(log).toEqual({ "equipped Mouse", "activated", "unequipped" })
    """,
    "seat": """
        local seat, log = Instance.new("Seat"), {}
        seat.Anchored, seat.Position = true, Vector3.new(0, 0.6, 30)
        seat.Parent = workspace
        humanoid.Seated:Connect(function(isSeated, where) table.insert(log, { isSeated, where }) end)
        world:touch(seat, character.LeftFoot)
        expect(seat.Occupant).toBe(humanoid)
        expect(humanoid.Sit).toEqual(true)
        expect(humanoid.SeatPart).toBe(seat)
        humanoid.Jump = true
        expect(seat.Occupant).toEqual(nil)
        expect(log).toEqual({ { true, seat }, { false } })
    """,
}


@pytest.mark.parametrize("name", WALKS)
def test_walks(name: str) -> None:
    check(START + WALKS[name], setup=SETUP)


@pytest.mark.parametrize("name", JUMPS)
def test_jumps(name: str) -> None:
    check(START + JUMPS[name], setup=SETUP)


@pytest.mark.parametrize("name", PATHS)
def test_paths(name: str) -> None:
    check(START + PATHS[name], setup=SETUP)


@pytest.mark.parametrize("name", THINGS)
def test_things(name: str) -> None:
    check(START + THINGS[name], setup=SETUP)
