"""One task in the harness of a VM, within the VM's own limits."""

from __future__ import annotations

import os
import sys
import time

from scorers.execution.ready.shared import event_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from scorers.execution.ready.vm import Engine

CAN_FORK = sys.platform != "win32"

_FULL = 0.9
_PLAIN = (bool, int, float)
_CALLS_BETWEEN_CLOCK_READS = 64


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
    """One task. Making it hands the task over and runs nothing.

    Args:
        engine: Where it runs; a VM serves one run, or one for each fork.
        spec: The task as harness/run.luau takes it.
        limits: The fields of `Limits`.
        write: Takes a line for every event. Everything found out is sent as it happens, so that a crash loses only what comes
            after it.
    """

    def __init__(self, engine: Engine, spec: dict[str, Any], limits: dict[str, float], write: Callable[[bytes], None]) -> None:
        self._write = write
        self._engine = engine
        self._limits = limits
        self._nonce = os.urandom(16).hex().encode()
        self._deadline: Deadline | None = None
        self._memory_limit = 0
        self._host = engine.lua.create_function(self._receive)
        self._spec = engine.to_lua(spec)

    def register(self) -> bool:
        """Load everything that belongs to the task. False when it is broken or out of its limits, which was then reported.

        Raises:
            RuntimeError: the VM's own, for any other reason.
        """
        self.limit()
        try:
            return bool(_first(self._engine.register.call(self._spec, self._host, self._engine.to_lua(self._nonce))))
        except RuntimeError as error:
            exhausted = self._exhausted(error)
            if exhausted is None:
                raise
            self._write(event_line(["exhausted", exhausted]))
            return False

    def finish(self, answer: Any, sources: list[bytes]) -> None:
        """Compile what an answer holds and run the registered tests against it. How many there are is known whatever it does.

        The VM's own loader gives the verdict. Where it says no, nothing more is sent, and the worker asks the compiler for its
        words: nearly all answers compile, and the compiler beside the VM costs a child as many new pages as a small script.

        It sets no limits: where there are many answers to one task, `limit` is called once, before the fork.

        Args:
            answer: As harness/stages.luau takes it for the task's kind, with bytes for strings.
            sources: Each Luau source in it.
        """
        try:
            to_lua = self._engine.to_lua
            self._engine.candidate.call(to_lua(answer), *map(to_lua, sources))
        except RuntimeError as error:
            # The harness catches what code raises. An error that comes out of the VM all the same is the candidate's doing.
            self._write(event_line(["exhausted", self._exhausted(error) or "crashed"]))

    def limit(self) -> None:
        """Give what comes next its own share of memory and, where there is no fork, of processor time: the task's own code
        first, then the answer.

        A child is ended by the kernel's timer. An interrupt at every loop and call costs scripts in the world seven times
        their own time (measured on tasks with walking characters), so it stands in only where there is no fork.
        """
        lua = self._engine.lua
        self._memory_limit = lua.used_memory() + int(self._limits["memory_bytes"])
        lua.set_memory_limit(self._memory_limit)
        if not CAN_FORK:
            self._deadline = Deadline(self._limits["cpu_seconds"], self._engine.pluau.VmState.Continue)
            lua.set_interrupt(self._deadline)

    def _receive(self, _lua: object, arguments: tuple[Any, ...]) -> None:
        if bytes(arguments[0].as_bytes()) != self._nonce:
            raise PermissionError("a result without the nonce of this run")
        self._write(event_line([value if type(value) in _PLAIN else _text(value) for value in arguments[1:]]))

    def _exhausted(self, error: RuntimeError) -> str | None:
        """Whether an error that came out of the VM means that a limit was reached, and which."""
        if self._deadline is not None and self._deadline.expired:
            return "timeout"
        # A VM that is full often cannot even build the message of its error.
        full = self._engine.lua.used_memory() > _FULL * self._memory_limit
        return "memory" if full or "not enough memory" in str(error) else None


def _text(value: Any) -> str:
    return bytes(value.as_bytes()).decode("utf-8", "replace")


def _first(results: Any) -> Any:
    return results[0] if isinstance(results, (list, tuple)) else results
