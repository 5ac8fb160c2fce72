"""`rft diff` of three and more policies, and of results files: side by side, with what is missing."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from eval.outcome import BenchmarkResult, SampleOutcome, TaskOutcome
from eval.statistics import sign_flip_p_value
from rft.cli import cli
from rft.comparing.command import letters
from rft.comparing.comparison import Side
from rft.comparing.files import read_results
from rft.comparing.several import Several, side_by_side
from rft.comparing.several_view import print_several
from rft.errors import InputError
from rft.evaluation.results import FORMAT, content_of
from rft.paired import difference
from rft.store import RunPaths, open_for_writing
from scorers.execution import Tests
from tests.rft.world import HELD_OUT, write_workspace
from tests.rft.written_run import WrittenRun


def side(label: str, passed: Mapping[str, int], k: int = 2, contents: Mapping[str, str] | None = None) -> Side:
    outcomes = tuple(
        TaskOutcome(
            task, "vowels" if task in "aeiou" else "others", tuple(SampleOutcome(int(n < count), 1, True, 1.0) for n in range(k))
        )
        for task, count in passed.items()
    )
    return Side(
        label, BenchmarkResult("benchmark", "hash", label, outcomes), {task: (contents or {}).get(task, "") for task in passed}
    )


def printed(found: Several) -> str:
    stream = io.StringIO()
    print_several(found, Console(file=stream, width=80))
    return stream.getvalue()


def test_figures_are_of_the_tasks_that_all_have() -> None:
    one = side("one", {"a": 0, "b": 2, "c": 1, "d": 0})
    other = side("other", {"a": 2, "b": 2, "c": 1})
    third = side("third", {"b": 0, "a": 1, "e": 2})
    found = side_by_side([one, other, third], seed=0)
    assert (found.common, found.k) == (2, 2)
    assert [(each.label, each.missing, each.cases, each.pass_at_1) for each in found.columns] == [
        ("one", 1, 0.5, 0.5), ("other", 2, 1.0, 1.0), ("third", 2, 0.25, 0.25),
    ]  # fmt: skip
    assert [(each.category, each.tasks, each.shares) for each in found.categories] == [
        ("others", 1, (1.0, 1.0, 0.0)), ("vowels", 1, (0.0, 1.0, 0.5)),
    ]  # fmt: skip
    by_name = {task.task: task for task in found.tasks}
    assert by_name["a"].passed == (0, 2, 1)
    assert by_name["d"].passed == (0, None, None)
    assert by_name["e"].answers == (None, None, 2)


def test_the_statistic_is_the_gates() -> None:
    one, other, third = side("one", dict.fromkeys("abcd", 0)), side("two", {"a": 1, "b": 2, "c": 2, "d": 0}), side("x", {"a": 2})
    found = side_by_side([one, other, one], seed=3)
    assert found.columns[0].against_first is None
    assert found.columns[0].p_value is None
    assert found.columns[1].against_first == difference(other.result, one.result, seed=3)
    assert found.columns[1].p_value == sign_flip_p_value([0.5, 1, 1, 0], seed=3)
    assert found.columns[2].p_value == 1
    assert side_by_side([third, one, other], seed=3).common == 1


def test_a_task_that_is_not_the_same_everywhere_stands_in_no_figure() -> None:
    sides = [side("one", {"a": 2, "b": 0}, contents={"b": "old"}), side("two", {"a": 2, "b": 2}), side("three", {"a": 2, "b": 2})]
    found = side_by_side(sides, seed=0)
    assert (found.common, [task.is_same for task in found.tasks]) == (1, [True, False])
    words = printed(found)
    assert "b *" in words
    assert "*: the question or the tests are not the same everywhere" in words
    with pytest.raises(InputError, match="one, two have no task in common that is the same"):
        side_by_side([side("one", {"a": 1}, contents={"a": "old"}), side("two", {"a": 1, "b": 1})], seed=0)


def test_as_many_answers_as_all_have() -> None:
    """The first of each; the table of tasks shows all."""
    found = side_by_side([side("one", {"a": 2}, k=4), side("two", {"a": 2}), side("three", {"a": 0}, k=3)], seed=0)
    assert (found.k, [each.cases for each in found.columns]) == (2, [1.0, 1.0, 0.0])
    assert found.tasks[0].answers == (4, 2, 3)


def test_missing_is_said_and_all_fits_80_columns() -> None:
    long = {f"a-task-with-quite-a-long-name-for-a-narrow-terminal-{i}": i % 3 for i in range(6)}
    sides = [side(f"runs-with-long-names:round-{n}", dict(list(long.items())[n:])) for n in range(4)]
    words = printed(side_by_side(sides, seed=0))
    assert words.count("missing") == 1 + 1 + 2 + 3
    assert max(map(len, words.splitlines())) <= 80
    assert "\x1b" not in words
    assert letters(28)[25:] == ["Z", "A1", "B1"]


def a_file(path: str, passed: Mapping[str, list[int]], **evaluation: Any) -> str:
    """A results file, as `rft eval` writes it."""
    tasks = [
        {
            "task": task,
            "category": "any",
            "content": "same",
            "answers": [{"passed": n, "total": 2, "compiles": True} for n in each],
        }
        for task, each in passed.items()
    ]
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(json.dumps({"format": FORMAT, "evaluation": evaluation, "figures": {}, "tasks": tasks}))
    return path


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["diff", *arguments])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_two_results_files() -> None:
    one = a_file("evals/one-1.json", {"p": [0, 1], "q": [2, 2], "mine": [2]}, seed=0, temperature=0.8)
    other = a_file("evals/two-1.json", {"p": [2, 2], "q": [2, 2], "never-asked": []}, seed=1, temperature=0.2)
    words = ask(one, other).stdout
    assert "B evals/two-1.json minus A evals/one-1.json, on 2 held-out tasks, 1 samples each" in words
    assert "Only A has mine." in words
    assert "never-asked" not in words
    assert "A and B have different seeds: 0 and 1." in words
    assert "A and B have different temperatures: 0.8 and 0.2." in words
    found = json.loads(ask(one, other, "--json").stdout)
    assert found["difference"]["mean"] == 0.5


def test_three_results_files() -> None:
    files = [a_file(f"evals/{name}-1.json", {"p": [n, 2], "q": [2, 2]}, seed=0) for n, name in enumerate(("one", "two", "three"))]
    extra = a_file("evals/four-1.json", {"p": [2, 2], "r": [1, 1]}, seed=0)
    words = ask(*files, extra).stdout
    assert "4 policies on the 1 tasks that all have, 2 answers to each" in words
    rows = [line.split() for line in words.splitlines()]
    assert ["q", "2/2", "2/2", "2/2", "missing"] in rows
    found = json.loads(ask(*files, extra, "--json").stdout)
    assert [each["missing"] for each in found["columns"]] == [1, 1, 1, 1]
    assert [task["task"] for task in found["tasks"]] == ["p", "q", "r"]


def test_two_and_three_are_told_the_same_of_a_pair() -> None:
    tasks = [f"t{i}" for i in range(20)]
    one = a_file("evals/one-1.json", {task: [i % 3] for i, task in enumerate(tasks)}, seed=1)
    other = a_file("evals/other-1.json", {task: [(i + 1) % 3] for i, task in enumerate(tasks)}, seed=2)
    pair = json.loads(ask(one, other, "--json").stdout)
    beside = json.loads(ask(one, other, other, "--json").stdout)["columns"][1]
    assert (beside["against_first"], beside["p_value"]) == (pair["difference"], pair["p_value"])


def test_a_run_beside_a_results_file(folder: Path) -> None:
    """A task of a run and the same task of a suite are known as the same."""
    write_workspace(folder)
    replies = Path("replies.jsonl")
    replies.write_text("".join(json.dumps({"task": noun, "reply": "```luau\nf = type\n```"}) + "\n" for noun in HELD_OUT[:3]))
    made = CliRunner().invoke(cli, ["eval", "--suite", "held-out", "--replies", str(replies)])
    assert made.exception is None, made.exception
    with open_for_writing(RunPaths(folder, "old")) as store:
        run = WrittenRun.begin(RunPaths(folder, "old"), store)
        run.measure("base", {HELD_OUT[0]: 1})
        found = json.loads(ask("old:base", "evals/held-out-replies-1.json", "--json").stdout)
        assert {task["task"]: task["flip"] for task in found["tasks"]} == {
            HELD_OUT[0]: "", HELD_OUT[1]: "gained", HELD_OUT[2]: "gained",
        }  # fmt: skip
        assert (found["changed"], len(found["only_a"])) == ([], 9)
        error = ask("old:base", "evals/held-out-replies-1.json", "--task", HELD_OUT[0]).exception
        assert isinstance(error, InputError)
        assert "evals/held-out-replies-1.json holds results and no answers" in str(error)


AN_ANSWER = (
    '{"format": "rft eval results 1", "evaluation": {"seed": SEED}, "tasks": [{"task": "p", "category": "any", "content": '
    '"same", "answers": [{"passed": PASSED, "total": 2, "compiles": true}]}]}'
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is no results file of `rft eval`"),
        ("{}", "format: Field required"),
        ('{"format": "rft eval results 2", "evaluation": {}, "tasks": []}', "format: Input should be 'rft eval results 1'"),
        ('{"format": "rft eval results 1", "evaluation": {}, "tasks": [{"task": 1}]}', "tasks.0.task"),
        (AN_ANSWER.replace("PASSED", "3").replace("SEED", "0"), "tasks.0.answers.0: Value error, 3 of 2 cases passed"),
        (AN_ANSWER.replace("PASSED", "2").replace("SEED", "-1"), "evaluation: Value error, -1 is no seed"),
        (AN_ANSWER.replace("PASSED", "2").replace("SEED", '"x"'), "evaluation: Value error, 'x' is no seed"),
        ("\ud83d\ude00\x00", "is no results file of `rft eval`"),
    ],
)
def test_what_is_no_results_file(content: str, words: str) -> None:
    Path("x.json").write_text(content.encode("utf-16", "surrogatepass").decode("utf-16"))
    with pytest.raises(InputError) as caught:
        read_results(Path("x.json"))
    assert words in str(caught.value)
    assert "evals/*.json" in caught.value.hint


def test_a_file_that_is_not_there_and_one_without_answers() -> None:
    one = a_file("evals/one-1.json", {"p": [1]})
    error = ask(one, "evals/two-1.json").exception
    assert isinstance(error, InputError)
    assert (str(error), "evals/one-1.json" in error.hint) == ("there is no results file evals/two-1.json.", True)
    assert "holds no answer" in str(ask(one, a_file("evals/empty-1.json", {"p": []})).exception)
    assert "RUN:STAGE" in getattr(ask(one, "quickstart/sft").exception, "hint", "")


def test_how_many_may_be_named() -> None:
    one = a_file("evals/one-1.json", {"p": [1]})
    assert ask(one).exit_code == 2
    assert "Give two policies or more" in ask(one).output
    assert "--task compares the answers of two policies" in ask(one, one, one, "--task", "p").output


def test_what_decides_a_result_is_in_the_content_and_nothing_else() -> None:
    plain = Tests("f", "tests", reference="one")
    same = content_of("question", None, plain)
    assert content_of("question", None, Tests("f", "tests", reference="two", seed=4)) == same
    changed = [
        content_of("other", None, plain),
        content_of("question", "system", plain),
        content_of("question", None, Tests("g", "tests")),
        content_of("question", None, Tests("f", "others")),
        content_of("question", None, Tests("f", "tests", reference="one", random_inputs="x")),
        content_of("question", None, Tests("f", "tests", reference="two", random_inputs="x")),
    ]
    assert len({same, *changed}) == 7
