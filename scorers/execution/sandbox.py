"""Run one candidate and its tests in a Luau VM inside this process, which must be disposable.

What holds: the VM has no files, no network, no processes and no way to load code or to reach another environment;
its memory is capped; endless loops are ended by the kernel; nothing that the candidate prints or returns is taken for a result.
Tests capture their builtins before the candidate is loaded; a result leaves the VM only through a host function that
knows the nonce of the run, and counts the expectations that were executed.

What this is not: a security boundary against a determined human. The compiler and the VM are native code with known
crashes, and no system call filter surrounds the process. The limits fit code written by a model. For code written by
an adversary use a container or a virtual machine as well. On Windows there is no fork: a script that kills the process
kills the worker, which is then replaced; there are no limits on processor time and address space but the VM's own.

Results are deterministic but for two things that Luau derives from addresses: the order of table keys that are tables
or functions, and `tostring` of such values. Time and chance are virtual.
"""

import os
import signal
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from scorers.compiler import compile_here
from scorers.execution.engine import CAN_FORK, Engine, engine
from scorers.execution.limits import Limits
from scorers.execution.parts import compile_parts
from scorers.execution.report import Status
from scorers.execution.tests import Kind, Tests
from scorers.extraction.files import extract_files
from scorers.extraction.tool_calls import calls_of

Emit = Callable[[dict[str, Any]], None]

_CALLS_BETWEEN_CLOCK_READS = 64
_FULL = 0.9
_EVENT_FIELDS = {
    "registered": ("name",),
    "case": ("index", "ok", "message", "expectations"),
    "output": ("text",),
    "load_failed": ("message",),
    "broken": ("part", "message"),
    "exhausted": ("status",),
    "unsupported": ("name",),
    "counted": ("expectations", "virtual_seconds"),
}


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


def limit_processor_time(engine: Engine, cpu_seconds: float) -> Deadline | None:
    """End the run when its processor time is used up.

    A child is ended by the kernel's timer, whose signal no code can catch; the parent knows it by that signal. An interrupt at
    every loop and call costs scripts in the world seven times their own time (measured on tasks with walking characters),
    so it stands in only where there is no fork.
    """
    if CAN_FORK:
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        return None
    deadline = Deadline(cpu_seconds, engine.pluau.VmState.Continue)
    engine.lua.set_interrupt(deadline)
    return deadline


class Run:
    """One task in the harness of this process's VM.

    Making it hands the task over and runs nothing: a worker does that before it forks, because every page that a child
    writes to is copied. `execute` belongs into the child.
    """

    def __init__(self, tests: Tests, limits: Limits) -> None:
        # Where there is no fork the process serves many runs, and each needs a VM of its own.
        self._engine = engine() if CAN_FORK else Engine()
        self._tests = tests
        self._limits = limits
        self._nonce = os.urandom(16).hex()
        self._emit: Emit = _nobody
        self._deadline: Deadline | None = None
        self._host = self._engine.lua.create_function(self._receive)
        self._spec = self._engine.to_lua(
            {
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
        )

    def execute(self, code: str, emit: Emit) -> None:
        """Compile `code` and run the tests against it. Everything found out is sent through `emit` as it happens, so that
        a crash loses only what comes after it. The tests come first: how many there are is known whatever the code does."""
        self.limit(self._limits)
        registered = False
        try:
            registered = self.register(emit)
        except RuntimeError as error:
            exhausted = self._exhausted(error)
            if exhausted is None:
                raise
            emit({"event": "exhausted", "status": exhausted})
            return
        self.limit(self._limits)
        self._finish(code, emit, registered)

    def register(self, emit: Emit) -> bool:
        """Load everything that belongs to the task. False when it is broken, which was then reported.

        Raises:
            RuntimeError: the VM's own, when it ran out of memory or time.
        """
        self._emit = emit
        return bool(_first(self._engine.register.call(self._spec, self._host, self._nonce)))

    def finish(self, code: str, limits: Limits, emit: Emit) -> None:
        """The rest of `execute`, after `register` has been done once for many answers."""
        self.limit(limits)
        self._finish(code, emit, True)

    def _finish(self, code: str, emit: Emit, registered: bool) -> None:
        self._emit = emit
        compiled = compile_parts(code, self._tests.kind, compile_here)
        emit({"event": "compiled", "result": compiled.to_json()})
        if not registered or not compiled.ok:
            return
        try:
            self._engine.candidate.call(self._engine.to_lua(_for_harness(code, self._tests.kind)))
        except RuntimeError as error:
            # The harness catches what code raises. An error that comes out of the VM all the same is the candidate's doing.
            emit({"event": "exhausted", "status": self._exhausted(error) or Status.CRASHED})

    def limit(self, limits: Limits) -> None:
        """Give what comes next its own share of memory and processor time: the task's own code first, then the answer."""
        lua = self._engine.lua
        self._memory_limit = lua.used_memory() + limits.memory_bytes
        lua.set_memory_limit(self._memory_limit)
        self._deadline = limit_processor_time(self._engine, limits.cpu_seconds)

    def _receive(self, _lua: object, arguments: tuple[Any, ...]) -> None:
        nonce, kind, *values = (_text(value, self._engine.pluau) for value in arguments)
        if nonce != self._nonce:
            raise PermissionError("a result without the nonce of this run")
        self._emit({"event": kind, **dict(zip(_EVENT_FIELDS[kind], values, strict=True))})

    def _exhausted(self, error: RuntimeError) -> Status | None:
        """Whether an error that came out of the VM means that a limit was reached, and which."""
        if self._deadline is not None and self._deadline.expired:
            return Status.TIMEOUT
        # A VM that is full often cannot even build the message of its error.
        full = self._engine.lua.used_memory() > _FULL * self._memory_limit
        return Status.MEMORY if full or "not enough memory" in str(error) else None


def _nobody(event: dict[str, Any]) -> None:
    raise RuntimeError(f"an event before the run: {event}")


def _for_harness(code: str, kind: Kind) -> Any:
    """An answer as the harness takes it: source text, files in the order of their paths, or tool calls."""
    if kind == "files":
        files = sorted(extract_files(code), key=lambda file: file.path or "")
        return [{"path": file.path or "", "source": file.code} for file in files]
    if kind == "tools":
        return [{"name": call.name, "arguments": call.arguments} for call in calls_of(code)]
    return code


def _text(value: Any, pluau: ModuleType) -> Any:
    return bytes(value.as_bytes()).decode("utf-8", errors="replace") if isinstance(value, pluau.String) else value


def _first(results: Any) -> Any:
    return results[0] if isinstance(results, (list, tuple)) else results
