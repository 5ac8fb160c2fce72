"""The Luau compiler, and the one place that loads `pluau`.

Compiling is not safe inside the calling process: the embedded compiler (Luau 0.686, assertions on) aborts on some
inputs, for example `return 1, 1, ...` with 255 values. Use `compile_in_worker` everywhere but in a worker.

Known limit: the embedded compiler rejects syntax newer than itself: `const`, `f<<T>>()`, `@[deprecated {...}]`.
"""

import importlib
import importlib.util
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from types import ModuleType
from typing import Any

from scorers.errors import CompilerUnavailable

CHUNK = "solution"
"""Chunk name of scored code. It begins error messages, where it is found again and taken out."""

_MAX_MESSAGE = 500
_POSITION = re.compile(rf"^(?:(?:syntax|runtime) error: )?{CHUNK}:(\d+): ?", re.IGNORECASE)

_COMPILER_MESSAGE = re.compile(r"(?:\w+ error: )?(?P<line>\d+): (?P<message>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CompileResult:
    """The compiler's verdict. `message` and `line` (1-based) tell the first error; both are None when `ok`."""

    ok: bool
    message: str | None = None
    line: int | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "CompileResult":
        return cls(fields["ok"], fields.get("message"), fields.get("line"))


def load_pluau() -> ModuleType:
    """Import and return pluau's extension module.

    The package's own `__init__` uses `type` statements, which Python 3.11 cannot parse. There a bare package module
    with the right search path stands in for it, and only the extension module, which has all that is used, is loaded.

    Raises:
        CompilerUnavailable: pluau is not installed or has no build for this machine.
    """
    if sys.version_info < (3, 12) and "pluau" not in sys.modules:
        spec = importlib.util.find_spec("pluau")
        if spec is not None:
            bare = ModuleType("pluau")
            bare.__path__ = list(spec.submodule_search_locations or ())
            sys.modules["pluau"] = bare
    try:
        return importlib.import_module("pluau._pluau")
    except ImportError as error:
        raise CompilerUnavailable(
            f"the Luau compiler could not be loaded: {error}", hint="pip install pluau (Python 3.11 to 3.13)"
        ) from error


def compiler_version() -> str:
    """Which compiler gives the verdicts: part of the key of every stored score."""
    import importlib.metadata  # Costs 20 ms, more than the rest of this package.

    return f"pluau {importlib.metadata.version('pluau')}"


def source_bytes(source: str) -> bytes:
    """Encode source text for the compiler. A lone surrogate, which UTF-8 cannot hold, becomes a question mark."""
    return source.encode("utf-8", errors="replace")


def split_position(message: str) -> tuple[str, int | None]:
    """Take `solution:LINE:` off the front of a Luau message: ("what went wrong", line or None)."""
    found = _POSITION.match(message)
    if found is None:
        return message, None
    return message[found.end() :], int(found.group(1))


def compile_here(source: str) -> CompileResult:
    """Compile in this process. Only for workers: bad luck with the input ends the process with a signal.

    Raises:
        CompilerUnavailable: pluau cannot be loaded.
    """
    try:
        _compiler().compile(source_bytes(source).decode("utf-8"))
    except RuntimeError as error:
        found = _COMPILER_MESSAGE.match(str(error))
        message, line = (found["message"], int(found["line"])) if found else (str(error), None)
        return CompileResult(ok=False, message=message[:_MAX_MESSAGE], line=line)
    return CompileResult(ok=True)


@cache
def _compiler() -> Any:
    """The compiler alone: twenty times cheaper than a VM for every source."""
    return load_pluau().Compiler(optimization_level=1, debug_level=1, type_info_level=0, coverage_level=0)


def compile_in_worker(source: str) -> CompileResult:
    """Compile in a worker process of the shared pool, which is started at the first call and closed at exit.

    Code that brings the compiler itself down gives `ok=False` with a message that says so.

    Raises:
        CompilerUnavailable, WorkerDied, WorkerFailed: the worker could not do its job.
    """
    from scorers.execution.pool import shared_pool  # The pool's modules import this one.

    return shared_pool().compile(source)
