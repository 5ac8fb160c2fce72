"""Figures as a person reads them."""

from collections.abc import Iterator

from rft.evaluation.figures import Estimate, Figures
from rft.plain import visible

SHOWN = 20
"""Tasks that are named of a kind; `--json` has all."""


def lines_of(suite: str, figures: Figures) -> Iterator[str]:
    """The report of one evaluation, line by line. Names in a suite of other people are theirs."""
    return map(visible, _lines(suite, figures))


def _lines(suite: str, figures: Figures) -> Iterator[str]:
    yield f"{suite}: {_count(figures.tasks, 'task')}, {_count(figures.samples, 'answer')}"
    for draws, estimate in figures.pass_at.items():
        yield f"  pass@{draws:<8} {_with_error(estimate)}"
    yield f"  cases passed  {_with_error(figures.cases)}"
    yield f"  compile       {figures.compile_rate:6.1%}"
    width = max(len(name) for name in figures.by_category)
    yield f"  {'category':{width}}  tasks  pass@1   cases"
    for name, group in figures.by_category.items():
        yield f"  {name:{width}}  {group.tasks:5}  {group.pass_at_1:6.1%}  {group.cases:6.1%}"
    yield from _named("unsupported, in no figure", [f"{task}: {reason}" for task, reason in figures.unsupported.items()])
    if figures.unsupported_answers:
        yield f"{_count(figures.unsupported_answers, 'answer')} used what the world does not model, and have not passed"
    yield from _named("without an answer, in no figure", list(figures.without_answer))


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _with_error(estimate: Estimate) -> str:
    error = "" if estimate.standard_error is None else f" ± {100 * estimate.standard_error:.1f}"
    return f"{estimate.mean:6.1%}{error}  [{estimate.low:.1%}, {estimate.high:.1%}]"


def _named(what: str, texts: list[str]) -> Iterator[str]:
    if texts:
        yield f"{_count(len(texts), 'task')} {what}:"
        yield from (f"  {text}" for text in texts[:SHOWN])
        if len(texts) > SHOWN:
            yield f"  and {len(texts) - SHOWN} more"
