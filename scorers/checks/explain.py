"""What a check says of itself in its docstring, taken apart."""

import re
from dataclasses import dataclass
from inspect import cleandoc
from textwrap import dedent

from scorers.checks.check import Check

_SECTION = re.compile(r"^(Bad|Good|Source):[ \t]*", re.MULTILINE)


_REPEATED = re.compile(r"^(.*) \(x(\d+)\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a check exists, code that it objects to, the same done well, and where the rule comes from."""

    why: str
    bad: str
    good: str
    source: str


def written_out(example: str) -> str:
    """An example as it runs: a line that ends in `(x81)` stands for 81 of them, which nobody wants to read."""
    return _REPEATED.sub(lambda line: "\n".join([line[1]] * int(line[2])), example)


def explain(check: Check) -> Explanation:
    """The explanation of a check.

    Raises:
        ValueError: a section is missing from the docstring.
    """
    parts = _SECTION.split(cleandoc(check.run.__doc__ or ""))
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    if parts[0].strip() == "" or sections.keys() != {"Bad", "Good", "Source"}:
        raise ValueError(f"the docstring of {check.id} needs a reason and the sections Bad, Good and Source")
    bad, good = (dedent(sections[name]).strip("\n").rstrip() for name in ("Bad", "Good"))
    return Explanation(" ".join(parts[0].split()), bad, good, " ".join(sections["Source"].split()))
