"""`rft diff`."""

import json

import click


@click.command()
@click.argument("policies", nargs=-1, metavar="A B [C]...")
@click.option("--task", help="Show both best answers to this held-out task as one difference; for two policies.")
@click.option("--json", "as_json", is_flag=True, help="For a program: every task.")
def diff(policies: tuple[str, ...], task: str | None, as_json: bool) -> None:
    """Compare measured policies task by task: what B gained and lost against A; three and more stand side by side.

    A policy is RUN or RUN:STAGE, with the stages base, few-shot, sft, round-1, round-2 and so on, or a results file that
    `rft eval` wrote. RUN alone is the policy that the run promoted last, or the one that it measured last where it promoted none.
    A task that a policy does not have is shown as missing.

    Example: rft diff quickstart:sft quickstart:round-1
    """
    from rich.console import Console

    from rft.cli.workspace import run_paths
    from rft.comparing.command import about, answers_json, best_answers, compared
    from rft.comparing.several import side_by_side
    from rft.comparing.several_view import print_several
    from rft.comparing.sides import resolve
    from rft.comparing.view import print_answers, print_comparison

    if len(policies) < 2:
        raise click.UsageError("Give two policies or more.")
    if task is not None and len(policies) > 2:
        raise click.UsageError("--task compares the answers of two policies.")
    named = [resolve(each, run_paths) for each in policies]
    if len(named) > 2:
        several = side_by_side([each.side for each in named], seed=named[0].seed)
        if as_json:
            click.echo(json.dumps(several.to_json()))
            return
        for line in about(named):
            click.echo(line)
        print_several(several, Console())
        return
    one, other = named
    found = compared(one, other, task)
    if task is not None:
        bests = best_answers(one, other, task)
        if as_json:
            click.echo(json.dumps(answers_json(found, task, bests)))
        else:
            print_answers(task, (found.a, bests[0]), (found.b, bests[1]), Console())
        return
    if as_json:
        click.echo(json.dumps(found.to_json()))
        return
    for line in about(named):
        click.echo(line)
    print_comparison(found, Console())
