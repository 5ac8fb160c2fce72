"""The bookkeeping of deaths, with simulated children."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from rollouts.survival import DEATHS, Remaining

LIMIT = 400
"""Deaths after which a simulation is taken to go on for ever."""


class World:
    """Children that die of some keys, and when they decode more than `bears` rows. `ahead` more keys are told than are drawn."""

    def __init__(self, killers: set[str], bears: int, ahead: int = 0) -> None:
        self.killers, self.bears, self.ahead = killers, bears, ahead
        self.deaths = 0
        self.drawn: Counter[str] = Counter()
        self.used_rows: list[int] = []

    def run(self, remaining: Remaining, configured: int) -> tuple[list[str], bool]:
        """What was given up, and whether it came to an end."""
        lost: list[str] = []
        while group := remaining.group():
            self.used_rows.append(min(configured, remaining.rows or configured))
            if not self._child(remaining, group, self.used_rows[-1]):
                self.deaths += 1
                assert self.deaths < LIMIT
                if not remaining.died(self.used_rows[-1]):
                    return lost + remaining.given_up(), False
            lost += remaining.given_up()
        return lost + remaining.given_up(), True

    def _child(self, remaining: Remaining, group: Sequence[str], rows: int) -> bool:
        for start in range(0, len(group), rows):
            batch = group[start : start + rows]
            remaining.started(group[start : start + rows + self.ahead])
            if len(batch) > self.bears or set(batch) & self.killers:
                return False
            for key in batch:
                self.drawn[key] += 1
                remaining.delivered(key)
        return True


def keys(count: int) -> list[str]:
    return [f"k{i}" for i in range(count)]


@given(st.integers(1, 40), st.data(), st.integers(2, 16), st.integers(0, 8))
def test_all_but_the_killers_are_drawn_once(count: int, data: st.DataObject, rows: int, ahead: int) -> None:
    killers = set(data.draw(st.lists(st.sampled_from(keys(count)), max_size=2, unique=True)))
    world = World(killers, bears=1000, ahead=ahead)
    lost, ended = world.run(Remaining(keys(count)), rows)
    assert ended
    assert Counter(lost) == Counter(killers)
    assert world.drawn == Counter(set(keys(count)) - killers)


@given(st.integers(1, 60), st.integers(2, 64), st.integers(2, 64))
def test_a_batch_that_is_too_large_is_halved_until_it_fits(count: int, rows: int, bears: int) -> None:
    world = World(set(), bears)
    lost, ended = world.run(Remaining(keys(count)), rows)
    assert ended
    assert lost == []
    assert world.drawn == Counter(keys(count))
    assert world.deaths <= 6


def test_the_halves() -> None:
    world = World(set(), bears=10)
    world.run(Remaining(keys(200)), 64)
    assert world.used_rows == [64, 32, 16, 8, 8, 8, 8, 8]


def test_a_killer_takes_nobody_along_and_the_batch_grows_again() -> None:
    world = World({"k5"}, bears=1000)
    lost, ended = world.run(Remaining(keys(40)), 16)
    assert (lost, ended) == (["k5"], True)
    assert world.deaths == 5, "16, 8, 4, 2, 1 in flight"
    assert world.used_rows[-1] == 16


def test_one_death_by_chance_convicts_nobody() -> None:
    remaining = Remaining(keys(1))
    remaining.started(keys(1))
    assert remaining.died(8)
    assert remaining.group() == ("k0",)
    remaining.delivered("k0")
    assert remaining.group() == ()
    assert remaining.given_up() == []


def test_the_only_candidate_left_is_given_up() -> None:
    world = World({"k0"}, bears=1000)
    assert world.run(Remaining(keys(1)), 8) == (["k0"], True)
    assert world.deaths == DEATHS


def test_who_kills_first_is_given_up_once_another_is_drawn() -> None:
    world = World({"k0", "k1"}, bears=1000)
    lost, ended = world.run(Remaining(keys(30)), 4)
    assert ended
    assert sorted(lost) == ["k0", "k1"]


def test_children_that_die_of_everything_end_it_and_nobody_is_blamed() -> None:
    world = World(set(keys(200)), bears=1000)
    assert world.run(Remaining(keys(200)), 64) == ([], False)
    assert world.deaths <= 14


def test_children_that_die_before_they_begin_end_it() -> None:
    remaining = Remaining(keys(10))
    assert [remaining.died(8) for _ in range(DEATHS)] == [True] * (DEATHS - 1) + [False]
    assert remaining.rows is None, "that is not a matter of the batch"


def test_what_arrives_between_deaths_gives_new_hope() -> None:
    remaining = Remaining(keys(10))
    for key in keys(9):
        assert remaining.died(8)
        remaining.delivered(key)
    assert remaining.group() == ("k9",)


def test_a_child_that_rests_leaves_nobody_suspect() -> None:
    remaining = Remaining(keys(4))
    remaining.started(keys(4))
    remaining.rested()
    assert remaining.died(8)
    assert remaining.group() == tuple(keys(4)), "in one group as before"
