"""Whoever reads rows names the file, the line, what is wrong and the next step, with exit code 2."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from eval.errors import EvalError
from eval.task import load_task, load_tasks
from rft.cli import main
from rft.demonstrations import load_demonstrations
from rft.errors import RftError
from rft.evaluation.replies import read_replies
from rft.evaluation.suites import open_suite
from rollouts.errors import RolloutError
from rollouts.recorded import recorded_rows, survey
from scorers.cli.rows import open_rows, read_rows
from scorers.errors import ScorersError

TASK = """
prompt = "p"
category = "c"
difficulty = 1
entry_point = "f"
reference = "return function() return 1 end"
tests = 'test("one", function() expect(f()).toEqual(1) end)'
"""
LONG = 17 << 20
"""Bytes: above every reader's longest line."""


@dataclass(frozen=True)
class Reader:
    """A reader, a good row, the field that every row has, and how a place in a file is written."""

    name: str
    read: Callable[[Path], object]
    row: dict[str, object]
    needed: str
    place: str = "{file}:{line}: "

    def __str__(self) -> str:
        return self.name


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "one.toml").write_text(TASK)


def demonstrations(file: Path) -> int:
    return len(load_demonstrations(file))


def recorded(file: Path) -> int:
    survey(file, ["one"], 1)
    return len(list(recorded_rows(file)))


def scored(file: Path) -> int:
    with open_rows(str(file)) as lines:
        return len(list(read_rows(lines, str(file))))


def replies(file: Path) -> int:
    return len(read_replies(file, open_suite("suite").rows, limited=False))


TURNS = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
READERS = (
    Reader("prompt and completion", demonstrations, {"prompt": "p", "completion": "c"}, "completion"),
    Reader("chat", demonstrations, {"messages": TURNS}, "messages"),
    Reader("recorded", recorded, {"task": "one", "text": "x"}, "text", "{file}, row {line}: "),
    Reader("score", scored, {"id": 1, "code": "return 1"}, "code", "{file}, line {line} "),
    Reader("eval", replies, {"task": "one", "reply": "return 1"}, "reply"),
)
every_reader = pytest.mark.parametrize("reader", READERS, ids=str)


OURS = (click.ClickException, EvalError, RftError, RolloutError, ScorersError)


def refused(read: Callable[[Path], object], file: Path) -> str:
    """The sentence of a refusal, which has a next step and is the user's to mend."""
    with pytest.raises(OURS) as caught:
        read(file)
    assert getattr(caught.value, "exit_code", None) == 2, repr(caught.value)
    assert getattr(caught.value, "hint", "")
    return str(caught.value)


BAD = {
    "bad JSON": b'{"prompt": ',
    "no JSON at all": b"prompt,completion",
    "two rows on a line": b"{} {}",
    "a list": b"[1, 2]",
    "a text": b'"text"',
    "null": b"null",
    "not UTF-8": b'{"prompt": "\xe9"}',
    "UTF-16": '{"prompt": "p"}'.encode("utf-16"),
    "nested without end": b"[" * 100_000,
    "a number without end": b'{"prompt": ' + b"9" * 5000 + b"}",
    "nothing in it": b"{}",
}


@every_reader
@pytest.mark.parametrize("line", BAD.values(), ids=BAD)
def test_a_line_that_is_no_row_is_named(tmp_path: Path, reader: Reader, line: bytes) -> None:
    """Also after a blank line, which counts, and whatever ends the lines."""
    file = tmp_path / "rows.jsonl"
    good = json.dumps(reader.row).encode()
    file.write_bytes(b"\n" + b"\r\n".join([good, line, good]))
    said = refused(reader.read, file)
    assert said.startswith(reader.place.format(file=file, line=3)), said
    assert "line 1 column" not in said, "a row's own first line is none of the file's"


@every_reader
@pytest.mark.parametrize("value", [None, 7, ["x"], {"x": 1}, True], ids=str)
def test_a_field_of_a_wrong_type_is_named(tmp_path: Path, reader: Reader, value: object) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({**reader.row, reader.needed: value}))
    said = refused(reader.read, file)
    assert said.startswith(reader.place.format(file=file, line=1)), said
    assert reader.needed in said or reader.name == "chat"


@every_reader
def test_a_field_that_is_missing_is_named(tmp_path: Path, reader: Reader) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [reader.row, {name: value for name, value in reader.row.items() if name != reader.needed} | {"note": "x"}]
    file.write_text("\n".join(map(json.dumps, rows)))
    said = refused(reader.read, file)
    assert said.startswith(reader.place.format(file=file, line=2)), said
    assert reader.needed in said


@every_reader
def test_a_line_that_is_too_long_is_no_row(tmp_path: Path, reader: Reader) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(json.dumps(reader.row).encode() + b'\n{"prompt": "' + b"x" * LONG + b'"}\n')
    assert refused(reader.read, file).startswith(reader.place.format(file=file, line=2))


@every_reader
def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("nowhere.jsonl", "folder"):
        assert str(tmp_path / name) in refused(reader.read, tmp_path / name)


@pytest.mark.parametrize("reader", [reader for reader in READERS if reader.name != "score"], ids=str)
@pytest.mark.parametrize("text", [b"", b"\n \r\n", b"\xef\xbb\xbf"], ids=["empty", "blank", "only a mark"])
def test_an_empty_file_is_refused(tmp_path: Path, reader: Reader, text: bytes) -> None:
    """But for rows to score: a stream may be empty."""
    file = tmp_path / "rows.jsonl"
    file.write_bytes(text)
    assert str(file) in refused(reader.read, file)


@every_reader
def test_what_an_editor_adds_is_no_mistake(tmp_path: Path, reader: Reader) -> None:
    file = tmp_path / "rows.jsonl"
    row = json.dumps(reader.row).encode()
    file.write_bytes(b"\xef\xbb\xbf" + row + b"\r\n\r\n" + row)
    assert reader.read(file) == 2


@pytest.mark.parametrize("words", [("score", "--jsonl"), ("eval", "--suite", "suite", "--json", "--replies")], ids=" ".join)
def test_the_command_ends_with_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n{")
    monkeypatch.setattr(sys, "argv", ["rft", *words, str(file)])
    with pytest.raises(SystemExit) as caught:
        main()
    sentence, hint = capfd.readouterr().err.strip().splitlines()
    assert (caught.value.code, sentence.partition(str(file))[0]) == (2, "Error: ")
    assert "2" in sentence.removeprefix(f"Error: {file}")[:8]
    assert hint


def test_rows_to_score_may_be_none(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").touch()
    assert scored(tmp_path / "rows.jsonl") == 0


@pytest.mark.parametrize("reader", READERS[:2], ids=str)
def test_half_a_character_is_named_before_training(tmp_path: Path, reader: Reader) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(reader.row).replace('"p"', '"\\ud800"').replace('"q"', '"\\ud800"'))
    assert refused(reader.read, file).startswith(f"{file}:1: it holds half a character ('\\ud800')")


TASK_FILES = {
    "bad TOML": (TASK.replace('"c"', '"c').encode(), "is not valid TOML", "line 3"),
    "JSON": (b'{"prompt": "p"}', "is not valid TOML", "line 1"),
    "twice": (TASK.encode() + b'prompt = "q"', "is not valid TOML", "at end of document"),
    "missing": (TASK.replace('category = "c"', "").encode(), "is not a task: `category`: Field required", ""),
    "wrong type": (TASK.replace('"c"', "3").encode(), "is not a task: `category`: Input should be a valid string", "(line 3)"),
    "typo": (TASK.replace("category", "categry").encode(), "there is no field `categry` (line 3); did you mean `category`?", ""),
    "its id": (b'id = "x"\n' + TASK.encode(), "`id` is the file's name", "(line 1)"),
    "empty": (b"", "is not a task: `prompt`: Field required", ""),
    "not UTF-8": (TASK.replace('"c"', '"\xe9"').encode("latin-1"), "is not UTF-8: the byte 0xe9", "(line 3)"),
    "nested without end": (b"a = " + b"[" * 100_000, "is not valid TOML", ""),
    "a number without end": (b"difficulty = " + b"9" * 5000, "is not valid TOML", ""),
}


@pytest.mark.parametrize(("data", "what", "where"), TASK_FILES.values(), ids=TASK_FILES)
def test_a_task_file_that_is_wrong_is_named_with_its_line(tmp_path: Path, data: bytes, what: str, where: str) -> None:
    file = tmp_path / "suite" / "two.toml"
    file.write_bytes(data)
    said = refused(load_tasks, tmp_path / "suite")
    assert said.startswith(f"{file} ")
    assert what in said
    assert where in said


def test_a_task_file_may_have_been_saved_by_any_editor(tmp_path: Path) -> None:
    file = tmp_path / "suite" / "one.toml"
    plain = load_task(file)
    file.write_bytes(b"\xef\xbb\xbf" + TASK.replace("\n", "\r\n").encode())
    assert load_task(file) == plain
    (tmp_path / "suite" / ".one.toml").write_text("an editor's own")
    (tmp_path / "suite" / ".history").mkdir()
    (tmp_path / "suite" / ".history" / "one.toml").write_text(TASK)
    assert load_tasks(tmp_path / "suite") == (plain,)


def test_a_folder_of_tasks_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, what in (("nowhere", "there is no task folder"), ("suite/one.toml", "is no folder of tasks"), ("empty", "no task")):
        said = refused(load_tasks, tmp_path / name)
        assert str(tmp_path / name) in said
        assert what in said
    assert "cannot be read" in refused(load_task, tmp_path / "empty")
    (tmp_path / "suite" / "deep").mkdir()
    (tmp_path / "suite" / "deep" / "one.toml").write_text(TASK)
    said = refused(load_tasks, tmp_path / "suite")
    assert str(tmp_path / "suite" / "deep" / "one.toml") in said
    assert str(tmp_path / "suite" / "one.toml") in said
