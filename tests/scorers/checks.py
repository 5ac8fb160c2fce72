"""The real rows next to the checkout."""

import json
import re
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_FENCE = re.compile(r"```(?:luau?|Lua)\n(.*?)```", re.DOTALL)


def real_code() -> list[str]:
    """The Luau blocks of the real answers; skips the test where the data are not at hand."""
    return [block for row in real_rows("sft_real.jsonl") for block in _FENCE.findall(row["response"])]


def refused_code() -> list[list[str]]:
    """The Luau blocks of each row of the curation fixture that has one which does not compile."""
    rows = [row for row in real_rows("curation_fixture.jsonl") if row["expect"] == "reject:does_not_compile"]
    return [_FENCE.findall(row["response"] + "\n```") for row in rows]


def real_rows(name: str) -> list[dict[str, str]]:
    """The rows of one file; skips the test where the data are not at hand."""
    if not (DATA / name).exists():
        pytest.skip("the shared data set is not next to this checkout")
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]
