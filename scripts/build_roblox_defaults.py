"""Build `scorers/roblox/data/world.json`: default values of properties and numbers of enum items, from tables of facts.

    python scripts/build_roblox_defaults.py ROBLOX_DEFAULTS.json ROBLOX_API_FACTS.json

The defaults are those of the rojo-rbx/rbx-dom reflection database (MIT); the numbers of enum items are Roblox's own, as
its API dump gives them. Values are written without their type, which the API table has: a vector is a list of numbers, a
CFrame its twelve components, an enum item its number. What equals the zero of its type is left out.
"""

import json
import sys
from pathlib import Path
from typing import Any

from scorers.roblox import table

TARGET = Path(__file__).resolve().parent.parent / "scorers" / "roblox" / "data" / "world.json"

# An old name that scripts still use; the API dump leaves it out.
_OLD_NAMES = {"KeyCode": {"Unknown": 0}}

_PLAIN = ("Bool", "Float32", "Float64", "Int32", "Int64", "String", "Enum", "BrickColor", "Vector2", "Vector3", "Color3", "UDim")
_ZEROS: tuple[Any, ...] = (False, 0, "", [0, 0, 0], [0, 0], [0, 0, 0, 0])


def main() -> None:
    defaults_file, facts_file = (Path(argument) for argument in sys.argv[1:3])
    defaults = json.loads(defaults_file.read_text(encoding="utf-8"))
    facts = json.loads(facts_file.read_text(encoding="utf-8"))
    rows = {name: found for name in sorted(defaults) if (found := class_defaults(name, defaults[name]))}
    sources = ["rojo-rbx/rbx-dom reflection database (MIT)", "Roblox API dump (names and numbers)"]
    lines = [f'{{"sources": {json.dumps(sources)},', '"defaults": {']
    lines += [",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items()), "},", '"enums": {']
    lines += [",\n".join(f"{json.dumps(name)}: {json.dumps(enum_row(name, facts['enums']))}" for name in sorted(table.enums()))]
    TARGET.write_text("\n".join([*lines, "}}", ""]), encoding="utf-8")
    print(f"{TARGET.name}: {len(rows)} classes, {sum(map(len, rows.values()))} defaults, {TARGET.stat().st_size} bytes")


def class_defaults(class_name: str, values: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The properties of a class that scripts can read and that are not zero."""
    found = {}
    for name, typed in values.items():
        member = table.find_member(class_name, name)
        if member is None or member.kind != "p" or "X" in member.flags:
            continue
        ((kind, value),) = typed.items()
        encoded = encode(kind, value)
        if encoded is not None and (encoded not in _ZEROS or kind == "Enum"):
            found[name] = encoded
    return found


def encode(kind: str, value: Any) -> Any:
    """A value of the database, or None where scripts see nothing of it."""
    if kind in _PLAIN and not (isinstance(value, list) and None in value):
        return [float(f"{part:.7g}") for part in value] if isinstance(value, list) else value
    match kind:
        case "CFrame":
            rows = [part for row in value["orientation"] for part in row]
            identity = value["position"] == [0, 0, 0] and rows == [1, 0, 0, 0, 1, 0, 0, 0, 1]
            return None if identity else [*value["position"], *rows]
        case "Color3uint8":
            return [round(part / 255, 7) for part in value]
        case "UDim2":
            return [value[0][0], value[0][1], value[1][0], value[1][1]]
        case "NumberRange":
            return value
        case "NumberSequence":
            return [value["keypoints"][0]["value"], value["keypoints"][-1]["value"]]
        case "ColorSequence":
            return [*value["keypoints"][0]["color"], *value["keypoints"][-1]["color"]]
        case "Rect":
            return [*value[0], *value[1]]
        case "Ray" | "Font":
            return True
    return None


def enum_row(name: str, facts: dict[str, dict[str, int]]) -> str:
    """`Item=number Item=number`, in order of the numbers; an item without a known number stands alone at the end."""
    numbers = {**facts.get(name, {}), **_OLD_NAMES.get(name, {})}
    items = sorted(table.enum_items(name) or (), key=lambda item: (numbers.get(item, 1 << 30), item))
    return " ".join(f"{item}={numbers[item]}" if item in numbers else item for item in items)


if __name__ == "__main__":
    main()
