"""The training pool: each answer once, none of the benchmark, demonstrations first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.contamination import BenchmarkFingerprint
from rft.pool import KeptCode, extend
from rft.training.rows import TrainingRow
from scorers.extraction import extract_code, reply_with

HELD_OUT_CODE = "local function area(w, h)\n\treturn w * h / 2\nend\nreturn area"
BENCHMARK = BenchmarkFingerprint.from_tasks([("area", "Give the area of a triangle", HELD_OUT_CODE, "area")])
DEMONSTRATIONS = (TrainingRow("Add", "```luau\nreturn function(a, b) return a + b end\n```"),)


def kept(code: str, prompt: str = "Double", task: str = "double") -> KeptCode:
    return KeptCode(task, prompt, code)


def test_demonstrations_come_first_then_answers_in_their_order() -> None:
    pool = extend(DEMONSTRATIONS, [kept("return 2"), kept("return 1")], BENCHMARK)
    assert pool.rows == (
        *DEMONSTRATIONS,
        TrainingRow("Double", "```luau\nreturn 2\n```"),
        TrainingRow("Double", "```luau\nreturn 1\n```"),
    )
    assert (pool.duplicates, pool.contaminated) == (0, ())


@pytest.mark.parametrize("again", ["return x + 1", "-- a remark\nreturn  x\n\t+ 1 --[[ more ]]"])
def test_the_same_tokens_are_one_answer(again: str) -> None:
    pool = extend(DEMONSTRATIONS, [kept("return x + 1"), kept(again)], BENCHMARK)
    assert [row.completion for row in pool.rows[1:]] == ["```luau\nreturn x + 1\n```"]
    assert pool.duplicates == 1


@pytest.mark.parametrize("other", [kept("return x + 2"), kept("return x + 1", prompt="Increment")])
def test_other_tokens_or_another_prompt_are_another_answer(other: KeptCode) -> None:
    pool = extend((), [kept("return x + 1"), other], BENCHMARK)
    assert (len(pool.rows), pool.duplicates) == (2, 0)


def test_an_answer_that_is_a_demonstration_is_there_once() -> None:
    pool = extend(DEMONSTRATIONS, [kept("return function(a,b) return a+b end", prompt="Add")], BENCHMARK)
    assert pool.rows == DEMONSTRATIONS
    assert pool.duplicates == 1


def test_a_held_out_answer_is_left_out_and_counted() -> None:
    renamed = HELD_OUT_CODE.replace("area", "surface").replace("w", "width")
    pool = extend((), [kept("return 1"), kept(renamed, task="triangle")], BENCHMARK)
    assert [row.completion for row in pool.rows] == ["```luau\nreturn 1\n```"]
    assert [(task, match.task_id) for task, match in pool.contaminated] == [("triangle", "area")]
    assert pool.duplicates == 0


FILES = "### ServerScriptService/A.server.luau\n```luau\nprint(1)\n```"
CALLS = '[{"arguments": {}, "name": "get_studio_mode"}]'
CALL = '<tool_call>\n{"arguments": {}, "name": "get_studio_mode"}\n</tool_call>'


def test_files_and_tool_calls_are_taught_in_the_form_of_a_reply() -> None:
    answers = [KeptCode("a", "Print", FILES, "files"), KeptCode("b", "Ask", CALLS, "tools")]
    pool = extend(DEMONSTRATIONS, [*answers, *answers], BENCHMARK)
    assert pool.rows[1:] == (TrainingRow("Print", FILES), TrainingRow("Ask", CALL))
    assert pool.duplicates == 2
    assert extend(pool.rows, answers, BENCHMARK).rows == pool.rows


@given(st.lists(st.tuples(st.sampled_from(["return 1", "return 2", HELD_OUT_CODE]), st.sampled_from(["a", "b"]))))
def test_every_answer_is_taken_left_out_or_there_already(answers: list[tuple[str, str]]) -> None:
    pool = extend(DEMONSTRATIONS, [kept(code, prompt) for code, prompt in answers], BENCHMARK)
    assert len(pool.rows) - 1 + len(pool.contaminated) + pool.duplicates == len(answers)
    assert len(set(pool.rows)) == len(pool.rows)


def test_a_completion_gives_its_code_back() -> None:
    found = extract_code(reply_with("\nreturn 1\n", "function"))
    assert (found.code, found.fenced, found.truncated) == ("return 1", True, False)
