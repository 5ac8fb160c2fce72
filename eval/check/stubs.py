"""Answers that do nothing: a task whose tests let one of them pass measures nothing."""

import json
from typing import Any

from eval.mutation import write_files
from eval.mutation.tool_calls import read_calls
from eval.task import Task
from scorers.extraction import extract_files

CONSTANTS = ("", "nil", "0", "1", "true", "false", '""', "{}")
READ_ONLY: dict[str, dict[str, Any]] = {
    "get_console_output": {},
    "get_studio_mode": {},
    "get_file_tree": {},
    "search_objects": {"query": "Part"},
    "search_by_property": {"property": "Name", "value": "Part"},
    "get_instance_children": {"path": "Workspace"},
    "get_instance_properties": {"path": "Workspace"},
}
"""Tools that change nothing, with arguments that work in every place."""


def stubs(task: Task) -> dict[str, str]:
    """Name -> answer, by the kind of the task."""
    match task.kind:
        case "function":
            return _functions()
        case "module":
            values = ("{}", "nil", "function() end")
            return {"empty code": "", **{f"a module that returns {value}": f"return {value}" for value in values}}
        case "script":
            return {"an empty script": "", "a script that prints": 'print("done")'}
        case "files":
            paths = [file.path or "" for file in extract_files(task.reference)]
            return {"empty files": write_files(dict.fromkeys(paths, ""))}
        case "tools":
            return _calls(task.reference)


def _functions() -> dict[str, str]:
    constants = {
        f"a function that returns {constant or 'nothing'}": f"return function(...) return {constant} end"
        for constant in CONSTANTS
    }
    echo = "return function(...) return (...) end"
    return {"empty code": "", "a function that returns its first argument": echo, **constants}


def _calls(reference: str) -> dict[str, str]:
    """No call, and each single call that only looks. Where looking with that tool is the wish, it is no stub."""
    wished = {call["name"] for call in read_calls(reference)}
    looks = {
        f"only {name}": json.dumps([{"name": name, "arguments": arguments}])
        for name, arguments in READ_ONLY.items()
        if name not in wished
    }
    return {"no call": "[]", **looks}
