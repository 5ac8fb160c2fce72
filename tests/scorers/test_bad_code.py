"""Each mistake that is planted into good code is found where it stands, and nothing else is reported."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from scorers import score
from scorers.diagnostics import Diagnostic, Severity

FOLDER = Path(__file__).parent


class Planted(NamedTuple):
    """A good file, what replaces a part of it, the check that sees it, and on which of the new lines (from 0)."""

    file: str
    check: str
    old: str
    new: str
    line: int

    @property
    def code(self) -> str:
        return self._good().replace(self.old, self.new)

    @property
    def expected_line(self) -> int:
        return self._good().partition(self.old)[0].count("\n") + 1 + self.line

    def _good(self) -> str:
        return (FOLDER / "good" / self.file).read_text(encoding="utf-8")


def _read(text: str) -> Planted:
    header, *lines = text.rstrip("\n").split("\n")
    file, check = header.split()
    new = [line for line in lines if line[:1] != "-"]
    added = {"+" + line[1:] for line in new} - {"+" + line[1:] for line in lines if line[:1] == "-"}
    marked = [at for at, line in enumerate(new) if line[:1] in ("=", "!")] or [at for at, line in enumerate(new) if line in added]
    old = "\n".join(line[1:] for line in lines if line[:1] not in ("+", "!"))
    return Planted(file, check, old, "\n".join(line[1:] for line in new), marked[0])


PLANTED = [_read(text) for text in (FOLDER / "bad_code.diff").read_text(encoding="utf-8").split("\n@ ")[1:]]


@cache
def _found(planted: Planted) -> list[Diagnostic]:
    return [one for one in score(planted.code).diagnostics if one.severity is not Severity.INFO]


def _is_expected(planted: Planted, found: Diagnostic) -> bool:
    return found.check == planted.check and found.line == planted.expected_line


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: f"{planted.file}:{planted.check}")
def test_the_good_text_is_there_once(planted: Planted) -> None:
    assert planted._good().count(planted.old) == 1


def test_recall() -> None:
    missed = [(one.file, one.check) for one in PLANTED if not any(_is_expected(one, found) for found in _found(one))]
    assert len(missed) <= 0.05 * len(PLANTED), missed


def test_precision() -> None:
    reported = [(one, found) for one in PLANTED for found in _found(one)]
    extra = [(one.file, one.check, found.line, found.check) for one, found in reported if not _is_expected(one, found)]
    assert len(extra) <= 0.05 * len(reported), extra


def test_the_table_is_wide() -> None:
    assert len(PLANTED) >= 60
    assert len({one.check for one in PLANTED}) >= 50
