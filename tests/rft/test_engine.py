"""Single stages over a real store: what is stated once, and what stops a round."""

from collections.abc import Sequence

import pytest

from rft.engine import ContaminationError, Engine
from rft.selection import best_of_n
from rft.store import RunPaths, RunStore
from tests.rft.drawing_world import HELD_OUT, engine_of, tasks_of
from tests.rft.world import scored

TASKS = tasks_of("one", "two", "three", "four")
SCORED = [scored(task.id, 0, 0.9, eligible=task.id != "four") for task in TASKS]


@pytest.fixture
def engine(paths: RunPaths, store: RunStore) -> Engine:
    return engine_of(paths, store, TASKS)


def keep(engine: Engine, index: int, codes: Sequence[str]) -> None:
    candidates = [scored(task.id, 0, 0.9, code=code) for task, code in zip(TASKS, codes, strict=False)]
    engine.record_selection(index, best_of_n(candidates, 0.7), candidates)


def test_a_selection_is_stated_once(engine: Engine, store: RunStore) -> None:
    """The adapter of the round was trained on it: scores that differ after an upgrade do not change it."""
    engine.record_selection(1, best_of_n(SCORED, 0.7), SCORED)
    stated = store.fact("selection:round-1")
    assert (stated["sampled"], sorted(stated["kept"])) == (4, ["one", "three", "two"])
    assert stated["without"] == {"four": "none of 1 candidates passes every test"}
    engine.record_selection(1, best_of_n([], 0.7), [])
    assert store.fact("selection:round-1") == stated


def test_pass_rates_are_those_of_the_latest_round_that_sampled_a_task(engine: Engine) -> None:
    engine.record_selection(1, best_of_n(SCORED, 0.7), SCORED)
    later = [scored("four", 0, 0.9), scored("four", 1, 0.9, eligible=False)]
    engine.record_selection(2, best_of_n(later, 0.7), later)
    assert engine.pass_rates(before=1) == {}
    assert engine.pass_rates(before=2)["four"] == 0
    assert engine.pass_rates(before=3) == {"one": 1, "two": 1, "three": 1, "four": 0.5}


def test_the_pool_grows_with_the_rounds(engine: Engine, store: RunStore) -> None:
    keep(engine, 1, ["return 1", "return 2"])
    keep(engine, 2, ["return 1", "return 3"])
    assert [row.completion for row in engine.pool(through=1).rows[1:]] == ["```luau\nreturn 1\n```", "```luau\nreturn 2\n```"]
    assert len(engine.pool(through=2).rows) == 4
    assert store.fact("pool:round-2") == {"rows": 4, "contaminated": [], "duplicates": 1}


def test_a_little_contamination_is_left_out_and_counted(engine: Engine, store: RunStore) -> None:
    keep(engine, 1, ["return 1", "return 2", "return 3", HELD_OUT.reference])
    assert len(engine.pool(through=1).rows) == 4
    (found,) = store.fact("pool:round-1")["contaminated"]
    assert (found["task"], found["task_id"]) == ("four", "held-out")


def test_much_contamination_of_a_round_ends_it(engine: Engine) -> None:
    keep(engine, 1, ["return 1", "return 2", "return 3", "return 4"])
    keep(engine, 2, ["return 5", HELD_OUT.reference])
    engine.pool(through=1)
    with pytest.raises(ContaminationError, match=r"50% of what the round kept .* tasks: two \(held-out\)") as caught:
        engine.pool(through=2)
    assert "data.max_contaminated_share" in caught.value.hint


def test_a_promotion_is_done_once(engine: Engine, paths: RunPaths) -> None:
    """A resumed run meets its old decisions again; what was promoted after them stays."""
    for name in ("sft", "round-1"):
        paths.adapter(name).mkdir(parents=True)
        engine.promote(name)
    engine.promote("sft")
    assert paths.latest.resolve() == paths.adapter("round-1").resolve()
