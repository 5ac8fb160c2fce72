"""What names mean by convention or by the language, where the API table has no row for it."""

GLOBALS = {
    "game": "DataModel",
    "workspace": "Workspace",
    "Workspace": "Workspace",
    "script": "LuaSourceContainer",
    "plugin": "Plugin",
}
"""Globals that hold an instance."""

EVENTS = {
    "CharacterAdded": ("Model",),
    "OnServerEvent": ("Player",),
    "OnServerInvoke": ("Player",),
    "PlayerAdded": ("Player",),
    "PlayerRemoving": ("Player",),
}
"""Events whose first parameter is known whatever the receiver: the names are unmistakable."""

INSTANCE_EVENTS = {
    "MouseClick": ("Player",),
    "TouchEnded": ("BasePart",),
    "Touched": ("BasePart",),
    "Triggered": ("Player",),
}
"""The same for receivers that are known to be instances: signals of one's own may have these names."""

RESULTS = {
    "tostring": "string",
    "typeof": "string",
    "type": "string",
    "tick": "number",
    "time": "number",
    "tonumber": "number?",
    "os.clock": "number",
    "os.time": "number",
    "table.concat": "string",
    "string.format": "string",
    "string.lower": "string",
    "string.upper": "string",
    "string.rep": "string",
    "string.sub": "string",
    "string.gsub": "string",
    "string.reverse": "string",
    "string.split": "{string}",
    "string.len": "number",
    "task.wait": "number",
    **{
        f"math.{name}": "number"
        for name in (
            "abs", "acos", "asin", "atan", "atan2", "ceil", "clamp", "cos", "deg", "exp", "floor", "fmod", "lerp", "log",
            "log10", "map", "max", "min", "modf", "noise", "pow", "rad", "random", "round", "sign", "sin", "sqrt", "tan",
        )
    },
}  # fmt: skip
"""First result of functions of the language."""

METHOD_RESULTS = {
    "format": "string",
    "lower": "string",
    "upper": "string",
    "rep": "string",
    "sub": "string",
    "gsub": "string",
    "reverse": "string",
    "split": "{string}",
    "len": "number",
}
"""First result of methods of strings."""

_CHILDREN = {"Humanoid": "Humanoid", "HumanoidRootPart": "BasePart"}
_PLAYER_CHILDREN = {"Backpack": "Backpack", "PlayerGui": "PlayerGui", "PlayerScripts": "PlayerScripts"}
_VECTORS = frozenset(("Vector3", "Vector2", "UDim2", "UDim", "Vector3int16", "Vector2int16"))
_SCALED = frozenset(("Vector3", "Vector2", "Vector3int16", "Vector2int16"))


def child(owner: str, name: str) -> str:
    """The class of a child by its name, which the engine gives to some; `Instance` for the others."""
    if owner == "Player":
        return _PLAYER_CHILDREN.get(name, "Instance")
    if name == "Animator":
        return name if owner in ("Humanoid", "AnimationController") else "Instance"
    return _CHILDREN.get(name, "Instance")


def operation(op: str, left: str, right: str) -> str | None:
    """The type of an arithmetic operation on numbers, vectors and frames, None where it is unknown."""
    if left == right == "number":
        return "number"
    if op in ("+", "-"):
        if left == right and left in _VECTORS:
            return left
        return "CFrame" if (left, right) == ("CFrame", "Vector3") else None
    if op == "*" and left == "CFrame":
        return right if right in ("CFrame", "Vector3") else None
    if op in ("*", "/", "//") and {left, right} <= _SCALED | {"number"}:
        return left if left in _SCALED else right
    return None
