"""A task of any suite, ready to be asked and executed."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

from eval.errors import EvalError
from scorers.execution import Tests
from scorers.extraction import ExtractedCode

ReadReply = Callable[[str, str], ExtractedCode]
"""From a reply and its finish reason to the code that the tests run."""


class SuiteError(EvalError):
    """A suite cannot be read."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One task. `reference` is code as `read_reply` would give it; `unsupported` says why the row cannot run here."""

    id: str
    category: str
    prompt: str
    tests: Tests
    read_reply: ReadReply
    reference: str | None = None
    system: str | None = None
    unsupported: str | None = None


def shim(name: str) -> str:
    """The Luau source of a shim."""
    return resources.files("eval.external").joinpath(f"{name}.luau").read_text(encoding="utf-8")
