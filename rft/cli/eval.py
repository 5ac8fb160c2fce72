"""`rft eval`."""

import sys

import click


@click.command("eval")
@click.option(
    "--suite", required=True, help="builtin:NAME, a FOLDER of task files, multipl-e:FILE, exercism:FOLDER or luau-bench:FILE."
)
@click.option("--model", help="Whom to ask: smollm2, a folder in mlx-lm's format, or a name on the Hub.")
@click.option("--adapter", metavar="FOLDER", help="An adapter on top of the model.")
@click.option("--replies", metavar="FILE", help='Evaluate stored replies instead: JSONL rows {"task": "id", "reply": "text"}.')
@click.option("--reference", is_flag=True, help="Evaluate the suite's own references instead; all must pass.")
@click.option("--k", type=click.IntRange(min=1), default=4, show_default=True, help="Answers to every task.")
@click.option(
    "--temperature", type=click.FloatRange(min=0), default=0.8, show_default=True, help="0 always takes the likeliest token."
)
@click.option(
    "--max-new-tokens", type=click.IntRange(min=1), default=1024, show_default=True, help="A longer answer is cut off and fails."
)
@click.option("--limit", type=click.IntRange(min=1), help="Only the first this many tasks.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Keys every random stream.")
@click.option("--out", metavar="FILE.jsonl", help="Keep every answer with its result. The same command carries the file on.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def eval(
    suite: str,
    model: str | None,
    adapter: str | None,
    replies: str | None,
    reference: bool,
    k: int,
    temperature: float,
    max_new_tokens: int,
    limit: int | None,
    seed: int,
    out: str | None,
    as_json: bool,
) -> None:
    """Measure a model on a suite: its answers are executed.

    Tasks that cannot run under Luau are named and stand in no figure. A suite of other people is read in its published format.

    Example: rft eval --model smollm2 --suite builtin:quickstart
    """
    import json
    from pathlib import Path

    from rich.console import Console

    from rft.evaluation.command import evaluate_model, evaluate_references, evaluate_replies
    from rft.evaluation.show import lines_of
    from rft.evaluation.suites import open_suite
    from rollouts.identity import SamplingParameters

    if sum((model is not None, replies is not None, reference)) != 1:
        raise click.UsageError("Give one of --model, --replies and --reference.")
    if adapter is not None and model is None:
        raise click.UsageError("--adapter goes with --model.")
    if out is not None and reference:
        raise click.UsageError("--out goes with --model or --replies.")
    opened = open_suite(suite)
    console = Console(stderr=True)
    kept = Path(out) if out is not None else None
    if model is not None:
        parameters = SamplingParameters(temperature, TOP_P, max_new_tokens)
        folder = Path(adapter) if adapter is not None else None
        found = evaluate_model(opened, model, folder, parameters, k, limit, seed, kept, console)
    elif replies is not None:
        found = evaluate_replies(opened, Path(replies), limit, seed, kept, console)
    else:
        found = evaluate_references(opened, limit, seed)
    if as_json:
        click.echo(json.dumps(found.to_json()))
    else:
        for line in lines_of(suite, found.figures):
            click.echo(line)
    for result in found.failed:
        click.echo(f"{result.task}: the reference fails: {result.failure}", err=True)
    if found.failed:
        sys.exit(1)


TOP_P = 0.95
"""Mass of the nucleus, as in a run."""
