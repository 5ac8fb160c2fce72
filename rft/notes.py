"""What is to be said about places in an answer: the scorers' findings and the failed tests, by piece of code and line. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rft.rewards import Facts
from scorers.diagnostics import Diagnostic
from scorers.execution.parts import parts
from scorers.execution.report import CaseFailure
from scorers.execution.tests import Kind

Weight = Literal["error", "warning", "info", "failure"]


@dataclass(frozen=True, slots=True)
class Note:
    """One remark. Lines and columns count from 1; `column` 0 stands for the whole line, `length` is in characters."""

    line: int
    column: int
    length: int
    weight: Weight
    title: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One source of an answer, with its notes by line. `name` is its path or call, empty where the answer is one source."""

    name: str
    source: str
    lexer: Literal["luau", "json"]
    notes: tuple[Note, ...]

    def lines(self) -> list[tuple[str, tuple[Note, ...]]]:
        """Each line with the notes that stand below it. What names a line that is not there stands below the last one."""
        lines = self.source.split("\n")
        below: list[list[Note]] = [[] for _ in lines]
        for note in self.notes:
            below[min(max(note.line, 1), len(lines)) - 1].append(note)
        return [(line, tuple(notes)) for line, notes in zip(lines, below, strict=True)]


def pieces(code: str, kind: Kind, facts: Facts | None) -> list[Piece]:
    """The sources of an answer with what the facts say about each; without facts there are no notes."""
    findings = facts.static.diagnostics if facts else ()
    failures = facts.execution.failures if facts else ()
    if kind not in ("files", "tools"):
        return [_piece("", code.rstrip(), [*map(_finding, findings), *_failed(failures)])]
    try:
        found = parts(code, kind)
    except ValueError:
        return [_piece("", code.rstrip(), [_finding(each) for each in findings])]
    named = [_piece(part.name, part.source.rstrip(), _of_part(part.name, findings)) for part in found]
    return [Piece("", code, "json", ()), *named] if kind == "tools" else named


def _piece(name: str, source: str, notes: list[Note]) -> Piece:
    return Piece(name, source, "luau", tuple(sorted(notes, key=lambda note: (note.line, note.column))))


def _of_part(name: str, findings: Iterable[Diagnostic]) -> list[Note]:
    """The findings of one part of several: their messages begin with its name."""
    return [_finding(each, f"{name}: ") for each in findings if each.message.startswith(f"{name}: ")]


def _finding(found: Diagnostic, prefix: str = "") -> Note:
    length = found.end_column - found.column if found.end_line == found.line else 1
    text = found.message.removeprefix(prefix)
    return Note(
        found.line, found.column, max(1, length), found.severity.value, f"{found.scorer}/{found.check}", text, found.hint or ""
    )


def _failed(failures: Iterable[CaseFailure]) -> list[Note]:
    """The failures that name a line of the answer; the others belong to no place."""
    return [
        Note(failure.line, 0, 0, "failure", f"test {failure.case}", failure.message)
        for failure in failures
        if failure.line is not None
    ]
