"""Task files: their fields, what may stand together, and what identifies a task."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from eval.categories import SEED_CATEGORIES, seed_counts
from eval.task import Task, TaskFileError, load_task, load_tasks
from scorers.execution import Tests

COMMON: dict[str, Any] = {
    "prompt": "Add two numbers.",
    "category": "language",
    "difficulty": 1,
    "reference": "local function add(a, b) return a + b end",
    "tests": 'test("adds", function() expect(add(1, 2)).toEqual(3) end)',
}
FUNCTION = {**COMMON, "entry_point": "add"}


def a_task(**fields: Any) -> Task:
    return Task(id="add", **fields)


def write(file: Path, fields: dict[str, Any]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(f"{name} = {json.dumps(value)}" for name, value in fields.items()))
    return file


def test_a_function_task_identifies_itself_as_before_there_were_other_kinds() -> None:
    """Stored scores and runs hang on these values."""
    assert a_task(**FUNCTION).fingerprint() == "468a3f3c7e0b31cc"
    assert a_task(**FUNCTION).content() == json.dumps({"id": "add", **ORDERED}, separators=(",", ":"))


ORDERED = {
    **{name: FUNCTION[name] for name in ("prompt", "category", "difficulty", "entry_point", "reference", "tests")},
    "random_inputs": None,
}


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "module"},
        {"kind": "module", "world": True},
        {"kind": "module", "world": True, "setup": "local x = 1"},
        {"kind": "script"},
        {"kind": "script", "side": "client"},
        {"kind": "script", "setup": "local x = 1"},
        {"kind": "files"},
        {"kind": "tools"},
        {"entry_point": "add", "world": True},
        {"entry_point": "add", "assertions": 3},
        {"entry_point": "sum"},
    ],
)
def test_whatever_decides_is_in_the_fingerprint(fields: dict[str, Any]) -> None:
    task, plain = a_task(**COMMON, **fields), a_task(**FUNCTION)
    assert task.fingerprint() != plain.fingerprint()
    assert task.content() != plain.content()


def test_what_only_proves_a_task_is_in_no_fingerprint() -> None:
    proved = a_task(**FUNCTION, wrong=["return 1"], equivalent={"a label": "the order does not matter"})
    assert proved.fingerprint() == a_task(**FUNCTION).fingerprint()
    assert proved.content() == a_task(**FUNCTION).content()


@pytest.mark.parametrize("kind", ["script", "files", "tools"])
def test_some_kinds_always_have_a_world(tmp_path: Path, kind: str) -> None:
    assert a_task(**COMMON, kind=kind).world
    with pytest.raises(TaskFileError, match=f"`world`: kind {kind} always has one"):
        load_task(write(tmp_path / "bad.toml", {**COMMON, "kind": kind, "world": False}))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (COMMON, "`entry_point`: kind function needs one"),
        ({**FUNCTION, "kind": "script"}, "`entry_point`: kind function needs one, no other kind has one"),
        ({**COMMON, "kind": "module", "random_inputs": "return nil"}, "`random_inputs`: only kind function"),
        ({**COMMON, "kind": "module", "setup": "local x"}, "`setup`: it needs world = true"),
        ({**COMMON, "kind": "files", "side": "client"}, "`side`: only kind script"),
        ({**COMMON, "kind": "program"}, "`kind`: Input should be 'function'"),
        ({**COMMON, "kind": "script", "side": "both"}, "`side`: Input should be 'server'"),
        ({**FUNCTION, "assertions": 0}, "`assertions`"),
        ({**FUNCTION, "wrong": [""]}, "`wrong.0`"),
        ({**FUNCTION, "wrong": "return 1"}, "`wrong`"),
    ],
)
def test_a_contradiction_is_named(tmp_path: Path, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(TaskFileError) as caught:
        load_task(write(tmp_path / "bad.toml", fields))
    assert str(caught.value).startswith(f"{tmp_path / 'bad.toml'} is not a task: {message}")
    assert caught.value.hint


def test_a_task_is_checked_without_a_file_too() -> None:
    with pytest.raises(ValidationError):
        a_task(**COMMON)


def test_the_tests_are_handed_on_whole() -> None:
    task = a_task(**COMMON, kind="script", side="client", setup="local x = 1", assertions=4)
    tests = task.executable()
    assert tests == Tests(
        None, COMMON["tests"], COMMON["reference"], seed=tests.seed, kind="script", world=True, side="client",
        setup="local x = 1", assertions=4,
    )  # fmt: skip


def test_folders_are_read_with_all_that_is_in_them(tmp_path: Path) -> None:
    for place in ("b/two.toml", "a/three.toml", "one.toml"):
        write(tmp_path / place, FUNCTION)
    assert [task.id for task in load_tasks(tmp_path)] == ["one", "three", "two"]
    write(tmp_path / "a" / "two.toml", FUNCTION)
    with pytest.raises(TaskFileError) as caught:
        load_tasks(tmp_path)
    assert str(tmp_path / "a" / "two.toml") in str(caught.value)
    assert str(tmp_path / "b" / "two.toml") in str(caught.value)


@pytest.mark.parametrize("kind", ["module", "script"])
def test_plain_kinds_are_asked_with_their_prompt(kind: str) -> None:
    assert a_task(**COMMON, kind=kind).question() == COMMON["prompt"]
    assert a_task(**FUNCTION).question() == COMMON["prompt"]


def test_a_tools_task_is_asked_with_all_tools() -> None:
    question = a_task(**COMMON, kind="tools").question()
    assert question.endswith(f"\n\n{COMMON['prompt']}")
    assert question.count("\n- ") == 16
    for line in (
        "- get_studio_mode(): ",
        "- get_console_output(limit?: integer): ",
        "- create_object(className: string, parent: string, properties?: object): ",
        "- mass_set_property(paths: array of strings, property: string, value: any): ",
        '<tool_call>\n{"name": "tool", "arguments": {"argument": "value"}}\n</tool_call>',
    ):
        assert line in question


def test_a_files_task_says_how_files_are_named() -> None:
    question = a_task(**COMMON, kind="files").question()
    assert question.startswith(f"{COMMON['prompt']}\n\n")
    assert "### ServerScriptService/Main.server.luau" in question


def test_categories_compare_with_the_five_of_the_seeds() -> None:
    assert len(SEED_CATEGORIES) == 12
    assert seed_counts(["ui", "debugging", "ui"]) == {"coding": 2, "MCP": 0, "bugfix": 1, "architecture": 0, "embodiment": 0}
    assert seed_counts(["ui", "numbers"]) == {}
    assert seed_counts([]) == {}
