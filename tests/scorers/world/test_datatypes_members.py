"""Every member of the API table is there, what is not in it is an error, and nothing read-only can be set."""

import pytest

from tests.scorers.world.datatypes_support import luau, raises, roblox_api

SAMPLES = {
    "Axes": "Axes.new(Enum.Axis.X)",
    "BrickColor": 'BrickColor.new("Bright red")',
    "CFrame": "CFrame.new(1, 2, 3)",
    "Color3": "Color3.new(1, 0, 0)",
    "ColorSequence": "ColorSequence.new(Color3.new(1, 0, 0))",
    "ColorSequenceKeypoint": "ColorSequenceKeypoint.new(0, Color3.new(1, 0, 0))",
    "DateTime": "DateTime.fromUnixTimestamp(1700000000)",
    "Enum": "Enum.KeyCode",
    "EnumItem": "Enum.KeyCode.E",
    "Enums": "Enum",
    "Faces": "Faces.new(Enum.NormalId.Top)",
    "Font": "Font.fromEnum(Enum.Font.Gotham)",
    "NumberRange": "NumberRange.new(1, 2)",
    "NumberSequence": "NumberSequence.new(1)",
    "NumberSequenceKeypoint": "NumberSequenceKeypoint.new(0, 1)",
    "OverlapParams": "OverlapParams.new()",
    "PathWaypoint": "PathWaypoint.new(Vector3.one)",
    "PhysicalProperties": "PhysicalProperties.new(1, 0.5, 0.5)",
    "Random": "Random.new(1)",
    "Ray": "Ray.new(Vector3.zero, Vector3.xAxis)",
    "RaycastParams": "RaycastParams.new()",
    "RaycastResult": """import("datatypes/raycast").makeResult({
        Instance = false, Position = Vector3.one, Normal = Vector3.yAxis, Material = Enum.Material.Plastic, Distance = 1 })""",
    "Rect": "Rect.new(0, 0, 1, 2)",
    "Region3": "Region3.new(Vector3.zero, Vector3.one)",
    "Region3int16": "Region3int16.new()",
    "TweenInfo": "TweenInfo.new()",
    "UDim": "UDim.new(1, 2)",
    "UDim2": "UDim2.new(1, 2, 3, 4)",
    "Vector2": "Vector2.new(1, 2)",
    "Vector2int16": "Vector2int16.new(1, 2)",
    "Vector3": "Vector3.new(1, 2, 3)",
    "Vector3int16": "Vector3int16.new(1, 2, 3)",
}
OPTIONAL = {"IncludeInstances", "ExcludeInstances"}


def words(text: str) -> list[list[str]]:
    return [word.split("=") for word in text.split("|") if word]


STATICS = [(kind, static) for kind in SAMPLES for static in words(roblox_api()["datatypes"][kind][0])]
MEMBERS = [(kind, member) for kind in SAMPLES for member in words(roblox_api()["datatypes"][kind][1])]


@pytest.mark.parametrize(("kind", "static"), STATICS, ids=lambda value: value if isinstance(value, str) else value[0])
def test_every_static_of_the_table_is_there(kind: str, static: list[str]) -> None:
    expected = "function" if static[1] else static[2]
    assert luau(f"return typeof({kind}.{static[0]})") == expected


@pytest.mark.parametrize(("kind", "member"), MEMBERS, ids=lambda value: value if isinstance(value, str) else value[0])
def test_every_member_of_the_table_is_there(kind: str, member: list[str]) -> None:
    name, flags = member[0], member[1]
    found = luau(f"return typeof(({SAMPLES[kind]}).{name})")
    if flags.startswith("m"):
        assert found == "function"
    else:
        assert found != "function"
        assert found != "nil" or name in OPTIONAL


@pytest.mark.parametrize("kind", SAMPLES)
def test_no_member_beyond_the_table(kind: str) -> None:
    shown = {"Enum": '"Enum.KeyCode"', "Enums": '"Enum"'}.get(kind, kind)
    assert raises(f"return ({SAMPLES[kind]}).NoSuchMember") == f"NoSuchMember is not a valid member of {shown}"


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if roblox_api()["datatypes"][kind][0]])
def test_no_static_beyond_the_table(kind: str) -> None:
    assert raises(f"return {kind}.noSuchStatic") == f"noSuchStatic is not a valid member of {kind}"
    assert "readonly" in raises(f"{kind}.new = 1")


READ_ONLY = [(kind, member[0]) for kind, member in MEMBERS if "R" in member[1]]


@pytest.mark.parametrize(("kind", "name"), READ_ONLY)
def test_what_is_read_only_cannot_be_set(kind: str, name: str) -> None:
    assert raises(f"local value = {SAMPLES[kind]}; value.{name} = 1") == f"{name} cannot be assigned to"


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_value_knows_its_type_and_hides_its_metatable(kind: str) -> None:
    assert luau(f"return typeof({SAMPLES[kind]})") == kind
    expected = "vector" if kind == "Vector3" else "userdata"
    assert luau(f"return type({SAMPLES[kind]})") == expected
    assert luau(f"return getmetatable({SAMPLES[kind]})") == "The metatable is locked"


IDENTITIES = {"Random", "RaycastParams", "OverlapParams", "RaycastResult"}


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind not in IDENTITIES])
def test_equal_values_are_equal_and_not_equal_to_others(kind: str) -> None:
    assert luau(f"return ({SAMPLES[kind]}) == ({SAMPLES[kind]})")
    assert luau(f"return types.valuesEqual({SAMPLES[kind]}, {SAMPLES[kind]})")
    other = "UDim.new(7, 7)"
    assert not luau(f"return types.valuesEqual({SAMPLES[kind]}, {other})")
    assert not luau(f"return ({SAMPLES[kind]}) == {other}")


@pytest.mark.parametrize("kind", sorted(IDENTITIES))
def test_some_values_are_only_equal_to_themselves(kind: str) -> None:
    assert luau(f"local a = {SAMPLES[kind]}; return a == a and types.valuesEqual(a, a)")
    assert not luau(f"return ({SAMPLES[kind]}) == ({SAMPLES[kind]})")


@pytest.mark.parametrize("kind", ["CFrame", "Color3", "Random", "Vector2", "UDim2"])
def test_methods_want_a_colon(kind: str) -> None:
    name = next(member[0] for owner, member in MEMBERS if owner == kind and member[1] == "m")
    expected = f"Expected ':' not '.' calling member function {name}"
    assert raises(f"({SAMPLES[kind]}).{name}()") == expected
    assert raises(f"({SAMPLES[kind]}).{name}({{}})") == expected


def test_values_that_die_free_their_state() -> None:
    assert luau("""
        for i = 1, 20000 do local _ = CFrame.new(i, 0, 0) * CFrame.new(0, i, 0) end
        local before = collectgarbage("count")
        for i = 1, 60000 do local _ = CFrame.new(i, 0, 0) * CFrame.new(0, i, 0) end
        return collectgarbage("count") - before < 40000
    """)


def test_another_file_can_name_its_proxies() -> None:
    assert luau("""
        local base = import("datatypes/base")
        local proxy = newproxy(true)
        base.register(proxy, "Instance")
        return typeof(proxy)
    """) == "Instance"  # fmt: skip


def test_records_are_found_by_type() -> None:
    assert luau("""
        local recordOf = import("datatypes/base").recordOf
        local params = RaycastParams.new()
        params.IgnoreWater = true
        return recordOf(params, "RaycastParams").IgnoreWater and recordOf(params, "CFrame") == nil
            and recordOf(nil, "CFrame") == nil and recordOf(5, "NoType") == nil
    """)
