"""Scores answers in the scorers' workers, as `rft score` scores rows."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rft.generating.answers import Answer
from scorers.execution import LuauPool
from scorers.execution.options import ScoringOptions
from scorers.report import ScoreReport

SETTINGS = Path("scorers.toml")


def scored(answers: Sequence[Answer]) -> list[Answer]:
    """The answers with the reports on their code. Comments in it silence no check. Raises ScorersError."""
    codes = [code for answer in answers for code in answer.sources.values()]
    options = ScoringOptions(config=str(SETTINGS) if SETTINGS.is_file() else None, allow_comments=False)
    with LuauPool(1) as pool:
        batch = pool.submit_score_many(codes, options).result()
    reports = iter([ScoreReport.from_json(report) for report in batch.reports])
    return [replace(answer, reports={name: next(reports) for name in answer.sources}) for answer in answers]
