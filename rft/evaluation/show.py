"""Figures as a person reads them."""

from collections.abc import Iterator

from eval.benchmark import Figure
from rft.evaluation.figures import Figures

SHOWN = 20
"""Tasks that are named of a kind; `--json` has all."""


def lines_of(suite: str, figures: Figures) -> Iterator[str]:
    """The report of one evaluation, line by line."""
    yield f"{suite}: {_count(figures.tasks, 'task')}, {_count(figures.samples, 'answer')}"
    yield f"  pass@1        {_with_interval(figures.pass_at_1)}"
    if figures.k > 1:
        yield f"  pass@{figures.k:<8} {figures.pass_at_k:6.1%}"
    yield f"  cases passed  {_with_interval(figures.cases)}"
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


def _with_interval(figure: Figure) -> str:
    return f"{figure.mean:6.1%}  [{figure.low:.1%}, {figure.high:.1%}]"


def _named(what: str, texts: list[str]) -> Iterator[str]:
    if texts:
        yield f"{_count(len(texts), 'task')} {what}:"
        yield from (f"  {text}" for text in texts[:SHOWN])
        if len(texts) > SHOWN:
            yield f"  and {len(texts) - SHOWN} more"
