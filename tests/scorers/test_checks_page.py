"""The documentation of the checks: complete, current, and its examples true."""

import pytest

from scorers.checks import CHECKS
from scorers.checks.check import Check
from scorers.checks.explain import explain, written_out
from scorers.language import parse
from scripts.build_checks_page import PAGE, page

IDS = [check.id for check in CHECKS]


def test_ids_are_unique() -> None:
    assert len(set(IDS)) == len(IDS)


@pytest.mark.parametrize("check", CHECKS, ids=IDS)
def test_bad_fires_and_good_does_not(check: Check) -> None:
    told = explain(check)
    assert list(check.run(parse(written_out(told.bad)))) != []
    assert list(check.run(parse(told.good))) == []
    assert parse(told.good).errors == ()


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
