"""`rft doctor`: what it says of a machine, of the recipes, and of worlds in which something is broken."""

import errno
import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rft.cli import cli
from rft.doctor import examination, examine, installing, packages, recipes
from rft.doctor import scene as scenes
from rft.doctor.finding import Examination, Finding, problem
from rft.doctor.view import closing_lines, finding_lines
from rft.errors import InputError
from rft.needs import Needs
from rft.recipes import recipe_names
from rollouts.errors import ChildDied
from tests.rft.doctor_world import FACTS


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder to work in, a home of its own, and a doctor that starts no child."""
    (tmp_path / "home").mkdir()
    (tmp_path / "here").mkdir()
    for name, value in (("HOME", tmp_path / "home"), ("RFT_CACHE", tmp_path / "home" / "cache")):
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(examination, "SECTIONS", tuple(name for name in examination.SECTIONS if name != "luau"))
    monkeypatch.setattr(scenes, "stream_child", lambda *_arguments: iter([FACTS]))
    monkeypatch.setattr(recipes, "recipe_names", lambda: ("smoke",))
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def rft(*options: str) -> Result:
    return CliRunner().invoke(cli, ["doctor", *options])


def told() -> dict[str, Any]:
    """By name what the doctor says, and `code`, `commands`, `recipes` beside that."""
    result = rft("--json")
    said = json.loads(result.stdout)
    assert said["ready"] == (result.exit_code == 0)
    findings = {finding["name"]: finding for finding in said["findings"]}
    return {**findings, "code": result.exit_code, "commands": said["commands"], "recipes": said["recipes"]}


def test_a_machine_that_lacks_nothing() -> None:
    result = rft()
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("Nothing is missing: a run can begin here.\n")
    assert "metal (Apple M9), MLX 0.32.4; weights stay quantised" in result.stdout
    assert "rft lets 24.0 GB be wired" in result.stdout
    assert "a run here needs no network" in result.stdout
    assert "!!" not in result.stdout


def test_it_shows_what_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "recipe_names", recipe_names)
    needed = told()["recipes"]
    assert needed.keys() == set(recipe_names())
    assert needed["mistral-7b"]["fits"] is True
    assert needed["qwen3.5-35b"]["lacking"] == ["training"]
    words = rft().stdout
    table = [line for line in words.splitlines() if line.startswith("   ") and line.split()[0] in recipe_names()]
    assert len(table) == len(recipe_names())
    assert any("qwen3.5-35b" in line and line.endswith("no: training") for line in table)
    assert max(map(len, table)) <= 80


def test_it_looks_at_the_configuration_here(place: Path) -> None:
    (place / "rft.toml").write_text('model = "somebody/their-model"\n')
    assert examine().needs["rft.toml"] is None
    assert "sizes of its model are not known" in rft().stdout
    (place / "rft.toml").write_text('recipe = "smoke"\n')
    assert isinstance(examine().needs["rft.toml"], Needs)
    (place / "rft.toml").write_text("rounds = = 3")
    assert "rft.toml" not in examine().needs


def test_a_configuration_that_does_not_fit_is_a_problem_but_no_end(place: Path) -> None:
    (place / "rft.toml").write_text('recipe = "qwen3.5-35b"\n')
    said = told()
    assert (said["memory"]["ok"], said["memory"]["needed"]) == (False, False)
    assert "training.batch_size" in said["memory"]["text"]
    assert "comes from the Hub" in said["network"]["text"] or not said["network"]["ok"]


def test_where_mlx_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_arguments: Any) -> Iterator[Any]:
        raise ChildDied("the child process ended with exit code 1.\nTraceback\n  File x\nImportError: no libmlx\n")

    monkeypatch.setattr(scenes, "stream_child", dies)
    said = told()
    assert said["device"]["text"] == "MLX does not start: ImportError: no libmlx"
    assert said["code"] == 1
    assert said["device"]["fix"] in said["commands"]
    assert said["recipes"]["smoke"] is not None


def test_a_package_that_cannot_be_imported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The section that needs it is told as lacking, the others go on."""
    (tmp_path / "stubs" / "numpy").mkdir(parents=True)
    (tmp_path / "stubs" / "numpy" / "__init__.py").touch()
    real = installing.place
    monkeypatch.setattr(installing, "place", lambda name: tmp_path / "stubs" / name if name == "numpy" else real(name))
    monkeypatch.setattr(packages, "place", installing.place)
    monkeypatch.setitem(sys.modules, "rft.doctor.workspace", None)
    said = told()
    assert said["numpy"]["text"].startswith(f"{tmp_path / 'stubs' / 'numpy'} stands in for the installed")
    assert said["numpy"]["fix"] == said["commands"][0] == "unset PYTHONPATH"
    assert said["workspace"]["text"].startswith("could not be looked at: ModuleNotFoundError")
    assert said["workspace"]["fix"] == installing.all_of_rft()
    assert said["disk"]["ok"]
    assert said["code"] == 1


def test_a_disk_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any, **_options: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("rft.doctor.disk.tempfile.TemporaryFile", full)
    monkeypatch.setattr("rft.doctor.disk.shutil.disk_usage", lambda _place: type("Usage", (), {"free": 4096})())
    said = told()
    assert said["code"] == 1
    assert "too little" in said["disk"]["text"]
    assert said["workspace folder"]["text"].endswith("cannot be written: No space left on device")
    assert said["workspace folder"]["fix"] == "df -h"
    assert not said["temporary files"]["ok"]


def test_no_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr("rft.doctor.disk.tempfile.gettempdir", none)
    assert told()["temporary files"]["fix"] == 'export TMPDIR="$HOME"'


def test_no_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("RFT_CACHE")
    monkeypatch.setattr("pathlib.Path.home", homeless)
    said = told()
    assert said["code"] == 1
    assert said["model cache"]["text"].startswith("has no place: there is no home folder")
    assert said["commands"] == ['export RFT_CACHE="$PWD/.rft-cache"']
    assert not [name for name, finding in said.items() if isinstance(finding, dict) and "could not be" in finding.get("text", "")]


def test_a_cache_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    monkeypatch.setenv("RFT_CACHE", "/proc/1/cache")
    said = told()
    assert (said["model cache"]["ok"], said["model cache"]["needed"]) == (False, True)
    assert said["model cache"]["fix"] == 'export RFT_CACHE="$PWD/.rft-cache"'
    (place / "rft.toml").write_text('model = "somewhere"')
    assert told()["model cache"]["needed"] is False


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rounds = = 3", "rft.toml is not valid TOML"),
        ("roundz = 3", "Did you mean `rounds`?"),
        ("\xff", "rft.toml"),
        ('recipe = "none-such"', "there is no recipe"),
    ],
)
def test_a_broken_configuration(place: Path, text: str, said: str) -> None:
    (place / "rft.toml").write_bytes(text.encode("latin-1"))
    found = told()
    assert said in found["rft.toml"]["text"]
    assert (found["rft.toml"]["needed"], found["code"]) == (True, 1)
    assert found["network"]["ok"]


def test_a_configuration_that_is_no_file(place: Path) -> None:
    (place / "rft.toml").mkdir()
    said = told()
    assert "passes it over" in said["rft.toml"]["text"]
    assert said["code"] == 0


def test_a_section_that_breaks_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_scene: Any) -> Iterator[Finding]:
        yield Finding("first", True, "seen")
        raise ZeroDivisionError("nobody thought of that")

    monkeypatch.setattr("rft.doctor.keys.look", breaks)
    said = told()
    assert said["first"]["text"] == "seen"
    assert said["keys"]["text"] == "could not be looked at: ZeroDivisionError: nobody thought of that"
    assert said["keys"]["fix"] == "rft doctor --json > doctor.json"
    assert said["terminal"]["section"] == "terminal"


def test_a_folder_that_is_gone(place: Path) -> None:
    place.rmdir()
    result = rft()
    assert isinstance(result.exception, InputError)
    assert "not there any more" in str(result.exception)


def test_signs_that_the_output_lacks_are_replaced(place: Path) -> None:
    (place / "rft.toml").write_text('model = "m\\u001b[31m\\u00e9"')
    result = CliRunner(charset="ascii").invoke(cli, ["doctor"], env={"PYTHONIOENCODING": "ascii"})
    assert result.exit_code == 1
    assert "\x1b" not in result.output


def test_problems_and_commands_in_their_order() -> None:
    found = Examination([
        Finding("a", True, "fine"),
        problem("b", "slow", "make it faster"),
        problem("c", "not there", "get c", needed=True),
        problem("d", "not there either", "get c", needed=True),
    ])  # fmt: skip
    assert (found.ready, found.commands) == (False, ["get c", "make it faster"])
    closing = list(closing_lines(found))
    assert closing[-3:] == ["To set this machine up (2 things no run here gets past):", "  get c", "  make it faster"]
    better = Examination(found.findings[:2])
    assert better.ready
    assert list(closing_lines(better))[-2:] == [
        "Nothing is missing that a run here needs. One thing could be better:",
        "  make it faster",
    ]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_fit_and_commands_stay_whole(width: int) -> None:
    fix = shlex.join(["uv", "pip", "install", "--python", "/a/very/long/path/to/a/python" * 3, "mlx"])
    lines = "\n".join(finding_lines(problem("name", "a word " * 40, fix), "", width)).split("\n")
    assert fix in lines[-1]
    assert f"{'n' * 60} fine" in "\n".join(finding_lines(Finding("n" * 60, True, "fine"), "", width))
    assert all(len(line) <= max(width, 55) for line in lines[:-1])
