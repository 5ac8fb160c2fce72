"""Which tasks a round samples."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from eval.task import Task
from rft.curriculum import Place, choose
from tests.rft.world import a_task

TASKS = [a_task(name) for name in ("never", "sometimes", "always", "unseen")]


def test_everything_is_sampled_at_first() -> None:
    assert choose(TASKS, {}) == TASKS


def test_only_solved_tasks_are_left_out_and_the_order_stays() -> None:
    rates = {"never": 0.0, "sometimes": 0.999, "always": 1.0, "of another run": 1.0}
    assert [task.id for task in choose(TASKS, rates)] == ["never", "sometimes", "unseen"]


def test_a_run_that_solved_everything_samples_nothing() -> None:
    assert choose(TASKS, dict.fromkeys((task.id for task in TASKS), 1.0)) == []
    assert choose(TASKS, dict.fromkeys((task.id for task in TASKS), 1.0), Place(1, 3)) == []


def of_level(level: int, category: str = "maths", name: str = "") -> Task:
    return a_task(f"{category}-{level}{name}").model_copy(update={"difficulty": level, "category": category})


LADDER = [of_level(level) for level in (5, 3, 1, 4, 2)]


def levels(tasks: list[Task]) -> list[int]:
    return sorted(task.difficulty for task in tasks)


def test_tasks_grow_harder_from_round_to_round() -> None:
    assert [levels(choose(LADDER, {}, Place(index, 3))) for index in (1, 2, 3)] == [[1, 2], [1, 2, 3, 4], [1, 2, 3, 4, 5]]
    assert choose(LADDER, {}, Place(1, 1)) == LADDER


def test_a_level_is_asked_as_a_whole() -> None:
    many = [of_level(1), *(of_level(2, name=str(i)) for i in range(9))]
    assert len(choose(many, {}, Place(1, 5))) == 10


def test_where_the_policy_passes_the_next_level_comes_sooner() -> None:
    both = [*LADDER, *(of_level(level, "strings") for level in (1, 2, 3, 4, 5))]
    rates = {"maths-1": 0.1, "maths-2": 0.5, "strings-1": 0.9, "strings-2": 0.4}
    chosen = choose(both, rates, Place(2, 5))
    assert levels([task for task in chosen if task.category == "maths"]) == [1, 2, 3]
    assert levels([task for task in chosen if task.category == "strings"]) == [1, 2]


def test_a_round_with_nothing_left_to_ask_goes_on() -> None:
    """The only open category is solved to its end, and the other one is too hard for the calendar."""
    tasks = [of_level(1), of_level(4, "strings"), of_level(5, "strings")]
    assert choose(tasks, {"maths-1": 1.0}, Place(1, 3)) == [tasks[1]]


some_tasks = st.lists(st.tuples(st.integers(1, 5), st.sampled_from("ab")), max_size=12).map(
    lambda found: [of_level(level, category, str(i)) for i, (level, category) in enumerate(found)]
)


@given(some_tasks, st.integers(1, 5), st.data())
def test_the_last_round_asks_all_and_no_round_asks_nothing(tasks: list[Task], rounds: int, data: st.DataObject) -> None:
    rates = {task.id: data.draw(st.sampled_from([0.0, 0.5, 1.0])) for task in tasks if data.draw(st.booleans())}
    everything = choose(tasks, rates)
    chosen = [choose(tasks, rates, Place(index, rounds)) for index in range(1, rounds + 1)]
    assert chosen[-1] == everything
    for earlier, later in pairwise(chosen):
        assert bool(earlier) == bool(everything)
        assert {task.id for task in earlier} <= {task.id for task in later}
