"""Errors that a person sees: one sentence, and the next step."""

from typing import IO, Any

import click


class Problem(click.ClickException):
    """Wrong input, which stops the command."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence and the hint on standard error."""
        click.echo(f"Error: {self.message}\n{self.hint}".rstrip(), file=file, err=True)


class ScorerFailed(Problem):
    """The scorer itself could not do its job; the input may be right."""

    exit_code = 3
