"""What is printed: code frames, SARIF, workflow commands. On reports made by hand, so that no check matters."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from scorers.cli.frames import write_frames
from scorers.cli.github import write_github
from scorers.cli.output import writer
from scorers.cli.plain import write_plain
from scorers.cli.progress import Progress, describe
from scorers.cli.results import Scored
from scorers.cli.sarif import write_sarif
from scorers.cli.sources import Source

CODE = '\tlocal name = player["名前"] + wait()\nreturn name'


def finding(line: int = 1, column: int = 2, **more: Any) -> dict[str, Any]:
    plain = {"check": "some-check", "scorer": "bugs", "severity": "warning", "message": "no good", "hint": None}
    return {**plain, "line": line, "column": column, "end_line": line, "end_column": column + 1, **more}


def scored(*diagnostics: dict[str, Any], path: str = "src/Shop.luau", code: str = CODE) -> Scored:
    scores = {"syntax": 1.0, "api": 0.9, "bugs": 0.5, "quality": 0.8}
    report = {"compiles": True, "scores": scores, "composite": 0.8, "diagnostics": list(diagnostics), "scorers_version": 1}
    return Scored(Source(path, code), report)


def frames(*diagnostics: dict[str, Any], width: int = 80, **more: Any) -> list[str]:
    out = io.StringIO()
    write_frames(iter([scored(*diagnostics, **more)]), out, width=width)
    return out.getvalue().splitlines()


def test_a_frame_marks_the_range_under_its_line() -> None:
    lines = frames(finding(1, 8, end_line=1, end_column=12, hint="say more"))
    assert lines[:5] == [
        "src/Shop.luau:1:8  warning  some-check",
        '1 │     local name = player["名前"] + wait()',
        "  │           ^^^^",
        "  = no good",
        "  = hint: say more",
    ]


def test_a_mark_counts_cells_of_the_terminal() -> None:
    column = CODE.index("wait") + 1
    lines = frames(finding(1, column, end_line=1, end_column=column + 4))
    assert cell_len(lines[1][: lines[1].index("wait")]) == lines[2].index("^")
    assert lines[2].endswith(" ^^^^")


def test_a_range_of_several_lines_is_marked_to_the_end_of_the_first() -> None:
    lines = frames(finding(1, 2, end_line=2, end_column=3))
    assert lines[2].count("^") == cell_len(CODE.split("\n")[0].strip())


@pytest.mark.parametrize("column", [1, 4000, 8000])
def test_a_long_line_is_cut_around_the_finding(column: int) -> None:
    code = "a" * (column - 1) + "X" + "b" * (8000 - column)
    lines = frames(finding(1, column), code=code, width=60)
    assert cell_len(lines[1]) <= 60
    assert lines[1].index("X") == lines[2].index("^")


def test_a_place_behind_the_end_has_no_line_and_no_mark() -> None:
    assert frames(finding(9, 1))[:2] == ["src/Shop.luau:9:1  warning  some-check", "  = no good"]


def test_code_cannot_control_the_terminal() -> None:
    hostile = finding(1, 1, message="bad \x1b[2J\r\n\u202e")
    assert not {"\x1b", "\r", "\u202e"} & set("".join(frames(hostile, code="\x1b[31m\u202ered\r", path="a\x1b.luau")))
    out = io.StringIO()
    write_plain(iter([scored(hostile, path="a\x1b\n.luau")]), out)
    assert not {"\x1b", "\r", "\u202e"} & set(out.getvalue())
    assert len(out.getvalue().splitlines()) == 2


def test_brackets_are_no_markup() -> None:
    assert "  = [bold]x[/bold] [/]" in frames(finding(message="[bold]x[/bold] [/]"))


def test_the_table_has_a_row_for_each_file() -> None:
    *_, head, row = frames(finding())
    assert head.split() == ["file", "syntax", "api", "bugs", "quality", "composite", "findings"]
    assert row.split() == ["src/Shop.luau", "1.00", "0.90", "0.50", "0.80", "0.80", "1"]


def test_a_terminal_gets_frames_and_a_pipe_plain_lines() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert writer("text", Terminal()) is write_frames
    assert writer("text", io.StringIO()) is write_plain


def commands(*diagnostics: dict[str, Any], path: str = "src/Shop.luau") -> list[str]:
    out = io.StringIO()
    write_github(iter([scored(*diagnostics, path=path)]), out)
    return out.getvalue().splitlines()


def test_workflow_commands_count_the_end_column_in() -> None:
    assert commands(finding(1, 8, end_line=1, end_column=12)) == [
        "::warning file=src/Shop.luau,line=1,endLine=1,col=8,endColumn=11,title=some-check::no good"
    ]
    assert commands(finding(1, 8, end_line=2, end_column=3, severity="info")) == [
        "::notice file=src/Shop.luau,line=1,endLine=2,title=some-check::no good"
    ]


def test_workflow_commands_are_escaped() -> None:
    (line,) = commands(finding(message="100%: a,b"), path="a,b:c%.luau")
    assert line.startswith("::warning file=a%2Cb%3Ac%25.luau,line=1,")
    assert line.endswith("::100%25: a,b")


def sarif(*files: Scored) -> dict[str, Any]:
    out = io.StringIO()
    write_sarif(iter(files), out)
    log: dict[str, Any] = json.loads(out.getvalue())
    return log


def test_sarif_has_what_the_standard_demands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sections 3.13 (log), 3.14 (run), 3.19 (driver), 3.27 (result), 3.30 (region) and 3.49 (rule) of SARIF 2.1.0."""
    monkeypatch.chdir(tmp_path)
    several = scored(
        finding(), finding(check="other", severity="error"), finding(2, 1, severity="info", end_line=2, end_column=7)
    )
    log = sarif(several, scored(finding(check="other")))
    assert (log["version"], log["$schema"].endswith("sarif-2.1.0.json")) == ("2.1.0", True)
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "luau-score"
    assert [rule["id"] for rule in driver["rules"]] == ["some-check", "other"]
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in driver["rules"])
    assert [result["level"] for result in run["results"]] == ["warning", "error", "note", "warning"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "src/Shop.luau"
        region = location["physicalLocation"]["region"]
        assert region.keys() == {"startLine", "startColumn", "endLine", "endColumn"}
        assert min(region.values()) >= 1
        assert (region["endLine"], region["endColumn"]) > (region["startLine"], region["startColumn"])


def test_sarif_rules_carry_the_documentation_of_their_check() -> None:
    (run,) = sarif(scored(finding(check="syntax-error"), finding()))["runs"]
    rule, unknown = run["tool"]["driver"]["rules"]
    assert rule["fullDescription"]["text"] == "Code that the compiler refuses does not run at all."
    assert "Good:" in rule["help"]["text"]
    assert unknown["help"]["text"] == "See docs/checks.md#some-check."


def test_sarif_without_findings_is_a_run_without_results() -> None:
    (run,) = sarif(scored())["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


@pytest.mark.parametrize(
    ("path", "uri"),
    [("a b#.luau", "a%20b%23.luau"), ("/nowhere/x.luau", "file:///nowhere/x.luau"), ("-", "stdin"), ("./a.luau", "a.luau")],
)
def test_paths_become_uris(path: str, uri: str) -> None:
    (result,) = sarif(scored(finding(), path=path))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_progress_says_rate_and_time_left() -> None:
    assert describe("files", 500, 2000, 10.0) == "500 of 2,000 files, 50 a second, 0:30 left"
    assert describe("rows", 3000, None, 2.0) == "3,000 rows, 1,500 a second"


def test_progress_is_silent_in_a_pipe_and_leaves_a_clean_line_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    pipe, terminal = io.StringIO(), Terminal()
    for err in (pipe, terminal):
        assert list(Progress("files", 3, err, shared=True).count("abc")) == ["a", "b", "c"]
    assert pipe.getvalue() == ""
    assert "2 of 3 files" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
