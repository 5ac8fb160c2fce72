"""What the built-in Luau tasks ask for: scripts of the server and of the client, modules, and answers of several files."""

from collections import Counter

import pytest

from eval.task import Task, load_tasks
from rft.generating.answers import Drawn, read_answer
from rft.inputs import benchmark_folder, task_folder
from scorers.extraction import reply_with


@pytest.fixture(scope="module", params=["training", "held out"])
def tasks(request: pytest.FixtureRequest) -> tuple[Task, ...]:
    folder = task_folder if request.param == "training" else benchmark_folder
    return load_tasks(folder("builtin:luau"))


def test_both_sides_and_every_form(tasks: tuple[Task, ...]) -> None:
    kinds = Counter((task.kind, task.side) for task in tasks)
    assert kinds["script", "server"] >= 20
    assert kinds["script", "client"] >= 8
    assert kinds["module", "server"] >= 30
    assert kinds["files", "server"] >= 1


def test_an_answer_of_several_files_is_read_into_them(tasks: tuple[Task, ...]) -> None:
    """As `rft generate` reads it, from a reply as a policy is taught to give it."""
    several = [task for task in tasks if task.kind == "files"]
    for task in several:
        reply = reply_with(task.reference, "files")
        found = read_answer(Drawn(0, f"Here it is.\n\n{reply}\n", 1, "stop"))
        assert len(found.files) >= 2, task.id
        assert not found.truncated
        for name, code in found.files.items():
            assert name.endswith(".luau")
            assert name in task.reference
            assert code in task.reference
