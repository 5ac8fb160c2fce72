"""The Roblox table against the file of facts, which unites four sources: what differs is listed here."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scorers.roblox import table

FACTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "roblox" / "roblox_api_facts.json"


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    if not FACTS.exists():
        pytest.skip("the shared facts are not next to this checkout")
    loaded: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return loaded


def _fact_members(facts: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Class, member, kind and flags; without names that cannot be written after a dot."""
    for owner, row in facts["classes"].items():
        for name, fact in row["m"].items():
            if name.isidentifier():
                yield owner, name, fact if isinstance(fact, str) else fact[0]


def _with_flag(facts: dict[str, Any], flag: str) -> tuple[set[str], set[str]]:
    """Members with a flag, of those that the facts list: by the facts, by the table."""
    ours, theirs = set(), set()
    for owner, name, letters in _fact_members(facts):
        member = table.members(owner).get(name)
        if flag in letters:
            theirs.add(f"{owner}.{name}")
        if member is not None and flag in member.flags:
            ours.add(f"{owner}.{name}")
    return theirs, ours


def test_all_classes_of_the_facts_are_there_with_their_base(facts: dict[str, Any]) -> None:
    theirs = {name: row["s"] for name, row in facts["classes"].items()}
    assert {name: "".join(table.ancestors(name)[1:2]) for name in theirs if name in table.classes()} == theirs


def test_services_and_deprecated_classes_are_those_of_the_facts(facts: dict[str, Any]) -> None:
    for flag in "SD":
        theirs = {name for name, row in facts["classes"].items() if flag in row["f"]}
        assert {name for name in facts["classes"] if flag in table.class_flags(name)} == theirs


def test_creatable_classes(facts: dict[str, Any]) -> None:
    theirs = {name for name, row in facts["classes"].items() if "C" in row["f"]}
    ours = {name for name in facts["classes"] if "C" in table.class_flags(name)}
    assert ours <= theirs
    # Only the reflection database of place files says so, which tells what a file may hold: `Instance.new` refuses these.
    assert theirs - ours == {
        "DebuggerWatch",
        "HeightmapImporterService",
        "MemoryStoreService",
        "ParabolaAdornment",
        "Player",
        "ProximityPromptService",
        "TestService",
        "Tween",
    }


def test_all_members_of_the_facts_are_there_with_their_kind(facts: dict[str, Any]) -> None:
    different = {
        f"{owner}.{name}"
        for owner, name, letters in _fact_members(facts)
        if (member := table.members(owner).get(name)) is None or member.kind != letters[0]
    }
    assert different == set()


def test_deprecated_members_are_those_of_the_facts(facts: dict[str, Any]) -> None:
    theirs, ours = _with_flag(facts, "D")
    assert ours == theirs


def test_flags_of_members(facts: dict[str, Any]) -> None:
    for flag, extra in (("R", 41), ("W", 0), ("Y", 26), ("N", 0)):
        theirs, ours = _with_flag(facts, flag)
        assert theirs <= ours, flag
        # Members that the facts have from a source without this flag, most of them undocumented.
        assert len(ours - theirs) == extra, flag


def test_members_for_plugins_only(facts: dict[str, Any]) -> None:
    theirs, ours = _with_flag(facts, "X")
    # The poses of a face: the facts call them closed, the package reads and writes them.
    assert {name.partition(".")[0] for name in theirs - ours} == {"FaceControls"}
    assert ours - theirs == {"StudioService.GizmoRaycast"}


def test_replacements_that_the_facts_suggest_and_the_table_does_not(facts: dict[str, Any]) -> None:
    without = {
        f"{owner}.{name}"
        for owner, row in facts["classes"].items()
        for name, fact in row["m"].items()
        if isinstance(fact, list) and not table.members(owner)[name].replacement
    }
    assert without == {
        # The suggestions are themselves deprecated, or name something unrelated.
        "BodyPosition.lastForce",
        "InsertService.GetBaseCategories",
        "InsertService.GetUserCategories",
        "LocalizationTable.Root",
        "Model.ResetOrientationToIdentity",
        "Model.SetIdentityOrientation",
        "SyncScriptBuilder.RawBytecode",
    }


def test_all_enums_and_items_of_the_facts_are_there(facts: dict[str, Any]) -> None:
    missing = {name for name, items in facts["enums"].items() if not set(items) <= (table.enum_items(name) or set())}
    assert missing == set()
    assert facts["enums"].keys() <= table.enums()


def test_libraries_are_those_of_the_facts(facts: dict[str, Any]) -> None:
    assert {name: dict(row) for name, row in table.libraries().items()} == facts["libraries"]


def test_globals_of_the_facts_are_there(facts: dict[str, Any]) -> None:
    assert facts["globals"].keys() <= table.globals_known()
    deprecated = {name for name, row in facts["globals"].items() if row["dep"]}
    assert deprecated <= table.deprecated_globals().keys()


def test_data_types_of_the_facts_are_there(facts: dict[str, Any]) -> None:
    missing = set()
    for name, row in facts["datatypes"].items():
        names = {word for part in row.values() for word in part if word.isidentifier()}
        missing |= {f"{name}.{word}" for word in names - table.statics(name).keys() - table.members(name).keys()}
    # A type that the documentation lists and nothing yet returns.
    assert {word.partition(".")[0] for word in missing} == {"Collection"}
