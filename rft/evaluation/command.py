"""The three ways of an evaluation: a model is asked, stored replies are read, or the references are run."""

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from eval.external.row import Row
from rft.errors import InputError
from rft.evaluation.execution import run_references
from rft.evaluation.figures import Figures, Result, figures_of
from rft.evaluation.measuring import measure, runnable
from rft.evaluation.results import results_json
from rft.evaluation.samples import open_samples
from rft.evaluation.suites import Part
from rft.evaluation.unfinished import kept_until_finished

if TYPE_CHECKING:
    from rft.evaluation.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What was measured, and what came of it."""

    what: dict[str, Any]
    figures: Figures
    rows: tuple[Row, ...]
    results: tuple[Result, ...]

    @property
    def failed(self) -> tuple[Result, ...]:
        """Answers that do not pass."""
        return tuple(result for result in self.results if not result.passes)

    def to_json(self) -> dict[str, Any]:
        return {**self.what, **self.figures.to_json()}

    def kept(self) -> dict[str, Any]:
        """What its results file holds."""
        return results_json(self.what, self.figures.to_json(), self.rows, self.results)


def evaluate_references(part: Part, seed: int) -> Evaluated:
    """All references that can run. Raises InputError when there is none."""
    if not any(row.reference for row in part.rows):
        raise InputError(f"{part.suite.name} brings no references.", hint="Give --model or --replies.")
    results = run_references(part.rows)
    what = {"suite": part.suite.name, "suite_hash": part.suite.digest, "references": True}
    return _evaluated(what, part, part.rows, results, seed)


def evaluate_replies(part: Part, replies: Path, seed: int, out: Path | None, console: Console) -> Evaluated:
    """Stored replies. Raises InputError or SuiteError."""
    from rft.evaluation.replies import read_replies

    suite, rows = part.suite, runnable(part.suite, part.rows)
    found = read_replies(replies, rows, limited=part.is_less)
    digest = hashlib.sha256(replies.read_bytes()).hexdigest()[:16]
    what = {"suite": suite.name, "suite_hash": suite.digest, "replies": digest}
    able = {row.id for row in rows if row.unsupported is None}
    with open_samples(out, what) as opened:
        file = opened.only(able)
        known = {(reply.task, reply.index) for reply in file.known}
        fresh = [reply for reply in found if reply.task in able and (reply.task, reply.index) not in known]
        results = measure(rows, fresh, file, len(fresh) + len(file.known), console)
    return _evaluated(what, part, rows, results, seed)


def evaluate_model(part: Part, asked: "Drawing", k: int, out: Path | None, console: Console) -> Evaluated:
    """`k` replies to every task. Without `out` they are kept until the evaluation is finished.

    Raises InputError, SuiteError, SampleFileError, or what the child or the server says.
    """
    suite, rows = part.suite, runnable(part.suite, part.rows)
    what = {"suite": suite.name, "suite_hash": suite.digest, **asked.facts()}
    if out is not None:
        results = _ask(asked, rows, k, what, out, console)
    else:
        with kept_until_finished(what, partial(console.print, highlight=False, soft_wrap=True, markup=False)) as unfinished:
            results = _ask(asked, rows, k, what, unfinished, console)
    return _evaluated(what, part, rows, results, asked.seed)


def _ask(asked: "Drawing", rows: tuple[Row, ...], k: int, what: dict[str, Any], out: Path, console: Console) -> list[Result]:
    from rft.evaluation.drawing import draw

    able = [row for row in rows if row.unsupported is None]
    with open_samples(out, what) as opened:
        file = opened.only({row.id for row in able}, k)
        return measure(rows, draw(asked, able, file.known, k), file, len(able) * k, console)


def _evaluated(what: dict[str, Any], part: Part, rows: tuple[Row, ...], results: list[Result], seed: int) -> Evaluated:
    figures = figures_of(rows, results, seed=seed)
    if figures is None:
        reasons = "; ".join(f"{row.id}: {row.unsupported}" for row in rows if row.unsupported)
        raise InputError(
            f"nothing of {part.suite.name} was run. {reasons[:500]}",
            hint="Give a suite that runs under Luau, and answers to it.",
        )
    told = {"categories": list(part.categories)} if part.categories else {}
    return Evaluated(what | told, figures, rows, tuple(results))
