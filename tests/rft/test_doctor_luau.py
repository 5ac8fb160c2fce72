"""The sandbox's limits as the doctor tries them out: they hold here, and each that does not is seen."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rft.doctor import luau
from rft.doctor.finding import Finding
from rft.doctor.luau import look, try_out
from rft.doctor.trials import DOORS, MODULES, PAST_VM, TAKEN, Trial, trials
from scorers.compiler import CompileResult
from scorers.errors import CompilerUnavailable, WorkerDied
from scorers.execution import ExecutionReport, Limits, LuauPool, Status
from scorers.execution.evaluation import Evaluation
from scorers.execution.report import CaseFailure
from tests.rft.doctor_world import by_name, scene

BY_NAME = {trial.name: trial for trial in trials()}


class Pool:
    """Answers every program in the same way."""

    def __init__(self, report: ExecutionReport | Exception) -> None:
        self._report = report

    def evaluate(self, *_arguments: Any, **_options: Any) -> Evaluation:
        if isinstance(self._report, Exception):
            raise self._report
        return Evaluation(CompileResult(ok=True), self._report, None)


def tried(name: str, report: ExecutionReport | Exception) -> Finding:
    pool: Any = Pool(report)
    return try_out(BY_NAME[name], pool)


def report(status: Status, output: str = "") -> ExecutionReport:
    failures = () if status is Status.PASSED else (CaseFailure("case", "io.open "),)
    return ExecutionReport(status, passed=0, total=1, failures=failures, output=output, wall_seconds=4.9)


def test_every_limit_holds_here(tmp_path: Path) -> None:
    found = by_name(look(scene(tmp_path)))
    tried_here = {"sandbox: addresses"} if sys.platform == "linux" else set()
    assert found.keys() == {"luau compiler", "sandbox: crash", *(f"sandbox: {name}" for name in BY_NAME), *tried_here}
    assert {name: finding.text for name, finding in found.items() if not finding.ok} == {}
    assert "ended with `timeout`" in found["sandbox: processor time"].text
    assert "it died alone, and the worker goes on" in found["sandbox: crash"].text


@pytest.mark.parametrize("trial", [trial for trial in trials() if trial.name != "output"], ids=lambda trial: trial.name)
def test_a_limit_that_does_not_hold_is_seen(trial: Trial) -> None:
    """A program that comes to another end than it must is a problem that no run gets past."""
    other = Status.FAILED if trial.held(report(Status.PASSED)) else Status.PASSED
    found = tried(trial.name, report(other))
    assert (found.ok, found.needed) == (False, True)
    assert found.text.startswith("does not hold: ")
    assert trial.because in found.text
    assert "pluau" in found.fix or "uv sync" in found.fix


@pytest.mark.parametrize("name", ["processor time", "elapsed time"])
def test_a_loop_that_another_limit_ended_is_seen(name: str) -> None:
    assert tried(name, report(Status.TIMEOUT)).ok == (name == "processor time")
    assert not tried(name, replace(report(Status.TIMEOUT), wall_seconds=20.1)).ok
    assert tried(name, replace(report(Status.TIMEOUT), wall_seconds=0.6)).ok


def test_output_without_limit_is_seen() -> None:
    assert tried("output", report(Status.PASSED, "x" * 4096)).ok
    assert not tried("output", report(Status.PASSED, "x" * 5000)).ok
    assert not tried("output", report(Status.TIMEOUT)).ok


def test_a_way_out_that_is_open_is_named() -> None:
    with LuauPool(1) as pool:
        trial = BY_NAME["ways out"]
        opened = trial.code.replace("function solution()", "local io = { open = print } function solution()", 1)
        found = try_out(Trial(trial.name, trial.does, opened, trial.held, trial.because, tests=trial.tests), pool)
    assert not found.ok
    assert "io io.open" in found.text
    assert {"io.open", "os.execute", "loadstring"} <= set(DOORS)
    assert "socket" in MODULES


def test_a_sandbox_that_gives_no_answer_is_a_finding() -> None:
    found = tried("memory", WorkerDied("a Luau worker ended without an answer"))
    assert found.text.endswith("the sandbox gave no answer: a Luau worker ended without an answer")


def test_without_the_compiler_nothing_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, *_arguments: Any, **_options: Any) -> None:
            pass

        def __enter__(self) -> "Broken":
            return self

        def __exit__(self, *_how: Any) -> None:
            pass

        def compile(self, _code: str) -> CompileResult:
            raise CompilerUnavailable("the Luau compiler could not be loaded: no such file", hint="pip install pluau")

    monkeypatch.setattr(luau, "LuauPool", Broken)
    (found,) = look(scene(tmp_path))
    assert (found.name, found.ok, found.needed) == ("luau compiler", False, True)
    assert "could not be loaded" in found.text


def test_the_trials_that_need_other_limits_change_only_those() -> None:
    usual = Limits()
    assert BY_NAME["memory"].limits == usual
    assert usual.memory_bytes < PAST_VM * 2**20 < usual.address_space_bytes / 2
    assert BY_NAME["processor time"].limits.cpu_seconds < BY_NAME["processor time"].limits.wall_seconds
    assert BY_NAME["elapsed time"].limits.wall_seconds < BY_NAME["elapsed time"].limits.cpu_seconds
    space = BY_NAME["address space"].limits
    assert space.address_space_bytes < TAKEN * 2**20 < space.memory_bytes
