"""Instances: properties, parents, children, cloning, destroying, waiting for children."""

import pytest

from tests.scorers.world.worlds import check

PROPERTIES = {
    "defaults": """
        local part = Instance.new("Part")
        expect({ part.Name, part.ClassName, part.Anchored, part.Transparency, part.CanCollide }).toEqual({ "Part", "Part",
            false, 0, true })
        expect(part.Size).toBeCloseTo(Vector3.new(4, 1.2, 2), 1e-4)
        expect(part.Material).toEqual(Enum.Material.Plastic)
        expect(part.Parent).toEqual(nil)
        expect(Instance.new("BodyColors").HeadColor).toEqual(BrickColor.new("Medium stone grey"))
    """,
    "wrong_types_raise": """
        local part = Instance.new("Part")
        expect(function() part.Anchored = 1 end).toThrow("Unable to assign property Anchored. boolean expected, got number")
        expect(function() part.Size = 1 end).toThrow("Unable to assign property Size. Vector3 expected, got number")
        expect(function() part.Name = {} end).toThrow("string expected, got table")
        expect(function() part.Parent = 5 end).toThrow("Instance expected, got number")
        expect(function() part.Material = "Nothing" end).toThrow("Unable to assign property Material")
        expect(function() Instance.new("StringValue").Value = nil end).toThrow("string expected, got nil")
        expect(function() Instance.new("WeldConstraint").Part0 = workspace end).toThrow("BasePart expected, got Workspace")
    """,
    "numbers_and_text_stand_for_each_other": """
        local part, label = Instance.new("Part"), Instance.new("TextLabel")
        part.Transparency = "0.5"
        label.Text = 12
        part.Name = 7
        expect({ part.Transparency, label.Text, part.Name }).toEqual({ 0.5, "12", "7" })
    """,
    "enums_by_name_or_number": """
        local part = Instance.new("Part")
        part.Material = "Neon"
        expect(part.Material).toBe(Enum.Material.Neon)
        part.Material = Enum.Material.Wood.Value
        expect(part.Material).toBe(Enum.Material.Wood)
    """,
    "unknown_members_raise": """
        expect(function() return workspace.Nothing end).toThrow('Nothing is not a valid member of Workspace "Workspace"')
        expect(function() workspace.Nothing = 1 end).toThrow('Nothing is not a valid member of Workspace "Workspace"')
        expect(function() workspace:Nothing() end).toThrow("Nothing is not a valid member")
        expect(function() return game.Nothing end).toThrow('Nothing is not a valid member of DataModel "Game"')
    """,
    "read_only": """
        expect(function() workspace.ClassName = "x" end).toThrow("Unable to assign property ClassName. Property is read only")
        expect(workspace.ClassName).toEqual("Workspace")
    """,
    "old_names": """
        local folder = Instance.new("Folder")
        local child = Instance.new("Folder", folder)
        expect(folder:children()[1]).toBe(child)
        expect(folder.className).toEqual("Folder")
        expect(folder:findFirstChild("Folder")).toBe(child)
    """,
    "errors_point_at_the_caller": """
        local folder = Instance.new("Folder")
        local inner = Instance.new("Folder", folder)
        local dead = Instance.new("Folder")
        dead:Destroy()
        for _, call in {
            function() folder.Parent = inner end,
            function() dead.Parent = workspace end,
            function() workspace:Destroy() end,
            function() Instance.new("Part", 5) end,
            function() folder:IsDescendantOf(5) end,
        } do
            local _, message = pcall(call)
            expect(string.match(message, "^tests:%d+: ") ~= nil).toEqual(true)
        end
    """,
    "methods_need_their_receiver": """
        expect(function() workspace.FindFirstChild("x")
            end).toThrow("Expected ':' not '.' calling member function FindFirstChild")
        expect(workspace.FindFirstChild(workspace, "x")).toEqual(nil)
    """,
    "callbacks_cannot_be_read": """
        local remote = Instance.new("RemoteFunction")
        expect(function() return remote.OnServerInvoke end).toThrow("is a callback member of RemoteFunction")
        expect(function() remote.OnServerInvoke = 5 end).toThrow("Unable to assign property OnServerInvoke")
    """,
}

TREE = {
    "order_of_events_when_parented": """
        local folder, part, seen = Instance.new("Folder"), Instance.new("Part"), {}
        local function note(name) return function() table.insert(seen, name) end end
        folder.ChildAdded:Connect(note("ChildAdded"))
        folder.DescendantAdded:Connect(note("DescendantAdded"))
        part.AncestryChanged:Connect(note("AncestryChanged"))
        part:GetPropertyChangedSignal("Parent"):Connect(note("Parent"))
        part.Parent = folder
        expect(#seen).toEqual(4)
        expect(table.find(seen, "ChildAdded") < table.find(seen, "DescendantAdded")).toEqual(true)
        part.Parent = folder
        expect(#seen).toEqual(4)
    """,
    "removing_is_told_before_and_after": """
        local folder, part = Instance.new("Folder"), Instance.new("Part")
        part.Parent = folder
        local before, after
        folder.DescendantRemoving:Connect(function(child) before = child.Parent end)
        folder.ChildRemoved:Connect(function(child) after = child.Parent == nil end)
        part.Parent = nil
        expect(before).toBe(folder)
        expect(after).toEqual(true)
    """,
    "descendants_are_told_to_all_ancestors": """
        local top, middle, leaf = Instance.new("Folder"), Instance.new("Folder"), Instance.new("Part")
        leaf.Parent = middle
        local added, removing, children = {}, {}, 0
        top.DescendantAdded:Connect(function(one) table.insert(added, one) end)
        top.DescendantRemoving:Connect(function(one) table.insert(removing, one) end)
        top.ChildAdded:Connect(function() children += 1 end)
        middle.Parent = top
        middle.Parent = nil
        expect(added).toEqual({ middle, leaf })
        expect(removing).toEqual({ middle, leaf })
        expect(children).toEqual(1)
    """,
    "a_handler_of_removing_may_move_it": """
        local one, two, part = Instance.new("Folder"), Instance.new("Folder"), Instance.new("Part")
        local other = Instance.new("Part", one)
        part.Parent = one
        local connection
        connection = one.DescendantRemoving:Connect(function()
            connection:Disconnect()
            part.Parent = two
        end)
        part.Parent = nil
        expect(part.Parent).toBe(two)
        expect(one:GetChildren()).toEqual({ other })
    """,
    "circles_and_locks": """
        local outer = Instance.new("Folder")
        local inner = Instance.new("Folder", outer)
        expect(function() outer.Parent = inner end).toThrow("would result in circular reference")
        expect(function() outer.Parent = outer end).toThrow("as its own parent")
        expect(function() workspace.Parent = nil end).toThrow("The Parent property of Workspace is locked")
        expect(inner.Parent).toBe(outer)
    """,
    "find": """
        local model = Instance.new("Model", workspace)
        local folder = Instance.new("Folder", model)
        local part = Instance.new("Part", folder)
        part.Name = "Deep"
        expect(model:FindFirstChild("Deep")).toEqual(nil)
        expect(model:FindFirstChild("Deep", true)).toBe(part)
        expect(model:FindFirstChildOfClass("Folder")).toBe(folder)
        expect(model:FindFirstChildOfClass("Instance")).toEqual(nil)
        expect(folder:FindFirstChildWhichIsA("BasePart")).toBe(part)
        expect(model:FindFirstChildWhichIsA("BasePart", true)).toBe(part)
        expect(part:FindFirstAncestor("Workspace")).toBe(workspace)
        expect(part:FindFirstAncestorOfClass("Model")).toBe(model)
        expect(part:FindFirstAncestorWhichIsA("PVInstance")).toBe(model)
        expect(part:IsDescendantOf(model)).toEqual(true)
        expect(model:IsAncestorOf(part)).toEqual(true)
        expect(model:IsDescendantOf(model)).toEqual(false)
        expect(part:GetFullName()).toEqual("Workspace.Model.Folder.Deep")
        expect(function() model:FindFirstChild(nil) end).toThrow("Argument 1 missing or nil")
        expect(model.Folder.Deep).toBe(part)
    """,
    "is_a": """
        local part = Instance.new("Part")
        for _, name in { "Part", "FormFactorPart", "BasePart", "PVInstance", "Instance" } do
            expect(part:IsA(name)).toEqual(true)
        end
        expect(part:IsA("Model")).toEqual(false)
        expect(part:IsA("Nothing")).toEqual(false)
    """,
    "new_instances": """
        expect(function() Instance.new("Nothing") end).toThrow('Unable to create an Instance of type "Nothing"')
        expect(function() Instance.new("BasePart") end).toThrow('Unable to create an Instance of type "BasePart"')
        expect(function() Instance.new("Workspace") end).toThrow("Unable to create")
        expect(function() Instance.new(nil) end).toThrow("string expected, got nil")
        expect(Instance.new("Part", workspace).Parent).toBe(workspace)
    """,
    "services": """
        expect(game:GetService("Workspace")).toBe(workspace)
        expect(game.Workspace).toBe(workspace)
        expect(game:GetService("RunService").Name).toEqual("Run Service")
        expect(function() game:GetService("Nothing") end).toThrow("'Nothing' is not a valid Service name")
        expect(game:GetService("Players").LocalPlayer).toEqual(nil)
        expect(game.Players).toBe(game:GetService("Players"))
    """,
    "clear_all_children": """
        local folder = Instance.new("Folder")
        local one, two = Instance.new("Part", folder), Instance.new("Part", folder)
        folder:ClearAllChildren()
        expect(#folder:GetChildren()).toEqual(0)
        expect(function() one.Parent = workspace end).toThrow("locked")
        expect(two.Parent).toEqual(nil)
    """,
}

COPIES = {
    "clone_copies_below": """
        local model = Instance.new("Model", workspace)
        local part = Instance.new("Part", model)
        part.Name, part.Transparency = "Door", 0.5
        part:SetAttribute("Open", true)
        part:AddTag("Door")
        local copy = model:Clone()
        expect(copy.Parent).toEqual(nil)
        expect(copy.Door ~= part).toEqual(true)
        expect({ copy.Door.Transparency, copy.Door:GetAttribute("Open"), copy.Door:HasTag("Door") }).toEqual({ 0.5, true, true })
        copy.Door.Transparency = 1
        expect(part.Transparency).toEqual(0.5)
    """,
    "references_point_into_the_copy": """
        local model, outside = Instance.new("Model"), Instance.new("Part")
        local inside = Instance.new("Part", model)
        local one, two = Instance.new("ObjectValue", model), Instance.new("ObjectValue", model)
        one.Name, one.Value = "Inside", inside
        two.Name, two.Value = "Outside", outside
        local copy = model:Clone()
        expect(copy.Inside.Value).toBe(copy.Part)
        expect(copy.Outside.Value).toBe(outside)
    """,
    "archivable": """
        local model = Instance.new("Model")
        local part = Instance.new("Part", model)
        part.Archivable = false
        expect(part:Clone()).toEqual(nil)
        expect(#model:Clone():GetChildren()).toEqual(0)
    """,
    "connections_are_not_cloned": """
        local value, count = Instance.new("IntValue"), 0
        value.Changed:Connect(function() count += 1 end)
        value:Clone().Value = 5
        expect(count).toEqual(0)
    """,
    "destroy": """
        local model = Instance.new("Model", workspace)
        local part = Instance.new("Part", model)
        local seen = {}
        model.Destroying:Connect(function() table.insert(seen, model.Parent) end)
        part.Destroying:Connect(function() table.insert(seen, part) end)
        local changes = 0
        part:GetPropertyChangedSignal("Name"):Connect(function() changes += 1 end)
        model:Destroy()
        expect(seen).toEqual({ workspace, part })
        expect({ model.Parent == nil, part.Parent == nil }).toEqual({ true, true })
        part.Name = "Changed"
        expect(changes).toEqual(0)
        expect(function() model.Parent = workspace end)
            .toThrow("The Parent property of Model is locked, current parent: NULL, new parent Workspace")
        model:Destroy()
    """,
    "destroy_disconnects": """
        local part = Instance.new("Part", workspace)
        local connection = part.Touched:Connect(function() end)
        expect(connection.Connected).toEqual(true)
        part:Destroy()
        expect(connection.Connected).toEqual(false)
    """,
}

ATTRIBUTES = {
    "attributes": """
        local part, seen = Instance.new("Part"), {}
        part.AttributeChanged:Connect(function(name) table.insert(seen, name) end)
        part:GetAttributeChangedSignal("Speed"):Connect(function() table.insert(seen, part:GetAttribute("Speed") or "none") end)
        part:SetAttribute("Speed", 5)
        part:SetAttribute("Speed", 5)
        part:SetAttribute("Speed", nil)
        part:SetAttribute("Place", Vector3.one)
        expect(#seen).toEqual(5)
        expect(part:GetAttributes()).toEqual({ Place = Vector3.one })
        expect(part:GetAttribute("Speed")).toEqual(nil)
    """,
    "types_of_attributes": """
        local part = Instance.new("Part")
        for _, value in { "x", 1, true, UDim.new(), UDim2.new(), BrickColor.new(1), Color3.new(), Vector2.zero, Vector3.zero,
            CFrame.identity, NumberRange.new(1), NumberSequence.new(1), ColorSequence.new(Color3.new()), Rect.new(0, 0, 1, 1),
            Enum.Material.Wood } do
            part:SetAttribute("Value", value)
            expect(part:GetAttribute("Value")).toEqual(value)
        end
        expect(function() part:SetAttribute("Value", {}) end).toThrow("is not a supported attribute type")
        expect(function() part:SetAttribute("Value", workspace) end).toThrow("Instance is not a supported attribute type")
        expect(function() part:SetAttribute("a!", 1) end).toThrow("invalid characters")
    """,
    "property_signals": """
        local part, seen = Instance.new("Part"), {}
        part.Changed:Connect(function(name) table.insert(seen, name) end)
        part:GetPropertyChangedSignal("Transparency"):Connect(function(...) table.insert(seen, select("#", ...)) end)
        part.Transparency = 0.5
        part.Transparency = 0.5
        part.Name = "Other"
        expect(seen).toEqual({ 0, "Transparency", "Name" })
        expect(function() part:GetPropertyChangedSignal("Nothing") end).toThrow("Nothing is not a valid property name.")
    """,
}

WAITING = {
    "at_once": """
        local part = Instance.new("Part", workspace)
        expect(workspace:WaitForChild("Part")).toBe(part)
        expect(world:time()).toEqual(0)
    """,
    "later": """
        task.delay(2, function() Instance.new("Part", workspace) end)
        expect(workspace:WaitForChild("Part").ClassName).toEqual("Part")
        expect(world:time()).toEqual(2)
    """,
    "renamed": """
        local part = Instance.new("Part", workspace)
        task.delay(1, function() part.Name = "Door" end)
        expect(workspace:WaitForChild("Door", 5)).toBe(part)
        expect(world:time()).toEqual(1)
    """,
    "timeout": """
        expect(workspace:WaitForChild("Nothing", 3)).toEqual(nil)
        expect(world:time()).toEqual(3)
        expect(world:warnings()).toEqual({})
    """,
    "infinite_yield_is_warned_of": """
        local found
        task.spawn(function() found = workspace:WaitForChild("Late") end)
        world:advance(6)
        expect(world:warnings()).toEqual({ "Infinite yield possible on 'Workspace:WaitForChild(\\"Late\\")'" })
        Instance.new("Folder", workspace).Name = "Late"
        expect(found.Name).toEqual("Late")
    """,
    "several_waiters": """
        local woken = 0
        for _ = 1, 3 do
            task.spawn(function() workspace:WaitForChild("Gate", 9) woken += 1 end)
        end
        Instance.new("Part", workspace).Name = "Gate"
        expect(woken).toEqual(3)
        world:advance(10)
        expect(woken).toEqual(3)
    """,
}

CASES = {**PROPERTIES, **TREE, **COPIES, **ATTRIBUTES, **WAITING}


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_instances(body: str) -> None:
    check(body)
