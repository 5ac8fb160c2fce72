"""`rft tasks`."""

import sys
from typing import TYPE_CHECKING, cast

import click

if TYPE_CHECKING:
    from pathlib import Path

    from scorers.execution.tests import Kind

KINDS = ("function", "module", "script", "files", "tools")


@click.group()
def tasks() -> None:
    """Write and prove task files.

    Example: rft tasks check my-tasks/
    """


@tasks.command()
@click.argument("paths", nargs=-1, metavar="[FOLDER...]")
@click.option("--watch", is_flag=True, help="Go on: prove again what changes, as files are saved. Ctrl-C ends it.")
@click.option("--json", "as_json", is_flag=True, help="For a program: also every surviving mutant and what it changed.")
@click.option("--mutants", type=click.IntRange(min=0), help="Mutants of one reference at most; by default 40.")
def check(paths: tuple[str, ...], watch: bool, as_json: bool, mutants: int | None) -> None:
    """Prove task files: references pass; stubs, wrong answers and mutants of the references fail; no two tasks are alike.

    A FOLDER is read with the folders in it; a single task file may stand in its place. Without one the tasks that rft.toml names
    are checked, else everything that the package brings. The exit code is 2 when there is a problem.

    Example: rft tasks check my-tasks/ --watch
    """
    from eval.check import MUTANTS
    from rft.cli.workspace import config_file
    from rft.proof import packaged_suites, suites_of

    if watch and as_json:
        raise click.UsageError("--json goes without --watch.")
    count = MUTANTS if mutants is None else mutants
    named = paths or suites_of(config_file(None))
    if watch:
        _watch(named, count)
    elif _check(named or packaged_suites(), count, as_json):
        sys.exit(2)


def _check(paths: "tuple[str, ...] | list[str]", mutants: int, as_json: bool) -> bool:
    """Whether there is a problem."""
    import json

    from rich.console import Console

    from rft.proof import check_suites, read_suite
    from rft.proof_view import PIPE_WIDTH, show_proof
    from rft.task_files.unfinished import with_unwritten

    proof = with_unwritten(check_suites([read_suite(path) for path in paths], mutants, Console(stderr=True)))
    if as_json:
        click.echo(json.dumps(proof.to_json()))
    else:
        console = Console()
        show_proof(proof, console if console.is_terminal else Console(width=PIPE_WIDTH))
    return proof.has_problems


def _watch(paths: "tuple[str, ...] | list[str]", mutants: int) -> None:
    from pathlib import Path

    from rich.console import Console

    from rft.errors import InputError
    from rft.task_files.watch import watch

    if not paths:
        raise InputError("there is nothing of yours to watch here.", hint="Name a folder of tasks; `rft tasks new` begins one.")
    watch([Path(path) for path in paths], mutants, Console(stderr=True), click.echo)


@tasks.command()
@click.argument("name", metavar="ID")
@click.option("--category", help="The group that results are reported by; own without it.")
@click.option("--kind", type=click.Choice(KINDS), default="function", show_default=True, help="What an answer is.")
@click.option("--held-out", is_flag=True, help="Among the tasks that the gate measures, in place of those that are trained on.")
@click.option("--folder", metavar="FOLDER", help="Here, and not where rft.toml says.")
def new(name: str, category: str | None, kind: str, held_out: bool, folder: str | None) -> None:
    """Write a commented task file to fill in: ID.toml, in the folder of training tasks that rft.toml names.

    Nothing is written over, and an id that another task here has is refused. `rft tasks check` names what is still to write.

    Example: rft tasks new parse-duration --category text
    """
    import shlex
    from pathlib import Path

    from rft.cli.workspace import config_file
    from rft.task_files.new import home, new_task, task_folders
    from rft.task_files.skeleton import DEFAULT_CATEGORY

    if held_out and folder is not None:
        raise click.UsageError("Give one of --held-out and --folder.")
    config = config_file(None)
    place = Path(folder) if folder is not None else home(config, held_out=held_out)
    others = task_folders(config)
    file = new_task(name, DEFAULT_CATEGORY if category is None else category, cast("Kind", kind), place, others)
    click.echo(f"Wrote {file}. FILL IN: marks what is to be written.")
    if config is not None and not _is_read(place, others):
        click.echo(f"No run reads {place} until {config} names it.")
    click.echo(f"Next:\n  rft tasks check {shlex.quote(str(file))} --watch")


def _is_read(place: "Path", folders: "list[Path]") -> bool:
    from rft.starting.workspace import UNFINISHED

    read = [folder.resolve() for folder in folders if folder.name != UNFINISHED]
    return any(place.resolve().is_relative_to(folder) for folder in read)


@tasks.command()
@click.option("-o", "--out", metavar="FILE", help="Write it there. An older schema is replaced, no other file is.")
def schema(out: str | None) -> None:
    """Print the JSON Schema of a task file: editors then complete its fields and underline mistakes.

    With taplo, and so in VS Code with Even Better TOML, the first line of a task file names it: #:schema ../task.schema.json

    Example: rft tasks schema -o task.schema.json
    """
    from pathlib import Path

    from rft.task_files.schema_file import schema_text, write_schema

    if out is None:
        click.echo(schema_text(), nl=False)
    else:
        write_schema(Path(out))
        click.echo(f"Wrote {out}.")
