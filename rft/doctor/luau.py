"""The Luau compiler and the sandbox, with every limit tried out in a worker: nothing is claimed that was not tried."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rft.doctor.finding import Finding, problem
from rft.doctor.installing import reinstall
from rft.doctor.scene import Scene
from rft.doctor.trials import Trial, trials
from scorers.compiler import compiler_version
from scorers.errors import CompilerUnavailable, ScorersError
from scorers.execution.addresses import fixed_addresses
from scorers.execution.pool import LuauPool

ABORTING = "return 1" + ", 1" * 254
"""Brings the compiler in pluau 0.1.2 down."""
PERSONALITY = Path("/proc/self/personality")
NO_RANDOM_ADDRESSES = 0x0040000


def look(_scene: Scene) -> Iterator[Finding]:
    """The compiler, then each promise of the sandbox."""
    with tempfile.TemporaryDirectory() as folder, LuauPool(1, log=Path(folder) / "luau.log") as pool:
        compiler = _compiler(pool)
        yield compiler
        if compiler.ok:
            yield _crash(pool)
            for trial in trials():
                yield try_out(trial, pool)
    if compiler.ok and sys.platform == "linux":
        yield _addresses()


def _compiler(pool: LuauPool) -> Finding:
    try:
        good, bad = pool.compile("return 1"), pool.compile("return +")
        version = compiler_version()
    except CompilerUnavailable as error:
        return problem("luau compiler", str(error), _again(), needed=True)
    except ScorersError as error:
        return problem("luau compiler", f"a worker did not answer: {_last_line(error)}", _again(), needed=True)
    if not good.ok or bad.ok:
        return problem("luau compiler", f"{version} takes right code for wrong, or wrong for right", _again(), needed=True)
    return Finding("luau compiler", True, f"{version}, in worker processes")


def _crash(pool: LuauPool) -> Finding:
    """What kills the compiler must not kill the worker."""
    killed, after = pool.compile(ABORTING), pool.compile("return 1")
    told = "it died alone" if "died" in (killed.message or "") else "it said no"
    if after.ok:
        return Finding("sandbox: crash", True, f"holds: of code on which the compiler aborts {told}, and the worker goes on")
    return problem("sandbox: crash", "does not hold: after code that kills the compiler nothing compiles", _again(), needed=True)


def try_out(trial: Trial, pool: LuauPool) -> Finding:
    """Run the program and see whether the promise held."""
    name = f"sandbox: {trial.name}"
    try:
        report = pool.evaluate(trial.code, trial.asked(), static=False, limits=trial.limits).execution
    except ScorersError as error:
        return problem(name, f"{trial.does}: the sandbox gave no answer: {_last_line(error)}", _again(), needed=True)
    assert report is not None
    came = f"{trial.does} ended with `{report.status}` after {report.wall_seconds:.2f} s"
    if trial.held(report):
        return Finding(name, True, f"holds: {came}")
    said = f" ({report.failures[0].message})" if report.failures else ""
    return problem(name, f"does not hold: {came}{said}: {trial.because}", _again(), needed=True)


def _addresses() -> Finding:
    """Whether a process here may ask for fixed addresses."""
    with fixed_addresses():
        told = subprocess.run(["cat", str(PERSONALITY)], capture_output=True, text=True, check=False).stdout
    if not told.strip():
        return Finding("sandbox: addresses", True, f"not known: {PERSONALITY} cannot be read here")
    text = (
        "holds: a process asked for fixed addresses and had them, so what depends on addresses is the same in every worker"
        if int(told, 16) & NO_RANDOM_ADDRESSES
        else "not granted here: the order of table keys that are tables or functions may differ from one worker to the next"
    )
    return Finding("sandbox: addresses", True, text)


def _again() -> str:
    return reinstall("pluau", "pluau", "pluau")


def _last_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1] if lines else type(error).__name__
