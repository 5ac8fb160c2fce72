"""`rft tasks`."""

import sys

import click


@click.group()
def tasks() -> None:
    """Work with task files.

    Example: rft tasks check my-tasks/
    """


@tasks.command()
@click.argument("paths", nargs=-1, metavar="[FOLDER...]")
@click.option("--json", "as_json", is_flag=True, help="For a program: also every surviving mutant and what it changed.")
@click.option("--mutants", type=click.IntRange(min=0), help="Mutants of one reference at most; by default 40.")
def check(paths: tuple[str, ...], as_json: bool, mutants: int | None) -> None:
    """Prove task files: references pass; stubs, wrong answers and mutants of the references fail; no two tasks are alike.

    A FOLDER is read with the folders in it; a single task file may stand in its place. Without one the tasks that rft.toml names
    are checked, else everything that the package brings. The exit code is 2 when there is a problem.

    Example: rft tasks check my-tasks/
    """
    import json

    from rich.console import Console

    from eval.check import MUTANTS
    from rft.cli.workspace import config_file
    from rft.proof import check_suites, packaged_suites, read_suite, suites_of
    from rft.proof_view import PIPE_WIDTH, show_proof

    suites = [read_suite(path) for path in paths or suites_of(config_file(None)) or packaged_suites()]
    count = MUTANTS if mutants is None else mutants
    proof = check_suites(suites, count, Console(stderr=True))
    if as_json:
        click.echo(json.dumps(proof.to_json()))
    else:
        console = Console()
        show_proof(proof, console if console.is_terminal else Console(width=PIPE_WIDTH))
    if proof.has_problems:
        sys.exit(2)
