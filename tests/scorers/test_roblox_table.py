"""The Roblox table: what its queries answer."""

import json
from pathlib import Path

import pytest

from scorers.roblox import table

CURATED = Path(table.__file__).parent / "data" / "curated.json"


# --- queries


def test_flags_of_classes() -> None:
    assert table.class_flags("Part") == "C"
    assert table.class_flags("Players") == "S"
    assert table.class_flags("BodyVelocity") == "CD"
    assert table.class_flags("Prat") == ""


def test_ancestors_and_inheritance() -> None:
    assert table.ancestors("Part")[:3] == ("Part", "FormFactorPart", "BasePart")
    assert table.ancestors("Part")[-2:] == ("Instance", "Object")
    assert table.inherits("Part", "BasePart")
    assert table.inherits("Part", "Part")
    assert not table.inherits("BasePart", "Part")
    assert table.ancestors("Prat") == ()


def test_every_class_descends_from_object() -> None:
    assert {table.ancestors(name)[-1] for name in table.classes()} == {"Object"}


def test_services_include_the_undocumented() -> None:
    assert {"Players", "DataStoreService", "HttpRbxApiService", "AppStorageService"} <= table.services()
    assert "Part" not in table.services()


def test_members_are_found_in_ancestors() -> None:
    found = table.find_member("Part", "Destroy")
    assert found is not None
    assert found.kind == "m"
    assert "Destroy" not in table.members("Part")
    assert {"Destroy", "Shape", "Touched", "ClassName"} <= table.member_names("Part")
    assert table.find_member("Part", "Destory") is None
    assert table.find_member("Prat", "Destroy") is None
    assert table.member_names("Prat") == frozenset()


@pytest.mark.parametrize(
    ("owner", "name", "expected"),
    [
        ("Player", "Character", "Model?"),
        ("Humanoid", "Health", "number"),
        ("Workspace", "CurrentCamera", "Camera?"),
        ("Model", "PrimaryPart", "BasePart?"),
        ("Part", "Parent", "Instance?"),
        ("Part", "Material", "Enum.Material"),
        ("UDim2", "X", "UDim"),
        ("Part", "Destroy", None),
        ("Part", "Nothing", None),
    ],
)
def test_types_of_properties(owner: str, name: str, expected: str | None) -> None:
    found = table.find_member(owner, name)
    assert (found.type if found is not None and found.kind == "p" else None) == expected


@pytest.mark.parametrize(
    ("owner", "name", "expected"),
    [
        ("Part", "Clone", "self"),
        ("Player", "GetMouse", "PlayerMouse"),
        ("Players", "GetPlayers", "{Player}"),
        ("Folder", "FindFirstChild", "Instance?"),
        ("Folder", "FindFirstChildOfClass", "$1?"),
        ("Folder", "WaitForChild", "Instance"),
        ("DataModel", "GetService", "$1"),
        ("Workspace", "Raycast", "RaycastResult?"),
        ("Part", "Destroy", "nil"),
        ("Vector3", "Lerp", "Vector3"),
        ("RBXScriptSignal", "Connect", "RBXScriptConnection"),
        ("Part", "Name", None),
    ],
)
def test_results_of_methods(owner: str, name: str, expected: str | None) -> None:
    assert table.method_returns(owner, name) == expected


@pytest.mark.parametrize(
    ("owner", "name", "expected"),
    [
        ("Players", "PlayerAdded", ("Player",)),
        ("Part", "Touched", ("BasePart",)),
        ("RemoteEvent", "OnServerEvent", ("Player", "...")),
        ("RemoteFunction", "OnServerInvoke", ("Player", "...")),
        ("ClickDetector", "MouseClick", ("Player",)),
        ("Humanoid", "Died", ()),
        ("Player", "Chatted", ("string", "Player?")),
        ("RemoteEvent", "OnClientEvent", ("...",)),
        ("Part", "Destroy", ()),
    ],
)
def test_parameters_of_events(owner: str, name: str, expected: tuple[str | None, ...]) -> None:
    assert table.event_parameters(owner, name) == expected


@pytest.mark.parametrize(
    ("owner", "name", "replacement", "is_fresh"),
    [
        ("Part", "Velocity", "BasePart.AssemblyLinearVelocity", False),
        ("Humanoid", "LoadAnimation", "Animator:LoadAnimation", False),
        ("Workspace", "FindPartOnRay", "WorldRoot:Raycast", False),
        ("Model", "SetPrimaryPartCFrame", "PVInstance:PivotTo", False),
        ("Folder", "children", "GetChildren", False),
        ("Folder", "remove", "Destroy", False),
        ("RBXScriptSignal", "connect", "Connect", False),
        ("RBXScriptConnection", "disconnect", "Disconnect", False),
        ("CFrame", "lookVector", "LookVector", False),
        ("Vector3", "x", "X", True),
        ("MarketplaceService", "GetProductInfo", "MarketplaceService:GetProductInfoAsync", True),
        ("Player", "LoadCharacter", "Player:LoadCharacterAsync", True),
        ("Player", "GetRankInGroup", "Player:GetRankInGroupAsync", True),
        ("RaycastParams", "FilterType", "RaycastParams.IncludeInstances or ExcludeInstances", True),
    ],
)
def test_deprecations(owner: str, name: str, replacement: str, is_fresh: bool) -> None:
    assert table.deprecation(owner, name) == table.Deprecation(replacement, is_fresh)


@pytest.mark.parametrize(
    ("owner", "name"),
    [("Part", "AssemblyLinearVelocity"), ("Animator", "LoadAnimation"), ("SecurityCapabilities", "Remove"), ("Part", "Nothing")],
)
def test_what_is_in_use_is_not_deprecated(owner: str, name: str) -> None:
    assert table.deprecation(owner, name) is None


def test_deprecated_classes() -> None:
    assert table.class_deprecation("BodyVelocity") == table.Deprecation("LinearVelocity", False)
    assert table.class_deprecation("LinearVelocity") is None
    assert table.class_deprecation("Prat") is None


def test_aliases_name_what_to_use() -> None:
    assert table.aliases()["findFirstChild"] == "FindFirstChild"
    assert table.aliases()["connect"] == "Connect"
    assert "x" not in table.aliases()


def test_yields_and_read_only() -> None:
    yields = {name for name in ("GetAsync", "Destroy") if "Y" in _member("DataStore", name, "Part").flags}
    assert yields == {"GetAsync"}
    assert "R" in _member("Part", "ClassName").flags
    assert "R" not in _member("Player", "Name").flags
    assert "Destroy" in table.quiet_methods()
    assert "GetAsync" not in table.quiet_methods()


def test_enums() -> None:
    items = table.enum_items("Material")
    assert items is not None
    assert {"Plastic", "Neon"} <= items
    assert table.enum_items("Materials") is None
    assert "KeyCode" in table.enums()


@pytest.mark.parametrize(
    ("datatype", "name", "accepted", "refused"),
    [
        ("UDim2", "new", (0, 2, 4), (1, 3, 5)),
        ("Vector3", "new", (0, 3), (4,)),
        ("CFrame", "new", (0, 1, 2, 3, 7, 12), (4, 6, 11, 13)),
        ("Color3", "fromRGB", (3,), (4,)),
        ("Axes", "new", (0, 6), ()),
        ("Vector3", "zero", (0,), ()),
        ("Vector3", "nothing", (0,), ()),
    ],
)
def test_arguments_of_constructors(datatype: str, name: str, accepted: tuple[int, ...], refused: tuple[int, ...]) -> None:
    assert all(table.accepts_arguments(datatype, name, count) for count in accepted)
    assert not any(table.accepts_arguments(datatype, name, count) for count in refused)


def test_data_types_and_what_follows_their_dot() -> None:
    assert {"new", "lookAt", "fromOrientation", "identity"} <= table.datatypes()["CFrame"]
    assert table.datatypes()["RaycastResult"] == frozenset()
    assert table.statics("Vector3")["zero"].type == "Vector3"


def test_libraries_and_what_plain_lua_has() -> None:
    assert {"clamp", "noise", "map"} <= table.libraries()["math"].keys()
    assert table.library_deprecation("table", "getn") == table.Deprecation("the # operator", False)
    assert table.library_deprecation("table", "insert") is None
    assert {"io", "os.execute"} <= table.unavailable().keys()


def test_nothing_is_both_there_and_unavailable() -> None:
    known = {f"{library}.{name}" for library, names in table.libraries().items() for name in names}
    assert not table.unavailable().keys() & (known | table.globals_known())


def test_globals() -> None:
    assert {"game", "task", "Vector3", "Enum", "wait", "typeof", "Game"} <= table.globals_known()
    assert not {"RaycastResult", "null", "io", "Part"} & table.globals_known()
    assert table.deprecated_globals()["wait"] == table.Deprecation("task.wait", False)
    assert table.deprecated_globals()["tick"] == table.Deprecation("os.clock", True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("findfirstchild", "FindFirstChild"),
        ("Positon", "Position"),
        ("GetChildern", "GetChildren"),
        ("xyzzy", None),
    ],
)
def test_misspelt_names(name: str, expected: str | None) -> None:
    assert table.nearest(name, table.member_names("Part")) == expected


def test_replacements_that_name_a_member_name_one_in_use() -> None:
    stale = {
        f"{owner}.{name}"
        for owner in table.classes()
        for name, member in table.members(owner).items()
        if "A" not in member.flags and not _is_in_use(member.replacement)
    }
    assert stale == {
        # Two steps of renames: the second is a change of another service.
        "Player.GetRankInGroup",
        "Player.GetRoleInGroup",
    }


def _is_in_use(replacement: str) -> bool:
    owner, mark, name = replacement.replace(":", ".").partition(".")
    if not mark or not name.isidentifier() or owner not in table.classes():
        return True
    return table.find_member(owner, name) is not None and table.deprecation(owner, name) is None


def _member(owner: str, name: str, otherwise: str = "Instance") -> table.Member:
    found = table.find_member(owner, name) or table.find_member(otherwise, name)
    assert found is not None
    return found


# --- the curated file


def test_the_committed_table_was_generated_from_the_curated_file() -> None:
    curated = json.loads(CURATED.read_text(encoding="utf-8"))
    for name, replacement in curated["replacements"].items():
        owner, _, member = name.partition(".")
        found = table.deprecation(owner, member) if member else table.class_deprecation(owner)
        assert found is not None
        assert found.replacement == replacement, name
    fresh = [name.split(".") for name in curated["fresh"]]
    assert all((found := table.deprecation(*name)) is not None and found.is_fresh for name in fresh)
    for owner, names in curated["aliases"].items():
        assert {name: _member(owner, name).replacement for name in names} == names
    assert table.unavailable() == curated["unavailable"]
    assert table.deprecated_globals().keys() == curated["deprecated_globals"].keys() | curated["soft_globals"].keys()
