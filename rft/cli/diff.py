"""`rft diff`."""

import json

import click


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("--task", help="Show both best answers to this held-out task as one difference.")
@click.option("--json", "as_json", is_flag=True, help="For a program: every task.")
def diff(a: str, b: str, task: str | None, as_json: bool) -> None:
    """Compare two measured policies task by task: what B gained and lost against A.

    A and B are RUN or RUN:STAGE, with the stages base, few-shot, sft, round-1, round-2 and so on. RUN alone is the policy that
    the run promoted last, or the one that it measured last where it promoted none.

    Example: rft diff quickstart:sft quickstart:round-1
    """
    from rich.console import Console

    from rft.cli.workspace import run_paths
    from rft.comparing.command import about, answers_json, compared
    from rft.comparing.sides import resolve
    from rft.comparing.view import print_answers, print_comparison

    one, other = resolve(a, run_paths), resolve(b, run_paths)
    found = compared(one, other, task)
    if task is not None:
        bests = (one.best(task), other.best(task))
        if as_json:
            click.echo(json.dumps(answers_json(found, task, bests)))
        else:
            print_answers(task, (found.a, bests[0]), (found.b, bests[1]), Console())
        return
    if as_json:
        click.echo(json.dumps(found.to_json()))
        return
    for line in about(one, other):
        click.echo(line)
    print_comparison(found, Console())
