"""Mutants of answers that are not one source: several files, and lists of tool calls."""

import json
from typing import Any

from eval.mutation import all_mutants, write_files
from scorers.extraction import extract_files

MAIN, MODULE = "ServerScriptService/Main.server.luau", "ReplicatedStorage/Rules.luau"
FILES = write_files({MAIN: "print(1)\n", MODULE: "return { limit = 5 }\n"})


def calls(*named: tuple[str, dict[str, Any]]) -> str:
    return json.dumps([{"name": name, "arguments": arguments} for name, arguments in named])


def answers(reference: str) -> dict[str, Any]:
    return {mutant.label: json.loads(mutant.answer) for mutant in all_mutants(reference, "tools")}


def test_files_are_written_as_they_are_read() -> None:
    assert {file.path: file.code.strip() for file in extract_files(FILES)} == {MAIN: "print(1)", MODULE: "return { limit = 5 }"}
    assert [file.path for file in extract_files(write_files({MAIN: "", MODULE: ""}))] == [MAIN, MODULE]


def test_a_mutant_of_a_file_leaves_the_others() -> None:
    found = {mutant.label: extract_files(mutant.answer) for mutant in all_mutants(FILES, "files")}
    assert f"{MAIN} 1:1 drop statement" in found
    files = {file.path: file.code.strip() for file in found[f"{MODULE} 1:18 5 to 6"]}
    assert files == {MAIN: "print(1)", MODULE: "return { limit = 6 }"}


def test_calls_are_dropped_and_dependent_ones_swapped() -> None:
    one = ("create_object", {"className": "Folder", "parent": "Workspace", "properties": {"Name": "Doors"}})
    two = ("create_object", {"className": "Part", "parent": "Workspace.Doors"})
    three: tuple[str, dict[str, Any]] = ("get_studio_mode", {})
    found = answers(calls(one, two, three))
    assert [call["name"] for call in found["call 1 drop"]] == ["create_object", "get_studio_mode"]
    assert found["call 1 swap with 2"][0]["arguments"]["className"] == "Part"
    assert "call 2 swap with 3" not in found  # either order is right


def test_arguments_are_changed_one_at_a_time() -> None:
    found = answers(calls(("set_property", {"path": "Workspace.Door", "property": "Transparency", "value": 0.5})))
    changed = {label.removeprefix("call 1 "): call[0]["arguments"] for label, call in found.items() if call}
    assert changed["path to its parent"]["path"] == "Workspace"
    assert changed["path + X"]["path"] == "Workspace.DoorX"
    assert changed["property + X"]["property"] == "TransparencyX"
    assert changed["value + 1"] == {"path": "Workspace.Door", "property": "Transparency", "value": 1.5}
    assert changed["value to 0"]["value"] == 0


def test_properties_are_changed_and_renamed() -> None:
    found = answers(
        calls(("create_object", {"className": "Part", "parent": "W", "properties": {"Anchored": True, "Size": [1, 2]}}))
    )
    properties = {label: call[0]["arguments"]["properties"] for label, call in found.items() if call}
    assert properties["call 1 properties.Anchored flip"]["Anchored"] is False
    assert properties["call 1 properties.Size.1 + 1"]["Size"] == [1, 3]
    assert properties["call 1 properties.Anchored rename"] == {"AnchoredX": True, "Size": [1, 2]}


def test_code_in_a_call_has_the_mutants_of_luau() -> None:
    mutants = all_mutants(calls(("run_code", {"code": "print(1)"})), "tools")
    (mutant,) = [mutant for mutant in mutants if mutant.label == "call 1 code 1:7 1 to 2"]
    assert json.loads(mutant.answer)[0]["arguments"]["code"] == "print(2)"
    assert (mutant.original, mutant.changed) == ("print(1)", "print(2)")


def test_a_list_that_cannot_be_read_has_no_mutants() -> None:
    assert all_mutants("no calls", "tools") == []
    assert all_mutants("[1]", "tools") == []
