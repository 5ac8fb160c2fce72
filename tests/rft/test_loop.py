"""The loop's story: what is asked of the engine, in which order, and what a decision changes; then the real one, once."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from eval.gate import Decision
from eval.outcome import BenchmarkResult, SampleOutcome, TaskOutcome
from eval.task import Task
from rft import loop
from rft.config import QUICKSTART, load_config
from rft.engine import BASE, FEW_SHOT, SFT, Engine, round_name
from rft.pool import Pool
from rft.run import start
from rft.sampling_stages import Inputs
from rft.selection import Scored, Selection
from rft.store import RunPaths, open_for_reading
from rft.throughput import read_throughput
from rft.training.adapter import TrainedAdapter
from rft.training.rows import TrainingRow
from tests.rft.world import HELD_OUT, NOUNS, a_config, a_task, scored

TASKS = (a_task("easy"), a_task("hard").model_copy(update={"difficulty": 3}))
DEMONSTRATIONS = tuple(TrainingRow(f"ask {i}", f"answer {i}") for i in range(4))


class Scripted(Engine):
    """An engine that does nothing but remember what it was asked, and whose gate promotes the stages it was told to."""

    def __init__(
        self, folder: Path, promotes: Sequence[str], rounds: int = 3, few_shot: int = 0, curriculum: bool = False
    ) -> None:
        self.config = a_config(rounds=rounds, benchmark={"few_shot": few_shot}, sampling={"curriculum": curriculum})
        self.inputs = Inputs(TASKS, (), DEMONSTRATIONS, folder, "base")
        self.paths = RunPaths(folder, "scripted")
        self.promotes = promotes
        self.asked: list[tuple[Any, ...]] = []
        self.selections: dict[int, Selection] = {}

    def benchmark(self, name: str, adapter: str | None = None, examples: Sequence[TrainingRow] = ()) -> BenchmarkResult:
        self.asked.append(("benchmark", name, adapter, len(examples)))
        return BenchmarkResult("suite", "hash", name, (TaskOutcome("t", "c", (SampleOutcome(0, 1, True, 0.0),)),))

    def train(self, name: str, rows: Sequence[TrainingRow]) -> TrainedAdapter:
        self.asked.append(("train", name, len(rows)))
        return TrainedAdapter(digest=name, change_norm=1.0, steps=1, final_loss=1.0, validation_loss=1.0, rows=len(rows))

    def gate(self, name: str, result: BenchmarkResult, incumbent: str | None) -> Decision:
        assert result.policy == name
        self.asked.append(("gate", name, incumbent))
        return Decision(name in self.promotes, "", 0.5, 0.5, None, 0.05, 0.0, (0.0, 0.0), None, (), ())

    def promote(self, name: str) -> None:
        self.asked.append(("promote", name))

    def sample(self, stage: str, tasks: Sequence[Task], adapter: str | None, round_index: int) -> list[Scored]:
        self.asked.append(("sample", stage, adapter, round_index, [task.id for task in tasks]))
        return [scored(task.id, 0, 0.9, eligible=task.id == "easy") for task in tasks]

    def record_selection(self, index: int, selection: Selection, candidates: Sequence[Scored]) -> None:
        assert {candidate.task for candidate in candidates} == selection.kept.keys() | selection.without.keys()
        self.selections[index] = selection

    def pass_rates(self, before: int) -> dict[str, float]:
        return {"easy": 1.0} if before > 1 else {}

    def pool(self, through: int) -> Pool:
        assert through in self.selections, "the pool is read from recorded selections"
        kept = [best for index in range(1, through + 1) for best in self.selections[index].kept.values()]
        return Pool((*DEMONSTRATIONS, *(TrainingRow(best.task, best.code) for best in kept)), (), 0)


def story(folder: Path, *promotes: str, **settings: Any) -> list[tuple[Any, ...]]:
    engine = Scripted(folder, promotes, **settings)
    loop.run(engine)
    return engine.asked


def who_sampled(asked: list[tuple[Any, ...]]) -> dict[str, str]:
    return {call[1]: call[2] for call in asked if call[0] == "sample"}


def test_one_round_in_order(tmp_path: Path) -> None:
    assert story(tmp_path, rounds=1, few_shot=3) == [
        ("benchmark", BASE, None, 0),
        ("benchmark", FEW_SHOT, None, 3),
        ("train", SFT, 4),
        ("benchmark", SFT, SFT, 0),
        ("gate", SFT, None),
        ("sample", "round-1", SFT, 1, ["easy", "hard"]),
        ("train", "round-1", 5),
        ("benchmark", "round-1", "round-1", 0),
        ("gate", "round-1", None),
    ]


def test_later_rounds_sample_from_what_was_promoted(tmp_path: Path) -> None:
    asked = story(tmp_path, SFT, "round-1", "round-2")
    assert who_sampled(asked) == {"round-1": SFT, "round-2": "round-1", "round-3": "round-2"}
    assert [call[1:] for call in asked if call[0] == "gate"] == [
        (SFT, None), ("round-1", SFT), ("round-2", "round-1"), ("round-3", "round-2"),
    ]  # fmt: skip


def test_a_refused_round_is_followed_by_new_samples_of_the_incumbent(tmp_path: Path) -> None:
    assert who_sampled(story(tmp_path, SFT)) == {"round-1": SFT, "round-2": SFT, "round-3": SFT}
    assert who_sampled(story(tmp_path, "round-1")) == {"round-1": SFT, "round-2": "round-1", "round-3": "round-1"}


def test_without_any_promotion_every_round_samples_from_sft(tmp_path: Path) -> None:
    asked = story(tmp_path)
    assert who_sampled(asked) == {"round-1": SFT, "round-2": SFT, "round-3": SFT}
    assert {call[2] for call in asked if call[0] == "gate"} == {None}


def test_each_round_is_a_stage_of_its_own(tmp_path: Path) -> None:
    """The round's number is part of a candidate's identity, so the same policy draws anew."""
    assert [call[3] for call in story(tmp_path) if call[0] == "sample"] == [1, 2, 3]


def test_the_link_moves_only_after_a_promoting_gate(tmp_path: Path) -> None:
    asked = story(tmp_path, SFT, "round-2")
    promotions = [i for i, call in enumerate(asked) if call[0] == "promote"]
    assert [asked[i] for i in promotions] == [("promote", SFT), ("promote", "round-2")]
    assert [asked[i - 1][:2] for i in promotions] == [("gate", SFT), ("gate", "round-2")]


def test_solved_tasks_are_not_sampled_again_and_their_answers_stay(tmp_path: Path) -> None:
    asked = story(tmp_path)
    assert [call[4] for call in asked if call[0] == "sample"] == [["easy", "hard"], ["hard"], ["hard"]]
    assert [call[2] for call in asked if call[0] == "train"] == [4, 5, 5, 5]


def test_with_a_curriculum_hard_tasks_come_later(tmp_path: Path) -> None:
    """Sooner than by the calendar, as the easy one is solved."""
    asked = story(tmp_path, curriculum=True)
    assert [call[4] for call in asked if call[0] == "sample"] == [["easy"], ["hard"], ["hard"]]


def test_no_rounds_is_sft_alone(tmp_path: Path) -> None:
    assert [call[0] for call in story(tmp_path, rounds=0)] == ["benchmark", "train", "benchmark", "gate"]


def test_the_real_loop_ends_with_every_fact(finished: RunPaths) -> None:
    stages = [SFT, round_name(1)]
    expected = {"config", "inputs", "finished", "measured:base", "drawn:round-1", "selection:round-1", "pool:round-1"}
    expected |= {f"{kind}:{stage}" for kind in ("adapter", "measured", "decision") for stage in stages}
    with open_for_reading(finished) as store:
        stated = {name for (name,) in store.connection.execute("SELECT name FROM facts")}
        counts = store.candidates.stages()
        promoted = [stage for stage in stages if store.fact(f"decision:{stage}")["promote"]]
        kept = store.fact("selection:round-1")["kept"]
    assert stated - {f"promoted:{stage}" for stage in stages} == expected
    assert promoted[0] == SFT, "in this world SFT learns the answer"
    assert {name for name in stated if name.startswith("promoted:")} == {f"promoted:{stage}" for stage in promoted}
    assert counts == {
        **dict.fromkeys((f"benchmark-{name}" for name in (BASE, *stages)), len(HELD_OUT)), "round-1": 2 * len(NOUNS),
    }  # fmt: skip
    assert finished.latest.resolve() == finished.adapter(promoted[-1]).resolve()
    assert kept, "and then passes training tasks"


def test_a_finished_round_is_exported_as_plain_files(finished: RunPaths) -> None:
    samples, rows = (
        [json.loads(line) for line in (finished.exports("round-1") / name).read_text().splitlines()]
        for name in ("samples.jsonl", "train.jsonl")
    )
    best = [sample for sample in samples if sample["kept"]]
    assert len(samples) == 2 * len(NOUNS)
    assert len({sample["task"] for sample in best}) == len(best)
    assert all(sample["eligible"] for sample in best)
    assert len(rows) == 4 + len(best)
    assert all(row.keys() == {"prompt", "completion"} for row in rows)
    assert finished.log_page.read_text().startswith("# Run tiny\n")
    metrics = [json.loads(line) for line in finished.metrics.read_text().splitlines()]
    assert [line["step"] for line in metrics if line["stage"] == "training-sft"] == list(range(1, 41))
    assert all({"loss", "tokens", "rate", "gradient_norm"} <= line.keys() for line in metrics if "step" in line)


def test_a_rounds_sampling_is_measured(finished: RunPaths) -> None:
    samples = [json.loads(line) for line in (finished.exports("round-1") / "samples.jsonl").read_text().splitlines()]
    right = [(sample["task"], sample["code"]) for sample in samples if sample["eligible"]]
    with open_for_reading(finished) as store:
        tokens = sum(candidate.tokens for candidate in store.candidates.of_stage("round-1"))
    found = read_throughput(finished.metrics)
    measured = found["round-1"]
    assert (measured.candidates, measured.drawn, measured.tokens) == (len(samples), len(samples), tokens)
    assert (measured.accepted, measured.distinct) == (len(right), len(set(right)))
    assert 0 < measured.sampling_seconds <= measured.seconds
    assert measured.engine_seconds < measured.seconds
    assert found["benchmark-sft"].accepted is None
    (told,) = json.loads((finished.folder / "report.json").read_text())["rounds"]
    assert told["sampling"] == measured.to_json()


def test_running_a_finished_run_again_does_nothing(in_finished: RunPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_child(*_arguments: object) -> None:
        raise AssertionError("a child was started")

    def contents() -> dict[Path, bytes]:
        files = (path for path in in_finished.workspace.rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in files if path.name not in ("lock", "run.db-shm", "run.db-wal")}

    monkeypatch.setattr("rollouts.child.start_child", no_child)
    before = contents()
    console = Console(file=io.StringIO())
    start(load_config(Path("rft.toml"), QUICKSTART, {}), in_finished, console)
    assert isinstance(console.file, io.StringIO)
    assert "is finished; nothing was done" in console.file.getvalue()
    assert contents() == before
