"""CFrame: known values, and identities on seeded random frames."""

import pytest

from tests.scorers.world.datatypes_support import luau, raises

FRAMES = """
local random = Random.new(20)
local function vec() return Vector3.new(random:NextNumber(-9, 9), random:NextNumber(-9, 9), random:NextNumber(-9, 9)) end
local function frame()
    return CFrame.fromAxisAngle(random:NextUnitVector(), random:NextNumber(-3.1, 3.1)) + vec()
end
for _ = 1, 200 do
    local a, b, c, v, t = frame(), frame(), frame(), vec(), random:NextNumber()
    BODY
end
"""

IDENTITIES = {
    "inverse": "near(a * a:Inverse(), CFrame.identity); near(a:Inverse() * a, CFrame.new(), 1e-5)",
    "associative": "near((a * b) * c, a * (b * c), 1e-4); near((a * b) * v, a * (b * v), 1e-4)",
    "world space": "near(a:ToWorldSpace(b), a * b); near(a:ToObjectSpace(b), a:Inverse() * b, 1e-4)",
    "points": """near(a:PointToWorldSpace(v), a * v); near(a:PointToObjectSpace(a * v), v, 1e-4)
        near(a:VectorToWorldSpace(v), a * v - a.Position, 1e-4); near(a:VectorToObjectSpace(a:VectorToWorldSpace(v)), v, 1e-4)""",
    "axes": """near(a.LookVector, -a.ZVector); near(a.RightVector:Cross(a.UpVector), a.ZVector)
        near(a.XVector, a:VectorToWorldSpace(Vector3.xAxis)); near(a.YVector, a.UpVector); near(a.LookVector.Magnitude, 1)""",
    "components": "same(CFrame.new(a:GetComponents()), a); same(CFrame.new(a:components()), a)",
    "matrix": """same(CFrame.fromMatrix(a.Position, a.XVector, a.YVector, a.ZVector), a)
        near(CFrame.fromMatrix(a.Position, a.XVector, a.YVector), a)""",
    "angles": """near(CFrame.Angles(a:ToEulerAnglesXYZ()) + a.Position, a)
        near(CFrame.fromOrientation(a:ToOrientation()) + a.Position, a)
        near(CFrame.fromEulerAnglesYXZ(a:ToEulerAnglesYXZ()) + a.Position, a)""",
    "orders": """for _, order in Enum.RotationOrder:GetEnumItems() do
            local x, y, z = a:ToEulerAngles(order)
            near(CFrame.fromEulerAngles(x, y, z, order), a.Rotation)
        end""",
    "axis and angle": """local axis, angle = a:ToAxisAngle(); near(CFrame.fromAxisAngle(axis, angle) + a.Position, a, 1e-5)
        near(angle, CFrame.identity:AngleBetween(a), 1e-5)""",
    "lerp": """near(a:Lerp(b, 0), a); same(a:Lerp(b, 1), b); local m = a:Lerp(b, t)
        near(m.Position, a.Position:Lerp(b.Position, t), 1e-4)
        near(a:AngleBetween(m), t * a:AngleBetween(b), 2e-3); near(m.LookVector.Magnitude, 1)""",
    "between": """local q = CFrame.fromRotationBetweenVectors(v, a.Position)
        near(q * v.Unit, a.Position.Unit, 1e-5)""",
    "look at": """local e = CFrame.lookAt(a.Position, v); near(e.LookVector, (v - a.Position).Unit)
        near(e.RightVector.Y, 0); assert(e.UpVector.Y >= 0); same(e, CFrame.new(a.Position, v))
        near(e, CFrame.lookAlong(a.Position, v - a.Position), 1e-6)""",
    "rest": """near(a:Orthonormalize(), a); assert(a:FuzzyEq(a:Orthonormalize())); assert(not a:FuzzyEq(b))
        near(a + v - v, a, 1e-5); same(a.Rotation.Position, Vector3.zero); near(a.Rotation + a.Position, a)""",
}


@pytest.mark.parametrize("body", IDENTITIES.values(), ids=IDENTITIES.keys())
def test_identities(body: str) -> None:
    luau(FRAMES.replace("BODY", body))


KNOWN = [
    ("CFrame.Angles(0, math.rad(90), 0).LookVector", "Vector3.new(-1, 0, 0)"),
    ("CFrame.Angles(math.rad(90), 0, 0).LookVector", "Vector3.new(0, 1, 0)"),
    ("CFrame.Angles(0, 0, math.rad(90)).UpVector", "Vector3.new(-1, 0, 0)"),
    ("CFrame.new(1, 2, 3) * CFrame.new(4, 5, 6)", "CFrame.new(5, 7, 9)"),
    ("CFrame.new(1, 2, 3) * Vector3.new(1, 1, 1)", "Vector3.new(2, 3, 4)"),
    ("CFrame.new(0, 0, 5) * QUARTER * CFrame.new(0, 0, -5)", "CFrame.new(-5, 0, 5) * QUARTER"),
    ("CFrame.lookAt(Vector3.zero, Vector3.new(10, 0, 0)).LookVector", "Vector3.xAxis"),
    ("CFrame.lookAt(Vector3.zero, Vector3.new(10, 0, 0)).RightVector", "Vector3.zAxis"),
    ("CFrame.lookAt(Vector3.zero, Vector3.new(0, 9, 0)).LookVector", "Vector3.yAxis"),
    ("CFrame.lookAt(Vector3.zero, Vector3.new(0, -9, 0)).LookVector", "-Vector3.yAxis"),
    ("CFrame.lookAt(Vector3.one, Vector3.one)", "CFrame.new(1, 1, 1)"),
    ("CFrame.lookAt(Vector3.zero, Vector3.zAxis, Vector3.xAxis).UpVector", "Vector3.xAxis"),
    ("CFrame.new(0, 0, 0, 0, 0, 0, 1)", "CFrame.identity"),
    ("CFrame.new(1, 2, 3, 0, math.sin(math.pi/4), 0, math.cos(math.pi/4))", "QUARTER + Vector3.new(1, 2, 3)"),
    ("CFrame.fromAxisAngle(Vector3.new(0, 2, 0), math.pi/2)", "CFrame.Angles(0, math.pi/2, 0)"),
    ("CFrame.fromRotationBetweenVectors(Vector3.xAxis, -Vector3.xAxis) * Vector3.xAxis", "-Vector3.xAxis"),
    ("CFrame.fromRotationBetweenVectors(Vector3.xAxis, Vector3.xAxis)", "CFrame.identity"),
    ("CFrame.identity:AngleBetween(CFrame.Angles(0, 1, 0))", "1"),
    ("CFrame.new():Lerp(QUARTER + Vector3.new(2, 0, 0), 0.5)", "CFrame.Angles(0, math.pi/4, 0) + Vector3.xAxis"),
    ("CFrame.Angles(0.1, 0.2, 0.3)", "CFrame.Angles(0.1, 0, 0) * CFrame.Angles(0, 0.2, 0) * CFrame.Angles(0, 0, 0.3)"),
    ("CFrame.fromOrientation(0.1, 0.2, 0.3)", "CFrame.Angles(0, 0.2, 0) * CFrame.Angles(0.1, 0, 0) * CFrame.Angles(0, 0, 0.3)"),
    ("CFrame.Angles(math.pi/2, 0.4, 0)", "CFrame.fromOrientation(CFrame.Angles(math.pi/2, 0.4, 0):ToOrientation())"),
    ("CFrame.Angles(0.4, math.pi/2, 0.3)", "CFrame.Angles(CFrame.Angles(0.4, math.pi/2, 0.3):ToEulerAnglesXYZ())"),
    ("CFrame.Angles(0.4, -math.pi/2, 0.3)", "CFrame.Angles(CFrame.Angles(0.4, -math.pi/2, 0.3):ToEulerAnglesXYZ())"),
    ("(select(2, CFrame.Angles(0, math.rad(30), 0):ToOrientation()))", "math.rad(30)"),
    ("(select(2, CFrame.new():ToWorldSpace(CFrame.new(1, 0, 0), CFrame.new(2, 0, 0))))", "CFrame.new(2, 0, 0)"),
    ("(select(2, CFrame.identity:ToAxisAngle()))", "0"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), KNOWN)
def test_known_values(expression: str, expected: str) -> None:
    luau(f"local QUARTER = CFrame.Angles(0, math.pi/2, 0); near({expression}, {expected}, 1e-6)")


def test_twelve_components_are_rows() -> None:
    luau(
        """
        local c = CFrame.new(1, 2, 3, 0, 0, 1, 0, 1, 0, -1, 0, 0)
        same(c.RightVector, Vector3.new(0, 0, -1)); same(c.UpVector, Vector3.yAxis); same(c.ZVector, Vector3.xAxis)
        same({ c:GetComponents() }[6], 1)
    """.replace("{ c:GetComponents() }[6]", "(select(6, c:GetComponents()))")
    )


def test_texts_have_twelve_numbers() -> None:
    assert luau("return tostring(CFrame.new(1, 2.5, 3))") == "1, 2.5, 3, 1, 0, 0, 0, 1, 0, 0, 0, 1"
    turned = "0, 0, 0, -4.37113883e-08, 0, 1, 0, 1, 0, -1, 0, -4.37113883e-08"
    assert luau("return tostring(CFrame.Angles(0, math.rad(90), 0))") == turned


def test_components_are_32_bit_floats() -> None:
    assert luau("return CFrame.new(0.1, 0, 0).X") == pytest.approx(0.10000000149011612, abs=0)


ORDER = "(RotationOrder expected, got EnumItem)"
WRONG = [
    ("CFrame.new(5)", "invalid argument #1 to 'new' (Vector3 expected, got number)"),
    ("CFrame.new(Vector3.zero, 5)", "invalid argument #2 to 'new' (Vector3 expected, got number)"),
    ('CFrame.new(1, 2, "x")', "invalid argument #3 to 'new' (number expected, got string)"),
    ("CFrame.new(1, 2, 3, 4)", "Invalid number of arguments: 4"),
    ("CFrame.lookAt(Vector3.zero)", "missing argument #2 to 'lookAt' (Vector3 expected)"),
    ("CFrame.new():Lerp(CFrame.new())", "missing argument #2 to 'Lerp' (number expected)"),
    ("CFrame.new():Lerp(Vector3.zero, 1)", "invalid argument #1 to 'Lerp' (CFrame expected, got Vector3)"),
    ("CFrame.new():PointToWorldSpace(CFrame.new())", "invalid argument #1 to 'PointToWorldSpace' (Vector3 expected, got CFrame)"),
    ("return CFrame.new() * 5", "invalid argument #2 (CFrame or Vector3 expected, got number)"),
    ("return CFrame.new() + CFrame.new()", "invalid argument #2 (Vector3 expected, got CFrame)"),
    ("return Vector3.zero * CFrame.new()", "invalid argument #1 (CFrame expected, got Vector3)"),
    ("CFrame.fromEulerAngles(0, 0, 0, Enum.NormalId.Top)", f"invalid argument #4 to 'fromEulerAngles' {ORDER}"),
    ("return CFrame.new() / 2", "attempt to perform arithmetic (div) on userdata and number"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message"), WRONG)
def test_wrong_arguments(body: str, message: str) -> None:
    assert raises(body) == message
