"""Contamination of answers that are files or tool calls."""

import json
from typing import Any

import pytest

from eval.comparable import comparable, fingerprint_of, match_answer
from eval.task import Task
from scorers.execution.tests import Kind

DOOR = {"path": "Workspace.House.Door", "property": "Transparency", "value": 0.5}
LUAU = """local part = Instance.new('Part')
part.Name = 'Door'
part.Anchored = true
part.CanCollide = false
part.Size = Vector3.new(4, 8, 1)
part.Position = Vector3.new(0, 4, 20)
part.Color = Color3.fromRGB(120, 80, 40)
part.Parent = workspace"""
MODULE = "local Config = {}\nConfig.Speed = 16\nConfig.Jump = 50\nreturn table.freeze(Config)"
SCRIPT = "local Config = require(script.Parent.Config)\nprint(Config.Speed, Config.Jump)"


def calls(*given: tuple[str, dict[str, Any]]) -> str:
    return json.dumps([{"name": name, "arguments": arguments} for name, arguments in given])


def files(**sources: str) -> str:
    return "\n".join(f"### {name}.luau\n```luau\n{source}\n```" for name, source in sources.items())


def match(held_out: str, answer: str, kind: Kind) -> str | None:
    task = Task(id="held-out", prompt="Make a door", category="x", difficulty=1, kind=kind, reference=held_out, tests="x")
    found = match_answer(fingerprint_of([task]), answer, kind)
    return None if found is None else found.kind


MADE = calls(("run_code", {"code": LUAU}), ("set_property", DOOR))


@pytest.mark.parametrize(
    ("held_out", "answer", "kind", "expected"),
    [
        (MADE, json.dumps(json.loads(MADE), indent=1), "tools", "exact"),
        (MADE, calls(("run_code", {"code": LUAU.replace("part", "door")}), ("set_property", DOOR)), "tools", "normalised"),
        (MADE, calls(("run_code", {"code": f"{LUAU}\nprint(part)"}), ("set_property", DOOR)), "tools", "near"),
        (MADE, calls(("run_code", {"code": "print(workspace:GetChildren())"}), ("set_property", DOOR)), "tools", None),
        (MADE, "no calls", "tools", None),
        (calls(("get_studio_mode", {})), calls(("get_studio_mode", {})), "tools", None),
        (calls(("set_property", DOOR)), calls(("set_property", DOOR)), "tools", None),
        (files(A=MODULE, B=SCRIPT), files(C=MODULE, D=SCRIPT), "files", "exact"),
        (files(A=MODULE, B=SCRIPT), files(A=LUAU), "files", None),
        (MODULE, MODULE, "module", "exact"),
    ],
)
def test_a_repeated_answer_is_seen(held_out: str, answer: str, kind: Kind, expected: str | None) -> None:
    assert match(held_out, answer, kind) == expected


def test_what_stands_for_an_answer_is_luau() -> None:
    assert comparable(calls(("set_property", DOOR)), "tools") == 'set_property("Workspace.House.Door", "Transparency", 0.5)'
    assert comparable(files(A=MODULE), "files") == MODULE
    assert comparable(SCRIPT, "script") == SCRIPT
