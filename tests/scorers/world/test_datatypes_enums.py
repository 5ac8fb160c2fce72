"""Enum, its enums and items."""

import pytest

from tests.scorers.world.datatypes_support import luau, raises, roblox_api


def test_items_are_the_same_object_each_time() -> None:
    assert luau("return rawequal(Enum.KeyCode.E, Enum.KeyCode.E) and rawequal(Enum.KeyCode, Enum.KeyCode.E.EnumType)")
    assert luau("local t = { [Enum.KeyCode.E] = 5 }; return t[Enum.KeyCode.E]") == 5
    assert not luau("return Enum.KeyCode.E == Enum.KeyCode.F")


def test_texts_and_members() -> None:
    assert luau("return tostring(Enum.KeyCode.E)") == "Enum.KeyCode.E"
    assert luau("return tostring(Enum.KeyCode)") == "KeyCode"
    assert luau("return tostring(Enum)") == "Enum"
    assert luau("return Enum.KeyCode.E.Name") == "E"
    assert luau('return Enum.KeyCode.E:IsA("KeyCode") and not Enum.KeyCode.E:IsA("EnumItem")')


def test_values_stand_in_the_table_or_count_from_zero() -> None:
    assert luau("return Enum.NormalId.Front.Value") == 5
    assert luau("return Enum.RaycastFilterType.Include.Value") == 1


def test_lists_are_in_order_of_value() -> None:
    assert luau('local t = {} for i, v in Enum.NormalId:GetEnumItems() do t[i] = v.Name end return table.concat(t, " ")') == (
        "Right Top Back Left Bottom Front"
    )
    assert luau("return #Enum:GetEnums()") == len(roblox_api()["enums"])
    assert luau("return tostring(Enum:GetEnums()[1])") == sorted(roblox_api()["enums"])[0]
    assert luau("table.clear(Enum.Axis:GetEnumItems()); return #Enum.Axis:GetEnumItems()") == 3


def test_items_are_found_by_name_and_value() -> None:
    assert luau('return Enum.NormalId:FromName("Top") == Enum.NormalId.Top and Enum.NormalId:FromValue(1) == Enum.NormalId.Top')
    assert luau('return Enum.NormalId:FromName("Nowhere") == nil and Enum.NormalId:FromValue(99) == nil')


def test_every_item_of_the_table_can_be_had() -> None:
    assert luau("local n = 0 for _, e in Enum:GetEnums() do n += #e:GetEnumItems() end return n") == sum(
        len(items.split()) for items in roblox_api()["enums"].values()
    )


def test_casting() -> None:
    assert luau("""
        local cast = import("datatypes/enums").cast
        return cast("Top", "NormalId") == Enum.NormalId.Top and cast(1, "NormalId") == Enum.NormalId.Top
            and cast(Enum.NormalId.Top, "NormalId") == Enum.NormalId.Top and cast(Enum.Axis.X, "NormalId") == nil
            and cast({}, "NormalId") == nil
    """)


WRONG = [
    ("return Enum.KeyCode.Foo", 'Foo is not a valid member of "Enum.KeyCode"'),
    ("return Enum.Foo", 'Foo is not a valid member of "Enum"'),
    ("return Enum.KeyCode.E.Foo", "Foo is not a valid member of EnumItem"),
    ("Enum.KeyCode.E.Name = 'F'", "Name cannot be assigned to"),
    ("Enum.KeyCode:FromName(5)", "invalid argument #1 to 'FromName' (string expected, got number)"),
    ("TweenInfo.new(1, Enum.EasingDirection.Out)", "invalid argument #2 to 'new' (EasingStyle expected, got EnumItem)"),
]


@pytest.mark.parametrize(("body", "message"), WRONG)
def test_errors(body: str, message: str) -> None:
    assert raises(body) == message
