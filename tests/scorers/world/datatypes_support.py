"""A VM with the data types, without the rest of the world."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import scorers.roblox
from scorers.compiler import load_pluau

ROBLOX = Path(scorers.roblox.__file__).parent

_VALUES = {
    "FontWeight": "Bold=700 ExtraBold=800 ExtraLight=200 Heavy=900 Light=300 Medium=500 Regular=400 SemiBold=600 Thin=100",
    "NormalId": "Back=2 Bottom=4 Front=5 Left=3 Right=0 Top=1",
}

_LOADER = """
local chunks = ...
local loaded = {}
local function import(name)
    if loaded[name] == nil then
        loaded[name] = chunks[name](import)
    end
    return loaded[name]
end
return import
"""

_NAMES = """
Axes BrickColor CFrame Color3 ColorSequence ColorSequenceKeypoint DateTime Enum Faces Font NumberRange NumberSequence
NumberSequenceKeypoint OverlapParams PathWaypoint PhysicalProperties Random Ray RaycastParams Rect Region3 Region3int16
TweenInfo UDim UDim2 Vector2 Vector2int16 Vector3 Vector3int16
"""

_PRELUDE = (
    """
local import = ...
local types = import("datatypes/init")
local typeof, tostring = types.typeof, types.tostring
"""
    + "".join(f"local {name} = types.globals.{name}\n" for name in _NAMES.split())
    + """
local function near(a, b, tolerance)
    if not types.closeTo(a, b, tolerance or 1e-5) then
        error(`{tostring(a)} is not near {tostring(b)}`, 2)
    end
end
local function same(a, b)
    if not types.valuesEqual(a, b) then
        error(`{tostring(a)} is not {tostring(b)}`, 2)
    end
end
"""
)


@cache
def roblox_api() -> dict[str, Any]:
    """The committed API table."""
    table: dict[str, Any] = json.loads((ROBLOX / "data" / "roblox_api.json").read_text(encoding="utf-8"))
    return table


@cache
def _machine() -> tuple[Any, Any]:
    """A VM and its `import`. Enums are those of the API table; only the few that tests look at have Roblox's values."""
    pluau = load_pluau()
    lua = pluau.Lua()
    chunks = lua.create_table()
    for path in (ROBLOX / "world" / "datatypes").glob("*.luau"):
        name = f"datatypes/{path.stem}"
        chunks.set(name, lua.load_chunk(path.read_text(encoding="utf-8"), name=f"={name}"))
    importer = lua.load_chunk(_LOADER, name="=loader").call(chunks)[0]
    enums = lua.create_table()
    for enum, items in (roblox_api()["enums"] | _VALUES).items():
        enums.set(enum, items)
    importer.call("datatypes/enums")[0].get("setTable").call(enums)
    lua.set_type_metatable(pluau.LuaType.Vector, importer.call("datatypes/vector3")[0].get("metatable"))
    return lua, importer


def luau(body: str) -> Any:
    """Run a body that sees all data types as locals, `import`, `near(a, b, tolerance?)` and `same(a, b)`: its first result."""
    lua, importer = _machine()
    results = lua.load_chunk(_PRELUDE.strip().replace("\n", " ") + "\n" + body, name="=case").call(importer)
    first = results[0] if results else None
    return first.as_bytes().decode() if isinstance(first, load_pluau().String) else first


def raises(body: str) -> str:
    """The message of the error that a body raises, without its position, which must be in that body."""
    text = luau(f"local ok, problem = pcall(function()\n{body}\nend)\nassert(not ok, 'no error')\nreturn problem")
    assert text.startswith("case:"), text
    return str(text.split(": ", 1)[1])
