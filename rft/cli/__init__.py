"""The command line. Each command lives in a module of its own, imported when it is called, so that `rft --help` is quick."""

import difflib
import errno
import importlib
import os
import sys

import click

PROGRAM = "rft"
OUT_OF_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
COMMANDS = {
    "init": "Make a workspace for a model and tasks of your own.",
    "run": "Run the whole loop, or carry an unfinished run on.",
    "resume": "Carry on a run that stopped.",
    "status": "Say how far a run is.",
    "report": "Show what a run measured and decided.",
    "show": "Show all candidates of a task and why one won.",
    "diff": "Compare two measured policies task by task.",
    "generate": "Write code for a prompt.",
    "chat": "Talk with a model.",
    "eval": "Measure a model on a suite.",
    "cost": "Show what judging a run cost.",
    "judge": "Calibrate a judge, or export what was asked of it.",
    "score": "Score Luau files.",
    "test": "Run tests against Luau code.",
    "tasks": "Write and check task files.",
    "models": "List, fetch, import and examine models.",
    "runs": "List the runs with what they take on disk; remove them.",
    "adapters": "List the adapters; promote one by hand, or go back.",
    "config": "List the recipes; show every setting and what it does.",
    "doctor": "Say what this machine has and lacks.",
    "completion": "Print the script that completes commands and names in your shell.",
}


class LazyGroup(click.Group):
    """Knows its commands by name and imports one when it is needed."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(f"rft.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name for one that is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            close = [] if args[0].startswith("-") else difflib.get_close_matches(args[0], COMMANDS, n=1)
            if not close:
                raise
            raise click.UsageError(f"No such command {args[0]!r}. Did you mean {close[0]!r}?", ctx) from None

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rft")
def cli() -> None:
    """Reinforcement fine-tuning of code models on your own machine.

    Example: rft run --rounds 3
    """


def main() -> None:
    """The entry point. An error that carries a `hint` is the user's to fix and is shown without a traceback."""
    if os.environ.get("COLUMNS") == "0":  # a shell that does not know its width; rich would print nothing
        del os.environ["COLUMNS"]
    try:
        code = cli.main(prog_name=PROGRAM, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        if isinstance(error, click.UsageError) and error.ctx is None:  # then click names no next step
            click.echo(f"Try '{PROGRAM} COMMAND --help' for help.", err=True)
        code = error.exit_code
    except click.Abort:
        code = 130
    except OSError as error:
        if error.errno not in OUT_OF_ROOM:
            raise
        click.echo(f"Error: {error.filename or _given_up()} cannot be written: {error.strerror}.", err=True)
        click.echo("Free some space, or write it elsewhere.", err=True)
        code = 1
    except Exception as error:
        hint = getattr(error, "hint", None)
        if hint is None:
            raise
        click.echo(f"Error: {error}\n{hint}".rstrip(), err=True)
        code = getattr(error, "exit_code", 1)
    sys.exit(code if isinstance(code, int) else 0)


def _given_up() -> str:
    """Standard output, which is not tried again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return "the output"
