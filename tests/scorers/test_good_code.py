"""Idiomatic code is left in peace: no error, no warning, few remarks, and a score near one."""

from collections import Counter
from pathlib import Path

import pytest

from scorers import ScoreReport, score
from scorers.diagnostics import Severity

FILES = sorted((Path(__file__).parent / "good").glob("*.luau"))
ACCEPTED_INFOS = 3


def report_of(path: Path) -> ScoreReport:
    return score(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_good_code_scores_high(path: Path) -> None:
    report = report_of(path)
    found = [f"{one.line}: {one.check}: {one.message}" for one in report.diagnostics if one.severity is not Severity.INFO]
    assert found == []
    assert len(report.diagnostics) <= ACCEPTED_INFOS
    assert report.composite >= 0.95


def test_there_are_enough_files_and_remarks_are_rare() -> None:
    infos = Counter(one.check for path in FILES for one in report_of(path).diagnostics)
    assert len(FILES) >= 70
    assert infos.total() <= len(FILES) / 4
