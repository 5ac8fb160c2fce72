"""What the program that stands ready is given: the world and the harness, compiled, a task, and an answer to it.

All as `marshal` has it, which needs no module in the program. Both sides are the same Python.
"""

import json
import marshal
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from scorers.compiler import load_pluau, source_bytes
from scorers.execution.limits import Limits
from scorers.execution.parts import Part
from scorers.execution.tests import Kind, Tests
from scorers.extraction.files import extract_files
from scorers.extraction.tool_calls import calls_of

_HERE = Path(__file__).parent
_ROBLOX = _HERE.parent / "roblox"


@cache
def world_picture() -> bytes:
    """Bytecode of each file of world and harness, and what they find under `data`. Raises CompilerUnavailable."""
    compiler = load_pluau().Compiler(optimization_level=1, debug_level=1, type_info_level=0, coverage_level=0)
    files = luau_files()
    sources = {name: bytes(compiler.compile(text)) for name, text in files.items()}
    world_files = [name for name in files if not name.startswith("harness/")]
    return marshal.dumps((sources, {**_tables(), "files": world_files, "allFiles": list(files)}))


def task_picture(tests: Tests, limits: Limits) -> bytes:
    """A task as the harness takes it, and its limits."""
    spec = {
        "kind": tests.kind,
        "side": tests.side,
        "world": tests.world,
        "seed": tests.seed,
        "entryPoint": tests.entry_point,
        "tests": tests.source,
        "setup": tests.setup,
        "reference": tests.reference,
        "randomInputs": tests.random_inputs,
        "randomCases": tests.random_cases,
        "outputLimit": limits.output_bytes,
        "stopAtFailure": tests.stop_at_failure,
    }
    return marshal.dumps((spec, limits.to_json()))


def answer_picture(code: str, kind: Kind, found: Sequence[Part]) -> bytes:
    """An answer as the harness takes it, and the sources in it (`parts`)."""
    return marshal.dumps((_for_harness(code, kind), [source_bytes(part.source) for part in found]))


def _for_harness(code: str, kind: Kind) -> Any:
    """Source text, files in the order of their paths, or tool calls."""
    if kind == "files":
        files = sorted(extract_files(code), key=lambda file: file.path or "")
        return [{"path": file.path or "", "source": file.code} for file in files]
    if kind == "tools":
        return [{"name": call.name, "arguments": call.arguments} for call in calls_of(code)]
    return source_bytes(code)


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
