"""What a run works on is read and proved before anything is spent; a wrong input is named with its place."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.task import TaskFileError, load_task, load_tasks
from rft.config import RftConfig
from rft.errors import InputError
from rft.inputs import (
    TRAINING,
    described,
    read_inputs,
    refuse_broken_tasks,
    refuse_changed,
    refuse_contamination,
)
from rft.sampling_stages import Inputs
from rft.store import RunStore
from rft.training.rows import TrainingRow
from tests.rft.world import DEMONSTRATIONS, HELD_OUT, NOUNS, a_config, a_task, write_workspace

AREA = a_task(
    "area",
    prompt="Write a function that gives the area of a triangle",
    reference="return function(w, h) return w * h / 2 end",
)
ROW = TrainingRow("Add two numbers", "```luau\nreturn function(a, b) return a + b end\n```")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_workspace(tmp_path)


def config_of(**data: object) -> RftConfig:
    folders = {"tasks": "tasks", "benchmark": "held-out", "demonstrations": "demonstrations.jsonl", "general": "none", **data}
    return a_config(model="tiny-random", data=folders)


def test_a_workspace_is_read(workspace: Path, cache: Path) -> None:
    inputs = read_inputs(config_of(), workspace / "log")
    assert [task.id for task in inputs.tasks] == sorted(NOUNS)
    assert [task.id for task in inputs.benchmark] == sorted(HELD_OUT)
    assert [row.prompt for row in inputs.demonstrations] == [row["prompt"] for row in DEMONSTRATIONS]
    assert inputs.model == cache / "models" / "tiny-random"


def test_a_limit_takes_the_first_of_each_folder(workspace: Path, cache: Path) -> None:
    assert cache.is_dir()
    inputs = read_inputs(config_of(limit=2), workspace / "log")
    assert [task.id for task in inputs.tasks] == ["boats", "clouds"]
    assert [task.id for task in inputs.benchmark] == ["apple", "button"]
    assert len(inputs.demonstrations) == len(DEMONSTRATIONS)


def test_a_training_task_of_the_benchmark_is_refused() -> None:
    same_code = a_task("mine", prompt="Take half of a product", reference=AREA.reference)
    same_words = a_task("mine", prompt=AREA.prompt.upper())
    for task in (same_code, same_words):
        with pytest.raises(InputError, match="the training task mine repeats the held-out task area"):
            refuse_contamination((a_task("clean"), task), (), (AREA,))


@pytest.mark.parametrize("row", [TrainingRow(AREA.prompt, "return 1"), TrainingRow("Tell", f"```lua\n{AREA.reference}\n```")])
def test_a_demonstration_of_the_benchmark_is_refused(row: TrainingRow) -> None:
    with pytest.raises(InputError, match="demonstration 2 repeats the held-out task area") as caught:
        refuse_contamination((), (ROW, row), (AREA,))
    assert "Remove or change one of them" in caught.value.hint


def test_what_repeats_the_general_suite_is_refused_with_its_name() -> None:
    other = a_task("other", prompt="Name the days", reference="return {}")
    with pytest.raises(InputError, match="training task mine repeats the held-out task general:area") as caught:
        refuse_contamination((a_task("mine", prompt=AREA.prompt),), (), (other,), (AREA,))
    assert "data.general names another suite, or none." in caught.value.hint
    with pytest.raises(InputError, match="demonstration 1 repeats the held-out task general:area"):
        refuse_contamination((), (TrainingRow("Tell", AREA.reference),), (other,), (AREA,))


def test_clean_inputs_are_not_refused() -> None:
    refuse_contamination((a_task("mine"),), (ROW,), (AREA,), (AREA,))


def test_a_folder_without_tasks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("nothing")
    with pytest.raises(TaskFileError, match="holds no task"):
        load_tasks(tmp_path)
    with pytest.raises(TaskFileError, match="there is no task folder"):
        load_tasks(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"difficulty": 9}, "`difficulty`"),
        ({"entry_point": "not a name"}, "`entry_point`"),
        ({"prompt": ""}, "`prompt`"),
        ({"colour": "red"}, "`colour`"),
        ({"tests": None}, "`tests`: Field required"),
        ({"id": "other"}, "`id`"),
    ],
)
def test_a_bad_task_file_is_named_with_its_field(tmp_path: Path, change: dict[str, object], named: str) -> None:
    fields = {**a_task("x").model_dump(exclude={"id"}, exclude_none=True), **change}
    file = tmp_path / "bad.toml"
    file.write_text("\n".join(f"{name} = {json.dumps(value)}" for name, value in fields.items() if value is not None))
    with pytest.raises(TaskFileError) as caught:
        load_task(file)
    assert str(file) in str(caught.value)
    assert named in str(caught.value)
    assert caught.value.hint


def test_a_task_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("prompt = ")
    with pytest.raises(TaskFileError, match=r"bad\.toml is not valid TOML"):
        load_tasks(tmp_path)


def test_a_reference_that_fails_stops_the_run() -> None:
    broken = a_task("broken", reference="return function() return nil end")
    with pytest.raises(InputError, match=r"1 task\(s\) cannot be used: broken: the reference fails 'names the type'"):
        refuse_broken_tasks((a_task("fine"), broken))


def test_a_changed_input_is_named(store: RunStore) -> None:
    inputs = Inputs((a_task("one"), a_task("two")), (AREA,), (ROW,), Path("model"), "hash")
    store.state("inputs", described(inputs))
    refuse_changed(store, described(inputs), "")
    changed = replace(inputs, tasks=(a_task("one"), a_task("two", number=7)), base_hash="other", demonstrations=())
    with pytest.raises(InputError, match="base model, demonstrations, training task two") as caught:
        refuse_changed(store, described(changed), "")
    assert "--name NEW" in caught.value.hint
    refuse_changed(store, {k: v for k, v in described(inputs).items() if k.startswith(TRAINING)}, TRAINING)
