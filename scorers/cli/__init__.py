"""The command line of the scorers. `main` is `luau-score` and `python -m scorers`; `rft score` is the same command."""

import sys

import click

from scorers.cli.command import score_command

_INTERRUPTED = 130


def main(program: str = "luau-score") -> None:
    """Run the command with the arguments of this process and exit."""
    try:
        code = score_command(program).main(prog_name=program, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        code = _INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)


__all__ = ["main", "score_command"]
