"""The schema of task files agrees with the reader: on every task that comes along, on new ones, on contradictions and typos."""

import errno
import json
import sys
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from eval.task import Task, TaskFileError, load_task, task_files
from eval.task_schema import task_schema
from rft.cli import cli, main
from rft.errors import InputError
from rft.proof import packaged_suites
from rft.task_files.schema_file import schema_text, write_schema

jsonschema = pytest.importorskip("jsonschema")

COMMON: dict[str, Any] = {"prompt": "p", "category": "c", "difficulty": 1, "reference": "r", "tests": "t"}
FUNCTION = {**COMMON, "entry_point": "f"}


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema.Draft7Validator(task_schema())


def test_every_task_that_comes_along_is_valid(validator: Any) -> None:
    templates = Path(str(resources.files("rft.starting.templates")))
    folders = [*map(Path, packaged_suites()), templates / "tasks", templates / "held-out"]
    files = [file for folder in folders for file in task_files(folder)]
    assert len(files) > 500
    wrong = {file.name for file in files if not validator.is_valid(tomllib.loads(file.read_text(encoding="utf-8")))}
    assert wrong == set()


@pytest.mark.parametrize(
    ("fields", "is_good"),
    [
        (FUNCTION, True), (COMMON, False), ({**FUNCTION, "promt": "p"}, False), ({**FUNCTION, "id": "x"}, False),
        ({**FUNCTION, "kind": "function", "random_inputs": "r"}, True), ({**COMMON, "kind": "module"}, True),
        ({**FUNCTION, "kind": "module"}, False), ({**COMMON, "kind": "module", "random_inputs": "r"}, False),
        ({**COMMON, "kind": "program"}, False), ({**COMMON, "kind": "script"}, True),
        ({**COMMON, "kind": "script", "world": True, "side": "client"}, True),
        ({**COMMON, "kind": "tools", "world": False}, False),
        ({**COMMON, "kind": "files", "side": "client"}, False), ({**COMMON, "kind": "files", "side": "server"}, True),
        ({**FUNCTION, "side": "client"}, False), ({**COMMON, "kind": "script", "side": "both"}, False),
        ({**FUNCTION, "setup": "s"}, False), ({**FUNCTION, "setup": "s", "world": False}, False),
        ({**FUNCTION, "setup": "s", "world": True}, True), ({**COMMON, "kind": "tools", "setup": "s"}, True),
        ({**FUNCTION, "setup": "", "world": True}, False), ({**FUNCTION, "entry_point": "a b"}, False),
        ({**FUNCTION, "difficulty": 6}, False), ({**FUNCTION, "difficulty": "hard"}, False), ({**FUNCTION, "prompt": ""}, False),
        ({**FUNCTION, "wrong": ["w"], "equivalent": {"label": "why"}, "assertions": 5}, True),
        ({**FUNCTION, "wrong": "w"}, False), ({**FUNCTION, "wrong": [""]}, False), ({**FUNCTION, "equivalent": {"l": ""}}, False),
        ({**FUNCTION, "assertions": 0}, False),
        *(({name: value for name, value in FUNCTION.items() if name != left_out}, False) for left_out in FUNCTION),
    ],
)  # fmt: skip
def test_the_schema_takes_what_the_reader_takes(tmp_path: Path, validator: Any, fields: dict[str, Any], is_good: bool) -> None:
    file = tmp_path / "a.toml"
    inner = {name: value for name, value in fields.items() if isinstance(value, dict)}
    lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items() if name not in inner]
    lines += [
        f"[{name}]\n{json.dumps(key)} = {json.dumps(value)}" for name, table in inner.items() for key, value in table.items()
    ]
    file.write_text("\n".join(lines))
    assert validator.is_valid(tomllib.loads(file.read_text())) == is_good
    if is_good:
        assert load_task(file).id == "a"
    else:
        with pytest.raises(TaskFileError):
            load_task(file)


def test_every_field_says_what_it_is() -> None:
    properties = task_schema()["properties"]
    assert set(properties) == set(Task.model_fields) - {"id"}
    assert all(len(field["description"].split()) >= 4 for field in properties.values())


def test_a_typo_is_named_with_its_line_and_the_nearest_field(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    lines = ['prompt = "p"', 'category = "c"', "difficulty = 1", "tests = '''", "referense = 1", "'''", 'referense = "r"']
    file.write_text("\n".join([*lines, 'entry_point = "f"']))
    with pytest.raises(TaskFileError, match=r"there is no field `referense` \(line 7\); did you mean `reference`\?"):
        load_task(file)


def test_the_command_writes_it_and_writes_over_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.json").write_text('{"title": "mine"}')
    Path("old.json").write_text(json.dumps({"title": task_schema()["title"]}))
    for name in ("new.json", "old.json"):
        assert CliRunner().invoke(cli, ["tasks", "schema", "-o", name]).exit_code == 0
        assert json.loads(Path(name).read_text()) == task_schema()
    assert json.loads(CliRunner().invoke(cli, ["tasks", "schema"]).stdout) == task_schema()
    for place in ("mine.json", ".", "/dev/full", "no/where.json"):
        monkeypatch.setattr(sys, "argv", ["rft", "tasks", "schema", "-o", place])
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 2
        assert place in capsys.readouterr().err
    assert Path("mine.json").read_text() == '{"title": "mine"}'


def test_a_write_that_fails_leaves_the_older_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "schema.json").write_text(json.dumps({"title": task_schema()["title"]}))
    (tmp_path / "link.json").symlink_to("schema.json")

    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("checkpoints.durable.flush", full)
        with pytest.raises(InputError, match="No space left"):
            write_schema(tmp_path / "schema.json")
    assert json.loads((tmp_path / "schema.json").read_text()) == {"title": task_schema()["title"]}
    write_schema(tmp_path / "link.json")
    assert (tmp_path / "schema.json").read_text() == schema_text()
    assert {place.name for place in tmp_path.iterdir()} == {"schema.json", "link.json"}


def test_a_missing_field_is_looked_for_in_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of a text that looks like the field would have all above it parsed."""
    looks_like_it = "reference = 1\n" * 50
    (tmp_path / "a.toml").write_text(
        f"prompt = 'p'\ncategory = 'c'\ndifficulty = 1\nentry_point = 'f'\ntests = '''\n{looks_like_it}'''"
    )
    parsed: list[str] = []
    loads = tomllib.loads

    def counted(text: str) -> dict[str, Any]:
        parsed.append(text)
        return loads(text)

    monkeypatch.setattr("eval.task.tomllib.loads", counted)
    with pytest.raises(TaskFileError, match=r"`reference`: Field required$"):
        load_task(tmp_path / "a.toml")
    assert len(parsed) == 1
