"""`rft generate`."""

import click


@click.command()
@click.argument("prompt")
@click.option("--model", help="Whom to ask: smollm2, a folder in mlx-lm's format, or a name on the Hub.")
@click.option("--adapter", help="A folder, `latest`, RUN/STAGE (quickstart/sft), or a STAGE of the last run.")
@click.option("--n", type=click.IntRange(min=1), default=1, show_default=True, help="Candidates to draw.")
@click.option("--score", is_flag=True, help="Score each candidate as `rft score` does, and put the best first.")
@click.option("-o", "--out", metavar="PLACE", help="Write the best to a file, or all its files into a folder.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@click.option("--seed", type=click.IntRange(min=0), help="Keys every random stream; by default the configuration's.")
@click.option("--json", "as_json", is_flag=True, help="For a program: one object a line for each candidate.")
def generate(
    prompt: str,
    model: str | None,
    adapter: str | None,
    n: int,
    score: bool,
    out: str | None,
    force: bool,
    seed: int | None,
    as_json: bool,
) -> None:
    """Write code for PROMPT, a - is standard input, with the adapter that is installed here (adapters/latest).

    The model is the one that the adapter was trained on; --model alone asks it bare. System prompt and thinking are those of the
    adapter's run, how replies are drawn says rft.toml here, else that run. In a terminal one candidate is shown as it is made; a
    pipe gets the code alone.

    PLACE is a folder if one is there, or if its name has no ending or ends in a slash. Then the model is asked for files that
    it names, and these are written below that folder only: a name that leads out, also through a link, is refused, and no file
    is written over.

    Example: rft generate "Write a function that reverses a list" --n 4 --score
    """
    import sys
    from pathlib import Path

    from rft.generating.command import Order, means_folder
    from rft.generating.command import generate as run
    from rft.generating.policy import choose

    if force and out is None:
        raise click.UsageError("--force goes with -o.")
    if n > 1 and out is not None and not score:
        raise click.UsageError("-o writes the best candidate: of several, add --score.")
    chosen = choose(model, adapter, Path.cwd())
    text = sys.stdin.read() if prompt == "-" else prompt
    place, into_folder = (Path(out), means_folder(out)) if out is not None else (None, False)
    run(Order(text, n, score, place, force, chosen.seed if seed is None else seed, as_json, into_folder), chosen)
