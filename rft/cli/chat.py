"""`rft chat`."""

import click


@click.command()
@click.option("--model", help="Whom to ask: smollm2, a folder in mlx-lm's format, or a name on the Hub.")
@click.option("--adapter", help="A folder, `latest`, RUN/STAGE (quickstart/sft), or a STAGE of the last run.")
def chat(model: str | None, adapter: str | None) -> None:
    """Talk with the adapter that is installed here (adapters/latest), on the model that it was trained on.

    The model is loaded once and replies are shown as they are made; Ctrl-C ends a reply. /reset begins anew, /save FILE writes
    the conversation as a row of mlx-lm's chat format, /exit or the end of input ends. In a pipe each line is a turn, and only
    the answers are printed.

    Example: rft chat --model smollm2
    """
    from pathlib import Path

    from rft.generating.chatting import chat as run
    from rft.generating.policy import choose

    run(choose(model, adapter, Path.cwd()))
