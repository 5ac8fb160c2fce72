"""`luau-score` in one process: options, formats, exit codes and messages."""

import json
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from scorers.cli import main, score_command

SHOP = "local price = = 1\nlocal name = = 2\n"
CLEAN = "local function double(x: number): number\n\treturn x * 2\nend\n\nreturn double\n"


def invoke(*arguments: str, text: str | bytes | None = None) -> Result:
    return CliRunner().invoke(score_command("luau-score"), arguments, input=text)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("Shop.luau").write_text(SHOP)
    return "Shop.luau"


def test_help_has_an_example_and_a_word_on_each_option() -> None:
    result = invoke("--help")
    assert "Example: luau-score src/Shop.luau" in result.stdout
    options = [option for option in score_command("x").params if isinstance(option, click.Option)]
    assert len(options) > 5
    assert all(option.help for option in options)


def test_plain_text_is_one_finding_a_line_and_the_scores(shop: str) -> None:
    lines = invoke(shop).stdout.splitlines()
    assert lines[0].startswith("Shop.luau:1:15: error [syntax-error] ")
    assert lines[-1].startswith("Shop.luau: composite 0.")
    places = [tuple(map(int, line.split(":")[1:3])) for line in lines[:-1]]
    assert places == sorted(places)


def test_json_is_a_list_of_files(shop: str) -> None:
    (report,) = json.loads(invoke("--json", shop).stdout)
    assert list(report)[:5] == ["path", "compiles", "scores", "composite", "diagnostics"]
    assert (report["path"], report["compiles"]) == (shop, False)
    assert report["composite"] == pytest.approx(sum(report["scores"].values()) / 4)
    assert {"check", "scorer", "severity", "line", "column", "message", "hint"} <= report["diagnostics"][0].keys()
    assert invoke("--format", "json", shop).stdout == invoke("--json", shop).stdout


def test_standard_input_is_scored_byte_for_byte() -> None:
    (report,) = json.loads(invoke("--json", "-", text=SHOP.replace("\n", "\r\n")).stdout)
    assert report["path"] == "-"
    assert {(found["line"], found["column"]) for found in report["diagnostics"]} >= {(1, 15), (2, 14)}


def test_files_keep_the_order_in_which_they_were_named(shop: str) -> None:
    Path("Clean.luau").write_text(CLEAN)
    reports = json.loads(invoke("--json", shop, "Clean.luau", "-", text="local = 1").stdout)
    assert [report["path"] for report in reports] == [shop, "Clean.luau", "-"]
    assert [report["compiles"] for report in reports] == [False, True, False]


def test_min_score_sets_the_exit_code_and_names_the_file(shop: str) -> None:
    Path("Clean.luau").write_text(CLEAN)
    result = invoke("--min-score", "0.9", shop, "Clean.luau")
    assert result.exit_code == 1
    assert result.stderr.startswith("Shop.luau: composite 0.")
    assert "Clean" not in result.stderr
    assert invoke("--min-score", "0.1", shop).exit_code == 0
    assert invoke(shop).exit_code == 0


def test_many_files_below_the_score_are_counted() -> None:
    rows = "".join(json.dumps({"id": index, "code": ""}) + "\n" for index in range(25))
    result = invoke("--jsonl", "-", "--min-score", "0.5", text=rows)
    assert result.exit_code == 1
    told = result.stderr.splitlines()
    assert told[0] == "line 1 (id 0): composite 0.000 is below 0.5"
    assert told[20:] == ["5 more fail"]


def test_without_the_compiler_the_own_parser_judges() -> None:
    """255 values in one list are too many for the compiler and nothing to the parser."""
    code = "return " + "1," * 254 + "1"
    found = [json.loads(invoke(option, "--json", "-", text=code).stdout)[0] for option in ("--compiler", "--no-compiler")]
    assert [report["compiles"] for report in found] == [False, True]


@pytest.mark.usefixtures("shop")
def test_a_configuration_and_comments_can_silence_checks() -> None:
    def checks(*arguments: str) -> set[str]:
        (report,) = json.loads(invoke("--json", *arguments, "Shop.luau").stdout)
        return {found["check"] for found in report["diagnostics"]}

    assert "syntax-error" in checks()
    Path("my.toml").write_text('[checks]\nsyntax-error = "off"\n')
    assert "syntax-error" not in checks("--config", "my.toml")
    Path("my.toml").rename("scorers.toml")
    assert "syntax-error" not in checks()
    Path("Shop.luau").write_text("local x = = 1 -- scorers: allow(syntax-error)\n")
    Path("scorers.toml").write_text("allow-comments = false\n")
    assert "syntax-error" in checks()
    assert "syntax-error" not in checks("--allow-comments")
    Path("scorers.toml").unlink()
    assert "syntax-error" not in checks()
    assert "syntax-error" in checks("--no-allow-comments")


@pytest.mark.usefixtures("shop")
def test_in_rows_comments_and_a_configuration_nearby_do_not_count() -> None:
    Path("scorers.toml").write_text('[checks]\nsyntax-error = "off"\n')
    Path("rows.jsonl").write_text(json.dumps({"id": 1, "code": "local x = = 1 -- scorers: allow(syntax-error)"}))
    (row,) = [json.loads(line) for line in invoke("--jsonl", "rows.jsonl").stdout.splitlines()]
    assert [found["check"] for found in row["diagnostics"]] == ["syntax-error"]


@pytest.mark.usefixtures("shop")
def test_the_tools_on_path_are_asked_about_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "source.luau:1.1-1.3: TypeError: no such thing\n"
    for name, words in (("luau-compile", ""), ("luau-lsp", text)):
        (tmp_path / name).write_text(f"#!{sys.executable}\nimport sys\nsys.stderr.write({words!r})\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "types.d.luau").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    code = "return " + "1," * 254 + "1"
    (alone,) = json.loads(invoke("--json", "--no-tools", "-", text=code).stdout)
    assert (alone["compiles"], "type-error" in str(alone)) == (False, False)
    for wish in ([], ["--tools"], ["--no-tools", "--definitions", "types.d.luau"]):
        (asked,) = json.loads(invoke("--json", *wish, "-", text=code).stdout)
        assert asked["compiles"] is True
        assert {"type-error", "compiler-disagreement"} <= {found["check"] for found in asked["diagnostics"]}


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ([], "there is nothing to score", "Name a file or a folder"),
        (["no.luau"], "no.luau cannot be read: there is no such file", "Check the path."),
        (["empty"], "the folder empty has no .luau or .lua file", "Check the path."),
        (["--jsonl", "no.jsonl"], "no.jsonl cannot be read: No such file", "Check the path."),
        (["--jsonl", "-", "Shop.luau"], "--jsonl takes no other files", "one line of JSON a row"),
        (["--jsonl", "-", "--json"], "--jsonl takes no other files and no format", "one line of JSON a row"),
        (["--json", "--sarif", "Shop.luau"], "only one output format", "Leave out all but one"),
        (["--format", "xml", "Shop.luau"], "xml", "sarif"),
        (["--min-score", "2", "Shop.luau"], "--min-score", "2"),
        (["--config", "no.toml", "Shop.luau"], "no.toml cannot be read", "Check the path."),
        (["--config", "typo.toml", "Shop.luau"], "there is no check `syntax-eror`", "Did you mean `syntax-error`?"),
        (["--definitions", "no.d.luau", "Shop.luau"], "no.d.luau cannot be read", "Check the path."),
    ],
)
@pytest.mark.usefixtures("shop")
def test_wrong_input_exits_2_with_a_hint(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str, hint: str
) -> None:
    Path("empty").mkdir()
    Path("typo.toml").write_text('[checks]\nsyntax-eror = "off"\n')
    monkeypatch.setattr("sys.argv", ["luau-score", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert message in said.err
    assert hint in said.err
    assert said.out == ""


def test_what_is_no_text_is_scored_and_noted(tmp_path: Path) -> None:
    file = tmp_path / "image.luau"
    file.write_bytes(bytes(range(256)))
    result = invoke("--json", str(file))
    assert result.exit_code == 0
    assert "is not UTF-8" in result.stderr
    (report,) = json.loads(result.stdout)
    assert report["compiles"] is False


def test_rows_are_answered_in_order_with_their_ids() -> None:
    rows = [
        {"id": "a", "code": SHOP}, {"id": 7, "code": "local = 1"}, {"code": CLEAN}, {"id": [1, None], "code": "-- \ud800"},
    ]  # fmt: skip
    text = "\ufeff" + "\n".join(json.dumps(row) for row in rows) + "\n\n"
    answers = [json.loads(line) for line in invoke("--jsonl", "-", text=text).stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", 7, None, [1, None]]
    assert [answer["compiles"] for answer in answers] == [False, False, True, True]
    for answer in answers:
        assert list(answer) == ["id", "compiles", "scores", "composite", "diagnostics"]
        assert list(answer["scores"]) == ["syntax", "api", "bugs", "quality"]
    wanted = {"check", "scorer", "severity", "line", "column", "end_line", "end_column", "message", "hint"}
    assert answers[0]["diagnostics"][0].keys() == wanted


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 3 is not JSON"),
        ("[" * 200_000, "line 3 is not JSON"),
        ("[1]", "line 3 is not an object"),
        ('{"id": 1}', 'line 3 has no "code" and no "response"'),
        ('{"id": 1, "code": 3}', 'line 3 has a "code" that is no string'),
        ('{"id": 1, "code": null}', 'line 3 has no "code" and no "response"'),
        (b'{"id": 1, "code": "\xff"}', "line 3 is not JSON"),
    ],
)
def test_a_bad_row_stops_after_the_rows_before_it(line: str | bytes, message: str) -> None:
    good = b'{"id": 1, "code": "return 1"}\n'
    bad = line if isinstance(line, bytes) else line.encode()
    result = invoke("--jsonl", "-", text=good + good + bad + b"\n" + good)
    assert result.exit_code == 2
    assert len(result.stdout.splitlines()) == 2
    assert message in result.stderr
    assert 'Each line must be an object {"id": ..., "code": "..."}, or' in " ".join(result.stderr.split())
