"""What the tests of the single scorers share."""

import json
import re
from pathlib import Path

import pytest

from scorers.compiler import CompileResult
from scorers.score import score

ACCEPTED = CompileResult(ok=True, message=None, line=None)
REAL_ROWS = Path(__file__).resolve().parents[3] / "shared" / "data" / "sft_real.jsonl"
_FENCE = re.compile(r"```(?:luau?|Lua)\n(.*?)```", re.DOTALL)


def found(code: str, compiled: CompileResult = ACCEPTED) -> set[str]:
    """Names of the checks that fire on `code`."""
    return {diagnostic.check for diagnostic in score(code, compiled=compiled).diagnostics}


def real_code() -> list[str]:
    """The Luau blocks of the real answers; skips the test where the data are not at hand."""
    if not REAL_ROWS.exists():
        pytest.skip("the shared data set is not next to this checkout")
    lines = REAL_ROWS.read_text(encoding="utf-8").splitlines()
    return [block for line in lines for block in _FENCE.findall(json.loads(line)["response"])]
