"""Batches over processes: the order, the memory and the verdicts are as if each script were alone."""

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from scorers import score
from scorers.cli.problems import Problem
from scorers.cli.sources import Source
from scorers.cli.stream import score_stream
from scorers.compiler import compile_in_worker
from scorers.execution import LuauPool
from scorers.execution.options import ScoringOptions
from scorers.execution.process import worker_environment

ABORTS = "return " + "1," * 254 + "1"
MIXED = ["return 1", ABORTS, "local = 1", ABORTS, ABORTS, "", "-- \ud800", "return 2"]


def stream(codes: list[str], workers: int = 2) -> list[bool | None]:
    sources = (Source(str(index), code) for index, code in enumerate(codes))
    found = list(score_stream(sources, workers=workers, options=ScoringOptions(), notice=pytest.fail))
    assert [source.name for source, _ in found] == [str(index) for index in range(len(codes))]
    return [report["compiles"] for _, report in found]


def test_a_batch_has_the_reports_of_single_scripts() -> None:
    with LuauPool(1) as pool:
        scored = pool.submit_score_many(MIXED).result()
    assert scored.without_compiler is None
    assert scored.reports == [score(code, compiled=compile_in_worker(code)).to_json() for code in MIXED]


def test_code_that_kills_the_compiler_spoils_no_other() -> None:
    assert stream(MIXED * 10) == [True, False, False, False, False, True, True, True] * 10


SLOW_COMPILER = """
import json, time
from scorers.compiler import CompileResult
from scorers.execution import Limits, batch

def slow(code):
    time.sleep(float(code))
    return CompileResult(ok=True)

batch.compile_here = slow
results = batch.compile_many(["0.3", "0.3", "0.3", "2", "0"], Limits(wall_seconds=0.5))
print(json.dumps([result.message for result in results]))
"""


def test_a_limit_is_that_of_one_script_and_not_of_its_batch() -> None:
    """In a process of its own, for a batch forks and this process has threads."""
    done = subprocess.run([sys.executable, "-c", SLOW_COMPILER], capture_output=True, env=worker_environment(), check=True)
    late = "the compiler failed on this code: it took more than 0.5 s"
    assert json.loads(done.stdout) == [None, None, None, late, None]


def test_an_endless_input_is_read_only_a_little_ahead() -> None:
    pulled = 0

    def endless() -> Iterator[Source]:
        nonlocal pulled
        for pulled in itertools.count(1):
            yield Source(str(pulled), "return 1")

    results = score_stream(endless(), workers=2, options=ScoringOptions(compiler=False), notice=pytest.fail)
    taken = [source.name for source, _ in itertools.islice(results, 500)]
    results.close()
    assert taken == [str(index) for index in range(1, 501)]
    assert pulled <= 500 + (2 * 3 + 2) * 64


def test_a_problem_in_the_input_comes_after_what_was_before_it() -> None:
    def broken() -> Iterator[Source]:
        for index in range(100):
            yield Source(str(index), "return 1")
        raise Problem("no more")

    results = score_stream(broken(), workers=2, options=ScoringOptions(compiler=False), notice=pytest.fail)
    assert [next(results)[0].name for _ in range(100)] == [str(index) for index in range(100)]
    with pytest.raises(Problem, match="no more"):
        next(results)


def test_no_script_is_no_result() -> None:
    assert stream([]) == []
