"""Parts and models: places, sizes, colours, mass, pivots, cameras, attachments."""

import pytest

from tests.scorers.world.worlds import check

PARTS = {
    "cframe_is_stored": """
        local part = Instance.new("Part")
        part.Position = Vector3.new(1, 2, 3)
        expect(part.CFrame).toEqual(CFrame.new(1, 2, 3))
        part.CFrame = CFrame.new(4, 5, 6) * CFrame.Angles(0, math.rad(90), 0)
        expect(part.Position).toEqual(Vector3.new(4, 5, 6))
        expect(part.Orientation).toBeCloseTo(Vector3.new(0, 90, 0), 1e-3)
    """,
    "orientation_keeps_position": """
        local part = Instance.new("Part")
        part.Position = Vector3.new(1, 2, 3)
        part.Orientation = Vector3.new(10, 20, 30)
        expect(part.Position).toEqual(Vector3.new(1, 2, 3))
        expect(part.Orientation).toBeCloseTo(Vector3.new(10, 20, 30), 1e-3)
        part.Rotation = Vector3.new(0, 0, 45)
        expect(part.Rotation).toBeCloseTo(Vector3.new(0, 0, 45), 1e-3)
    """,
    "signals_of_a_move": """
        local part, seen = Instance.new("Part"), {}
        for _, name in { "CFrame", "Position", "Orientation" } do
            part:GetPropertyChangedSignal(name):Connect(function() table.insert(seen, name) end)
        end
        part.Position = Vector3.new(0, 9, 0)
        table.sort(seen)
        expect(seen).toEqual({ "CFrame", "Position" })
        part.Orientation = Vector3.new(0, 45, 0)
        table.sort(seen)
        expect(seen).toEqual({ "CFrame", "CFrame", "Orientation", "Position" })
    """,
    "size_has_a_least": """
        local part = Instance.new("Part")
        part.Size = Vector3.new(0, -1, 2)
        expect(part.Size).toBeCloseTo(Vector3.new(0.001, 0.001, 2), 1e-6)
    """,
    "colours_agree": """
        local part, seen = Instance.new("Part"), {}
        part:GetPropertyChangedSignal("BrickColor"):Connect(function() table.insert(seen, part.BrickColor.Name) end)
        part.BrickColor = BrickColor.new("Bright red")
        expect(part.Color).toEqual(BrickColor.new("Bright red").Color)
        part.Color = Color3.new(0, 0, 1)
        expect(part.BrickColor).toEqual(BrickColor.new("Really blue"))
        expect(seen).toEqual({ "Bright red", "Really blue" })
    """,
    "mass": """
        local part = Instance.new("Part")
        part.Size = Vector3.new(2, 3, 4)
        expect(part:GetMass()).toBeCloseTo(24 * 0.7, 1e-4)
        expect(part.Mass).toEqual(part:GetMass())
        part.CustomPhysicalProperties = PhysicalProperties.new(2, 0.3, 0.5)
        expect(part.AssemblyMass).toBeCloseTo(48, 1e-4)
        part.Shape = Enum.PartType.Ball
        expect(part.Mass).toBeCloseTo(2 * 4 / 3 * math.pi, 1e-4)
    """,
    "network_owner": """
        local part, player = Instance.new("Part"), world:join("Ann")
        part.Parent = workspace
        part:SetNetworkOwner(player)
        expect(part:GetNetworkOwner()).toBe(player)
        expect(part:GetNetworkOwnershipAuto()).toEqual(false)
        part.Anchored = true
        expect(function() part:SetNetworkOwner(nil) end).toThrow("Anchored parts")
    """,
    "nearest_point": """
        local part = Instance.new("Part")
        part.Size = Vector3.new(2, 2, 2)
        expect(part:GetClosestPointOnSurface(Vector3.new(5, 0.5, 0))).toEqual(Vector3.new(1, 0.5, 0))
    """,
    "clones_stand_where_the_original_is": """
        local part = Instance.new("Part")
        part.Parent = workspace
        world:advance(0.5)
        local copy = part:Clone()
        expect(copy.Position).toEqual(part.Position)
        expect(part.Position.Y < -10).toEqual(true)
    """,
}

MODELS = {
    "pivot_to": """
        local model = Instance.new("Model")
        local one, other = Instance.new("Part", model), Instance.new("Part", model)
        one.Position, other.Position = Vector3.new(0, 0, 0), Vector3.new(10, 0, 0)
        model.PrimaryPart = one
        model:PivotTo(CFrame.new(0, 5, 0) * CFrame.Angles(0, math.rad(90), 0))
        expect(one.Position).toBeCloseTo(Vector3.new(0, 5, 0), 1e-4)
        expect(other.Position).toBeCloseTo(Vector3.new(0, 5, -10), 1e-4)
        expect(model:GetPivot()).toBeCloseTo(one.CFrame, 1e-4)
    """,
    "pivot_without_a_primary_part": """
        local model = Instance.new("Model")
        local one, other = Instance.new("Part", model), Instance.new("Part", model)
        one.Position, other.Position = Vector3.new(0, 0, 0), Vector3.new(10, 0, 0)
        expect(model:GetPivot().Position).toEqual(Vector3.new(5, 0, 0))
        model:PivotTo(CFrame.new(5, 1, 0))
        expect(one.Position).toBeCloseTo(Vector3.new(0, 1, 0), 1e-4)
        expect(model.WorldPivot.Position).toEqual(Vector3.new(5, 1, 0))
    """,
    "pivot_offset": """
        local part = Instance.new("Part")
        part.PivotOffset = CFrame.new(0, -1, 0)
        part:PivotTo(CFrame.new(0, 0, 0))
        expect(part.Position).toBeCloseTo(Vector3.new(0, 1, 0), 1e-5)
        expect(part:GetPivot().Position).toBeCloseTo(Vector3.new(0, 0, 0), 1e-5)
    """,
    "move_to_and_translate": """
        local model = Instance.new("Model")
        local one, other = Instance.new("Part", model), Instance.new("Part", model)
        other.Position = Vector3.new(3, 0, 0)
        model.PrimaryPart = one
        model:MoveTo(Vector3.new(0, 7, 0))
        expect(one.Position).toEqual(Vector3.new(0, 7, 0))
        model:TranslateBy(Vector3.new(1, 0, 0))
        expect(other.Position).toEqual(Vector3.new(4, 7, 0))
        model:SetPrimaryPartCFrame(CFrame.new(0, 0, 0))
        expect(other.Position).toEqual(Vector3.new(3, 0, 0))
    """,
    "bounds": """
        local model = Instance.new("Model")
        local one, other = Instance.new("Part", model), Instance.new("Part", model)
        one.Size, other.Size = Vector3.new(2, 2, 2), Vector3.new(2, 4, 2)
        other.Position = Vector3.new(10, 0, 0)
        local middle, size = model:GetBoundingBox()
        expect(size).toEqual(Vector3.new(12, 4, 2))
        expect(middle.Position).toEqual(Vector3.new(5, 0, 0))
        expect(model:GetExtentsSize()).toEqual(size)
    """,
    "scale": """
        local model = Instance.new("Model")
        local one, other = Instance.new("Part", model), Instance.new("Part", model)
        one.Size, other.Position = Vector3.new(2, 2, 2), Vector3.new(10, 0, 0)
        model.PrimaryPart = one
        model:ScaleTo(2)
        expect(one.Size).toEqual(Vector3.new(4, 4, 4))
        expect(other.Position).toEqual(Vector3.new(20, 0, 0))
        expect(model:GetScale()).toEqual(2)
    """,
    "no_primary_part": """
        expect(function() Instance.new("Model"):SetPrimaryPartCFrame(CFrame.new()) end).toThrow("no PrimaryPart")
    """,
    "characters_move_whole": """
        local character = world:join("Ann").Character
        local gap = character.Head.Position - character.HumanoidRootPart.Position
        character.HumanoidRootPart.CFrame = CFrame.new(50, 3, 0)
        expect(character.Head.Position).toBeCloseTo(Vector3.new(50, 3, 0) + gap, 1e-4)
        character:PivotTo(CFrame.new(0, 3, 8))
        expect(character.Head.Position).toBeCloseTo(Vector3.new(0, 3, 8) + gap, 1e-4)
        world:advance(2)
        expect(character.HumanoidRootPart.Position).toEqual(Vector3.new(0, 3, 8))
    """,
    "welded_parts_move_together": """
        local one, other = Instance.new("Part", workspace), Instance.new("Part", workspace)
        one.Anchored, other.Position = true, Vector3.new(5, 0, 0)
        local weld = Instance.new("WeldConstraint", one)
        weld.Part0, weld.Part1 = one, other
        one.CFrame = CFrame.new(0, 10, 0)
        expect(other.Position).toEqual(Vector3.new(5, 10, 0))
        world:advance(1)
        expect(other.Position).toEqual(Vector3.new(5, 10, 0))
        expect(other.AssemblyRootPart).toBe(one)
        other.Position = Vector3.new(7, 10, 0)
        expect(one.Position).toEqual(Vector3.new(0, 10, 0))
        weld:Destroy()
        world:advance(1)
        expect(other.Position.Y < 0).toEqual(true)
    """,
    "what_is_welded_to_a_character_goes_with_it": """
        local character, crate = world:join("Ann").Character, Instance.new("Part", workspace)
        crate.Position = Vector3.new(0, 10, 0)
        local weld = Instance.new("WeldConstraint", crate)
        weld.Part0, weld.Part1 = character.RightHand, crate
        expect(crate.AssemblyRootPart).toBe(character.HumanoidRootPart)
        character.Humanoid:MoveTo(Vector3.new(10, 0, 0))
        world:advance(2)
        expect(crate.Position).toBeCloseTo(Vector3.new(10, 10, 0), 1e-3)
        weld:Destroy()
        world:advance(0.5)
        expect(crate.Position.Y < 9).toEqual(true)
    """,
    "a_weld_acts_when_its_model_arrives": """
        local model = Instance.new("Model")
        local weld, one, other = Instance.new("Weld", model), Instance.new("Part", model), Instance.new("Part", model)
        one.Anchored, one.Position = true, Vector3.new(0, 10, 0)
        weld.Part0, weld.Part1, weld.C0 = one, other, CFrame.new(2, 0, 0)
        expect(other.Position).toEqual(Vector3.zero)
        local copy = model:Clone()
        copy.Parent = workspace
        expect(copy:GetChildren()[3].Position).toEqual(Vector3.new(2, 10, 0))
        world:advance(1)
        expect(copy:GetChildren()[3].Position).toEqual(Vector3.new(2, 10, 0))
    """,
    "a_weld_sets_the_place": """
        local one, other = Instance.new("Part", workspace), Instance.new("Part", workspace)
        one.Anchored, one.Position = true, Vector3.new(0, 10, 0)
        local weld = Instance.new("Weld")
        weld.Part0, weld.Part1, weld.C0 = one, other, CFrame.new(0, 3, 0)
        weld.Parent = one
        expect(other.Position).toEqual(Vector3.new(0, 13, 0))
        weld.C0 = CFrame.new(0, 4, 0)
        expect(other.Position).toEqual(Vector3.new(0, 14, 0))
        expect(one:GetConnectedParts()).toEqual({ one, other })
        expect(one:GetJoints()).toEqual({ weld })
    """,
}

PLACES = {
    "attachment": """
        local part, attachment = Instance.new("Part"), Instance.new("Attachment")
        attachment.Position = Vector3.new(1, 0, 0)
        attachment.Parent = part
        part.CFrame = CFrame.new(0, 5, 0) * CFrame.Angles(0, math.rad(90), 0)
        expect(attachment.WorldPosition).toBeCloseTo(Vector3.new(0, 5, -1), 1e-4)
        expect(attachment.WorldAxis).toBeCloseTo(Vector3.new(0, 0, -1), 1e-4)
        attachment.WorldPosition = Vector3.new(0, 6, 0)
        expect(attachment.Position).toBeCloseTo(Vector3.new(0, 1, 0), 1e-4)
        expect(attachment.WorldCFrame.Position).toBeCloseTo(Vector3.new(0, 6, 0), 1e-4)
    """,
    "camera": """
        local camera = workspace.CurrentCamera
        expect(camera.Parent).toBe(workspace)
        expect(camera.ViewportSize).toEqual(Vector2.new(1280, 720))
        camera.CFrame = CFrame.new(0, 0, 0)
        local point, visible = camera:WorldToViewportPoint(Vector3.new(0, 0, -10))
        expect(point).toBeCloseTo(Vector3.new(640, 360, 10), 1e-3)
        expect(visible).toEqual(true)
        local _, behind = camera:WorldToScreenPoint(Vector3.new(0, 0, 10))
        expect(behind).toEqual(false)
        local ray = camera:ViewportPointToRay(640, 360)
        expect(ray.Direction).toBeCloseTo(Vector3.new(0, 0, -1), 1e-4)
    """,
    "workspace": """
        expect(workspace.Gravity).toBeCloseTo(196.2, 1e-3)
        expect(workspace.FallenPartsDestroyHeight).toEqual(-500)
        world:advance(2)
        expect(workspace.DistributedGameTime).toBeCloseTo(2, 1e-6)
        expect(workspace:GetServerTimeNow()).toBeCloseTo(1700000002, 1e-3)
    """,
    "bulk": """
        local one, other = Instance.new("Part", workspace), Instance.new("Part", workspace)
        workspace:BulkMoveTo({ one, other }, { CFrame.new(1, 0, 0), CFrame.new(2, 0, 0) })
        expect(one.Position).toEqual(Vector3.new(1, 0, 0))
        expect(other.Position).toEqual(Vector3.new(2, 0, 0))
    """,
}


@pytest.mark.parametrize("name", PARTS)
def test_parts(name: str) -> None:
    check(PARTS[name])


@pytest.mark.parametrize("name", MODELS)
def test_models(name: str) -> None:
    check(MODELS[name])


@pytest.mark.parametrize("name", PLACES)
def test_places(name: str) -> None:
    check(PLACES[name])
