"""Every check fires on its own snippets and is silent on the traps next to them."""

import importlib
import pkgutil
from collections import defaultdict

import pytest

from scorers.checks import CHECKS
from scorers.checks.check import Check
from scorers.language import parse
from tests.scorers import families

BY_ID = {check.id: check for check in CHECKS}
FIRES: dict[str, list[str]] = defaultdict(list)
SILENT: dict[str, list[str]] = defaultdict(list)
for module in pkgutil.iter_modules(families.__path__):
    if not module.name.startswith("test_"):
        family = importlib.import_module(f"tests.scorers.families.{module.name}")
        for table, found in ((FIRES, family.FIRES), (SILENT, family.SILENT)):
            for id, snippets in found.items():
                table[id] += snippets


def places(check: Check, code: str) -> list[str]:
    unit = parse(code)
    assert unit.errors == () or check.scorer == "syntax", f"the snippet itself is broken: {unit.errors[0].message}\n{code}"
    return [f"{finding.start >> 24}: {finding.message}" for finding in check.run(unit)]


@pytest.mark.parametrize(("id", "code"), [(id, code) for id, codes in FIRES.items() for code in codes])
def test_fires(id: str, code: str) -> None:
    assert places(BY_ID[id], code) != []


@pytest.mark.parametrize(("id", "code"), [(id, code) for id, codes in SILENT.items() for code in codes])
def test_is_silent(id: str, code: str) -> None:
    assert places(BY_ID[id], code) == []


def test_every_check_has_three_of_each() -> None:
    assert {id for id in BY_ID if len(set(FIRES[id])) < 3} == set()
    assert {id for id in BY_ID if len(set(SILENT[id])) < 3} == set()
    assert (FIRES.keys() | SILENT.keys()) - BY_ID.keys() == set()
