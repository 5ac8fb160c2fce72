"""Run one candidate and its tests in a Luau VM inside this process, which must be disposable.

What holds: the VM has no files, no network, no processes and no way to load code or to reach another environment;
its memory is capped; endless loops are interrupted; nothing that the candidate prints or returns is taken for a result.

What this is not: a security boundary against a determined human. The compiler and the VM are native code with known
crashes, and no system call filter surrounds the process. The limits fit code written by a model. For code written by
an adversary use a container or a virtual machine as well.

Results are deterministic but for two things that Luau derives from addresses: the order of table keys that are tables
or functions, and `tostring` of such values.
"""

import secrets
import time
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from types import ModuleType
from typing import Any

from scorers.compiler import CHUNK, CompileResult, compile_here, load_pluau, source_bytes
from scorers.execution.limits import Limits
from scorers.execution.report import Status
from scorers.execution.tests import Tests

Emit = Callable[[dict[str, Any]], None]

_CALLS_BETWEEN_CLOCK_READS = 64
_FULL = 0.9
_EVENT_FIELDS = {
    "registered": ("name",),
    "case": ("index", "ok", "message"),
    "output": ("text",),
    "load_failed": ("message",),
    "broken": ("part", "message"),
    "exhausted": ("status",),
}


@cache
def harness_bytecode() -> tuple[bytes, bytes]:
    """The compiled `values.luau` and `harness.luau`. A worker asks for them before it forks, so that its children
    need not compile them."""
    compiler = load_pluau().Compiler(optimization_level=1, debug_level=1, type_info_level=0, coverage_level=0)
    folder = files("scorers.execution")
    values, harness = (
        bytes(compiler.compile(folder.joinpath(name).read_text(encoding="utf-8"))) for name in ("values.luau", "harness.luau")
    )
    return values, harness


class Deadline:
    """The VM's interrupt: raises at every call once the processor time is used up, so that no pcall can swallow it."""

    def __init__(self, cpu_seconds: float, proceed: object) -> None:
        self.expired = False
        self._end = time.process_time() + cpu_seconds
        self._calls = 0
        self._proceed = proceed

    def __call__(self, _lua: object) -> object:
        self._calls += 1
        if self._calls % _CALLS_BETWEEN_CLOCK_READS == 0 and time.process_time() > self._end:
            self.expired = True
        if self.expired:
            raise TimeoutError("time limit")
        return self._proceed


class Run:
    """One VM with the harness in it."""

    def __init__(self, tests: Tests, limits: Limits, emit: Emit) -> None:
        self._pluau = load_pluau()
        self._tests = tests
        self._emit = emit
        self._nonce = secrets.token_hex(16)
        self._lua = self._pluau.Lua()
        self._lua.set_memory_limit(limits.memory_bytes)
        self._deadline = Deadline(limits.cpu_seconds, self._pluau.VmState.Continue)
        self._lua.set_interrupt(self._deadline)
        values, harness = (self._lua.load_chunk(code, name="=harness", is_binary_chunk=True) for code in harness_bytecode())
        host = self._lua.create_function(self._receive)
        (
            self._candidate_env,
            self._reference_env,
            self._tests_env,
            self._register_tests,
            self._register_agreement,
            self._run_candidate,
        ) = harness.call(host, self._nonce, tests.entry_point, tests.seed, limits.output_bytes, *values.call())

    def _receive(self, _lua: object, arguments: tuple[Any, ...]) -> None:
        nonce, kind, *values = (_text(value, self._pluau) for value in arguments)
        if nonce != self._nonce:
            raise PermissionError("a result without the nonce of this run")
        self._emit({"event": kind, **dict(zip(_EVENT_FIELDS[kind], values, strict=True))})

    def register(self) -> bool:
        """Load everything that belongs to the task. False when it is broken, which was then reported."""
        tests = self._tests
        chunk = self._load("tests", tests.source, self._tests_env)
        if chunk is None or not _first(self._register_tests.call(chunk)):
            return False
        if tests.reference is None or tests.random_inputs is None:
            return True
        reference = self._load_script("reference", tests.reference, self._reference_env)
        inputs = self._load("random_inputs", tests.random_inputs, self._tests_env)
        if reference is None or inputs is None:
            return False
        return bool(_first(self._register_agreement.call(inputs, reference, tests.random_cases)))

    def run(self, code: str) -> None:
        """Load the candidate, which must compile, and run all cases."""
        self._run_candidate.call(self._load_script(CHUNK, code, self._candidate_env))

    def exhausted(self, error: RuntimeError) -> Status | None:
        """Whether an error that came out of the VM means that a limit was reached, and which."""
        if self._deadline.expired:
            return Status.TIMEOUT
        # A VM that is full often cannot even build the message of its error.
        full = self._lua.used_memory() > _FULL * self._lua.memory_limit()
        return Status.MEMORY if full or "not enough memory" in str(error) else None

    def _load(self, part: str, source: str, environment: object) -> object | None:
        try:
            loaded: object = self._lua.load_chunk(source_bytes(source), name=f"={part}", env=environment)
        except RuntimeError as error:
            self._emit({"event": "broken", "part": part, "message": str(error)[:500]})
            return None
        return loaded

    def _load_script(self, part: str, source: str, environment: object) -> object | None:
        """Load a script so that it returns its entry point even if that is a local. A script that ends with a return
        of its own does not compile with a second one, and is loaded as it is."""
        try:
            with_return = source_bytes(f"{source}\nreturn {self._tests.entry_point}")
            loaded: object = self._lua.load_chunk(with_return, name=f"={part}", env=environment)
        except RuntimeError:
            return self._load(part, source, environment)
        return loaded


def execute(code: str, tests: Tests, limits: Limits, emit: Emit) -> None:
    """Compile `code` and run `tests` against it. Everything found out is sent through `emit` as it happens, so that
    a crash loses only what comes after it. The tests come first: how many there are is known whatever the code does."""
    run = Run(tests, limits, emit)
    compiled: CompileResult | None = None
    try:
        registered = run.register()
        compiled = compile_here(code)
        emit({"event": "compiled", "result": compiled.to_json()})
        if registered and compiled.ok:
            run.run(code)
    except RuntimeError as error:
        exhausted = run.exhausted(error)
        if exhausted is None and compiled is None:
            raise
        # The harness catches what code raises. An error that comes out of the VM all the same is the candidate's doing.
        emit({"event": "exhausted", "status": exhausted or Status.CRASHED})


def _text(value: Any, pluau: ModuleType) -> Any:
    return bytes(value.as_bytes()).decode("utf-8", errors="replace") if isinstance(value, pluau.String) else value


def _first(results: Any) -> Any:
    return results[0] if isinstance(results, (list, tuple)) else results
