"""What sources compile to, found out by a program of its own (`main`): it reads a JSON list of sources and writes a JSON list
of hashes, null for a source that does not compile.

Two sources with the same bytecode behave the same, whatever runs them. The compiler can abort on odd input, so it works in
forked children (`scorers.execution.isolation`), which must not be forked from a process with threads.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

from scorers.compiler import load_pluau
from scorers.errors import WorkerFailed
from scorers.execution.isolation import Emit, isolate
from scorers.execution.limits import Limits

_BATCH = 500
_LIMITS = replace(Limits(), cpu_seconds=20.0, wall_seconds=40.0)
"""Of one batch."""


def bytecode_hashes(sources: Sequence[str]) -> list[str | None]:
    """One hash of bytecode for each source, None where it does not compile. Raises WorkerFailed."""
    command = [sys.executable, "-P", "-c", f"from {__name__} import main; main()"]
    done = subprocess.run(command, input=json.dumps(sources), stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode:
        raise WorkerFailed("the Luau compiler could not be asked for bytecode", hint="rft doctor")
    found: list[str | None] = json.loads(done.stdout)
    return found


def hash_all(sources: Sequence[str]) -> list[str | None]:
    """The hashes of sources in order. A source that ends the compiler counts as one that does not compile."""
    hashes: list[str | None] = []
    while len(hashes) < len(sources):
        batch = sources[len(hashes) : len(hashes) + _BATCH]

        def job(emit: Emit, batch: Sequence[str] = batch) -> None:
            for source in batch:
                emit({"hash": _hash(source)})

        found = [event["hash"] for event in isolate(job, _LIMITS).events if "hash" in event]
        hashes += found if len(found) == len(batch) else [*found, None]
    return hashes


def _hash(source: str) -> str | None:
    """Without names and lines, so that only what is done counts."""
    compiler = load_pluau().Compiler(optimization_level=2, debug_level=0, type_info_level=0, coverage_level=0)
    try:
        compiled = bytes(compiler.compile(source))
    except RuntimeError:
        return None
    return hashlib.sha256(compiled).hexdigest()


def main() -> None:
    """Answer one list on standard input."""
    load_pluau()  # before the first fork
    print(json.dumps(hash_all(json.load(sys.stdin))))
