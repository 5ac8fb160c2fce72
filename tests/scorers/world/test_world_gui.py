"""GUI: places and sizes, lists and grids, clicks, text boxes."""

import pytest

from tests.scorers.world.worlds import check

LAYOUT = {
    "scale_offset_and_anchor": """
        local frame = make("Frame", screen, { Size = UDim2.new(0.5, 10, 0, 100), Position = UDim2.fromScale(0.5, 0.5),
            AnchorPoint = Vector2.new(0.5, 0.5) })
        expect(frame.AbsoluteSize).toEqual(Vector2.new(650, 100))
        expect(frame.AbsolutePosition).toEqual(Vector2.new(315, 310))
        local inner = make("Frame", frame, { Size = UDim2.fromScale(0.5, 1), Position = UDim2.fromOffset(5, 6) })
        expect(inner.AbsoluteSize).toEqual(Vector2.new(325, 100))
        expect(inner.AbsolutePosition).toEqual(Vector2.new(320, 316))
        expect(screen.AbsoluteSize).toEqual(Vector2.new(1280, 720))
    """,
    "one_axis_for_both": """
        local frame = make("Frame", screen, { Size = UDim2.fromScale(0.5, 0.25),
            SizeConstraint = Enum.SizeConstraint.RelativeYY })
        expect(frame.AbsoluteSize).toEqual(Vector2.new(360, 180))
        frame.SizeConstraint = Enum.SizeConstraint.RelativeXX
        expect(frame.AbsoluteSize).toEqual(Vector2.new(640, 320))
    """,
    "lists": """
        local frame = make("Frame", screen, { Size = UDim2.fromOffset(200, 300) })
        make("UIListLayout", frame, { Padding = UDim.new(0, 5), SortOrder = Enum.SortOrder.LayoutOrder })
        local second = make("Frame", frame, { Size = UDim2.new(1, 0, 0, 20), LayoutOrder = 2 })
        local first = make("Frame", frame, { Size = UDim2.new(1, 0, 0, 30), LayoutOrder = 1 })
        expect({ first.AbsolutePosition.Y, second.AbsolutePosition.Y }).toEqual({ 0, 35 })
        expect(frame.UIListLayout.AbsoluteContentSize).toEqual(Vector2.new(200, 55))
        first.Visible = false
        expect(second.AbsolutePosition.Y).toEqual(0)
    """,
    "lists_align": """
        local frame = make("Frame", screen, { Size = UDim2.fromOffset(200, 100) })
        make("UIListLayout", frame, {
            FillDirection = Enum.FillDirection.Horizontal, HorizontalAlignment = Enum.HorizontalAlignment.Right,
            VerticalAlignment = Enum.VerticalAlignment.Center,
        })
        local one, two = make("Frame", frame, { Size = UDim2.fromOffset(50, 20) }), make("Frame", frame,
            { Size = UDim2.fromOffset(30, 40) })
        expect({ one.AbsolutePosition, two.AbsolutePosition }).toEqual({ Vector2.new(120, 40), Vector2.new(170, 30) })
    """,
    "grids": """
        local frame = make("Frame", screen, { Size = UDim2.fromOffset(110, 300) })
        make("UIGridLayout", frame, { CellSize = UDim2.fromOffset(50, 40), CellPadding = UDim2.fromOffset(10, 10) })
        local cells = {}
        for index = 1, 3 do
            cells[index] = make("Frame", frame, { Name = tostring(index) })
        end
        expect({ cells[2].AbsolutePosition, cells[3].AbsolutePosition, cells[1].AbsoluteSize }).toEqual({
            Vector2.new(60, 0), Vector2.new(0, 50), Vector2.new(50, 40),
        })
    """,
    "padding_limits_and_scale": """
        local frame = make("Frame", screen, { Size = UDim2.fromOffset(200, 100) })
        make("UIPadding", frame, { PaddingLeft = UDim.new(0, 20), PaddingTop = UDim.new(0.1, 0) })
        local inner = make("Frame", frame, { Size = UDim2.fromScale(1, 1) })
        expect({ inner.AbsolutePosition, inner.AbsoluteSize }).toEqual({ Vector2.new(20, 10), Vector2.new(180, 90) })
        make("UISizeConstraint", inner, { MaxSize = Vector2.new(100, 50) })
        expect(inner.AbsoluteSize).toEqual(Vector2.new(100, 50))
        local square = make("Frame", screen, { Size = UDim2.fromOffset(200, 100) })
        make("UIAspectRatioConstraint", square, { AspectRatio = 1 })
        expect(square.AbsoluteSize).toEqual(Vector2.new(100, 100))
        make("UIScale", square, { Scale = 0.5 })
        expect(square.AbsoluteSize).toEqual(Vector2.new(50, 50))
    """,
}

USE = {
    "a_click": """
        local button, seen = make("TextButton", screen, { Size = UDim2.fromOffset(100, 50) }), {}
        for _, name in { "MouseButton1Click", "MouseButton1Down", "MouseButton1Up", "Activated", "MouseEnter" } do
            button[name]:Connect(function() table.insert(seen, name) end)
        end
        expect(world:click(ann, button)).toEqual(true)
        expect(seen).toEqual({ "MouseEnter", "MouseButton1Down", "MouseButton1Up", "MouseButton1Click", "Activated" })
    """,
    "what_cannot_be_clicked": """
        local frame = make("Frame", screen, {})
        local button, count = make("TextButton", frame, {}), 0
        button.Activated:Connect(function() count += 1 end)
        for _, change in { { button, "Visible" }, { frame, "Visible" }, { screen, "Enabled" }, { button, "Active" }, { button,
            "Interactable" } } do
            change[1][change[2]] = false
            expect(world:click(ann, button)).toEqual(false)
            change[1][change[2]] = true
        end
        expect(world:click(ann, button)).toEqual(true)
        expect(count).toEqual(1)
        expect(world:click(ann, Instance.new("TextButton"))).toEqual(false)
    """,
    "hovering": """
        local button, seen = make("TextButton", screen, {}), {}
        button.MouseEnter:Connect(function() table.insert(seen, "in") end)
        button.MouseLeave:Connect(function() table.insert(seen, "out") end)
        world:hover(ann, button, true)
        world:hover(ann, button, false)
        expect(seen).toEqual({ "in", "out" })
    """,
    "text_boxes": """
        local box, lost = make("TextBox", screen, { Text = "old" }), {}
        box.Focused:Connect(function() table.insert(lost, box.Text) end)
        box.FocusLost:Connect(function(enter) table.insert(lost, enter) table.insert(lost, box.Text) end)
        world:enterText(ann, box, "hello")
        world:enterText(ann, box, "bye", false)
        expect(lost).toEqual({ "", true, "hello", "", false, "bye" })
        expect(box:IsFocused()).toEqual(false)
    """,
    "old_tweens": """
        local frame, state = make("Frame", screen, { Size = UDim2.fromOffset(10, 10) }), nil
        expect(frame:TweenSize(UDim2.fromOffset(50, 50), Enum.EasingDirection.Out, Enum.EasingStyle.Linear, 1, false,
            function(s) state = s end)).toEqual(true)
        expect(frame:TweenSize(UDim2.fromOffset(9, 9), nil, nil, 1)).toEqual(false)
        world:advance(1.1)
        expect({ frame.Size, state }).toEqual({ UDim2.fromOffset(50, 50), Enum.TweenStatus.Completed })
    """,
    "what_stands_at_a_point": """
        local frame = make("Frame", screen, { Size = UDim2.fromOffset(100, 100) })
        local inner = make("Frame", frame, { Size = UDim2.fromOffset(10, 10) })
        expect(ann.PlayerGui:GetGuiObjectsAtPosition(5, 5)).toEqual({ inner, frame })
        expect(ann.PlayerGui:GetGuiObjectsAtPosition(50, 50)).toEqual({ frame })
    """,
    "fonts": """
        local label = make("TextLabel", screen, { Font = Enum.Font.GothamBold })
        expect(label.FontFace).toEqual(Font.fromEnum(Enum.Font.GothamBold))
        label.FontFace = Font.fromEnum(Enum.Font.Arcade)
        expect(label.Font).toBe(Enum.Font.Arcade)
    """,
    "core": """
        game:GetService("StarterGui"):SetCore("SendNotification", { Title = "Hi" })
        expect(world:coreCalls()).toEqual({ { name = "SendNotification", value = { Title = "Hi" } } })
        game.StarterGui:SetCoreGuiEnabled(Enum.CoreGuiType.Chat, false)
        expect(game.StarterGui:GetCoreGuiEnabled(Enum.CoreGuiType.Chat)).toEqual(false)
        expect(game.StarterGui:GetCoreGuiEnabled(Enum.CoreGuiType.Backpack)).toEqual(true)
    """,
}

CASES = {**LAYOUT, **USE}
SCREEN = """
        local ann = world:join("Ann")
        local function make(class, parent, properties)
            local made = Instance.new(class)
            for name, value in properties do made[name] = value end
            made.Parent = parent
            return made
        end
        local screen = make("ScreenGui", ann.PlayerGui, {})
"""


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_gui(body: str) -> None:
    check(SCREEN + body)
