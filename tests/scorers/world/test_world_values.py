"""Values (IntValue and its like) and what properties accept."""

import pytest

from tests.scorers.world.worlds import check

CASES = {
    "changed_tells_the_value": """
        local seen = {}
        local value = Instance.new("NumberValue")
        value.Changed:Connect(function(now) table.insert(seen, now) end)
        value:GetPropertyChangedSignal("Value"):Connect(function(...) table.insert(seen, select("#", ...)) end)
        value.Value = 5
        value.Value = 5
        value.Name = "Coins"
        value.Value += 1
        expect(seen).toEqual({ 0, 5, 0, 6 })
    """,
    "names_and_defaults": """
        local rows = {
            IntValue = 0, NumberValue = 0, StringValue = "", BoolValue = false, Vector3Value = Vector3.zero,
                CFrameValue = CFrame.identity,
            Color3Value = Color3.new(), BrickColorValue = BrickColor.new("Medium stone grey"),
        }
        for class, default in rows do
            local value = Instance.new(class)
            expect({ value.Name, value.Value }).toEqual({ "Value", default })
        end
        expect(Instance.new("ObjectValue").Value).toEqual(nil)
        expect({ Instance.new("BindableEvent").Name, Instance.new("Folder").Name }).toEqual({ "Event", "Folder" })
    """,
    "whole_numbers": """
        local value = Instance.new("IntValue")
        value.Value = 5.7
        expect(value.Value % 1).toEqual(0)
        value.Value = -3
        expect(value.Value).toEqual(-3)
    """,
    "objects": """
        local seen = {}
        local value, part = Instance.new("ObjectValue"), Instance.new("Part")
        value.Changed:Connect(function(now) table.insert(seen, now or "none") end)
        value.Value = part
        value.Value = nil
        expect(seen).toEqual({ part, "none" })
        expect(function() value.Value = "text" end).toThrow("Instance expected, got string")
    """,
    "wrong_types": """
        expect(function() Instance.new("NumberValue").Value = "x" end).toThrow("number expected, got string")
        expect(function() Instance.new("BoolValue").Value = nil end).toThrow("boolean expected, got nil")
        expect(function() Instance.new("StringValue").Value = true end).toThrow("string expected, got boolean")
        expect(function() Instance.new("Vector3Value").Value = Vector2.zero end).toThrow("Vector3 expected, got Vector2")
        local value = Instance.new("NumberValue")
        value.Value = "12"
        expect(value.Value).toEqual(12)
    """,
}


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_values(body: str) -> None:
    check(body)
