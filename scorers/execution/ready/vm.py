"""The Luau VM with the world and the harness in it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

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
    """A VM in which the harness stands ready. Loading takes tens of milliseconds: a process does it once and forks.

    Args:
        pluau: The extension module.
        sources: Name of each file of world and harness -> its bytecode.
        data: What the files find under `data`.

    Attributes:
        lua: The VM.
        register: The harness's function that takes a task.
        candidate: The harness's function that takes an answer.

    Raises:
        RuntimeError: the VM's own, when a file of the world or the harness is broken.
    """

    def __init__(self, pluau: ModuleType, sources: dict[str, bytes], data: dict[str, Any]) -> None:
        self.pluau = pluau
        self.lua = pluau.Lua()
        chunks = self.lua.create_table()
        for name, bytecode in sources.items():
            chunks.raw_set(name, self.lua.load_chunk(bytecode, name=f"={name}", is_binary_chunk=True))
        given = self.to_lua(data)
        given.raw_set("setVectorMetatable", self.lua.create_function(self._set_vector_metatable))
        (harness,) = self.lua.load_chunk(_LOADER, name="=loader").call(chunks, given)
        self.register, self.candidate = harness.get("register"), harness.get("candidate")
        # Left to itself the VM's collector would soon begin, and each of its steps copies pages of a child.
        self.lua.load_chunk("collectgarbage()", name="=collect").call()

    def _set_vector_metatable(self, lua: Any, arguments: tuple[Any, ...]) -> None:
        lua.set_type_metatable(self.pluau.LuaType.Vector, arguments[0])

    def to_lua(self, value: Any) -> Any:
        """A JSON value, whose strings may be bytes, as the VM holds it; None within a table is left out."""
        if isinstance(value, dict):
            pairs = list(value.items())
        elif isinstance(value, (list, tuple)):
            pairs = list(enumerate(value, 1))
        elif isinstance(value, (str, bytes)):
            return self.lua.create_string(value if isinstance(value, bytes) else value.encode("utf-8", "replace"))
        else:
            return value
        table = self.lua.create_table()
        for key, item in pairs:
            if item is not None:
                table.raw_set(key, self.to_lua(item))
        return table
