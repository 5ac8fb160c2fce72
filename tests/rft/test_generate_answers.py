"""What a reply is good for, and in which order answers are shown."""

from rft.generating.answers import ONE_FILE, Answer, Drawn, best_first, read_answer
from rft.generating.scoring import scored
from rft.generating.show import code_lines, heading
from scorers import SCORERS
from scorers.report import ScoreReport

TWO_FILES = "### src/A.luau\n```luau\nreturn 1\n```\n\n### src/B.luau\n```luau\nreturn 2\n```\n"


def answer(text: str, index: int = 0, finish_reason: str = "stop") -> Answer:
    return read_answer(Drawn(index, text, 9, finish_reason))


def test_code_and_files_of_a_reply() -> None:
    one = answer("Here:\n```luau\nreturn 1\n```\nDone.")
    assert (one.code, one.files, one.truncated, one.sources) == ("return 1", {}, False, {ONE_FILE: "return 1"})
    two = answer(TWO_FILES)
    assert two.files == two.sources == {"src/A.luau": "return 1", "src/B.luau": "return 2"}
    assert answer(two.shown.replace("-- File: src/A.luau", "```luau\n-- File: src/A.luau", 1)).truncated
    assert answer("Sure, this does it:\n\nlocal x = 1\nreturn x\n\nGood luck!").code == "local x = 1\nreturn x"
    assert answer("```luau\nreturn 1").truncated
    assert answer("return 1", finish_reason="length").truncated


def test_a_name_that_leads_out_is_no_file() -> None:
    for name in ("../A.luau", "/etc/A.luau", "a/../../A.luau"):
        assert answer(f"### {name}\n```luau\nreturn 1\n```").files == {}


def with_score(text: str, index: int, value: float, *, compiles: bool = True, finish_reason: str = "stop") -> Answer:
    reports = {ONE_FILE: ScoreReport(compiles, dict.fromkeys(SCORERS, value))}
    read = answer(text, index, finish_reason)
    return Answer(read.reply, read.code, read.files, read.truncated, reports)


def test_whole_and_compiling_answers_come_first() -> None:
    found = [
        with_score("return 0", 0, 0.5),
        with_score("return 1", 1, 0.9),
        with_score("return 2", 2, 0.9),
        with_score("return 3", 3, 1.0, compiles=False),
        with_score("return 4", 4, 1.0, finish_reason="length"),
    ]
    assert [each.reply.index for each in best_first(found)] == [1, 2, 0, 3, 4]
    assert list(code_lines(found[1:3])) == [
        "-- candidate 1: score 0.90 (syntax 0.90, api 0.90, bugs 0.90, quality 0.90), 0 findings",
        "return 1",
        "",
        "-- candidate 2: score 0.90 (syntax 0.90, api 0.90, bugs 0.90, quality 0.90), 0 findings",
        "return 2",
    ]
    assert list(code_lines(found[:1])) == ["return 0"]
    assert heading(found[3]).endswith("0 findings, does not compile")
    assert heading(found[4]).endswith("not finished")


def test_each_file_is_scored() -> None:
    good, bad = (
        "--!strict\nlocal function one(): number\n\treturn 1\nend\nreturn one",
        "local part = Instance.new('Prat')\nwhile true do",
    )
    two = f"### A.luau\n```luau\n{good}\n```\n### B.luau\n```luau\n{bad}\n```"
    both, single = scored([answer(two), answer(f"```luau\n{good}\n```", 1)])
    assert set(both.reports) == {"A.luau", "B.luau"}
    assert (both.compiles, single.compiles) == (False, True)
    assert both.composite == (both.reports["A.luau"].composite + both.reports["B.luau"].composite) / 2
    assert both.reports["A.luau"].scores == single.reports[ONE_FILE].scores
    told = both.to_json()
    assert (told["compiles"], set(told["scores"])) == (False, {"A.luau", "B.luau"})
    assert "scores" not in answer(two).to_json()
