"""Vector3, Vector2 and the 16-bit vectors."""

import pytest

from tests.scorers.world.datatypes_support import luau, raises

TEXTS = [
    ("Vector3.new(1, 2, 3)", "1, 2, 3"),
    ("Vector3.new(0.1, -0.5, 1e10)", "0.100000001, -0.5, 1e+10"),
    ("Vector3.new()", "0, 0, 0"),
    ("Vector3.new(1)", "1, 0, 0"),
    ("Vector3.new(0/0, math.huge, -math.huge)", "nan, inf, -inf"),
    ("Vector2.new(1.5)", "1.5, 0"),
    ("Vector2int16.new(40000, -1.9)", "-25536, -1"),
    ("Vector3int16.new(1, 2, 3)", "1, 2, 3"),
]


@pytest.mark.parametrize(("expression", "text"), TEXTS)
def test_texts(expression: str, text: str) -> None:
    assert luau(f"return tostring({expression})") == text


VALUES = [
    ("Vector3.new(1, 2, 3) + Vector3.new(4, 5, 6)", "Vector3.new(5, 7, 9)"),
    ("Vector3.new(1, 2, 3) * 2", "Vector3.new(2, 4, 6)"),
    ("2 * Vector3.new(1, 2, 3)", "Vector3.new(2, 4, 6)"),
    ("Vector3.new(1, 2, 3) * Vector3.new(1, 2, 3)", "Vector3.new(1, 4, 9)"),
    ("Vector3.new(1, 2, 3) / 2", "Vector3.new(0.5, 1, 1.5)"),
    ("Vector3.new(1, 2, 3) // 2", "Vector3.new(0, 1, 1)"),
    ("-Vector3.one", "Vector3.new(-1, -1, -1)"),
    ('Vector3.new("1", 2, 3)', "Vector3.new(1, 2, 3)"),
    ("Vector3.new(3, 4, 0).Magnitude", "5"),
    ("Vector3.new(3, 4, 0).magnitude", "5"),
    ("Vector3.new(3, 4, 0).Unit", "Vector3.new(0.6, 0.8, 0)"),
    ("Vector3.new(1, 2, 3):Dot(Vector3.new(4, 5, 6))", "32"),
    ("Vector3.xAxis:Cross(Vector3.yAxis)", "Vector3.zAxis"),
    ("Vector3.zero:Lerp(Vector3.new(10, 20, 30), 0.1)", "Vector3.new(1, 2, 3)"),
    ("Vector3.zero:lerp(Vector3.new(10, 20, 30), 0.1)", "Vector3.new(1, 2, 3)"),
    ("Vector3.new(1, 5, 3):Max(Vector3.new(2, 2, 2), Vector3.new(0, 0, 9))", "Vector3.new(2, 5, 9)"),
    ("Vector3.new(1, 5, 3):Min(Vector3.new(2, 2, 2))", "Vector3.new(1, 2, 2)"),
    ("Vector3.new(-1.5, 1.5, 0):Abs()", "Vector3.new(1.5, 1.5, 0)"),
    ("Vector3.new(-1.5, 1.5, 0):Ceil()", "Vector3.new(-1, 2, 0)"),
    ("Vector3.new(-1.5, 1.5, 0):Floor()", "Vector3.new(-2, 1, 0)"),
    ("Vector3.new(-1.5, 1.5, 0):Sign()", "Vector3.new(-1, 1, 0)"),
    ("Vector3.xAxis:Angle(Vector3.yAxis)", "math.pi / 2"),
    ("Vector3.yAxis:Angle(Vector3.xAxis, Vector3.zAxis)", "-math.pi / 2"),
    ("Vector3.FromNormalId(Enum.NormalId.Front)", "Vector3.new(0, 0, -1)"),
    ("Vector3.FromAxis(Enum.Axis.Y)", "Vector3.yAxis"),
    ("Vector2.new(1, 2) + Vector2.new(3, 4)", "Vector2.new(4, 6)"),
    ("Vector2.new(1, 2) - Vector2.new(3, 5)", "Vector2.new(-2, -3)"),
    ("Vector2.new(1, 2) * Vector2.new(3, 4)", "Vector2.new(3, 8)"),
    ("2 * Vector2.new(1, 2)", "Vector2.new(2, 4)"),
    ("Vector2.new(1, 2) / 2", "Vector2.new(0.5, 1)"),
    ("6 / Vector2.new(1, 2)", "Vector2.new(6, 3)"),
    ("Vector2.new(5, 7) // 2", "Vector2.new(2, 3)"),
    ("-Vector2.one", "Vector2.new(-1, -1)"),
    ("Vector2.new(3, 4).Magnitude", "5"),
    ("Vector2.new(3, 4).Unit", "Vector2.new(0.6, 0.8)"),
    ("Vector2.new(1, 2):Dot(Vector2.new(3, 4))", "11"),
    ("Vector2.new(1, 2):Cross(Vector2.new(3, 4))", "-2"),
    ("Vector2.zero:Lerp(Vector2.new(10, 20), 0.5)", "Vector2.new(5, 10)"),
    ("Vector2.new(1, 5):Max(Vector2.new(2, 2))", "Vector2.new(2, 5)"),
    ("Vector2.yAxis:Angle(Vector2.xAxis)", "math.pi / 2"),
    ("Vector2.yAxis:Angle(Vector2.xAxis, true)", "-math.pi / 2"),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_values(expression: str, expected: str) -> None:
    luau(f"near({expression}, {expected}, 1e-6)")


def test_a_vector_of_no_length_has_no_direction() -> None:
    assert luau("local unit = Vector3.zero.Unit; return unit ~= unit and types.valuesEqual(unit, unit)")
    assert luau("local unit = Vector2.zero.Unit; return unit.X ~= unit.X")


def test_fuzzy_equality() -> None:
    assert luau("return Vector3.one:FuzzyEq(Vector3.new(1, 1, 1.00001)) and not Vector3.one:FuzzyEq(Vector3.new(1, 1, 1.01))")
    assert luau("return Vector3.one:FuzzyEq(Vector3.new(1, 1, 1.01), 0.1)")
    assert luau("return Vector2.one:FuzzyEq(Vector2.new(1, 1.00001)) and not Vector2.one:FuzzyEq(Vector2.new(1, 1.01))")


def test_sixteen_bit_arithmetic_wraps_and_cuts() -> None:
    luau("""
        same(Vector2int16.new(32767, 0) + Vector2int16.new(1, 0), Vector2int16.new(-32768, 0))
        same(Vector3int16.new(7, -7, 4) / 2, Vector3int16.new(3, -3, 2))
        same(Vector3int16.new(7, -7, 4) * Vector3int16.new(2, 2, 2), Vector3int16.new(14, -14, 8))
        same(-Vector2int16.new(1, 2) - Vector2int16.new(1, 1), Vector2int16.new(-2, -3))
    """)


WRONG = [
    ('Vector3.new("x")', "invalid argument #1 to 'new' (number expected, got string)"),
    ("Vector3.new(1, true)", "invalid argument #2 to 'new' (number expected, got boolean)"),
    ("Vector3.one:Dot(2)", "invalid argument #1 to 'Dot' (Vector3 expected, got number)"),
    ("Vector3.one:Cross()", "missing argument #1 to 'Cross' (Vector3 expected)"),
    ("Vector3.one.Dot(1, Vector3.one)", "Expected ':' not '.' calling member function Dot"),
    ("return Vector3.one + 1", "attempt to perform arithmetic (add) on Vector3 and number"),
    ("local v = Vector3.one; v.X = 2", "X cannot be assigned to"),
    ("local v = Vector3.one; v.Foo = 2", "Foo is not a valid member of Vector3"),
    ("Vector3.FromNormalId(Enum.Axis.X)", "invalid argument #1 to 'FromNormalId' (NormalId expected, got EnumItem)"),
    ("return Vector2.one + 1", "invalid argument #2 (Vector2 expected, got number)"),
    ("return Vector2.one * Vector3.one", "invalid argument #2 (Vector2 expected, got Vector3)"),
    ("Vector2.one:Lerp(Vector2.one)", "missing argument #2 to 'Lerp' (number expected)"),
    ("Vector2int16.new({})", "invalid argument #1 to 'new' (number expected, got table)"),
    ("return Vector3int16.new() + 1", "invalid argument #2 (Vector3int16 expected, got number)"),
]


@pytest.mark.parametrize(("body", "message"), WRONG)
def test_wrong_arguments(body: str, message: str) -> None:
    assert raises(body) == message
