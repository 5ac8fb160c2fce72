"""The Luau VM with the world and the harness in it.

Loading takes tens of milliseconds: a worker does it once and forks; a child then runs one script in its copy of the VM.
"""

import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from scorers.compiler import compile_here, load_pluau, source_bytes

_HERE = Path(__file__).parent
_ROBLOX = _HERE.parent / "roblox"

CAN_FORK = sys.platform != "win32"

_RUNS_BETWEEN_COLLECTIONS = 200

_LOADER = """
local sources, data = ...
local loaded = { data = data }
data.order = {}
local function import(name)
	if loaded[name] == nil then
		local chunk = sources[name]
		if chunk == nil then
			error("there is no file " .. name)
		end
		local value = chunk(import)
		loaded[name] = if value == nil then true else value
		table.insert(data.order, name)
	end
	return loaded[name]
end
local harness = import("harness/run")
import("init").warm()
return harness
"""


class Engine:
    """A VM in which the harness stands ready.

    Attributes:
        lua: The VM.
        register: The harness's function that takes a task.
        candidate: The harness's function that takes an answer.

    Raises:
        RuntimeError: the VM's own, when a file of the world or the harness is broken.
    """

    def __init__(self) -> None:
        self.pluau = load_pluau()
        self.lua = self.pluau.Lua()
        compiler = self.pluau.Compiler(optimization_level=1, debug_level=1, type_info_level=0, coverage_level=0)
        sources = self.lua.create_table()
        for name, text in luau_files().items():
            bytecode = bytes(compiler.compile(text))
            sources.raw_set(name, self.lua.load_chunk(bytecode, name=f"={name}", is_binary_chunk=True))
        world_files = [name for name in luau_files() if not name.startswith("harness/")]
        data = self.to_lua({**_tables(), "files": world_files, "allFiles": list(luau_files())})
        data.raw_set("setVectorMetatable", self.lua.create_function(self._set_vector_metatable))
        (harness,) = self.lua.load_chunk(_LOADER, name="=loader").call(sources, data)
        self._runs = 0
        self._collect = self.lua.load_chunk("collectgarbage()", name="=collect")
        self.register, self.candidate = harness.get("register"), harness.get("candidate")

    def settle(self) -> None:
        """Say that another run begins; now and then the garbage of past ones is collected. Left to itself the VM's collector
        would work in small steps, also in the children, and each step there copies the pages that it marks."""
        self._runs += 1
        if self._runs % _RUNS_BETWEEN_COLLECTIONS == 0:
            self._collect.call()

    def _set_vector_metatable(self, lua: Any, arguments: tuple[Any, ...]) -> None:
        lua.set_type_metatable(self.pluau.LuaType.Vector, arguments[0])

    def to_lua(self, value: Any) -> Any:
        """A JSON value as the VM holds it; None within a table is left out."""
        if isinstance(value, Mapping):
            pairs = list(value.items())
        elif isinstance(value, (list, tuple)):
            pairs = list(enumerate(value, 1))
        else:
            return self.lua.create_string(source_bytes(value)) if isinstance(value, str) else value
        table = self.lua.create_table()
        for key, item in pairs:
            if item is not None:
                table.raw_set(key, self.to_lua(item))
        return table


@cache
def engine() -> Engine:
    """The engine of this process. A worker asks for it before it forks."""
    compile_here("")
    return Engine()


@cache
def luau_files() -> dict[str, str]:
    """Name of each file of the world, and of the harness as `harness/NAME`, without its suffix -> its text."""
    folders = (("", _ROBLOX / "world"), ("harness/", _HERE / "harness"))
    found = {}
    for prefix, root in folders:
        for path in sorted(root.rglob("*.luau")):
            found[prefix + path.relative_to(root).with_suffix("").as_posix()] = path.read_text(encoding="utf-8")
    return found


def _tables() -> dict[str, Any]:
    names = ("data/roblox_api.json", "data/world.json", "studio/tools.json")
    api, world, tools = (json.loads((_ROBLOX / name).read_text(encoding="utf-8")) for name in names)
    return {
        "classes": api["classes"],
        "datatypes": api["datatypes"],
        "enums": world["enums"],
        "defaults": world["defaults"],
        "tools": tools,
    }
