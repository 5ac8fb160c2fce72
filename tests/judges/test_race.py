"""The race gives the winner of asking about everyone, with the fewest questions."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from judges.race import Confirm, Contender, Need, Race, Rank
from rft.selection import Scored, best_of_n

THRESHOLD, WEIGHT, MARGIN = 0.70, 0.6, 0.05
CASES = 20_000
CONFIRMS: tuple[Confirm, ...] = ("off", "borderline", "winner")


@dataclass(frozen=True)
class Case:
    """A task with all that the judge would say of it."""

    contenders: tuple[Contender, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]
    confirm: Confirm

    def race(self) -> Race:
        return Race(self.contenders, THRESHOLD, WEIGHT, self.confirm, MARGIN)


@dataclass(frozen=True)
class Truth:
    """What asking about everyone gives, and the rank of whoever led when nobody was left to ask."""

    winner: int | None
    reward: float
    leaders: tuple[Rank, ...]
    confirmed: frozenset[int]


def exhaustive(case: Case) -> Truth:
    """Everyone judged once, by selection's own code; then the leader a second time while the policy wants it."""
    scores, confirmed, leaders = list(case.first), set[int](), list[Rank]()
    while True:
        rewards = [min(1.0, c.static + WEIGHT * min(scores[c.index], c.cap)) for c in case.contenders]
        rows = [Scored("t", c.index, "", True, rewards[c.index], c.tie) for c in case.contenders]
        kept = best_of_n(rows, THRESHOLD).kept.get("t")
        if kept is None:
            return Truth(None, 0.0, tuple(leaders), frozenset(confirmed))
        reward = rewards[kept.index]
        leaders.append((reward, kept.deterministic, -kept.index))
        borderline = case.confirm == "winner" or (case.confirm == "borderline" and reward < THRESHOLD + MARGIN)
        wanted = borderline or case.contenders[kept.index].suspicious
        if not wanted or kept.index in confirmed:
            return Truth(kept.index, reward, tuple(leaders), frozenset(confirmed))
        confirmed.add(kept.index)
        scores[kept.index] = (case.first[kept.index] + case.second[kept.index]) / 2


def necessary(case: Case, truth: Truth) -> set[int]:
    """Who must be asked by any exact method: whoever could pass the lowest leader, and the leaders themselves."""
    ceilings = {c.index: c.rank(1.0, WEIGHT) for c in case.contenders}
    hopeful = {index for index, ceiling in ceilings.items() if ceiling[0] >= THRESHOLD}
    if truth.winner is None:
        return hopeful
    lowest = min(truth.leaders)
    return {index for index in hopeful if ceilings[index] > lowest} | {-leader[2] for leader in truth.leaders}


def run(case: Case, race: Race, told_before: Sequence[int] = ()) -> tuple[set[int], set[int]]:
    """Answers every question; who was asked once and who twice."""
    for index in told_before:
        race.tell(Need(index, 0), case.first[index])
    asked: tuple[set[int], set[int]] = (set(), set())
    while (need := race.next()) is not None:
        assert race.next() == need
        asked[need.sample_index].add(need.index)
        race.tell(need, (case.first, case.second)[need.sample_index][need.index])
    return asked


def check(case: Case, told_before: Sequence[int] = ()) -> None:
    race, truth = case.race(), exhaustive(case)
    first, second = run(case, race, told_before)
    winner = race.winner()
    assert (winner.index if winner else None) == truth.winner
    assert race.certified
    assert second == truth.confirmed
    if winner is not None:
        assert winner.reward == truth.reward
    if not told_before:
        assert first == necessary(case, truth)
    tally = race.tally()
    assert tally.open == 0
    assert tally.asked + tally.below_threshold + tally.cannot_win == len(case.contenders)
    assert set(race.pruned()) == {c.index for c in case.contenders} - first - set(told_before)


def tied(rng: random.Random, size: int) -> Case:
    """Coarse grids, so that ties of every kind are common."""
    contenders = tuple(
        Contender(
            index=index,
            key=str(index),
            static=rng.choice((0.05, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4)),
            tie=rng.choice((0.5, 0.75, 1.0)),
            cap=rng.choice((1.0, 1.0, 1.0, 0.75, 0.5, 0.0)),
            suspicious=rng.random() < 0.1,
        )
        for index in range(size)
    )
    first = tuple(rng.randrange(13) / 12 for _ in contenders)
    second = tuple(rng.randrange(13) / 12 for _ in contenders)
    return Case(contenders, first, second, rng.choice(CONFIRMS))


def test_in_many_tied_cases_the_winner_is_that_of_asking_everyone_and_only_the_necessary_are_asked() -> None:
    rng = random.Random(5)
    for _ in range(CASES):
        check(tied(rng, rng.randint(0, 9)))


def test_answers_that_are_there_already_in_any_order_change_nothing() -> None:
    rng = random.Random(6)
    for _ in range(CASES // 4):
        case = tied(rng, rng.randint(1, 8))
        check(case, rng.sample(range(len(case.contenders)), rng.randint(0, len(case.contenders))))


unit = st.floats(0, 1)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    size = draw(st.integers(0, 6))
    contenders = tuple(
        Contender(index, str(index), draw(st.floats(0, 0.5)), draw(unit), draw(unit), draw(st.booleans()))
        for index in range(size)
    )
    scores = st.tuples(*[unit] * size)
    return Case(contenders, draw(scores), draw(scores), draw(st.sampled_from(CONFIRMS)))


@given(cases(), st.randoms(use_true_random=False))
def test_any_numbers_any_order(case: Case, rng: random.Random) -> None:
    check(case)
    check(case, rng.sample(range(len(case.contenders)), rng.randint(0, len(case.contenders))))


@given(st.floats(0, 0.5), unit, unit)
@example(0.1, 1.0, 1.0)
def test_no_score_passes_the_rank_of_the_cap(static: float, cap: float, judge: float) -> None:
    contender = Contender(0, "a", static, 0.5, cap)
    assert contender.rank(judge, WEIGHT) <= contender.rank(1.0, WEIGHT)


def two(**changes: float) -> list[Contender]:
    return [Contender(0, "a", 0.40, 0.9, 1.0), replace(Contender(1, "b", 0.30, 0.8, 1.0), **changes)]  # type: ignore[arg-type]


def told(race: Race, score: Callable[[Need], float | None]) -> list[Need]:
    needs = []
    while (need := race.next()) is not None:
        needs.append(need)
        race.tell(need, score(need))
    return needs


def test_who_cannot_win_is_not_asked_and_is_counted_with_the_reason() -> None:
    race = Race([*two(), Contender(2, "c", 0.05, 1.0, 1.0)], THRESHOLD, WEIGHT)
    assert told(race, lambda _: 1.0) == [Need(0, 0)]
    assert race.pruned() == {1: "cannot_win", 2: "below_threshold"}
    tally = race.tally()
    assert (tally.asked, tally.below_threshold, tally.cannot_win, tally.confirmed) == (1, 1, 1, 0)


def test_an_equal_reward_with_a_higher_tie_is_still_asked() -> None:
    race = Race([Contender(0, "a", 0.40, 0.5, 0.75), Contender(1, "b", 0.40, 0.9, 0.5)], THRESHOLD, WEIGHT, "off")
    needs = told(race, lambda _: 0.5)
    assert needs == [Need(0, 0), Need(1, 0)]
    winner = race.winner()
    assert winner is not None
    assert winner.index == 1


def test_a_second_opinion_opens_the_race_again() -> None:
    contenders = [Contender(0, "a", 0.40, 0.9, 1.0), Contender(1, "b", 0.40, 0.8, 0.52)]
    race = Race(contenders, THRESHOLD, WEIGHT)
    answers = {(0, 0): 0.55, (0, 1): 0.45, (1, 0): 0.52, (1, 1): 0.52}
    race.tell(Need(0, 0), 0.55)
    assert race.pruned() == {1: "cannot_win"}
    needs = told(race, lambda need: answers[need.index, need.sample_index])
    assert needs == [Need(0, 1), Need(1, 0), Need(1, 1)]
    winner = race.winner()
    assert winner is not None
    assert (winner.index, winner.confirmed) == (1, True)


@pytest.mark.parametrize(
    ("confirm", "score", "twice"), [("off", 0.6, 0), ("borderline", 0.6, 0), ("borderline", 0.5, 1), ("winner", 0.6, 1)]
)
def test_who_is_asked_twice(confirm: Confirm, score: float, twice: int) -> None:
    race = Race(two()[:1], THRESHOLD, WEIGHT, confirm)
    assert sum(need.sample_index for need in told(race, lambda _: score)) == twice
    assert race.tally().confirmed == twice


def test_without_an_opinion_a_candidate_is_out_and_the_task_uncertified_only_where_it_could_have_won() -> None:
    race = Race(two(), THRESHOLD, WEIGHT)
    told(race, lambda need: None if need.index == 0 else 0.9)
    winner = race.winner()
    assert winner is not None
    assert (winner.index, race.certified, race.tally().unscored) == (1, False, 1)
    behind = Race(two(), THRESHOLD, WEIGHT)
    behind.tell(Need(1, 0), None)
    behind.tell(Need(0, 0), 1.0)
    assert behind.next() is None
    assert behind.certified


def test_without_the_second_opinion_the_first_stands_uncertified_and_a_suspicious_one_is_out() -> None:
    race = Race(two()[:1], THRESHOLD, WEIGHT)
    told(race, lambda need: None if need.sample_index else 0.52)
    winner = race.winner()
    assert winner is not None
    assert not winner.confirmed
    assert not race.certified
    wary = Race([replace(two()[0], suspicious=True)], THRESHOLD, WEIGHT, "off")
    assert told(wary, lambda need: None if need.sample_index else 1.0) == [Need(0, 0), Need(0, 1)]
    assert wary.winner() is None
    assert not wary.certified


def test_before_the_end_nothing_is_certified_and_survivors_are_named_best_first() -> None:
    race = Race(two(), THRESHOLD, WEIGHT)
    assert race.survivors() == (0, 1)
    race.tell(Need(0, 0), 0.6)
    assert (race.survivors(), race.certified, race.tally().open) == ((1,), False, 1)


@pytest.mark.parametrize("need", [Need(7, 0), Need(0, 1)])
def test_answers_that_fit_no_question_are_refused(need: Need) -> None:
    with pytest.raises(ValueError, match="cannot be told"):
        Race(two(), THRESHOLD, WEIGHT).tell(need, 0.5)


def test_values_out_of_range_are_refused() -> None:
    race = Race(two(), THRESHOLD, WEIGHT)
    with pytest.raises(ValueError, match="between 0 and 1"):
        race.tell(Need(0, 0), 1.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        race.tell(Need(0, 0), float("nan"))
    with pytest.raises(ValueError, match="caps"):
        Race(two(cap=1.5), THRESHOLD, WEIGHT)
    with pytest.raises(ValueError, match="same index"):
        Race([*two(), *two()], THRESHOLD, WEIGHT)


def test_an_empty_race_is_decided() -> None:
    race = Race([], THRESHOLD, WEIGHT)
    assert (race.next(), race.winner(), race.certified) == (None, None, True)
