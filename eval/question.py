"""What is said to the policy beside a task's wish: the same for all tasks of a kind."""

import json
from functools import cache
from importlib import resources
from typing import Any

from scorers.execution.tests import Kind

_TOOLS = """You work in Roblox Studio by calling tools. The tools, with their arguments (? may be left out):

{tools}

An instance is named by its path, as in Workspace.Folder.Part. A Vector3 or Color3 is a list of numbers ([0, 5, 0]; colours \
go from 0 to 1), an enum item its name ("Neon").

Answer with the calls only, in the order in which they are to run, each in this form:
<tool_call>
{{"name": "tool", "arguments": {{"argument": "value"}}}}
</tool_call>"""

_FILES = (
    "Give every file in a fence of its own under a line that names it, as in `### ServerScriptService/Main.server.luau`. "
    "The ending tells what it is: .server.luau a Script, .client.luau a LocalScript, .luau a ModuleScript."
)


def question(wish: str, kind: Kind) -> str:
    """The text that the policy is asked with. The wish alone for the kinds function, module and script."""
    if kind == "tools":
        return f"{_TOOLS.format(tools=_listing())}\n\n{wish}"
    return f"{wish}\n\n{_FILES}" if kind == "files" else wish


@cache
def _listing() -> str:
    file = resources.files("scorers") / "roblox" / "studio" / "tools.json"
    tools: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return "\n".join(f"- {name}({_arguments(tool['arguments'])}): {tool['does']}" for name, tool in tools.items())


def _arguments(arguments: dict[str, dict[str, Any]]) -> str:
    return ", ".join(f"{name}{'' if fact.get('required') else '?'}: {_type(fact)}" for name, fact in arguments.items())


def _type(fact: dict[str, Any]) -> str:
    return f"{fact['type']} of {fact['items']}s" if "items" in fact else str(fact["type"])
