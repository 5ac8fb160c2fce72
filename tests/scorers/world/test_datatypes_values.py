"""Colours, UDims, sequences and the other plain values."""

import pytest

from tests.scorers.world.datatypes_support import luau, raises

TEXTS = [
    ("Color3.new(0.5, 0, 1)", "0.5, 0, 1"),
    ("Color3.new()", "0, 0, 0"),
    ("UDim.new(0.5, 10)", "0.5, 10"),
    ("UDim2.new(0, 10, 1, 5)", "{0, 10}, {1, 5}"),
    ("UDim2.new()", "{0, 0}, {0, 0}"),
    ("UDim2.new(0.1, 10.7, 0, -10.7)", "{0.100000001, 10}, {0, -10}"),
    ("NumberRange.new(1, 2)", "1 2 "),
    ("NumberRange.new(3)", "3 3 "),
    ("NumberSequence.new(0, 1)", "0 0 0 1 1 0 "),
    ("ColorSequence.new(Color3.new(1, 0, 0))", "0 1 0 0 0 1 1 0 0 0 "),
    ("TweenInfo.new()", "Time:1 DelayTime:0 RepeatCount:0 Reverses:False EasingDirection:Out EasingStyle:Quad"),
    ("Ray.new(Vector3.zero, Vector3.zAxis)", "{0, 0, 0}, {0, 0, 1}"),
    ("Region3.new(Vector3.zero, Vector3.new(2, 4, 6))", "1, 2, 3, 1, 0, 0, 0, 1, 0, 0, 0, 1; 2, 4, 6"),
    ("Rect.new(1, 2, 3, 4)", "1, 2, 3, 4"),
    ("Axes.new(Enum.Axis.X, Enum.NormalId.Front)", "X, Z"),
    ("Faces.new(Enum.NormalId.Top, Enum.NormalId.Back)", "Top, Back"),
    ("PhysicalProperties.new(1, 0.5, 0.25)", "1, 0.5, 0.25, 1, 1"),
    ('BrickColor.new("Really red")', "Really red"),
    (
        "Font.new('rbxasset://fonts/families/Arial.json', Enum.FontWeight.Bold)",
        "Font { Family = rbxasset://fonts/families/Arial.json, Weight = Bold, Style = Normal }",
    ),
]


@pytest.mark.parametrize(("expression", "text"), TEXTS)
def test_texts(expression: str, text: str) -> None:
    assert luau(f"return tostring({expression})") == text


VALUES = [
    ("Color3.fromRGB(255, 0, 51)", "Color3.new(1, 0, 0.2)"),
    ("Color3.fromHSV(0, 1, 1)", "Color3.new(1, 0, 0)"),
    ("Color3.fromHSV(1 / 3, 1, 1)", "Color3.new(0, 1, 0)"),
    ("Color3.fromHSV(2 / 3, 0.5, 1)", "Color3.new(0.5, 0.5, 1)"),
    ("Color3.fromHSV(0.25, 1, 0.8)", "Color3.new(0.4, 0.8, 0)"),
    ('Color3.fromHex("#ff0033")', "Color3.fromRGB(255, 0, 51)"),
    ('Color3.fromHex("f03")', "Color3.fromRGB(255, 0, 51)"),
    ("Color3.new(0, 0, 0):Lerp(Color3.new(1, 0.5, 0), 0.5)", "Color3.new(0.5, 0.25, 0)"),
    ("(select(1, Color3.new(0, 0, 1):ToHSV()))", "2 / 3"),
    ("(select(3, Color3.toHSV(Color3.new(0.5, 0, 0))))", "0.5"),
    ("(select(2, Color3.new(0.5, 0.5, 0.5):ToHSV()))", "0"),
    ("UDim.new(1, 2) + UDim.new(0.5, 3)", "UDim.new(1.5, 5)"),
    ("UDim.new(1, 2) - UDim.new(0.5, 3)", "UDim.new(0.5, -1)"),
    ("-UDim.new(1, 2)", "UDim.new(-1, -2)"),
    ("UDim2.new(1, 2, 3, 4) + UDim2.new(1, 1, 1, 1)", "UDim2.new(2, 3, 4, 5)"),
    ("UDim2.new(1, 2, 3, 4) - UDim2.new(1, 1, 1, 1)", "UDim2.new(0, 1, 2, 3)"),
    ("-UDim2.new(1, 2, 3, 4)", "UDim2.new(-1, -2, -3, -4)"),
    ("UDim2.new(UDim.new(1, 2), UDim.new(3, 4))", "UDim2.new(1, 2, 3, 4)"),
    ("UDim2.fromScale(0.5, 1)", "UDim2.new(0.5, 0, 1, 0)"),
    ("UDim2.fromOffset(5, 6)", "UDim2.new(0, 5, 0, 6)"),
    ("UDim2.new(0, 0, 0, 0):Lerp(UDim2.new(1, 10, 2, 25), 0.5)", "UDim2.new(0.5, 5, 1, 13)"),
    ("UDim2.new(1, 2, 3, 4).Y", "UDim.new(3, 4)"),
    ("UDim2.new(1, 2, 3, 4).Width", "UDim.new(1, 2)"),
    ('BrickColor.new("Bright red").Color', "Color3.fromRGB(196, 40, 28)"),
    ('BrickColor.new("Bright red").Number', "21"),
    ('BrickColor.new("Bright red").r', "196 / 255"),
    ("BrickColor.Blue().Number", "23"),
    ("BrickColor.new(Color3.new(1, 0.01, 0)).Number", "1004"),
    ("BrickColor.new(0, 0, 1).Number", "1010"),
    ("BrickColor.new(999).Number", "194"),
    ("BrickColor.palette(0).Number", "141"),
    ("Ray.new(Vector3.zero, Vector3.new(0, 0, 9)).Unit.Direction", "Vector3.zAxis"),
    ("Ray.new(Vector3.zero, Vector3.xAxis):ClosestPoint(Vector3.new(5, 2, 0))", "Vector3.new(5, 0, 0)"),
    ("Ray.new(Vector3.zero, Vector3.xAxis):ClosestPoint(Vector3.new(-5, 2, 0))", "Vector3.zero"),
    ("Ray.new(Vector3.zero, Vector3.xAxis):Distance(Vector3.new(5, 2, 0))", "2"),
    ("Region3.new(Vector3.zero, Vector3.new(2, 4, 6)).CFrame", "CFrame.new(1, 2, 3)"),
    ("Region3.new(Vector3.one, Vector3.new(5, 4, 6)):ExpandToGrid(4).Size", "Vector3.new(8, 4, 8)"),
    ("Rect.new(Vector2.zero, Vector2.new(3, 4)).Height", "4"),
    ("Rect.new(1, 2, 3, 5).Width", "2"),
    ("NumberSequence.new(2, 5).Keypoints[2].Value", "5"),
    ("ColorSequence.new(Color3.new(), Color3.new(1, 1, 1)).Keypoints[2].Value", "Color3.new(1, 1, 1)"),
    ("TweenInfo.new(0.3).Time", "0.3"),
    ("PhysicalProperties.new(Enum.Material.Plastic).Density", "0.7"),
    ("PathWaypoint.new(Vector3.one).Position", "Vector3.one"),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_values(expression: str, expected: str) -> None:
    luau(f"near({expression}, {expected}, 1e-6)")


def test_colours_survive_hsv_and_hex() -> None:
    luau("""
        local random = Random.new(3)
        for _ = 1, 300 do
            local color = Color3.fromRGB(random:NextInteger(0, 255), random:NextInteger(0, 255), random:NextInteger(0, 255))
            near(Color3.fromHSV(color:ToHSV()), color, 1e-6)
            same(Color3.fromHex(color:ToHex()), color)
        end
    """)


def test_hex_has_six_small_digits() -> None:
    assert luau("return Color3.fromRGB(255, 0, 171):ToHex()") == "ff00ab"


def test_an_unknown_brick_colour_is_medium_stone_grey() -> None:
    assert luau('return BrickColor.new("No such colour").Name') == "Medium stone grey"


def test_random_brick_colours_come_from_the_source_that_was_set() -> None:
    assert luau("""
        local brickcolor = import("datatypes/brickcolor")
        brickcolor.setRandom(function(low, high) assert(low == 1); return high end)
        local last = BrickColor.random().Name
        brickcolor.setRandom(math.random)
        return last
    """) == "Really black"  # fmt: skip


def test_keypoints_are_a_copy() -> None:
    assert luau("local s = NumberSequence.new(1); table.clear(s.Keypoints); return #s.Keypoints") == 2


def test_sequences_compare_by_keypoints() -> None:
    three = "NumberSequence.new({ NumberSequenceKeypoint.new(0, 1), NumberSequenceKeypoint.new(0.5, 2, 0.1), %s })"
    last = three % "NumberSequenceKeypoint.new(1, 3)"
    assert luau(f"return {last} == {last}")
    assert not luau(f"return {last} == {three % 'NumberSequenceKeypoint.new(1, 4)'}")
    assert not luau(f"return {last} == NumberSequence.new(1)")


def test_fonts() -> None:
    luau("""
        local font = Font.fromEnum(Enum.Font.SourceSansBold)
        same(font.Family, "rbxasset://fonts/families/SourceSansPro.json"); same(font.Weight, Enum.FontWeight.Bold)
        assert(font.Bold and not Font.fromName("Arial").Bold)
        font.Bold = false
        same(font.Weight, Enum.FontWeight.Regular)
        same(Font.fromId(12187365364).Family, "rbxassetid://12187365364")
        same(Font.fromName("Arial", Enum.FontWeight.Thin, Enum.FontStyle.Italic).Style, Enum.FontStyle.Italic)
    """)


def point(*times: float) -> str:
    return "NumberSequence.new({" + ", ".join(f"NumberSequenceKeypoint.new({time}, 1)" for time in times) + "})"


WRONG = [
    (point(0), "NumberSequence: requires at least 2 keypoints"),
    (point(0, 0.8, 0.5, 1), "NumberSequence: all keypoints must be ordered by time"),
    (point(0.1, 1), "NumberSequence: must start at time=0.0"),
    (point(0, 0.9), "NumberSequence: must end at time=1.0"),
    (point(*([0] * 20), 1), "NumberSequence: maximum of 20 keypoints"),
    ("ColorSequence.new({ 1, 2 })", "invalid argument #1 to 'new' (ColorSequenceKeypoint expected, got number)"),
    ("ColorSequence.new(1)", "invalid argument #1 to 'new' (Color3 expected, got number)"),
    ("NumberRange.new(2, 1)", "NumberRange: invalid range (min must not be greater than max)"),
    ("NumberRange.new()", "missing argument #1 to 'new' (number expected)"),
    ('Color3.fromHex("nothex")', "Unable to convert characters to hex value"),
    ("Color3.new():Lerp(Vector3.one, 1)", "invalid argument #1 to 'Lerp' (Color3 expected, got Vector3)"),
    ("return UDim2.new() + UDim.new()", "invalid argument #2 (UDim2 expected, got UDim)"),
    ("UDim2.new(UDim.new(), 5)", "invalid argument #2 to 'new' (UDim expected, got number)"),
    ("UDim.new({})", "invalid argument #1 to 'new' (number expected, got table)"),
    ("TweenInfo.new(1, nil, nil, 0, 1)", "invalid argument #5 to 'new' (boolean expected, got number)"),
    ("Ray.new(1)", "invalid argument #1 to 'new' (Vector3 expected, got number)"),
    ("BrickColor.palette(999)", "palette value out of bounds"),
    ("Rect.new(Vector2.zero)", "missing argument #2 to 'new' (Vector2 expected)"),
    ("Font.new(5)", "invalid argument #1 to 'new' (string expected, got number)"),
    ("Font.fromName('Arial').Weight = 1.5", "invalid argument #3 (FontWeight expected, got number)"),
]


@pytest.mark.parametrize(("body", "message"), WRONG)
def test_wrong_arguments(body: str, message: str) -> None:
    assert raises(body) == message


CLOSE = [
    ("1", "1.05", True),
    ("1", "1.2", False),
    ("0/0", "0/0", True),
    ("math.huge", "math.huge", True),
    ("math.huge", "5", False),
    ("5", "math.huge", False),
    ("Vector3.one", "Vector3.new(1, 1, 1.05)", True),
    ("Vector3.one", "Vector3.new(1, 1, 1.2)", False),
    ("Vector2.one", "Vector2.new(1, 1.05)", True),
    ("CFrame.identity", "CFrame.new(0, 0, 0.05)", True),
    ("CFrame.identity", "CFrame.Angles(0, 1, 0)", False),
    ("Color3.new(1, 1, 1)", "Color3.new(1, 0.95, 1)", True),
    ("UDim2.new(1, 2, 3, 4)", "UDim2.new(1.05, 2, 3, 4)", True),
    ("UDim2.new(1, 2, 3, 4)", "UDim2.new(1, 2, 3, 5)", False),
    ("UDim.new(1, 2)", "UDim.new(1.05, 2)", True),
    ("Vector2.one", "Vector3.one", False),
    ("1", '"1"', False),
    ("{}", "{}", False),
    ("nil", "nil", False),
]


@pytest.mark.parametrize(("a", "b", "close"), CLOSE)
def test_closeness(a: str, b: str, close: bool) -> None:
    assert luau(f"return types.closeTo({a}, {b}, 0.1)") is close


def test_equality_trusts_no_table() -> None:
    assert not luau("""
        local metatable = { __eq = function() return true end }
        return types.valuesEqual(setmetatable({}, metatable), setmetatable({}, metatable))
    """)
    assert luau("return types.valuesEqual(0/0, 0/0) and not types.valuesEqual(1, '1') and not types.valuesEqual(nil, false)")


def test_a_sequence_takes_its_keypoints_without_their_metatable() -> None:
    assert not luau("""
        local silent = { __iter = function() return function() end end }
        local points = { NumberSequenceKeypoint.new(0, 1), NumberSequenceKeypoint.new(1, 1) }
        return NumberSequence.new(setmetatable(points, silent)) == NumberSequence.new(2)
    """)
