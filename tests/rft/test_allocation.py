"""Sampling in waves: what they never do, whatever the candidates are, and what they bring at equal samples."""

from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rft.allocation import MOST_FOR_NEVER, MOST_FOR_SOMETIMES, Gain, Tally, gain, next_wave

Answers = Mapping[str, Sequence[str | None]]
"""Of each task its candidates by index: the answer where it passes every test. What is not drawn is not looked at."""


def tally(answers: Sequence[str | None], drawn: int) -> Tally:
    accepted = [answer for answer in answers[:drawn] if answer is not None]
    return Tally(drawn, len(accepted), len(set(accepted)))


def waves(n: int, enough: int | None, answers: Answers) -> list[dict[str, range]]:
    """All waves of a round."""
    drawn, found = dict.fromkeys(answers, 0), list[dict[str, range]]()
    while wave := next_wave(n, enough, {task: tally(answers[task], count) for task, count in drawn.items()}):
        drawn |= {task: indices.stop for task, indices in wave.items()}
        found.append(wave)
    return found


def drawn_of(found: Sequence[Mapping[str, range]], answers: Answers) -> dict[str, list[str | None]]:
    """The candidates that these waves draw."""
    return {task: [mine[i] for wave in found for i in wave.get(task, ())] for task, mine in answers.items()}


MOST_N = 9
rates = st.sampled_from([0.0, 0.05, 0.2, 0.5, 0.9, 1.0])


@st.composite
def rounds(draw: st.DrawFn) -> tuple[int, int, Answers]:
    n, enough = draw(st.integers(1, MOST_N)), draw(st.integers(1, MOST_N))
    random, variants = draw(st.randoms(use_true_random=False)), draw(st.sampled_from([1, 2, 50]))

    def answers(rate: float) -> list[str | None]:
        return [str(random.randrange(variants)) if random.random() < rate else None for _ in range(MOST_FOR_SOMETIMES * n)]

    return n, enough, {f"task-{i}": answers(rate) for i, rate in enumerate(draw(st.lists(rates, max_size=12)))}


@settings(max_examples=40)
@given(rounds())
def test_every_index_is_drawn_once_in_order_and_the_budget_holds(given_round: tuple[int, int, Answers]) -> None:
    n, enough, answers = given_round
    found = waves(n, enough, answers)
    assert all(indices for wave in found for indices in wave.values())
    for task in answers:
        indices = [i for wave in found for i in wave.get(task, ())]
        assert indices == list(range(len(indices)))
        assert len(indices) <= MOST_FOR_SOMETIMES * n
    assert sum(len(indices) for wave in found for indices in wave.values()) <= n * len(answers)


@settings(max_examples=40)
@given(rounds())
def test_nothing_is_drawn_for_a_finished_task_and_everyone_else_gets_its_n(given_round: tuple[int, int, Answers]) -> None:
    n, enough, answers = given_round
    drawn = dict.fromkeys(answers, 0)
    for wave in waves(n, enough, answers):
        for task, indices in wave.items():
            assert not tally(answers[task], drawn[task]).has(enough)
            drawn[task] = indices.stop
    for task, count in drawn.items():
        assert count >= n or tally(answers[task], count).has(enough)


@settings(max_examples=40)
@given(rounds(), st.data())
def test_a_round_that_was_stopped_anywhere_draws_the_same(given_round: tuple[int, int, Answers], data: st.DataObject) -> None:
    """Waves are computed anew from what is stored; what a later wave has stored already does not change an earlier one."""
    n, enough, answers = given_round
    whole = waves(n, enough, answers)
    places = [(task, i) for wave in whole for task, indices in wave.items() for i in indices]
    stored = set(places[: data.draw(st.integers(0, len(places)))])
    fresh = []
    for wave in waves(n, enough, answers):
        fresh += [(task, i) for task, indices in wave.items() for i in indices if (task, i) not in stored]
    assert len(fresh) == len(set(fresh))
    assert stored | set(fresh) == set(places)


@settings(max_examples=40)
@given(rounds())
def test_saved_samples_go_to_tasks_that_pass_sometimes_first(given_round: tuple[int, int, Answers]) -> None:
    n, enough, answers = given_round
    drawn = dict.fromkeys(answers, 0)
    for wave in waves(n, enough, answers):
        tallies = {task: tally(answers[task], count) for task, count in drawn.items()}
        beyond = [tallies[task] for task, indices in wave.items() if indices.start >= n]
        assert all(each.accepted < 0.5 * each.drawn for each in beyond)
        if any(each.accepted == 0 for each in beyond):
            assert not any(each.accepted for each in beyond)
            assert all(each.drawn < MOST_FOR_NEVER * n for each in beyond)
        drawn |= {task: indices.stop for task, indices in wave.items()}


@settings(max_examples=40)
@given(rounds())
def test_waves_are_never_worse_than_n_each(given_round: tuple[int, int, Answers]) -> None:
    n, enough, answers = given_round
    found = gain(n, enough, drawn_of(waves(n, enough, answers), answers))
    assert found.solved >= found.solved_alone
    assert found.answers >= found.answers_alone
    assert found.samples <= found.budget == n * len(answers)
    alone = [len(set(mine[:n]) - {None}) for mine in answers.values()]
    assert found.solved_alone == sum(map(bool, alone)), "of a task that stopped early it is known all the same"
    assert found.answers_alone == sum(min(enough, count) for count in alone)


def test_without_the_setting_every_task_has_n_in_one_wave() -> None:
    assert waves(3, None, {"a": ["x"] * 3, "b": [None] * 3}) == [{"a": range(3), "b": range(3)}]
    assert waves(3, 2, {}) == []


def test_a_round_by_hand() -> None:
    """`easy` stops at once and leaves 6: `rare` takes 4 until it has enough. `same` says one thing only and stays at its N;
    `never` gets the 2 that are left."""
    answers: Answers = {
        "easy": ["a", "b"],
        "same": ["a"] * 8,
        "rare": [*[None] * 7, "a", None, None, "b", None],
        "never": [None] * 16,
    }
    three = ("same", "rare", "never")
    assert waves(8, 2, answers) == [
        dict.fromkeys(answers, range(2)),
        dict.fromkeys(three, range(2, 4)),
        dict.fromkeys(three, range(4, 8)),
        {"rare": range(8, 14)},
    ]
    answers = {**answers, "rare": [*[None] * 7, "a", "b"], "plenty": ["a", "b"]}
    assert waves(8, 2, answers)[3:] == [{"rare": range(8, 16)}, {"never": range(8, 12)}]


@pytest.mark.parametrize(("n", "enough"), [(4, 1), (8, 2), (16, 4)])
def test_the_gain_at_equal_samples_with_known_rates(n: int, enough: int) -> None:
    """Tasks as they are: a fifth always passes, most seldom do. At no more samples at least a tenth more answers."""
    random = Random(n)
    answers: Answers = {
        f"task-{i}": [str(random.randrange(20)) if random.random() < rate else None for _ in range(4 * n)]
        for i, rate in enumerate(random.betavariate(0.4, 0.8) for _ in range(1000))
    }
    found = gain(n, enough, drawn_of(waves(n, enough, answers), answers))
    assert found.samples <= found.budget
    assert found.answers > 1.08 * found.answers_alone
    assert found.solved >= found.solved_alone


def test_a_gain_by_hand() -> None:
    assert gain(2, 2, {"a": ["x", "y"], "b": [None, None, "z"], "c": ["x", "x"], "d": [None, None]}) == Gain(
        enough=2, samples=9, budget=8, solved=3, solved_alone=2, answers=4, answers_alone=3
    )
