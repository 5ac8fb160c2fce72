"""`rft eval`."""

import sys

import click


@click.command("eval")
@click.option(
    "--suite",
    help="builtin:NAME, a FOLDER of task files, multipl-e:FILE, exercism:FOLDER or luau-bench:FILE; by default data.benchmark.",
)
@click.option("--model", help="Whom to ask: smollm2, a folder in mlx-lm's format, or a name on the Hub.")
@click.option("--adapter", help="A folder, `latest`, RUN/STAGE or a STAGE of the last run, on the model that it was trained on.")
@click.option("--endpoint", metavar="URL", help="Ask a server that speaks the OpenAI protocol; --model is the name there.")
@click.option("--replies", metavar="FILE", help='Evaluate stored replies instead: JSONL rows {"task": "id", "reply": "text"}.')
@click.option("--reference", is_flag=True, help="Evaluate the suite's own references instead; all must pass.")
@click.option("--k", type=click.IntRange(min=1), default=4, show_default=True, help="Answers to every task.")
@click.option(
    "--temperature", type=click.FloatRange(min=0), default=0.8, show_default=True, help="0 always takes the likeliest token."
)
@click.option(
    "--max-new-tokens", type=click.IntRange(min=1), default=1024, show_default=True, help="A longer answer is cut off and fails."
)
@click.option("--category", "categories", multiple=True, help="Only tasks of this category; may be given several times.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first this many tasks.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Keys every random stream.")
@click.option("--out", metavar="FILE.jsonl", help="Keep every answer with its result. The same command carries the file on.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def eval(
    suite: str | None,
    model: str | None,
    adapter: str | None,
    endpoint: str | None,
    replies: str | None,
    reference: bool,
    k: int,
    temperature: float,
    max_new_tokens: int,
    categories: tuple[str, ...],
    limit: int | None,
    seed: int,
    out: str | None,
    as_json: bool,
) -> None:
    """Measure a model on a suite: its answers are executed. Each figure has its standard error over tasks and an interval.

    Tasks that cannot run under Luau are named and stand in no figure. A suite of other people is read in its published format.
    The system prompt and thinking are those of the adapter's run, else of rft.toml here. The key of a server is taken from
    OPENAI_API_KEY, or from where sampling.endpoint.key_env says. What was drawn is kept; the same command goes on. Each
    measurement is kept in a new file of evals/, which `rft diff` reads.

    Example: rft eval --model smollm2 --suite builtin:quickstart
    """
    import json
    from pathlib import Path

    from rich.console import Console

    from rft.evaluation.asking import asked_by, configuration_here
    from rft.evaluation.command import evaluate_model, evaluate_references, evaluate_replies
    from rft.evaluation.results import write_results
    from rft.evaluation.show import lines_of
    from rft.evaluation.suites import open_suite, part_of

    asks = any(given is not None for given in (model, adapter, endpoint))
    if sum((asks, replies is not None, reference)) != 1:
        raise click.UsageError("Give one of --model (or --adapter), --replies and --reference.")
    if endpoint is not None and (model is None or adapter is not None):
        raise click.UsageError("--endpoint goes with --model, the name there, and without --adapter: a server has its own.")
    if out is not None and reference:
        raise click.UsageError("--out goes with --model or --replies.")
    suite = suite or configuration_here().data.benchmark
    part = part_of(open_suite(suite), categories, limit)
    console = Console(stderr=True)
    kept = Path(out) if out is not None else None
    if asks:
        asked = asked_by(model, adapter, endpoint, temperature, max_new_tokens, seed)
        found = evaluate_model(part, asked, k, kept, console)
    elif replies is not None:
        found = evaluate_replies(part, Path(replies), seed, kept, console)
    else:
        found = evaluate_references(part, seed)
    if as_json:
        click.echo(json.dumps(found.to_json()))
    else:
        for line in lines_of(suite, found.figures):
            click.echo(line)
    if not reference:
        policy = adapter or model or Path(replies or "").stem
        click.echo(f"Kept as {write_results(found.kept(), suite, policy)}.", err=True)
        return
    for result in found.failed:
        click.echo(f"{result.task}: the reference fails: {result.failure}", err=True)
    if found.failed:
        sys.exit(1)
