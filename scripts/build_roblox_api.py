"""Writes scorers/data/roblox_api.json, the compact Roblox API table, from a file of facts.

    python scripts/build_roblox_api.py roblox_api_facts.json

The facts unite the Roblox creator documentation, @rbxts/types, luau-lsp's type definitions and rbx-dom: names and flags
only.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "scorers" / "data" / "roblox_api.json"
SOURCES = (
    "Roblox/creator-docs reference (prose CC-BY-4.0, code MIT; names and flags only)",
    "@rbxts/types (MIT)",
    "JohnnyMorganz/luau-lsp type definitions (MIT)",
    "rojo-rbx/rbx-dom reflection database (MIT)",
)


def main() -> None:
    """Reads the path given on the command line and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facts", type=Path)
    facts = json.loads(parser.parse_args().facts.read_text(encoding="utf-8"))
    TARGET.write_text(render(compact(facts)), encoding="utf-8")
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


def compact(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Members as one string "name=kindflags[=replacement] ..." per class; the other tables hold strings of words."""
    return {
        "sources": list(SOURCES),
        "engine": facts["studio"],
        "classes": {name: _class_row(row) for name, row in sorted(facts["classes"].items())},
        "enums": {name: " ".join(items) for name, items in sorted(facts["enums"].items())},
        "libraries": {name: _words(row) for name, row in sorted(facts["libraries"].items())},
        "datatypes": {name: _statics(row) for name, row in sorted(facts["datatypes"].items()) if _statics(row)},
        "deprecated_globals": {name: row["use"] or "" for name, row in sorted(facts["globals"].items()) if row["dep"]},
    }


def render(table: Mapping[str, Any]) -> str:
    """JSON with one line per class, enum, library: small, and readable as a diff."""
    lines = ["{"]
    for key, value in table.items():
        if isinstance(value, dict):
            rows = [f"{json.dumps(name)}:{json.dumps(row, separators=(',', ':'))}" for name, row in value.items()]
            lines.append(f"{json.dumps(key)}:{{\n" + ",\n".join(rows) + "\n},")
        else:
            lines.append(f"{json.dumps(key)}:{json.dumps(value)},")
    return "\n".join(lines).removesuffix(",") + "\n}\n"


def _class_row(row: Mapping[str, Any]) -> list[str]:
    # A name with a blank in it cannot be written as a member access, so no check needs it.
    members = " ".join(_member(name, fact) for name, fact in sorted(row["m"].items()) if " " not in name)
    return [row.get("s") or "", row["f"], row.get("r") or "", members]


def _member(name: str, fact: str | list[str]) -> str:
    parts = [name, fact] if isinstance(fact, str) else [name, *fact]
    if any(" " in part or "=" in part for part in parts):
        raise ValueError(f"a member that the table's format cannot hold: {parts}")
    return "=".join(parts)


def _words(row: Mapping[str, str]) -> str:
    return " ".join(f"{name}={flags}" if flags else name for name, flags in sorted(row.items()))


def _statics(row: Mapping[str, list[str]]) -> str:
    if "constructors" not in row:
        return ""
    parts = ("constructors", "constants", "properties", "methods")
    return " ".join(sorted({name for part in parts for name in row.get(part, ())}))


if __name__ == "__main__":
    main()
