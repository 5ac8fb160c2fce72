"""Asking before something is done that cannot be undone by the same command."""

import sys

import click

from rft.errors import InputError, RftError


class NotAgreed(RftError):
    """The person said no."""

    exit_code = 1


def agree(question: str, *, yes: bool) -> None:
    """Return when the person agrees. Raises NotAgreed, and InputError where there is no terminal to ask in and no `yes`."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("nothing was done: there is no terminal to ask in.", hint="Give --yes to do it without a question.")
    if not click.confirm(question, err=True):
        raise NotAgreed("nothing was done.")
