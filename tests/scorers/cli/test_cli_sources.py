"""Which files a folder stands for, and how they are read."""

import os
from pathlib import Path

import pytest

from scorers.cli.problems import Problem
from scorers.cli.sources import find_files, read_source


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("src/b.luau", "src/a/z.lua", "src/a/y.luau", "src/notes.md", "src/.git/x.luau", "src/Packages/x.luau"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("return 1\r\n")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_folder_is_its_luau_files_in_order() -> None:
    assert find_files(["src"]) == ["src/a/y.luau", "src/a/z.lua", "src/b.luau"]


@pytest.mark.usefixtures("folder")
def test_a_skipped_folder_is_scored_when_it_is_named() -> None:
    assert find_files(["src/Packages"]) == ["src/Packages/x.luau"]


@pytest.mark.usefixtures("folder")
def test_a_file_named_twice_is_there_once() -> None:
    assert find_files(["src/b.luau", "src", "-", "-"]) == ["src/b.luau", "src/a/y.luau", "src/a/z.lua", "-"]


@pytest.mark.usefixtures("folder")
def test_a_named_file_may_have_any_ending() -> None:
    assert find_files(["src/notes.md"]) == ["src/notes.md"]


@pytest.mark.usefixtures("folder")
def test_loops_of_links_and_things_that_are_no_files_do_no_harm() -> None:
    Path("src/a/up").symlink_to("..")
    Path("src/self.luau").symlink_to("self.luau")
    Path("src/gone.luau").symlink_to("nowhere")
    Path("src/folder.luau").mkdir()
    os.mkfifo("src/pipe.luau")
    assert find_files(["src"]) == ["src/a/y.luau", "src/a/z.lua", "src/b.luau"]


@pytest.mark.usefixtures("folder")
def test_a_source_keeps_its_line_ends() -> None:
    assert read_source("src/b.luau").code == "return 1\r\n"


def test_a_file_without_permission_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.luau"
    file.touch()

    def refuse(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(Problem, match=r"a\.luau cannot be read: Permission denied"):
        read_source(str(file))


def test_a_replacement_character_in_the_file_is_no_reason_for_a_note(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.luau"
    file.write_text("-- \ufffd", encoding="utf-8")
    assert read_source(str(file)).code == "-- \ufffd"
    assert capsys.readouterr().err == ""
    file.write_bytes(b"-- \xff")
    assert read_source(str(file)).code == "-- \ufffd"
    assert "is not UTF-8" in capsys.readouterr().err
