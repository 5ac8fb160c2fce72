"""The simulated Studio: tools that look."""

from typing import Any

import pytest

from tests.scorers.world.studio_calls import SETUP, call, check, refused


class TestReading:
    def test_tree(self) -> None:
        check(
            [call("get_file_tree")],
            """
            local root = calls[1].result
            expect(root.className).toEqual("DataModel")
            expect(root.children[1].name).toEqual("Workspace")
            expect(root.children[1].children[1].name).toEqual("House")
            local lamp = { name = "PointLight", className = "PointLight", children = {} }
            expect(root.children[1].children[1].children[1]).toEqual({ name = "Door1", className = "Part", children = { lamp } })
            """,
        )

    def test_search_by_name(self) -> None:
        check(
            [
                call("search_objects", query="dOOr"),
                call("search_objects", query="zz"),
                call("search_objects", query=""),
                call("search_objects", query="."),
            ],
            """
            expect(#calls[1].result).toEqual(3)
            expect(calls[1].result[2]).toEqual({ name = "Door2", className = "Part", path = "Workspace.House.Door2" })
            expect(calls[2].result).toEqual({})
            expect(calls[3].ok).toEqual(false)
            expect(#calls[4].result).toEqual(1)
            """,
        )

    @pytest.mark.parametrize(
        ("name", "value", "count"),
        [
            ("Transparency", 0.4, 1),
            ("Material", "Neon", 1),
            ("Material", "Enum.Material.Neon", 1),
            ("Material", "Nyon", 0),
            ("Color", [1, 0, 0], 1),
            ("Size", [4, 1.2, 2], 3),
            ("Anchored", False, 1),
            ("ClassName", "PointLight", 1),
            ("Name", "a.b", 1),
            ("Parent", "Workspace.House", 4),
        ],
    )
    def test_search_by_property(self, name: str, value: Any, count: int) -> None:
        change = """
        local door = workspace.House.Door2
        door.Transparency, door.Material, door.Color, door.Size = 0.4, Enum.Material.Neon, Color3.new(1, 0, 0), Vector3.one
        door.Anchored = false
        """
        check(
            [call("search_by_property", property=name, value=value)], f"expect(#calls[1].result).toEqual({count})", SETUP + change
        )

    def test_search_by_an_unknown_property(self) -> None:
        refused(call("search_by_property", property="Colour", value="red"), "no instance of the place has a property Colour")

    def test_children(self) -> None:
        check(
            [call("get_instance_children", path="Workspace.House")],
            "expect(#calls[1].result).toEqual(4)"
            ' local door = { name = "Door1", className = "Part", path = "Workspace.House.Door1", children = 1 }'
            " expect(calls[1].result[1]).toEqual(door)",
        )

    def test_properties(self) -> None:
        change = 'workspace.House.Door1:SetAttribute("Price", 5) workspace.House.Door1:AddTag("Sold")'
        check(
            [
                call("get_instance_properties", path="Workspace.House.Door1"),
                call("get_instance_properties", path="Workspace.House"),
            ],
            """
            local found = calls[1].result
            expect(found.className).toEqual("Part")
            expect(found.properties.Name).toEqual("Door1")
            expect(found.properties.Parent).toEqual("Workspace.House")
            expect(found.properties.Material).toEqual("Plastic")
            expect(found.properties.Anchored).toEqual(true)
            expect(#found.properties.Size).toEqual(3)
            expect(found.attributes).toEqual({ Price = 5 })
            expect(found.tags).toEqual({ "Sold" })
            expect(calls[2].result.properties.ClassName).toEqual("Folder")
            """,
            SETUP + change,
        )
