"""Reads what `luau-compile`, `luau-analyze` and `luau-lsp analyze` print about one file.

Sources of the formats: `CLI/src/Compile.cpp` and `CLI/src/Analyze.cpp` of luau-lang/luau, `src/AnalyzeCli.cpp` of
JohnnyMorganz/luau-lsp. All three print `NAME(LINE,COLUMN): KIND: MESSAGE`; the two analysers know `--formatter=gnu`,
which adds the end: `NAME:LINE.COLUMN-LINE.COLUMN: KIND: MESSAGE`. Lines and columns count from 1 and columns count
bytes; the last column of the gnu format is inclusive. A message may go on in further lines.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

FILE_NAME = "source.luau"
"""The name of the file that the tools are given. Lines about other files (definitions) are not about the source."""

_MAX_REPORTS = 200
_MAX_MESSAGE = 500
_NAME = rf"(?:.*[/\\])?{re.escape(FILE_NAME)}"
_REPORT = re.compile(
    rf"{_NAME}(?:\((?P<line>\d+),(?P<column>\d+)\)"
    rf"|:(?P<gnu_line>\d+)\.(?P<gnu_column>\d+)-(?P<end_line>\d+)\.(?P<end_column>\d+)): (?P<kind>\w+): (?P<message>.*)"
)


@dataclass(frozen=True, slots=True)
class Report:
    """One message of a tool. Positions count characters from 1, the end is exclusive; without an end it is the begin."""

    kind: str
    """`SyntaxError`, `CompileError`, `TypeError` or the name of a lint."""
    message: str
    line: int
    column: int
    end_line: int
    end_column: int


def parse(output: str, source: str) -> tuple[Report, ...]:
    """The reports in a tool's output on `source`, at most 200. Lines of any other form are left out."""
    lines = source.split("\n")
    found: list[Report] = []
    for text in output.splitlines():
        match = _REPORT.fullmatch(text)
        if match is not None:
            if len(found) == _MAX_REPORTS:
                break
            found.append(_report(match, lines))
        elif found and text.strip() and len(found[-1].message) < _MAX_MESSAGE:
            found[-1] = replace(found[-1], message=f"{found[-1].message} {text.strip()}")
    return tuple(_clipped(found))


def _clipped(reports: list[Report]) -> Iterator[Report]:
    for report in reports:
        yield replace(report, message=report.message[:_MAX_MESSAGE])


def _report(match: re.Match[str], lines: list[str]) -> Report:
    line = _number(match["line"] or match["gnu_line"])
    column = _character(lines, line, _number(match["column"] or match["gnu_column"]))
    end_line, end_column = line, column
    if match["end_line"] is not None:
        end_line = max(line, _number(match["end_line"]))
        end_column = _character(lines, end_line, _number(match["end_column"]) + 1)
    return Report(match["kind"], match["message"], line, column, end_line, end_column)


def _number(digits: str) -> int:
    """At least 1 and at most a number that every reader can hold."""
    return max(1, int(digits[:9]))


def _character(lines: list[str], line: int, byte_column: int) -> int:
    """The column of a byte column. A place behind the end of the source keeps its column."""
    text = lines[line - 1] if line <= len(lines) else ""
    if text.isascii():
        return byte_column
    return len(text.encode("utf-8", errors="replace")[: byte_column - 1].decode("utf-8", errors="replace")) + 1
