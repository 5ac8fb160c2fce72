"""CollectionService, TweenService and Debris."""

import pytest

from tests.scorers.world.worlds import check

TAGS = {
    "tagged_in_the_place_only": """
        local part = Instance.new("Part")
        part:AddTag("Lava")
        expect(Tags:GetTagged("Lava")).toEqual({})
        part.Parent = workspace
        expect(Tags:GetTagged("Lava")).toEqual({ part })
        expect({ Tags:HasTag(part, "Lava"), part:HasTag("Lava"), Tags:HasTag(part, "Ice") }).toEqual({ true, true, false })
        expect(Tags:GetAllTags()).toEqual({ "Lava" })
        part.Parent = nil
        expect(Tags:GetTagged("Lava")).toEqual({})
        expect(part:GetTags()).toEqual({ "Lava" })
    """,
    "signals": """
        local seen = {}
        Tags:GetInstanceAddedSignal("Lava"):Connect(function(one) table.insert(seen, "+" .. one.Name) end)
        Tags:GetInstanceRemovedSignal("Lava"):Connect(function(one) table.insert(seen, "-" .. one.Name) end)
        local model = Instance.new("Model")
        local part = Instance.new("Part", model)
        Tags:AddTag(part, "Lava")
        Tags:AddTag(part, "Lava")
        model.Parent = workspace
        model.Parent = game.ReplicatedStorage
        part:RemoveTag("Lava")
        part:AddTag("Lava")
        model:Destroy()
        expect(seen).toEqual({ "+Part", "-Part", "+Part", "-Part" })
    """,
    "clones_are_told": """
        local count = 0
        Tags:GetInstanceAddedSignal("Coin"):Connect(function() count += 1 end)
        local coin = Instance.new("Part")
        coin:AddTag("Coin")
        coin:Clone().Parent = workspace
        expect(count).toEqual(1)
    """,
    "wrong_arguments": """
        expect(function() Tags:AddTag(5, "x") end).toThrow("Instance expected, got number")
        expect(function() Tags:GetInstanceAddedSignal(nil) end).toThrow("string expected")
        expect(Tags:GetTagged("Nothing")).toEqual({})
    """,
}

TWEENS = {
    "to_the_goal": """
        local tween, states = Tweens:Create(part, TweenInfo.new(2, Enum.EasingStyle.Linear), { Transparency = 1 }), {}
        tween.Completed:Connect(function(state) table.insert(states, state) end)
        expect(tween.PlaybackState).toBe(Enum.PlaybackState.Begin)
        tween:Play()
        world:advance(1)
        expect(part.Transparency).toBeCloseTo(0.5, 0.02)
        expect(tween.PlaybackState).toBe(Enum.PlaybackState.Playing)
        world:advance(1.1)
        expect(part.Transparency).toEqual(1)
        expect(states).toEqual({ Enum.PlaybackState.Completed })
    """,
    "ends_exactly": """
        for _, style in Enum.EasingStyle:GetEnumItems() do
            for _, direction in Enum.EasingDirection:GetEnumItems() do
                part.Transparency = 0.1
                Tweens:Create(part, TweenInfo.new(0.1, style, direction), { Transparency = 0.7 }):Play()
                world:advance(0.2)
                expect(part.Transparency).toEqual(0.7)
            end
        end
    """,
    "reverses_and_repeats": """
        local tween = Tweens:Create(part, TweenInfo.new(1, Enum.EasingStyle.Linear, Enum.EasingDirection.Out, 1, true),
            { Transparency = 1 })
        tween:Play()
        local seen = {}
        for _ = 1, 4 do
            world:advance(1)
            table.insert(seen, part.Transparency)
        end
        expect(seen[1]).toBeCloseTo(1, 0.05)
        expect(seen[2]).toBeCloseTo(0, 0.05)
        expect(seen[3]).toBeCloseTo(1, 0.05)
        world:advance(0.1)
        expect(part.Transparency).toEqual(0)
        expect(tween.PlaybackState).toBe(Enum.PlaybackState.Completed)
    """,
    "cancel_and_pause": """
        local tween, states = Tweens:Create(part, TweenInfo.new(2, Enum.EasingStyle.Linear), { Transparency = 1 }), {}
        tween.Completed:Connect(function(state) table.insert(states, state.Name) end)
        tween:Play()
        world:advance(1)
        tween:Pause()
        world:advance(5)
        local paused = part.Transparency
        expect(paused).toBeCloseTo(0.5, 0.02)
        expect(#states).toEqual(0)
        tween:Play()
        world:advance(0.5)
        expect(part.Transparency).toBeCloseTo(0.75, 0.03)
        tween:Cancel()
        world:advance(5)
        expect(part.Transparency).toBeCloseTo(0.75, 0.03)
        expect(states).toEqual({ "Cancelled" })
    """,
    "a_later_tween_takes_over": """
        local one = Tweens:Create(part, TweenInfo.new(5, Enum.EasingStyle.Linear), { Transparency = 1 })
        local two = Tweens:Create(part, TweenInfo.new(1, Enum.EasingStyle.Linear), { Transparency = 0.2 })
        local other = Tweens:Create(part, TweenInfo.new(1, Enum.EasingStyle.Linear), { Size = Vector3.one })
        one:Play()
        other:Play()
        two:Play()
        world:advance(2)
        expect(one.PlaybackState).toBe(Enum.PlaybackState.Cancelled)
        expect({ part.Transparency, part.Size }).toEqual({ 0.2, Vector3.one })
    """,
    "delay_and_zero_time": """
        local tween = Tweens:Create(part, TweenInfo.new(1, Enum.EasingStyle.Linear, Enum.EasingDirection.Out, 0, false, 2),
            { Transparency = 1 })
        tween:Play()
        expect(tween.PlaybackState).toBe(Enum.PlaybackState.Delayed)
        world:advance(1.9)
        expect(part.Transparency).toEqual(0)
        world:advance(1.2)
        expect(part.Transparency).toEqual(1)
    """,
    "wait_for_completion": """
        local tween = Tweens:Create(part, TweenInfo.new(1.5), { Transparency = 1 })
        tween:Play()
        expect(tween.Completed:Wait()).toBe(Enum.PlaybackState.Completed)
        expect(world:time()).toBeCloseTo(1.5, 0.02)
    """,
    "a_destroyed_target": """
        Tweens:Create(part, TweenInfo.new(1), { Transparency = 1 }):Play()
        part:Destroy()
        world:advance(2)
        expect(world:errors()).toEqual({})
    """,
    "wrong_goals": """
        expect(function() Tweens:Create(part, TweenInfo.new(1), { Nothing = 1 }) end).toThrow("no property named 'Nothing'")
        expect(function() Tweens:Create(part, TweenInfo.new(1), { Transparency = "x" }) end).toThrow("type mismatch")
        expect(function() Tweens:Create(part, TweenInfo.new(1), { Name = "x" }) end).toThrow("cannot be tweened")
        expect(function() Tweens:Create(nil, TweenInfo.new(1), {}) end).toThrow("Argument 1 missing or nil")
        expect(function() Tweens:Create(part, 5, {}) end).toThrow("TweenInfo")
    """,
    "values_of_styles": """
        expect(Tweens:GetValue(0.5, Enum.EasingStyle.Quad, Enum.EasingDirection.In)).toBeCloseTo(0.25)
        expect(Tweens:GetValue(0.5, Enum.EasingStyle.Quad, Enum.EasingDirection.Out)).toBeCloseTo(0.75)
        expect(Tweens:GetValue(0.25, Enum.EasingStyle.Quad, Enum.EasingDirection.InOut)).toBeCloseTo(0.125)
        expect(Tweens:GetValue(2, Enum.EasingStyle.Linear, Enum.EasingDirection.In)).toEqual(1)
    """,
    "debris": """
        local kept = Instance.new("Folder", workspace)
        game:GetService("Debris"):AddItem(part, 2)
        game:GetService("Debris"):AddItem(kept)
        world:advance(1.9)
        expect(part.Parent).toBe(workspace)
        world:advance(0.2)
        expect(part.Parent).toEqual(nil)
        world:advance(8)
        expect(kept.Parent).toEqual(nil)
    """,
}

SERVICES = """
        local Tags, Tweens = game:GetService("CollectionService"), game:GetService("TweenService")
"""
PART = """
        local part = Instance.new("Part")
        part.Anchored, part.Parent = true, workspace
"""


@pytest.mark.parametrize("body", TAGS.values(), ids=TAGS.keys())
def test_tags(body: str) -> None:
    check(SERVICES + body)


@pytest.mark.parametrize("body", TWEENS.values(), ids=TWEENS.keys())
def test_tweens(body: str) -> None:
    check(SERVICES + PART + body)
