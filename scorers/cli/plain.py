"""Text for a pipe: one finding a line, in the form that editors and `grep` know."""

from typing import TextIO

from scorers.cli.results import Results, Scored, one_line, said


def write_plain(results: Results, out: TextIO) -> None:
    """Print the findings of each file and then its scores."""
    for scored in results:
        for found in scored.findings:
            place = f"{one_line(scored.path)}:{found.line}:{found.column}"
            out.write(f"{place}: {found.severity} [{found.check}] {said(found)}\n")
        out.write(f"{summary(scored)}\n")
        out.flush()


def summary(scored: Scored) -> str:
    """The scores of a file in one line."""
    scores = "  ".join(f"{name} {value:.2f}" for name, value in scored.scores.items())
    return f"{one_line(scored.path)}: composite {scored.composite:.3f}  ({scores})"
