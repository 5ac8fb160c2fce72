"""What a person sees of an examination: plain lines, each as long as it has to be."""

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rft.doctor.finding import Examination, Finding

if TYPE_CHECKING:
    from rft.needs import Needs

TITLES = {
    "python": "Python", "packages": "Packages", "device": "Device", "luau": "Luau", "disk": "Disk", "model": "Model",
    "keys": "Keys", "network": "Network", "terminal": "Terminal", "workspace": "This folder", "recipes": "Recipes",
}  # fmt: skip
NAME_WIDTH = 26
INDENT = " " * (NAME_WIDTH + 5)


def finding_lines(finding: Finding, before: str, width: int) -> Iterator[str]:
    """One finding, with its section's title where that is not the one `before`. Commands are never broken."""
    if finding.section != before:
        yield f"{'' if not before else chr(10)}{TITLES.get(finding.section, finding.section)}"
    mark = "ok" if finding.ok else "!!"
    text = textwrap.wrap(finding.text, max(24, width - len(INDENT)), break_long_words=False, break_on_hyphens=False)
    first, *rest = text or [""]
    yield f"  {mark} {finding.name:<{NAME_WIDTH - 1}} {first}"
    yield from (f"{INDENT}{line}" for line in rest)
    if not finding.ok:
        yield f"{INDENT}fix: {finding.fix}"


def closing_lines(examination: Examination) -> Iterator[str]:
    """What each recipe needs, and what sets this machine up."""
    yield ""
    if examination.memory is not None:
        yield from _needs_lines(examination.memory, examination.needs)
        yield ""
    yield from setting_up(examination)


def setting_up(examination: Examination) -> Iterator[str]:
    """The commands in their order, or that none is needed."""
    count = len(examination.problems)
    if not count:
        yield "Nothing is missing: a run can begin here."
    elif examination.ready:
        yield f"Nothing is missing that a run here needs. {_things(count).capitalize()} could be better:"
    else:
        needed = sum(finding.needed for finding in examination.problems)
        yield f"To set this machine up ({_things(needed)} no run here gets past):"
    yield from (f"  {command}" for command in examination.commands)


def _things(count: int) -> str:
    return "one thing" if count == 1 else f"{count} things"


def _needs_lines(memory: int, needs: "dict[str, Needs | None]") -> Iterator[str]:
    """A table that 80 columns hold."""
    yield "What each recipe needs, in GB: to sample N candidates, to train rows of tokens;"
    yield f"at hand here are {memory / 1e9:.1f} GB of memory (`rft config show NAME` shows a recipe):"
    yield f"   {'recipe':<16} {'sampling N':>10} {'training row':>12} {'disk':>6}  fits here"
    for name, each in needs.items():
        yield _needs_line(name, each)


def _needs_line(name: str, needs: "Needs | None") -> str:
    if needs is None:
        return f"   {name:<16} the sizes of its model are not known, and it is not here"
    sampling = f"{needs.sampling / 1e9:.1f} {needs.rows:>3}"
    training = f"{needs.training / 1e9:.1f} {needs.row_tokens:>5}"
    fits = f"yes, {needs.rows_here} at once" if needs.fits else f"no: {', '.join(needs.lacking)}"
    return f"   {name:<16} {sampling:>10} {training:>12} {needs.disk / 1e9:>6.1f}  {fits}"
