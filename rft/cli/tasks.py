"""`rft tasks`."""

import json
import sys
from typing import Any

import click


@click.group()
def tasks() -> None:
    """Work with task files.

    Example: rft tasks check my-tasks/
    """


@tasks.command()
@click.argument("folders", nargs=-1, metavar="[FOLDER...]")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def check(folders: tuple[str, ...], as_json: bool) -> None:
    """Prove task files: every reference passes, empty and constant stubs fail, random inputs run and agree.

    Without a folder the tasks and the benchmark that the package brings are checked. The exit code is 2 when a task fails.

    Example: rft tasks check my-tasks/
    """
    from pathlib import Path

    from eval.check import check_tasks
    from eval.task import load_tasks
    from rft.inputs import BUILTIN, benchmark_folder, task_folder

    builtin = [task_folder(f"{BUILTIN}quickstart"), benchmark_folder(f"{BUILTIN}quickstart")]
    found: list[dict[str, Any]] = []
    for folder in [Path(folder) for folder in folders] or builtin:
        loaded = load_tasks(folder)
        problems = check_tasks(loaded)
        found += [{"folder": str(folder), "task": problem.task, "problem": problem.text} for problem in problems]
        if not as_json:
            for problem in problems:
                click.echo(f"{problem.task}: {problem.text}")
            click.echo(f"{folder}: {len(loaded)} tasks, {len(problems)} problems")
    if as_json:
        click.echo(json.dumps(found))
    if found:
        sys.exit(2)
