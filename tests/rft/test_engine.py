"""Single stages over a real store: what is stated once, what stops a round, and what a judge may not leave out."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from eval.task import Task
from rft.engine import ContaminationError, Engine, Inputs
from rft.judging.opinions import Entry, JudgedRound, Opinion, RoundJudge
from rft.scoring import Scoring
from rft.selection import best_of_n
from rft.store import RunPaths, RunStore
from rft.training.rows import TrainingRow
from rft.view import View
from rollouts.store import Candidate
from tests.rft.world import a_config, a_task, scored

HELD_OUT = a_task("held-out", reference="return function(a, b, c) return a * b + c / 2 - a end")
TASKS = tuple(a_task(name, number=i) for i, name in enumerate(("one", "two", "three", "four")))
SCORED = [scored(task.id, 0, 0.9, eligible=task.id != "four") for task in TASKS]


@pytest.fixture
def engine(paths: RunPaths, store: RunStore) -> Engine:
    return engine_of(paths, store)


def engine_of(paths: RunPaths, store: RunStore, judge: RoundJudge | None = None) -> Engine:
    inputs = Inputs(TASKS, (HELD_OUT,), (TrainingRow("ask", "answer"),), Path("model"), "base")
    view = View(Console(file=io.StringIO()), paths.events)
    return Engine(a_config(model="tiny-random"), inputs, paths, store, view, judge)


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


class Judging:
    """A judge that remembers what it was asked, and leaves out who is named."""

    def __init__(self, silent_on: str = "") -> None:
        self.silent_on = silent_on
        self.asked: list[list[str]] = []

    def judge(self, _stage: str, entries: Sequence[Entry], _view: View) -> JudgedRound:
        eligible = [entry.candidate.key for entry in entries if entry.facts.eligible]
        self.asked.append(eligible)
        opinions = {key: Opinion(0.5, 1, "because") for key in eligible if key != self.silent_on}
        return JudgedRound("scripted", opinions, {})


def sampled(engine: Engine, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> dict[str, float | None]:
    """Rewards by key of three stored candidates of one task: two that pass, one that does not."""
    task: Task = TASKS[0]
    for i, text in enumerate(("return type", "-- the same\nreturn type", "return tostring")):
        store.candidates.add(Candidate("round-1", task.id, i, f"key-{i}", text, 1, "stop"))
    with Scoring(store) as scoring:
        for candidate in store.candidates.of_stage("round-1"):
            scoring.submit(candidate, task)
        scoring.finish()
    monkeypatch.setattr(engine, "_draw_and_score", lambda _request, _tasks: 0)
    return {f"key-{each.index}": each.reward for each in engine.sample("round-1", [task], None, 1)}


def test_the_judges_opinion_counts_for_what_is_eligible(
    paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Judging()
    rewards = sampled(engine_of(paths, store, judge), store, monkeypatch)
    assert judge.asked == [["key-0", "key-1"]]
    assert rewards["key-0"] is not None
    assert 0.6 * 0.5 < rewards["key-0"] <= 0.4 + 0.6 * 0.5
    assert rewards["key-2"] == 0


def test_a_missing_opinion_is_no_zero(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    rewards = sampled(engine_of(paths, store, Judging(silent_on="key-1")), store, monkeypatch)
    assert rewards["key-0"] is not None
    assert rewards["key-1"] is None


def test_opinions_are_asked_for_once(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = Judging()
    engine = engine_of(paths, store, judge)
    assert sampled(engine, store, monkeypatch) == sampled(engine, store, monkeypatch)
    assert len(judge.asked) == 1
