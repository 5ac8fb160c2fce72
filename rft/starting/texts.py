"""What the workspace's page says about tasks that are not finished. Empty where there are none."""

from collections.abc import Collection, Sequence


def unfinished_row(names: Collection[str]) -> str:
    """A row of the table of places."""
    return "| proposed tasks that need your tests; no run reads them | `to-finish/` |\n" if names else ""


def unfinished_part(names: Sequence[str]) -> str:
    """How a task gets out of there."""
    if not names:
        return ""
    return (
        "\n## Tasks to finish\n\n"
        "`to-finish/` holds tasks from your code that do not measure enough yet. The first lines of each say what is missing.\n"
        "Write that, then let it in:\n\n"
        f"```\n{finish_command(names[0])}\n```\n"
    )


def finish_command(name: str) -> str:
    """Proves a finished task and moves it to the others."""
    return f"rft tasks check to-finish/{name}.toml && mv to-finish/{name}.toml tasks/"
