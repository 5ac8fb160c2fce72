"""Answers as a person, a pipe and a program read them."""

from collections.abc import Iterator, Sequence

from rft.generating.answers import Answer
from scorers.report import SCORERS


def code_lines(answers: Sequence[Answer]) -> Iterator[str]:
    """The code alone; of several answers each under a comment that tells which it is."""
    for answer in answers:
        if len(answers) > 1:
            yield f"-- {heading(answer)}"
        yield answer.shown
        if len(answers) > 1 and answer is not answers[-1]:
            yield ""


def heading(answer: Answer) -> str:
    """One line about an answer."""
    notes = [score_line(answer)] if answer.reports else []
    notes += ["not finished"] if answer.truncated else []
    return f"candidate {answer.reply.index}" + (f": {', '.join(notes)}" if notes else "")


def score_line(answer: Answer) -> str:
    """The scores in words."""
    reports = answer.reports.values()
    means = {name: sum(report.scores[name] for report in reports) / len(reports) for name in SCORERS}
    parts = ", ".join(f"{name} {value:.2f}" for name, value in means.items())
    findings = sum(len(report.diagnostics) for report in reports)
    told = "1 finding" if findings == 1 else f"{findings} findings"
    verdict = "" if answer.compiles else ", does not compile"
    return f"score {answer.composite:.2f} ({parts}), {told}{verdict}"
