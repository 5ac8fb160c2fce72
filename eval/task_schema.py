"""The JSON Schema of a task file, as editors read it: taplo, and with it Even Better TOML in VS Code."""

from typing import Any

from eval.task import Task
from scorers.execution.tests import IN_THE_WORLD

TITLE = "A task of rft"
DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest draft that taplo knows."""

Schema = dict[str, Any]


def task_schema() -> Schema:
    """What `eval.task.load_task` takes, made from the fields of `Task`. The id is the file's name and no field of it."""
    made = Task.model_json_schema()
    return {
        "$schema": DRAFT,
        "title": TITLE,
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _field(field) for name, field in made["properties"].items() if name != "id"},
        "required": [name for name in made["required"] if name != "id"],
        "allOf": _together(),
    }


def _field(made: Schema) -> Schema:
    """A field as TOML can hold it: TOML has no null, a field without a value is left out."""
    options = [option for option in made.get("anyOf", ()) if option != {"type": "null"}]
    kept = {name: value for name, value in made.items() if name not in ("title", "anyOf") and (name, value) != ("default", None)}
    return {**kept, **(options[0] if options else {}), "description": " ".join(made["description"].split())}


def _together() -> list[Schema]:
    """Which fields may stand together: what `Task` checks when all are known."""
    function = {"properties": {"kind": {"const": "function"}}}  # also where no kind is named
    script = {"required": ["kind"], "properties": {"kind": {"const": "script"}}}
    lives_there = {"required": ["kind"], "properties": {"kind": {"enum": list(IN_THE_WORLD)}}}
    has_world = {"required": ["world"], "properties": {"world": {"const": True}}}
    client = {"required": ["side"], "properties": {"side": {"const": "client"}}}
    return [
        {"if": function, "then": {"required": ["entry_point"]}, "else": {"not": {"required": ["entry_point"]}}},
        {"if": lives_there, "then": {"properties": {"world": {"const": True}}}},
        {"if": {"required": ["setup"]}, "then": {"anyOf": [has_world, lives_there]}},
        {"if": {"required": ["random_inputs"]}, "then": function},
        {"if": client, "then": script},
    ]
