"""Files whose names a model chose: below the folder, through no link, over nothing, all or none."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from rft.generating.writing import NotWritten, write_files


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def refusal(folder: Path, files: Mapping[str, str], *, force: bool = False) -> str:
    """The words of the refusal, after which nothing has changed."""
    before = tree(folder.parent)
    with pytest.raises(NotWritten) as raised:
        write_files(folder, files, force=force)
    assert tree(folder.parent) == before
    assert raised.value.hint
    return str(raised.value)


def test_files_lie_below_the_folder(tmp_path: Path) -> None:
    files = {"ServerScriptService/Main.server.luau": "print(1)\n", "shared/deep/Util.luau": "return {}", "ä.luau": "return 'ä'"}
    written = write_files(tmp_path / "new" / "out", files)
    assert written == [tmp_path / "new" / "out" / name for name in files]
    assert tree(tmp_path / "new" / "out") == {name: code.rstrip("\n") + "\n" for name, code in files.items()}


@pytest.mark.parametrize("name", [
    "../x.luau", "a/../../x.luau", "..", "/etc/x.luau", "//x.luau", "a//x.luau", "./x.luau", "a/./x.luau", "", "a/", "C:/x.luau",
    "C:x.luau", "..\\x.luau", "a\\x.luau", "x\n.luau", "x\0.luau", "\x1b[2Jx.luau", "x" * 2000 + ".luau", "x" * 300 + ".luau",
])  # fmt: skip
def test_hostile_names_are_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    refusal(out, {"good.luau": "return 1", name: "return 2"})
    refusal(out, {name: "return 2"}, force=True)


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    out.mkdir()
    other.mkdir()
    (other / "kept.luau").write_text("mine")
    (out / "folder").symlink_to(other)
    (out / "file.luau").symlink_to(other / "kept.luau")
    (out / "dangling.luau").symlink_to(other / "new.luau")
    for name in ("folder/x.luau", "folder/kept.luau", "file.luau", "dangling.luau"):
        for force in (False, True):
            assert "is a link" in refusal(out, {"good.luau": "return 1", name: "return 2"}, force=force)


def test_what_is_there_stays_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "out" / "a").mkdir(parents=True)
    (tmp_path / "out" / "a" / "x.luau").write_text("mine")
    files = {"b.luau": "return 1", "a/x.luau": "return 2"}
    assert "a/x.luau is there already" in refusal(tmp_path / "out", files)
    write_files(tmp_path / "out", files, force=True)
    assert tree(tmp_path / "out") == {"a/x.luau": "return 2\n", "b.luau": "return 1\n"}


def test_a_folder_where_a_file_belongs_and_the_other_way_round(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "x.luau").mkdir(parents=True)
    (out / "y.luau").write_text("mine")
    assert "is no file" in refusal(out, {"x.luau": "return 1"}, force=True)
    assert "needs a folder there" in refusal(out, {"y.luau/z.luau": "return 1"}, force=True)
    os.mkfifo(out / "pipe.luau")
    with pytest.raises(NotWritten, match="is no file"):
        write_files(out, {"pipe.luau": "return 1"}, force=True)


@pytest.mark.parametrize("names", [("A/x.luau", "a/X.luau"), ("a.luau", "A.luau/b.luau"), ("a.luau/b.luau", "a.luau")])
def test_files_that_are_one_where_case_does_not_count(tmp_path: Path, names: tuple[str, str]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert "cannot both be there" in refusal(out, dict.fromkeys(names, "return 1"))


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert "cannot be used" in refusal(tmp_path / "file", {"x.luau": "return 1"})
    assert "cannot be used" in refusal(tmp_path / "file" / "below", {"x.luau": "return 1"})
