"""Results files of `rft eval`: one for each measurement, never written over; and a part of a suite by category."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rft.cli import cli
from rft.comparing.files import read_results
from rft.errors import InputError
from rft.evaluation.figures import Result as Executed
from rft.evaluation.results import results_json, write_results
from rft.evaluation.samples import SampleFileError
from rft.evaluation.suites import open_suite, part_of
from tests.rft.world import HELD_OUT, write_workspace

RIGHT, WRONG = "```luau\nf = type\n```", "```luau\nf = tostring\n```"
EVEN, ODD = HELD_OUT[::2], HELD_OUT[1::2]


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_workspace(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["eval", "--suite", "held-out", *arguments])


def replies(name: str = "replies.jsonl") -> str:
    """The first half right, the second wrong."""
    rows = [{"task": task, "reply": RIGHT if n < 6 else WRONG} for n, task in enumerate(HELD_OUT)]
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return name


def files() -> list[str]:
    return sorted(str(file) for file in Path("evals").iterdir())


def test_the_same_twice_is_two_files() -> None:
    first = run("--replies", replies())
    assert first.exception is None, first.exception
    assert first.stderr == "Kept as evals/held-out-replies-1.json.\n"
    before = Path("evals/held-out-replies-1.json").read_bytes()
    assert run("--replies", "replies.jsonl").stderr == "Kept as evals/held-out-replies-2.json.\n"
    assert files() == ["evals/held-out-replies-1.json", "evals/held-out-replies-2.json"]
    assert Path("evals/held-out-replies-1.json").read_bytes() == before


def test_the_file_holds_what_was_measured() -> None:
    said = json.loads(run("--replies", replies(), "--json").stdout)
    stored = json.loads(Path(files()[0]).read_text())
    assert stored["evaluation"]["suite"] == "held-out"
    assert {**stored["evaluation"], **stored["figures"]} == said
    found = read_results(Path(files()[0]))
    assert [task.task for task in found.tasks] == sorted(HELD_OUT)
    assert {task.task: task.answers[0].passed for task in found.tasks} == {task: int(n < 6) for n, task in enumerate(HELD_OUT)}


def test_references_are_no_measurement_of_a_model() -> None:
    assert run("--reference").exit_code == 0
    assert not Path("evals").exists()


def test_a_category_alone() -> None:
    found = json.loads(run("--replies", replies(), "--category", "odd", "--json").stdout)
    assert (found["tasks"], list(found["by_category"]), found["categories"]) == (6, ["odd"], ["odd"])
    assert found["without_answer"] == []
    assert {task.task for task in read_results(Path(files()[0])).tasks} == set(ODD)


def test_several_categories_and_a_limit() -> None:
    both = part_of(open_suite("held-out"), ("odd", "even"), None)
    assert ({row.id for row in both.rows}, both.is_less) == (set(HELD_OUT), False)
    few = part_of(open_suite("held-out"), ("even",), 2)
    assert ([row.id for row in few.rows], few.is_less) == (sorted(EVEN)[:2], True)
    assert part_of(open_suite("held-out"), (), None).categories == ()
    assert len(json.loads(run("--reference", "--category", "odd", "--json").stdout)["by_category"]) == 1


def test_a_category_that_is_not_there() -> None:
    error = run("--reference", "--category", "prime").exception
    assert isinstance(error, InputError)
    assert (str(error), error.hint) == ("held-out has no category 'prime'.", "Categories: even, odd.")


@pytest.mark.parametrize(
    ("suite", "policy", "name"),
    [
        ("builtin:luau", "smollm2", "luau-smollm2-1.json"),
        ("multipl-e:rows/lua.jsonl", "mlx-community/Qwen2.5-0.5B", "multipl-e-rows-lua.jsonl-mlx-community-Qwen2.5-0.5B-1.json"),
        ("suite", "../../.ssh/key", "suite-ssh-key-1.json"),
        ("suite", "/deep/in/a/folder/model", "suite-model-1.json"),
        ("…", "", "unnamed-unnamed-1.json"),
        ("s" * 200, "m", f"{'s' * 80}-1.json"),
    ],
)
def test_names(suite: str, policy: str, name: str) -> None:
    assert write_results({}, suite, policy) == Path("evals") / name


class Full(io.StringIO):
    """A file on a disk without room."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_leaves_no_half_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(file: Path, mode: str, **_options: str) -> Full:
        assert mode == "x"
        file.touch(exist_ok=False)
        return Full()

    assert write_results({}, "s", "m").is_file()
    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(SampleFileError, match="cannot be kept in evals: No space left on device"):
        write_results({}, "s", "m")
    assert files() == ["evals/s-m-1.json"]


def test_a_folder_that_cannot_be_made_is_said_after_the_figures() -> None:
    Path("evals").write_text("a file")
    result = run("--replies", replies())
    assert "held-out: 12 tasks, 12 answers" in result.stdout
    assert isinstance(result.exception, SampleFileError)
    assert "They are printed above" in result.exception.hint


def test_tasks_without_answers_and_answers_without_cases() -> None:
    rows = open_suite("held-out").rows[:2]
    found = results_json({}, {}, rows, [Executed(rows[0].id, 0, "unsupported", 0, 0, True, "not modelled: x")])
    assert [len(task["answers"]) for task in found["tasks"]] == [1, 0]
    file = write_results(found, "s", "m")
    side = read_results(file).side("m")
    assert (list(side.tasks), side.result.share) == ([rows[0].id], 0.0)
    assert Executed("t", 0, "unsupported", 0, 0, True, "x").share == 0.0
