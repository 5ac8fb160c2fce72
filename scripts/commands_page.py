"""docs/commands.md, out of click's own objects. `python -m scripts.build_docs` writes it."""

import re
from collections.abc import Iterator

import click

from rft.cli import cli

NAME = "commands.md"
NOT_RUN = {
    "rft models get": "it needs the network",
    "rft models import-gguf": "it needs a GGUF file",
    "rft judge calibrate": "it needs a provider's key",
}
"""Examples that the tests cannot execute, and why."""

_HEAD = """\
# Command line

<!-- workspace: tiny -->

Made by `python -m scripts.build_docs` from the commands themselves: do not edit.

`rft COMMAND --help` prints the same. In a checkout of the repository put `uv run` before each command. A run's files lie in the
folder where the command is given: `runs/`, `adapters/`, `docs/runs/`.

"""
_CODES = """\
## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | it failed, or the answer is no: a test that fails, a score below `--min-score`, a question that was not agreed to |
| 2 | the input is wrong: a setting, a file, an option, a task that does not prove anything; the message names the next step |
| 3 | `rft judge calibrate`: the judge is below the thresholds; `rft score`: the scorer itself failed |
| 75 | paused, by Ctrl-C, a full disk, a budget or an outage: the same command carries on |
| 130 | interrupted, where there is nothing to carry on |

"""


def page() -> str:
    """The whole page."""
    entries = [_entry(words, command) for words, command in walk("rft", cli) if words != "rft"]
    return _HEAD + _CODES + "\n".join(entries)


def walk(words: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Each command under its full name, a group before those in it."""
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from walk(f"{words} {name}", below)


def _entry(words: str, command: click.Command) -> str:
    text, example = _help(command)
    if isinstance(command, click.Group):
        return f"## {words}\n\n{text}\n"
    level = "##" if words.count(" ") == 1 else "###"
    context = click.Context(command, info_name=words)
    usage = " ".join([words, *command.collect_usage_pieces(context)])
    mark = f"<!-- not run: {NOT_RUN[words]} -->\n\n" if words in NOT_RUN else ""
    return f"{level} {words}\n\n`{usage}`\n\n{text}\n\n{_options(command, context)}{mark}```sh\n{example}\n```\n"


def _help(command: click.Command) -> tuple[str, str]:
    """The help in paragraphs, without its example; and the example."""
    paragraphs = re.split(r"\n\s*\n", f"{_unindented(command.help or '')}\n\n{command.epilog or ''}".strip())
    examples = [text.removeprefix("Example: ") for text in paragraphs if text.startswith("Example: ")]
    told = [_paragraph(text) for text in paragraphs if not text.startswith("Example: ")]
    return "\n\n".join(told), examples[0]


def _unindented(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def _paragraph(text: str) -> str:
    """As Markdown: click's mark \\b keeps lines as they are."""
    if text.startswith("\b"):
        return f"```text\n{text.removeprefix(chr(8)).strip()}\n```"
    return " ".join(text.split())


def _options(command: click.Command, context: click.Context) -> str:
    records = [option.get_help_record(context) for option in command.params if isinstance(option, click.Option)]
    rows = [f"| `{_cell(names)}` | {_cell(text)} |" for names, text in filter(None, records)]
    return "\n".join(["| option | meaning |", "|---|---|", *rows]) + "\n\n" if rows else ""


def _cell(text: str) -> str:
    """A cell of a table, where no `|` may stand."""
    return " ".join(text.split()).replace("|", " / ")
