"""UserInputService, ContextActionService and the mouse."""

import pytest

from tests.scorers.world.worlds import check, run_script

CASES = {
    "keys": """
        local seen = {}
        world:runClient(ann, function()
            Input.InputBegan:Connect(function(object, processed)
                table.insert(seen, { object.KeyCode, object.UserInputType, object.UserInputState, processed,
                    Input:IsKeyDown(Enum.KeyCode.E) })
            end)
            Input.InputEnded:Connect(function(object) table.insert(seen, { object.KeyCode, Input:IsKeyDown(Enum.KeyCode.E) }) end)
        end)
        world:press(ann, Enum.KeyCode.E)
        expect(seen).toEqual({
            { Enum.KeyCode.E, Enum.UserInputType.Keyboard, Enum.UserInputState.Begin, false, true }, { Enum.KeyCode.E, false },
        })
    """,
    "only_the_players_own_client": """
        local bob, seen = world:join("Bob"), 0
        world:runClient(bob, function() Input.InputBegan:Connect(function() seen += 1 end) end)
        world:press(ann, Enum.KeyCode.E)
        expect(seen).toEqual(0)
        world:press(bob, Enum.KeyCode.E)
        expect(seen).toEqual(1)
    """,
    "mouse_and_options": """
        local seen
        world:runClient(ann, function()
            Input.InputBegan:Connect(function(object, processed) seen = { object.UserInputType, object.Position, processed } end)
        end)
        world:input(ann, Enum.UserInputType.MouseButton1, nil, { position = Vector2.new(10, 20), processed = true })
        expect(seen).toEqual({ Enum.UserInputType.MouseButton1, Vector3.new(10, 20, 0), true })
        expect(world:runClient(ann, function() return Input:IsMouseButtonPressed(Enum.UserInputType.MouseButton1),
            Input:GetMouseLocation() end)).toEqual(true)
    """,
    "actions": """
        local seen = {}
        world:runClient(ann, function()
            Actions:BindAction("Open", function(name, state, object) table.insert(seen, { name, state.Name,
                object.KeyCode.Name }) end, false, Enum.KeyCode.E, Enum.KeyCode.F)
        end)
        world:press(ann, Enum.KeyCode.E)
        world:input(ann, Enum.KeyCode.F)
        expect(seen).toEqual({ { "Open", "Begin", "E" }, { "Open", "End", "E" }, { "Open", "Begin", "F" } })
        world:runClient(ann, function() Actions:UnbindAction("Open") end)
        world:press(ann, Enum.KeyCode.E)
        expect(#seen).toEqual(3)
    """,
    "priority_and_sinking": """
        local seen, processed = {}, nil
        world:runClient(ann, function()
            local function note(name, result) return function(_, state)
                if state == Enum.UserInputState.Begin then table.insert(seen, name) end return result end end
            Actions:BindActionAtPriority("low", note("low"), false, 1, Enum.KeyCode.E)
            Actions:BindActionAtPriority("high", note("high", Enum.ContextActionResult.Pass), false, 9, Enum.KeyCode.E)
            Actions:BindAction("first", note("first"), false, Enum.KeyCode.Q)
            Actions:BindAction("second", note("second"), false, Enum.KeyCode.Q)
            Input.InputBegan:Connect(function(_, taken) processed = taken end)
        end)
        world:press(ann, Enum.KeyCode.E)
        expect(seen).toEqual({ "high", "low" })
        expect(processed).toEqual(true)
        world:press(ann, Enum.KeyCode.Q)
        expect(seen[3]).toEqual("second")
        expect(#seen).toEqual(3)
        world:press(ann, Enum.KeyCode.Z)
        expect(processed).toEqual(false)
    """,
    "actions_that_wait_or_raise": """
        local done = false
        world:runClient(ann, function()
            Actions:BindAction("Slow", function(_, state) task.wait(3) done = true end, false, Enum.KeyCode.E)
            Actions:BindAction("Broken", function() error("broken") end, false, Enum.KeyCode.F)
        end)
        world:press(ann, Enum.KeyCode.E)
        expect({ world:time(), done }).toEqual({ 0, false })
        world:input(ann, Enum.KeyCode.F)
        expect(#world:errors()).toEqual(1)
        world:advance(4)
        expect(done).toEqual(true)
    """,
    "jump_and_last_input": """
        local jumps, last = 0, nil
        world:runClient(ann, function()
            Input.JumpRequest:Connect(function() jumps += 1 end)
            Input.LastInputTypeChanged:Connect(function(kind) last = kind end)
        end)
        world:press(ann, Enum.KeyCode.Space)
        expect({ jumps, last }).toEqual({ 1, Enum.UserInputType.Keyboard })
    """,
    "server_scripts_have_no_keyboard": """
        expect(function() Input:IsKeyDown(Enum.KeyCode.E) end).toThrow("LocalScript")
        expect(function() Actions:BindAction("x", print, false, Enum.KeyCode.E) end).toThrow("LocalScript")
        expect(world:runClient(ann, function() return Input:IsKeyDown(Enum.KeyCode.E) end)).toEqual(false)
    """,
    "the_old_mouse": """
        local part, clicks = Instance.new("Part", workspace), 0
        world:runClient(ann, function()
            local mouse = game.Players.LocalPlayer:GetMouse()
            mouse.Button1Down:Connect(function() clicks += 1 end)
        end)
        world:aim(ann, part, CFrame.new(1, 2, 3))
        world:mouse(ann, "Button1Down")
        expect(clicks).toEqual(1)
        expect(ann:GetMouse().Target).toBe(part)
        expect(ann:GetMouse().Hit.Position).toEqual(Vector3.new(1, 2, 3))
    """,
}


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_input(body: str) -> None:
    check(
        """
        local Input, Actions = game:GetService("UserInputService"), game:GetService("ContextActionService")
        local ann = world:join("Ann")
        """
        + body
    )


BUTTON = """
local player = game:GetService("Players").LocalPlayer
local gui = Instance.new("ScreenGui")
gui.Parent = player:WaitForChild("PlayerGui")
local button = Instance.new("TextButton")
button.Size, button.Position, button.Parent = UDim2.fromOffset(100, 50), UDim2.fromOffset(10, 10), gui
for _, event in { "MouseButton1Down", "MouseButton1Up", "MouseButton1Click", "MouseEnter", "MouseLeave" } do
	button[event]:Connect(function()
		print(event)
	end)
end
game:GetService("UserInputService").InputBegan:Connect(function(input, processed)
	print(input.UserInputType.Name, processed)
end)
"""


def test_the_mouse_presses_what_is_under_it() -> None:
    report = run_script(
        BUTTON,
        """
        local player = game:GetService("Players").Player1
        local function mouse(what, state, x, y)
            world:input(player, Enum.UserInputType[what], Enum.UserInputState[state], { position = Vector2.new(x, y) })
        end
        mouse("MouseButton1", "Begin", 20, 20)
        mouse("MouseButton1", "End", 30, 20)
        mouse("MouseMovement", "Change", 300, 200)
        mouse("MouseButton1", "Begin", 300, 200)
        mouse("MouseButton1", "End", 20, 20)
        expect(world:output()).toEqual({
            "MouseEnter", "MouseButton1Down", "MouseButton1 true", "MouseButton1Up", "MouseButton1Click", "MouseLeave",
            "MouseButton1 false", "MouseEnter", "MouseButton1Up",
        })
        """,
        side="client",
    )
    assert report.ok, report.failures
