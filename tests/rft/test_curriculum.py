"""Which tasks a round samples."""

from rft.curriculum import choose
from tests.rft.world import a_task

TASKS = [a_task(name) for name in ("never", "sometimes", "always", "unseen")]


def test_everything_is_sampled_at_first() -> None:
    assert choose(TASKS, {}) == TASKS


def test_only_solved_tasks_are_left_out_and_the_order_stays() -> None:
    rates = {"never": 0.0, "sometimes": 0.999, "always": 1.0, "of another run": 1.0}
    assert [task.id for task in choose(TASKS, rates)] == ["never", "sometimes", "unseen"]


def test_a_run_that_solved_everything_samples_nothing() -> None:
    assert choose(TASKS, dict.fromkeys((task.id for task in TASKS), 1.0)) == []
