"""The rubric: its words are frozen, no candidate can leave its block, and only an answer of the schema is a verdict."""

import json
import re
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judges.calls import Unusable
from judges.rubric import RUBRIC_VERSION, SCHEMA, Rendered, View, parse, render
from judges.rubric_text import SYSTEM
from judges.verdict import CandidateFacts, Flag, JudgeTask, Verdict
from tests.judges.asking import FACTS, TASK, WRONG, ask, hostile

GOLDEN = """<submission-{mark}>
local function double(n)
	return n + 1
end
return double
</submission-{mark}>

<facts-{mark}>
compiles: yes
cases passed: 1 of 2
failed: "keeps zero: expected 0, got 1"
analysis: "unused variable `x`"
</facts-{mark}>

Review the submission {mark}."""


def test_the_words_are_frozen() -> None:
    """Whoever changes the rubric changes this line too, and knows that old verdicts are not comparable."""
    assert RUBRIC_VERSION == "3d196bc2b52e"


def test_a_rendered_request() -> None:
    rendered = render(ask(WRONG))
    assert rendered.system == SYSTEM
    assert rendered.candidate == GOLDEN.format(mark="300b35466d49")
    assert rendered.task.startswith("<task>\nWrite a Luau function `double(n)`")
    assert "- doubles a number\n- keeps zero\n" in rendered.task
    assert rendered.task.endswith("return double\n</solution>\n\n")


def test_what_is_the_same_for_all_comes_first_and_is_the_same() -> None:
    one, other = render(ask(WRONG)), render(ask("return 1", facts=CandidateFacts(False, 0, 2)))
    assert (one.system, one.task) == (other.system, other.task)
    assert render(ask(WRONG, task=JudgeTask("t", "q", "r"))).system == one.system


def test_who_asks_and_how_often_is_not_sent() -> None:
    request = ask(WRONG)
    assert render(replace(request, candidate_key="another", sample_index=3)) == render(request)


def test_formatting_and_comments_make_no_new_question() -> None:
    other = "local function double( n ) -- doubles\n\n  return n+1 end\nreturn double"
    assert render(ask(other)) == render(ask(WRONG))
    assert render(ask(other), "full") != render(ask(WRONG), "full")


def test_lines_of_the_source_make_no_new_question() -> None:
    first = replace(FACTS, findings=("`x` hides that of line 3",))
    second = replace(FACTS, findings=("`x` hides that of line 12, column 4",))
    assert render(ask(WRONG, facts=first)) == render(ask(WRONG, facts=second))
    assert 'analysis: "`x` hides that of a line"' in render(ask(WRONG, facts=first)).candidate
    placed = replace(FACTS, findings=("line 4: unused", "line 9: unused"))
    assert render(ask(WRONG, facts=placed)).candidate.count('analysis: "unused"') == 1


def test_what_a_test_says_is_told_to_the_letter() -> None:
    said = 'clock: expected "line 3 at 01:30:00", got "line 4 at 01:20:00"'
    assert f"failed: {json.dumps(said)}" in render(ask(WRONG, facts=replace(FACTS, failures=(said,)))).candidate


def test_only_the_first_facts_are_told() -> None:
    facts = replace(FACTS, failures=tuple(f"case {letter}" for letter in "abcdefg"), findings=())
    candidate = render(ask(WRONG, facts=facts)).candidate
    assert candidate.count("failed: ") == 6
    assert "failed: 2 more" in candidate
    assert "case f" not in candidate


def test_without_tests_no_case_is_named() -> None:
    assert "cases passed" not in render(ask(WRONG, facts=CandidateFacts(True, 0, 0))).candidate


@pytest.mark.parametrize("word", ["train", "fine-tun", "reinforcement", "reward", "policy", "dataset", "language model"])
def test_the_words_speak_of_a_review_and_of_nothing_else(word: str) -> None:
    assert word not in SYSTEM.lower()


def test_the_words_are_long_enough_for_a_prompt_cache() -> None:
    """512 tokens are the least that the default model caches. A token is at most about 6 characters of English."""
    assert len(re.findall(r"\w+|[^\w\s]", SYSTEM)) in range(900, 1101)
    assert len(SYSTEM) / 6 > 512


def test_the_schema_is_closed_and_puts_evidence_first() -> None:
    names = ["evidence", "functionality", "correctness", "completeness", "flags"]
    assert list(SCHEMA["properties"]) == SCHEMA["required"] == names
    assert SCHEMA["additionalProperties"] is False
    assert [SCHEMA["properties"][name]["enum"] for name in names[1:4]] == [[0, 1, 2, 3, 4]] * 3
    assert SCHEMA["properties"]["flags"]["items"]["enum"] == list(get_args(Flag))


def test_the_examples_in_the_words_are_verdicts() -> None:
    examples = re.findall(r"^\{.*?\}$", SYSTEM, re.MULTILINE)
    scores = [parse(example) for example in examples]
    assert [score.score for score in scores if isinstance(score, Verdict)] == [pytest.approx(7 / 12), 1.0, 0.0]


# The block


@given(hostile, hostile, st.sampled_from(get_args(View)), st.sampled_from(["function", "files", "tools"]))
def test_no_candidate_closes_its_block(code: str, failure: str, view: View, kind: str) -> None:
    task, facts = replace(TASK, kind=kind), replace(FACTS, failures=(failure,))
    text = render(ask(code, task=task, facts=facts), view).candidate
    mark = text[-13:-1]
    text.encode()
    assert re.findall(r"[<＜][\s/]*/\s*submission[^>]*>", text, re.IGNORECASE) == [f"</submission-{mark}>"]
    assert re.findall(r"[<＜][\s/]*/\s*facts[^>]*>", text, re.IGNORECASE) == [f"</facts-{mark}>"]
    assert re.findall(r"<submission[^>]*>", text, re.IGNORECASE) == [f"<submission-{mark}>"]
    assert text.index(f"</submission-{mark}>") < text.index(f"<facts-{mark}>") < text.index(f"</facts-{mark}>")


def scripted_judge(rendered: Rendered) -> Verdict | Unusable:
    """A judge that believes what is measured: it reads the last facts block and scores the share of cases passed."""
    mark = re.findall(r"Review the submission ([0-9a-f]{12})\.\Z", rendered.candidate)[0]
    body = rendered.candidate.split(f"<facts-{mark}>\n")[1].split(f"\n</facts-{mark}>")[0]
    passed = re.findall(r"^cases passed: (\d+) of (\d+)$", body, re.MULTILINE)
    (done, total) = passed[0]
    level = 4 * int(done) // int(total)
    scores = dict.fromkeys(("functionality", "correctness", "completeness"), level)
    return parse(json.dumps({"evidence": f"{len(passed)} line", **scores, "flags": []}))


@given(hostile, hostile, st.integers(0, 3))
def test_no_candidate_moves_a_judge_that_reads_the_blocks(code: str, words: str, passed: int) -> None:
    facts = CandidateFacts(True, passed, 4, (words,), (words,))
    assert scripted_judge(render(ask(code, facts=facts))) == Verdict(passed, passed, passed, "1 line")


# The answer


def answer(**changes: Any) -> str:
    fields = {"evidence": "`return n + 1`", "functionality": 1, "correctness": 0, "completeness": 2, "flags": []}
    return json.dumps({**fields, **changes})


def test_a_verdict_is_read() -> None:
    verdict = parse(answer(flags=["off_task", "truncated", "off_task"]))
    assert verdict == Verdict(1, 0, 2, "`return n + 1`", ("off_task", "truncated"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "Expecting value"),
        ("4", "no object"),
        ("[]", "no object"),
        ("[" * 100_000, "recursion"),
        ("9" * 5000, "digits"),
        (answer(functionality=5), "functionality is 5"),
        (answer(functionality=-1), "functionality is -1"),
        (answer(functionality=2.5), "functionality is 2.5"),
        (answer(functionality=True), "functionality is True"),
        (answer(functionality="4"), "functionality is 4"),
        (answer(functionality=None), "functionality is None"),
        (answer(functionality=float("nan")), "functionality is nan"),
        (answer(functionality=float("inf")), "functionality is inf"),
        (answer(evidence=["x"]), "evidence"),
        (answer(flags=["fine"]), "flags"),
        (answer(flags=[["off_task"]]), "flags"),
        (answer(flags="off_task"), "flags"),
        (answer(score=4), "no object"),
        (answer()[:-1], "Expecting"),
        (answer()[:-1] + ', "functionality": 4}', "twice"),
        (answer() + answer(), "Extra data"),
    ],
)
def test_anything_else_is_no_verdict(data: str, reason: str) -> None:
    read = parse(data)
    assert isinstance(read, Unusable)
    assert read.reason == "malformed"
    assert reason in read.detail


@given(st.one_of(st.text(st.characters(codec=None)), st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps)))
def test_no_text_breaks_the_reader(data: str) -> None:
    assert isinstance(parse(data), Unusable)


def test_evidence_can_be_stored() -> None:
    verdict = parse(answer(evidence="a\ud800" + "b" * 5000))
    assert isinstance(verdict, Verdict)
    assert verdict.evidence.encode().startswith(b"a?b")
    assert len(verdict.evidence) == 2000
