"""Measures the scorers: speed, agreement with the compiler, false alarms, growth with size, memory.

    python scripts/bench_scorers.py [--rows FILE.jsonl] [--scripts 100000]

The baseline is the compiler alone (`pluau` in its worker), in the same run. `--rows` takes rows `{"response"}` with fenced
Luau, or `{"code"}`; without it the snippets of the tests are measured.
"""

import argparse
import json
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from scorers import ScoreReport, score
from scorers.compiler import CompileResult
from scorers.diagnostics import Severity
from scorers.execution import LuauPool
from scorers.language import parse

ROOT = Path(__file__).resolve().parent.parent
SNIPPETS = ROOT / "tests" / "scorers" / "language"
_FENCE = re.compile(r"```(?:luau?|Lua)\n(.*?)```", re.DOTALL)
_LINES = 60


def main() -> None:
    """Prints every figure on a line of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path)
    parser.add_argument("--scripts", type=int, default=2_000, help="scripts for the memory figure")
    options = parser.parse_args()
    codes = _codes(options.rows)
    scripts = _of_sixty_lines(codes)
    _speed(scripts)
    _agreement(codes)
    _false_alarms(codes)
    _growth(scripts)
    _memory(scripts, options.scripts)


def _codes(rows: Path | None) -> list[str]:
    path = rows or SNIPPETS / "valid.jsonl"
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [code for row in found for code in ([row["code"]] if "code" in row else _FENCE.findall(row["response"]))]


def _of_sixty_lines(codes: Iterable[str]) -> list[str]:
    """Scripts of sixty lines each: real ones cut together from whole blocks, so that they parse."""
    scripts, current = [], ""
    for code in codes:
        current += f"do\n{code.rstrip()}\nend\n" if not re.search(r"^return\b|^export", code, re.MULTILINE) else ""
        if current.count("\n") >= _LINES:
            if not parse(current).errors:
                scripts.append(current)
            current = ""
    return scripts


def _speed(scripts: list[str]) -> None:
    lines = sum(script.count("\n") for script in scripts)
    parsed = _best(lambda: [parse(script) for script in scripts])
    scored = _best(lambda: [score(script) for script in scripts])
    with LuauPool(1) as pool:
        compiled = _best(lambda: [pool.compile(script) for script in scripts])
    for name, seconds in (("parse", parsed), ("four scorers", scored), ("baseline: pluau in its worker, one by one", compiled)):
        each = seconds / lines * _LINES
        speed = f"{each * 1e3:.2f} ms per {_LINES} lines, {1 / each:.0f} scripts/s"
        print(f"{name}: {speed}, ratio to baseline {compiled / seconds:.2f}")


def _agreement(codes: list[str]) -> None:
    broken = [json.loads(line) for line in (SNIPPETS / "broken.jsonl").read_text(encoding="utf-8").splitlines()]
    parsed = sum(not parse(code).errors for code in codes)
    print(f"valid sources parsed without error: {parsed} of {len(codes)}")
    errors = [(row["line"], parse(row["code"]).errors) for row in broken]
    rejected = [(line, found[0].line) for line, found in errors if found]
    near = sum(abs(line - found) <= 1 for line, found in rejected)
    print(f"broken snippets rejected: {len(rejected)} of {len(broken)} ({len(rejected) / len(broken):.1%})")
    print(f"first error within one line: {near} of {len(broken)} ({near / len(broken):.1%})")
    with LuauPool(1) as pool:
        verdicts = [pool.compile(row["code"]) for row in broken]
    _compare_lines(broken, verdicts)


def _compare_lines(broken: list[dict[str, int]], verdicts: list[CompileResult]) -> None:
    pairs = ((row["line"], found.line) for row, found in zip(broken, verdicts, strict=True) if not found.ok and found.line)
    near = sum(abs(line - found) <= 1 for line, found in pairs)
    print(f"the same for the baseline, pluau: {near} of {len(broken)} ({near / len(broken):.1%})")


def _false_alarms(codes: list[str]) -> None:
    reports: list[ScoreReport] = [score(code) for code in codes]
    errors = Counter(found.check for report in reports for found in report.diagnostics if found.severity is Severity.ERROR)
    with_error = sum(any(found.severity is Severity.ERROR for found in report.diagnostics) for report in reports)
    print(f"sources with an error-severity finding: {with_error} of {len(codes)}")
    for check, count in errors.most_common():
        print(f"  {check}: {count}")


def _growth(scripts: list[str]) -> None:
    """Time at half and at a whole megabyte: 2 is linear."""
    half, whole = _seconds_for(scripts, 500_000), _seconds_for(scripts, 1_000_000)
    print(f"0.5 MB {half:.2f} s, 1 MB {whole:.2f} s: ratio {whole / half:.2f}")


def _seconds_for(scripts: list[str], characters: int) -> float:
    """One source of that size, of whole scripts."""
    parts: list[str] = []
    while characters > 0:
        parts.append(scripts[len(parts) % len(scripts)])
        characters -= len(parts[-1])
    source = "\n".join(parts)
    return _best(lambda: score(source), runs=2)


def _memory(scripts: list[str], count: int) -> None:
    for script in scripts:
        score(script)
    before = _peak_mb()
    started = time.perf_counter()
    for at in range(count):
        score(scripts[at % len(scripts)])
    seconds = time.perf_counter() - started
    print(f"{count} scripts in {seconds:.1f} s: peak memory {before:.0f} MB before, {_peak_mb():.0f} MB after")


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def _best(run: Callable[[], object], runs: int = 3) -> float:
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    main()
