"""What a round gives training, by objective: which answers, with which weights, in which pairs."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.contamination import BenchmarkFingerprint
from rft.learning import LEAST_WEIGHT, LearningData, Question, advantages, best_and_worst, learning_data
from rft.selection import Scored
from rft.training.objectives.pairs import PairRow
from rft.training.rows import TrainingRow
from scorers.execution.tests import Kind
from scorers.extraction import reply_with

HELD_OUT_CODE = "local function area(w, h)\n\treturn w * h / 2\nend\nreturn area"
HELD_OUT = BenchmarkFingerprint.from_tasks([("area", "Give the area of a triangle", HELD_OUT_CODE, "area")])
QUESTIONS: dict[str, Question] = {"double": ("Double x", "function"), "add": ("Add a and b", "function")}
DEMONSTRATION = TrainingRow("Say hello", "```luau\nprint('hello')\n```")


def scored(
    index: int, reward: float | None, eligible: bool, code: str | None = None, task: str = "double", merit: float = 0.5
) -> Scored:
    return Scored(task, index, f"return {index}" if code is None else code, eligible, reward, merit)


def row(code: str, task: str = "double", weight: float = 1.0) -> TrainingRow:
    return TrainingRow(QUESTIONS[task][0], reply_with(code, "function"), weight)


MIXED = (scored(0, 0.9, True), scored(1, 0.7, True), scored(2, 0.2, False), scored(3, 0.0, False))
POOL = (DEMONSTRATION, row("return 0"))


def test_sft_learns_the_pool_alone() -> None:
    assert learning_data("sft", POOL, MIXED, QUESTIONS, HELD_OUT) == LearningData(POOL)


def test_weights_are_advantages_and_the_pool_comes_first() -> None:
    """The mean is 0.45; what the pool holds is there once, with the weight that it has in the pool."""
    data = learning_data("weighted", POOL, MIXED, QUESTIONS, HELD_OUT)
    assert data.pairs == ()
    assert data.rows[:2] == POOL
    assert [(found.completion, round(found.weight, 9)) for found in data.rows[2:]] == [
        (row("return 1").completion, 0.25),
        (row("return 2").completion, -0.25),
        (row("return 3").completion, LEAST_WEIGHT),
    ]


@pytest.mark.parametrize("eligible", [True, False], ids=["all right", "all wrong"])
def test_a_task_that_is_always_or_never_solved_is_left_out(eligible: bool) -> None:
    group = [scored(i, 0.5 + i / 10, eligible) for i in range(4)]
    other = [scored(0, 0.8, True, task="add"), scored(1, 0.2, False, task="add")]
    assert advantages(group) == []
    data = learning_data("weighted", (), [*group, *other], QUESTIONS, HELD_OUT)
    assert {found.prompt for found in data.rows} == {"Add a and b"}
    assert learning_data("dpo", POOL, group, QUESTIONS, HELD_OUT) == LearningData(POOL)


def test_tests_decide_the_sign() -> None:
    """A poor right answer is not pushed away, and a wrong one that a judge would like is not pulled near."""
    group = [scored(0, 0.95, True), scored(1, 0.95, True), scored(2, 0.3, True), scored(3, 0.9, False)]
    assert [weight for _, weight in advantages(group)] == [pytest.approx(0.175), pytest.approx(0.175), 0.0, 0.0]


def test_without_a_verdict_there_is_no_advantage() -> None:
    group = [scored(0, 0.8, True), scored(1, None, True), scored(2, 0.4, False)]
    assert [(candidate.index, round(weight, 9)) for candidate, weight in advantages(group)] == [(0, 0.2), (2, -0.2)]
    unjudged = [scored(0, None, True), scored(1, 0.2, False), scored(2, 0.6, False)]
    assert advantages(unjudged) == []


rewards = st.floats(0, 1)


@settings(max_examples=50)
@given(st.lists(st.tuples(rewards, st.booleans()), max_size=12))
def test_weights_keep_their_bounds(drawn: list[tuple[float, bool]]) -> None:
    group = [scored(i, reward, eligible) for i, (reward, eligible) in enumerate(drawn)]
    weights = advantages(group)
    assert len(weights) in (0, len(group))
    assert bool(weights) == (len({eligible for _, eligible in drawn}) == 2)
    for candidate, weight in weights:
        assert (0 <= weight <= 1) if candidate.eligible else (LEAST_WEIGHT <= weight <= 0)


def test_an_answer_is_learned_once_whatever_its_layout() -> None:
    again = [
        scored(0, 0.9, True, "return x*2"),
        scored(1, 0.9, True, "-- twice\nreturn x * 2"),
        scored(2, 0.1, False, "return x"),
    ]
    data = learning_data("weighted", (), again, QUESTIONS, HELD_OUT)
    assert [found.completion for found in data.rows] == [row("return x*2").completion, row("return x").completion]
    known = learning_data("weighted", (row("return   x * 2"),), again, QUESTIONS, HELD_OUT)
    assert [found.completion for found in known.rows] == [row("return   x * 2").completion, row("return x").completion]


def call(code: str) -> str:
    return json.dumps([{"arguments": {"code": code}, "name": "run_code"}])


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("files", ["-- a.luau\nreturn 1", "-- b.luau\nreturn 1", "-- a.luau\nreturn 1", "-- c.luau"]),
        ("tools", [call("return 1"), call("return 1 -- one"), call("return 1"), call("return")]),
    ],
)
def test_files_and_tool_calls_are_the_same_when_their_texts_are(kind: Kind, codes: list[str]) -> None:
    questions: dict[str, Question] = {"double": ("Double x", kind)}
    group = [scored(i, 0.1 if i == 3 else 0.9, i != 3, code) for i, code in enumerate(codes)]
    none = scored(4, 0.0, False, "")
    data = learning_data("weighted", (), [*group, none], questions, HELD_OUT)
    assert [found.completion for found in data.rows] == [reply_with(codes[i], kind) for i in (0, 1, 3)]


def test_an_empty_answer_is_nothing_to_learn_from() -> None:
    group = [scored(0, 0.9, True), scored(1, 0.0, False, " \n"), scored(2, 0.3, False)]
    assert [found.completion for found in learning_data("weighted", (), group, QUESTIONS, HELD_OUT).rows] == [
        row("return 0").completion,
        row("return 2").completion,
    ]
    assert learning_data("dpo", POOL, group, QUESTIONS, HELD_OUT).pairs[0].rejected == row("return 2").completion


def test_what_matches_a_held_out_task_is_neither_learned_nor_unlearned() -> None:
    right = [scored(0, 0.9, True, HELD_OUT_CODE), scored(1, 0.1, False)]
    data = learning_data("weighted", (), right, QUESTIONS, HELD_OUT)
    assert [found.completion for found in data.rows] == [row("return 1").completion]
    assert data.contaminated == 1
    wrong = [scored(0, 0.9, True), scored(1, 0.1, False, HELD_OUT_CODE)]
    assert learning_data("dpo", POOL, wrong, QUESTIONS, HELD_OUT) == LearningData(POOL, (), 1)


def test_a_pair_stands_for_the_row_of_its_best_answer() -> None:
    data = learning_data("dpo", POOL, MIXED, QUESTIONS, HELD_OUT)
    assert data.rows == (DEMONSTRATION,)
    assert data.pairs == (PairRow("Double x", row("return 0").completion, row("return 3").completion),)


def test_a_best_answer_that_is_not_in_the_pool_makes_no_pair() -> None:
    """Selection refused it, or it matches a held-out task."""
    assert learning_data("dpo", (DEMONSTRATION,), MIXED, QUESTIONS, HELD_OUT) == LearningData((DEMONSTRATION,))


def test_a_demonstration_stays_beside_the_pair_that_repeats_it_in_other_words() -> None:
    pool = (row("-- as a person wrote it\nreturn 0"),)
    data = learning_data("dpo", pool, MIXED, QUESTIONS, HELD_OUT)
    assert data.rows == pool
    assert data.pairs[0].chosen == row("return 0").completion


def test_a_conversation_stays_beside_the_pair_of_its_last_turn() -> None:
    turns = ({"role": "user", "content": "Hello"}, {"role": "assistant", "content": "return 0"})
    pool = (*POOL, replace(row("return 0"), messages=turns))
    assert learning_data("dpo", pool, MIXED, QUESTIONS, HELD_OUT).rows == (DEMONSTRATION, pool[2])


def test_what_the_pool_holds_is_never_rejected() -> None:
    pool = (*POOL, row("return 3"))
    assert learning_data("dpo", pool, MIXED, QUESTIONS, HELD_OUT) == LearningData(pool)


def test_the_best_is_right_and_the_worst_is_wrong() -> None:
    group = [
        scored(0, 0.9, True, merit=0.1), scored(1, 0.9, True, merit=0.9), scored(2, None, True),
        scored(3, 0.1, False, merit=0.2), scored(4, 0.1, False, merit=0.1), scored(5, 0.1, False, merit=0.1),
    ]  # fmt: skip
    found = best_and_worst(group)
    assert found is not None
    assert [candidate.index for candidate in found] == [1, 5]
    assert best_and_worst(group[:3]) is None
    assert best_and_worst(group[3:]) is None
    assert best_and_worst(group[2:]) is None
