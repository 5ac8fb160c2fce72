"""A round's sampling: scoring and judging beside it, waves, sources that have too little, and stops at any moment."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from judges import JudgePaused
from rft.engine import Engine
from rft.selection import Scored
from rft.store import RunPaths, RunStore, open_for_writing
from rft.throughput import read_throughput
from tests.rft.drawing_world import WRONG, FakeJudge, Stop, TableSource, engine_of, right, tasks_of, use_source

TASKS = tasks_of("easy", "rare", "never")


def sample(engine: Engine) -> list[Scored]:
    return engine.sample("round-1", engine.inputs.tasks, None, 1)


def by_place(scored: list[Scored]) -> dict[tuple[str, int], bool]:
    return {(each.task, each.index): each.eligible for each in scored}


def table(task: str, index: int) -> str:
    """`easy` is always right and each time in another way, `rare` is at index 3 and 5, `never` is not."""
    return right(index) if task == "easy" or (task == "rare" and index in (3, 5)) else WRONG


Scores = list[tuple[str, str]]


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> Scores:
    """The scores of all answers in the table, by the real workers."""
    paths = RunPaths(tmp_path_factory.mktemp("scores"), "scores")
    with open_for_writing(paths) as store, pytest.MonkeyPatch.context() as patch:
        use_source(patch, TableSource(table))
        sample(engine_of(paths, store, TASKS, n=6))
        return store.connection.execute("SELECT key, json FROM scores").fetchall()


def fill(store: RunStore, scores: Scores) -> None:
    for key, score in scores:
        store.add_score(key, json.loads(score))


@pytest.fixture
def store(paths: RunPaths, scores: Scores) -> Iterator[RunStore]:
    """A store that knows the answers' scores, so that no workers are started."""
    with open_for_writing(paths) as opened:
        fill(opened, scores)
        yield opened


def test_every_candidate_is_drawn_scored_and_noted(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    use_source(monkeypatch, TableSource(table))
    found = by_place(sample(engine_of(paths, store, TASKS, n=4)))
    assert found == {(task.id, i): task.id == "easy" or (task.id, i) == ("rare", 3) for task in TASKS for i in range(4)}
    assert store.fact("drawn:round-1") == {"candidates": 12}
    noted = read_throughput(paths.metrics)["round-1"]
    assert (noted.candidates, noted.tokens, noted.accepted, noted.distinct) == (12, 36, 5, 5)
    assert (noted.finish_reasons, noted.accepted_share) == ({"stop": 12}, 5 / 12)
    waits = (noted.sampling_seconds, noted.scoring_seconds, noted.judging_seconds)
    assert 0 <= max(waits) <= noted.seconds


def test_a_finished_task_is_judged_while_others_are_drawn(
    paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source has no last candidate until the judge has the first task."""
    log: list[str] = []
    source = use_source(monkeypatch, TableSource(table, log, awaited="judge got easy"))
    scored = sample(engine_of(paths, store, TASKS, FakeJudge(log), n=2))
    assert log.index("judge got easy") < log.index("drew never 1") < log.index("source closed")
    assert log[-1] == "judge is waited for", "a judge on the same device begins when the source's child is gone"
    assert source.drawn == [(task.id, i) for task in TASKS for i in range(2)]
    assert {each.task for each in scored if each.reward and each.eligible} == {"easy"}


def test_a_judge_that_pauses_loses_no_candidate(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    source, judge = use_source(monkeypatch, TableSource(table)), FakeJudge(pauses=True)
    engine = engine_of(paths, store, TASKS, judge, n=2)
    with pytest.raises(JudgePaused):
        sample(engine)
    assert store.candidates.stages() == {"round-1": 6}
    assert store.fact("judged:round-1") is None
    judge.pauses = False
    scored = sample(engine)
    assert len(source.drawn) == len(scored) == 6
    sample(engine)
    assert judge.rounds == 2, "opinions are asked for once"


def test_a_missing_opinion_is_no_zero(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    use_source(monkeypatch, TableSource(table))
    judge = FakeJudge(leaves_out="easy-1")
    rewards = {f"{each.task}-{each.index}": each.reward for each in sample(engine_of(paths, store, TASKS, judge, n=2))}
    assert judge.asked == ["easy-0", "easy-1"]
    assert rewards["easy-0"] is not None
    assert 0.6 * 0.5 < rewards["easy-0"] <= 0.4 + 0.6 * 0.5
    assert (rewards["easy-1"], rewards["never-0"]) == (None, 0)


def test_waves_stop_where_there_is_enough_and_go_on_where_it_helps(
    paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, log = use_source(monkeypatch, TableSource(table)), list[str]()
    source.log = log
    engine = engine_of(paths, store, TASKS, FakeJudge(log), n=4, enough=2)
    scored = sample(engine)
    counts = {task.id: sum(each.task == task.id for each in scored) for task in TASKS}
    assert counts == {"easy": 2, "rare": 6, "never": 4}
    assert log.index("judge got easy") < log.index("drew rare 2"), "a task with enough is judged before the next wave"
    assert log.index("drew rare 5") < log.index("judge got rare")
    kept = engine_selection(engine, scored)
    assert kept["gain"] == {
        "enough": 2, "samples": 12, "budget": 12, "solved": 2, "solved_alone": 2, "answers": 4, "answers_alone": 3,
    }  # fmt: skip


def engine_selection(engine: Engine, scored: list[Scored]) -> dict[str, object]:
    from rft.selection import best_of_n

    engine.record_selection(1, best_of_n(scored, 0.7), scored)
    fact: dict[str, object] = engine.store.fact("selection:round-1")
    return fact


@pytest.mark.parametrize(("enough", "stops"), [(None, [1] * 11), (2, [1] * 11), (2, [5])])
def test_stopped_anywhere_a_round_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scores: Scores, enough: int | None, stops: list[int]
) -> None:
    """With a stop after every candidate scores are there from the start, so that no workers are; with one stop they are not."""
    whole, stopped = RunPaths(tmp_path, "whole"), RunPaths(tmp_path, "stopped")
    drawn: list[tuple[str, int]] = []
    with open_for_writing(whole) as untouched, open_for_writing(stopped) as store:
        fill(untouched, scores)
        use_source(monkeypatch, TableSource(table))
        expected = sample(engine_of(whole, untouched, TASKS, FakeJudge(), n=4, enough=enough))
        if len(stops) == 11:
            fill(store, scores)
        for count in stops:
            source = use_source(monkeypatch, TableSource(table, stop_at=count))
            with pytest.raises(Stop):
                sample(engine_of(stopped, store, TASKS, FakeJudge(), n=4, enough=enough))
            drawn += source.drawn
        last = use_source(monkeypatch, TableSource(table))
        assert sample(engine_of(stopped, store, TASKS, FakeJudge(), n=4, enough=enough)) == expected
    drawn += last.drawn
    assert len(drawn) == len(set(drawn)) == len(expected)


def test_what_a_source_does_not_have_is_not_waited_for(paths: RunPaths, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that was drawn to its end stays so when its source gets more."""
    few = {("easy", 0): right(0), ("rare", 1): WRONG}
    use_source(monkeypatch, TableSource(lambda task, i: few.get((task, i))))
    judge = FakeJudge()
    engine = engine_of(paths, store, TASKS, judge, n=2)
    assert by_place(sample(engine)) == {("easy", 0): True, ("rare", 1): False}
    assert judge.asked == ["easy-0"]
    use_source(monkeypatch, TableSource(table))
    assert len(sample(engine)) == 2


def test_recorded_candidates_take_the_place_of_sampling(paths: RunPaths, store: RunStore, tmp_path: Path) -> None:
    """Their commits reach the disk together and in order: what a power cut leaves is a beginning, and the file has the rest."""
    file = tmp_path / "candidates.jsonl"
    rows = [{"task": task, "text": table(task, i)} for task in ("easy", "rare") for i in range(5)]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    engine = engine_of(paths, store, TASKS, n=4, candidates=str(file))
    found = sample(engine)
    assert len(found) == 8
    assert store.connection.execute("PRAGMA synchronous").fetchone() == (2,), "as before: each commit waits for the disk"
    with store.connection:
        store.connection.execute("DELETE FROM facts WHERE name = 'drawn:round-1'")
        store.connection.execute("DELETE FROM candidates WHERE task = 'rare' AND idx > 1")
    assert sample(engine) == found
    file.unlink()
    assert sample(engine) == found
