"""What the Luau sandbox promises, each as a program that tries to break the promise."""

from collections.abc import Callable
from dataclasses import dataclass

from scorers.execution.limits import MIB, Limits
from scorers.execution.report import ExecutionReport, Status
from scorers.execution.tests import Tests

SPACE = 512 * MIB
"""Small, so that a machine on which the limit does not hold loses little memory for a moment; the sandbox itself takes 250."""
TAKEN = 700
"""MiB that the program for it takes: above SPACE, below what the VM may have in that trial."""
PAST_VM = 200
"""MiB above what the VM may have and far below the limit on addresses, so that the first is what stops the program."""
DOORS = (
    "io", "io.open", "io.popen", "os.execute", "os.exit", "os.getenv", "os.remove", "os.rename", "os.tmpname", "package",
    "package.loadlib", "loadfile", "dofile", "load", "loadstring", "getfenv", "setfenv", "debug.getregistry", "ffi", "socket",
)  # fmt: skip
"""Names by which Lua programs reach files, processes, networks, native code or an environment that is not theirs."""
MODULES = ("socket", "ffi", "./rft", "/etc/passwd", "@self")
"""What a program may ask `require` for."""

USUAL = Limits()
LOOP = "function solution() while true do end end"


@dataclass(frozen=True, slots=True)
class Trial:
    """A program and what must become of it.

    Attributes:
        name: What it tries.
        does: What the program does, as the beginning of a sentence.
        code: The program; it defines `solution`.
        tests: What calls it.
        held: Whether the promise held, from the report.
        limits: With which it runs: those of a run here unless the trial is about another one.
        because: Why a promise that did not hold matters.
    """

    name: str
    does: str
    code: str
    held: Callable[[ExecutionReport], bool]
    because: str
    limits: Limits = USUAL
    tests: str = "solution()"

    def asked(self) -> Tests:
        return Tests("solution", self.tests)


def _stopped(*statuses: Status) -> Callable[[ExecutionReport], bool]:
    return lambda report: report.status in statuses


def _stopped_by(limit: float) -> Callable[[ExecutionReport], bool]:
    """Stopped before another limit, of so many seconds, would have done it."""
    return lambda report: report.status is Status.TIMEOUT and report.wall_seconds < limit


def _takes(mebibytes: int) -> str:
    """A program that takes memory, writes to all of it, and ends."""
    return (
        f"function solution() local t = {{}} for i = 1, {mebibytes} do "
        "local b = buffer.create(1048576) buffer.fill(b, 0, 1) t[i] = b end return #t end"
    )


def trials() -> tuple[Trial, ...]:
    """All of them, the one that says whether a right program passes first."""
    return (
        Trial(
            "a right program", "a program that returns 2", "function solution() return 2 end", _stopped(Status.PASSED),
            "no candidate could pass", tests="assert(solution() == 2)",
        ),
        Trial(
            "memory", f"a program that takes {PAST_VM} MB where the VM may have {USUAL.memory_bytes // MIB}", _takes(PAST_VM),
            _stopped(Status.MEMORY), "a candidate could take this machine's memory",
        ),
        Trial(
            "processor time", "an endless loop (0.3 s of processor time)", LOOP, _stopped_by(20.0),
            "a candidate could stop a run", Limits(cpu_seconds=0.3, wall_seconds=20.0),
        ),
        Trial(
            "elapsed time", "an endless loop (0.5 s on the clock)", LOOP, _stopped_by(4.0),
            "a candidate could stop a run", Limits(cpu_seconds=4.0, wall_seconds=0.5),
        ),
        Trial(
            "address space", f"a program that takes {TAKEN} MB where the process has {SPACE // MIB} MB of addresses",
            _takes(TAKEN),
            _stopped(Status.MEMORY, Status.CRASHED), "a fault of the VM could take this machine's memory",
            Limits(cpu_seconds=10.0, wall_seconds=10.0, memory_bytes=2 * TAKEN * MIB, address_space_bytes=SPACE),
            f"assert(solution() == {TAKEN})",
        ),
        Trial(
            "output", f"a program that prints 1 MB ({USUAL.output_bytes} bytes are kept)",
            'function solution() for i = 1, 10000 do print(string.rep("x", 100)) end return 1 end',
            lambda report: report.ok and len(report.output.encode()) <= USUAL.output_bytes + len("\n"),
            "a candidate could fill memory and logs", tests="assert(solution() == 1)",
        ),
        Trial(
            "ways out", "a program that looks for files, processes, the network", _ways_out(), _stopped(Status.PASSED),
            "a candidate could reach what is not its own", tests="local open = solution() assert(#open == 0, open)",
        ),
    )  # fmt: skip


def _ways_out() -> str:
    """Luau that gives the names of all ways out that are open, in one text."""
    doors = "".join(f'try("{door}", function() return {door} end) ' for door in DOORS)
    modules = "".join(f'try("require {module}", function() return require("{module}") end) ' for module in MODULES)
    return (
        'function solution() local open = "" '
        'local function try(name, reach) local ok, found = pcall(reach) if ok and found ~= nil then open ..= name .. " " end end '
        f"{doors}{modules} return open end"
    )
