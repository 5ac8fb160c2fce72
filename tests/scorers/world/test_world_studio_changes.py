"""The simulated Studio: values of properties, and the tools that change the place."""

from typing import Any

import pytest

from tests.scorers.world.studio_calls import SETUP, call, check, refused


class TestValues:
    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("Transparency", 0.25, "0.25"),
            ("Anchored", False, "false"),
            ("Anchored", "false", "false"),
            ("Name", "Gate", '"Gate"'),
            ("Position", [1, 2, 3], "Vector3.new(1, 2, 3)"),
            ("Position", {"x": 1, "y": 2, "z": 3}, "Vector3.new(1, 2, 3)"),
            ("Position", {"X": 1, "Y": 2, "Z": 3}, "Vector3.new(1, 2, 3)"),
            ("Position", "1, 2, 3", "Vector3.new(1, 2, 3)"),
            ("Color", [1, 0, 0.5], "Color3.new(1, 0, 0.5)"),
            ("Color", {"r": 1, "g": 0, "b": 0}, "Color3.new(1, 0, 0)"),
            ("Color", "#ff0000", "Color3.new(1, 0, 0)"),
            ("BrickColor", "Bright red", 'BrickColor.new("Bright red")'),
            ("Material", "Neon", "Enum.Material.Neon"),
            ("Material", "Enum.Material.Neon", "Enum.Material.Neon"),
            ("CFrame", [1, 2, 3], "CFrame.new(1, 2, 3)"),
            ("Parent", "ReplicatedStorage", "game.ReplicatedStorage"),
        ],
    )
    def test_of_a_part(self, name: str, value: Any, expected: str) -> None:
        check(
            [call("set_property", path="Workspace.House.Door1", property=name, value=value)],
            f"""
            expect(calls[1].ok).toEqual(true)
            local door = game:FindFirstChild("PointLight", true).Parent
            expect(door.{name}).toEqual({expected})
            """,
        )

    @pytest.mark.parametrize(
        ("class_name", "name", "value", "expected"),
        [
            ("Frame", "Size", [1, 0, 0, 50], "UDim2.new(1, 0, 0, 50)"),
            ("Frame", "Size", [[1, 0], [0, 50]], "UDim2.new(1, 0, 0, 50)"),
            ("Frame", "Size", {"x": {"scale": 1, "offset": 0}, "y": {"scale": 0, "offset": 50}}, "UDim2.new(1, 0, 0, 50)"),
            ("Frame", "Size", "{1, 0}, {0, 50}", "UDim2.new(1, 0, 0, 50)"),
            ("Frame", "AnchorPoint", [0.5, 1], "Vector2.new(0.5, 1)"),
            ("UICorner", "CornerRadius", [0, 8], "UDim.new(0, 8)"),
            ("StringValue", "Value", "text", '"text"'),
            ("IntValue", "Value", 7, "7"),
            ("ObjectValue", "Value", "Workspace.House", "workspace.House"),
            ("ParticleEmitter", "Lifetime", [1, 2], "NumberRange.new(1, 2)"),
        ],
    )
    def test_of_others(self, class_name: str, name: str, value: Any, expected: str) -> None:
        check(
            [call("create_object", className=class_name, parent="ReplicatedStorage", properties={"Name": "New", name: value})],
            f"expect(calls[1].result).toEqual('ReplicatedStorage.New')"
            f" expect(game.ReplicatedStorage.New.{name}).toEqual({expected})",
        )

    @pytest.mark.parametrize(
        ("name", "value", "part"),
        [
            ("Transparency", "much", "Transparency"),
            ("Transparencey", 1, "Transparencey is not a property of Part Workspace.House.Door1"),
            ("Destroy", 1, "Destroy is not a property"),
            ("ClassName", "Model", "read only"),
            ("Color", [255, 0, 0], "go from 0 to 1"),
            ("Position", [1, 2], "Vector3 needs 3 numbers, got 2"),
            ("Position", "here", "no list of numbers"),
            ("Material", "Gold", "Enum.Material has no item 'Gold'"),
            ("BrickColor", "Redd", "no BrickColor"),
            ("Parent", "Workspace.Nope", "was not found"),
            ("Parent", "Workspace.House.Door1", "own parent"),
        ],
    )
    def test_what_does_not_fit(self, name: str, value: Any, part: str) -> None:
        refused(call("set_property", path="Workspace.House.Door1", property=name, value=value), part)


class TestWriting:
    def test_create(self) -> None:
        check(
            [
                call("create_object", className="Part", parent="Workspace.House", properties={"Name": "Roof", "Size": [9, 1, 9]}),
                call("create_object", className="Folder", parent="Workspace"),
            ],
            """
            expect(calls[1].result).toEqual("Workspace.House.Roof")
            expect(house.Roof.Size).toEqual(Vector3.new(9, 1, 9))
            expect(calls[2].result).toEqual("Workspace.Folder")
            """,
        )

    @pytest.mark.parametrize(
        ("fields", "part"),
        [
            ({"className": "Prt", "parent": "Workspace.House"}, "Unable to create an Instance of type 'Prt'"),
            ({"className": "BasePart", "parent": "Workspace.House"}, "Unable to create"),
            ({"className": "Lighting", "parent": "Workspace.House"}, "Unable to create"),
            ({"className": "Part", "parent": "Workspace.Hose"}, "was not found"),
            ({"className": "Part", "parent": "Workspace.House", "properties": {"Nmae": "x"}}, "Nmae is not a property"),
        ],
    )
    def test_create_what_cannot_be(self, fields: dict[str, Any], part: str) -> None:
        refused(call("create_object", **fields), part)
        folder = {"className": "Folder", "parent": "Workspace.House"}
        refused(call("mass_create_objects", objects=[folder, fields]), part)

    def test_mass_create(self) -> None:
        objects = [
            {"className": "Folder", "parent": "Workspace", "properties": {"Name": "Yard"}},
            {"className": "Part", "parent": "Workspace.Yard", "properties": {"Name": "Tree"}},
        ]
        check(
            [call("mass_create_objects", objects=objects)],
            'expect(calls[1].result).toEqual({ "Workspace.Yard", "Workspace.Yard.Tree" })'
            ' expect(workspace.Yard.Tree.ClassName).toEqual("Part")',
        )

    def test_mass_create_needs_a_class_and_a_parent(self) -> None:
        refused(
            call("mass_create_objects", objects=[{"className": "Folder", "parent": "Workspace"}, {"className": "Part"}]),
            "objects[1] needs parent",
        )

    def test_delete(self) -> None:
        check(
            [call("delete_object", path="Workspace.House")],
            "expect(#workspace:GetChildren()).toEqual(0) expect(house.Parent).toEqual(nil)",
        )

    @pytest.mark.parametrize("path", ["Workspace", "game", "ServerScriptService"])
    def test_services_stay(self, path: str) -> None:
        refused(call("delete_object", path=path), "cannot be deleted")

    def test_mass_set(self) -> None:
        check(
            [
                call(
                    "mass_set_property",
                    paths=["Workspace.House.Door1", "Workspace.House.Door3"],
                    property="Material",
                    value="Glass",
                )
            ],
            """
            expect(house.Door1.Material).toEqual(Enum.Material.Glass)
            expect(house.Door2.Material).toEqual(Enum.Material.Plastic)
            expect(house.Door3.Material).toEqual(Enum.Material.Glass)
            """,
        )

    @pytest.mark.parametrize("last", ["Workspace.House.Nope", "Workspace.House"])
    def test_mass_set_is_all_or_none(self, last: str) -> None:
        refused(call("mass_set_property", paths=["Workspace.House.Door1", last], property="Transparency", value=1))

    def test_insert_model(self) -> None:
        check(
            [call("insert_model", assetId=123456, parent="Workspace.House")],
            """
            expect(calls[1].result).toEqual("Workspace.House.Model_123456")
            expect(house.Model_123456.ClassName).toEqual("Model")
            expect(house.Model_123456:GetAttribute("AssetId")).toEqual(123456)
            """,
        )

    @pytest.mark.parametrize("asset", [0, -4, 1.5])
    def test_insert_model_without_an_id(self, asset: float) -> None:
        refused(call("insert_model", assetId=asset, parent="Workspace.House"), "whole number")

    def test_handlers_of_the_place_stay_after_play(self) -> None:
        """What was connected before play hears again after it, and nothing of play does."""
        listen = 'workspace.House.ChildAdded:Connect(function(child) workspace.House:SetAttribute("Last", child.Name) end)'
        check(
            [
                call("start_stop_play"),
                call("start_stop_play"),
                call("create_object", className="Folder", parent="Workspace.House"),
            ],
            'expect(house:GetAttribute("Last")).toEqual("Folder")',
            SETUP + listen,
        )
