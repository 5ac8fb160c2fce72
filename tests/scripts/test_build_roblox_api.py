"""The generator of the Roblox table, on a package of a few lines; nothing is downloaded."""

import io
import json
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from scripts.build_roblox_api import DATA, PackageError, build, fetch, main
from scripts.roblox_declarations import parse
from scripts.roblox_types import DeclarationError

OPEN = """
interface Services { Players: Players; }
interface CreatableInstances { Part: Part; }
interface RBXObject {
    readonly ClassName: string;
    readonly Changed: unknown;
}
interface Instance extends RBXObject {
    readonly _nominal_Instance: unique symbol;
    Parent: Instance | undefined;
    "With Blank": string;
    Clone<T extends Instance>(this: T): T;
    GetChildren(this: Instance): Array<Instance>;
    WaitForChild(this: Instance, childName: string | number): Instance;
    WaitForChild(this: Instance, childName: string | number, timeOut: number): Instance | undefined;
    FindFirstChildOfClass<T extends keyof Instances>(this: Instance, className: T): Instances[T] | undefined;
    readonly AncestryChanged: RBXScriptSignal<(child: Instance, parent: Instance | undefined) => void>;
    readonly Destroying: RBXScriptSignal<() => void>;
}
/**
 * **Deprecated:** Use `Part` instead.
 *
 * @deprecated
 */
interface Block extends Instance { /* empty */ }
interface Part extends Instance {
    readonly Name: never;
    get Shape(): Enum.PartType;
    Material: Enum.Material;
    /**
     * **Deprecated:** Superseded by `LoadAsync()`, not by `Load()`.
     *
     * - **Tags**: Hidden, Yields
     *
     * @deprecated
     */
    Load(this: Part): LuaTuple<[number, { [K in keyof Map<string, Array<number>>]: K }]>;
    LoadAsync(this: Part, info?: Info): void;
    OnInvoke: ((player: Players, ...args: Array<unknown>) => void) | undefined;
}
interface Players extends Instance {
    GetInfo(this: Players): Info;
}
"""
PLUGIN = """
interface Part extends Instance {
    set Shape(value: Enum.PartType);
    Secret(this: Part): string;
}
"""
ENUMS = """
declare namespace Enum {
    export function GetEnums(this: Enums): Array<Enum>;
    export namespace PartType {
        export interface Ball extends globalThis.EnumItem { Name: "Ball"; Value: 0; }
        export const Ball: Ball;
    }
    export type PartType = PartType.Ball;
}
"""
HAND = """
interface Info { readonly Id: number; }
interface UDim2 {
    readonly _nominal_UDim2: unique symbol;
    readonly Width: number;
    Lerp(this: UDim2, goal: UDim2, alpha: number): UDim2;
}
interface UDim2Constructor {
    readonly zero: UDim2;
    new (xScale: number, xOffset: number, yScale: number, yOffset: number): UDim2;
    new (x: Info, y: Info): UDim2;
    new (): UDim2;
    fromScale: (x?: number, y?: number) => UDim2;
}
declare const UDim2: UDim2Constructor;
interface Axes { readonly X: boolean; }
type AxesConstructor = new (...axes: Array<Enum.Axis>) => Axes;
declare const Axes: AxesConstructor;
"""
CURATED: dict[str, Any] = {
    "sources": ["by hand"],
    "classes": {"Object": ["", "", "", "Changed=e=string"], "Hidden": ["Instance", "S", "", "Fire=mY|Fired=e"]},
    "absent": ["Players.GetInfo"],
    "replacements": {"Part.Load": "Part:LoadAsync"},
    "fresh": [],
    "aliases": {"Instance": {"children": "GetChildren"}, "UDim2": {"width": "Width"}},
    "soft_aliases": {"UDim2": ["width"]},
    "enums": {"PartType": "Block"},
    "datatypes": {"Axes": ["old=1-2,4", "Y=p=boolean"]},
    "libraries": {"table": {"insert": "", "getn": "D=#"}},
    "unavailable": {"io": ""},
    "globals": "game",
    "deprecated_globals": {"wait": "task.wait"},
    "soft_globals": {},
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return _pack(tmp_path / "types.tgz", {"None": OPEN, "PluginSecurity": PLUGIN, "enums": ENUMS}, HAND)


@pytest.fixture
def table(package: Path) -> dict[str, Any]:
    built: dict[str, Any] = json.loads(build(package, CURATED))
    return built


def _pack(target: Path, generated: dict[str, str], by_hand: str) -> Path:
    files = {f"include/generated/{name}.d.ts": text for name, text in generated.items()}
    files |= {"include/roblox.d.ts": by_hand, "package.json": '{"version": "9.9.9"}'}
    with tarfile.open(target, "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return target


def _members(table: dict[str, Any], name: str) -> set[str]:
    return set(table["classes"][name][3].split("|"))


def test_names_the_version_and_the_sources(table: dict[str, Any]) -> None:
    assert table["sources"] == ["@rbxts/types 9.9.9 (MIT)", "by hand"]


def test_classes_have_base_flags_and_replacement(table: dict[str, Any]) -> None:
    rows = {name: row[:3] for name, row in table["classes"].items()}
    assert rows == {
        "Block": ["Instance", "D", "Part"],
        "Hidden": ["Instance", "S", ""],
        "Instance": ["Object", "", ""],
        "Object": ["", "", ""],
        "Part": ["Instance", "C", ""],
        "Players": ["Instance", "S", ""],
    }


def test_members_have_kind_flags_and_type(table: dict[str, Any]) -> None:
    assert _members(table, "Instance") == {
        "AncestryChanged=e=Instance,Instance?",
        "Clone=m=self",
        "Destroying=e",
        "FindFirstChildOfClass=m=$1?",
        "GetChildren=m={Instance}",
        "Parent=p=Instance?",
        "WaitForChild=m=Instance",
        "children=mDA={Instance}=GetChildren",
    }
    assert _members(table, "Part") == {
        "Load=mDFY=number=Part:LoadAsync",
        "LoadAsync=m=nil",
        "Material=p=Enum.Material",
        "OnInvoke=c=Players,...",
        "Secret=mX=string",
        "Shape=pW=Enum.PartType",
    }


def test_what_is_curated_wins(table: dict[str, Any]) -> None:
    assert "Changed=e=string" in _members(table, "Object")
    assert _members(table, "Hidden") == {"Fire=mY", "Fired=e=..."}
    assert _members(table, "Players") == {""}
    assert table["enums"] == {"PartType": "Ball Block"}


def test_datatypes_have_argument_counts(table: dict[str, Any]) -> None:
    assert table["datatypes"]["UDim2"] == [
        "fromScale=0-2=UDim2|new=0,2,4=UDim2|zero==UDim2",
        "Lerp=m=UDim2|Width=pR=number|width=pDFAR=number=Width",
    ]
    assert table["datatypes"]["Axes"] == ["new=0-*=Axes|old=1-2,4", "X=pR=boolean|Y=p=boolean"]


def test_aliases_of_data_types_stay_with_their_type(table: dict[str, Any]) -> None:
    assert table["aliases"] == {"children": "GetChildren"}


def test_two_runs_give_the_same_bytes(package: Path) -> None:
    assert build(package, CURATED) == build(package, CURATED)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("replacements", {"Part.Lod": "Load"}, r"Part\.Lod"),
        ("aliases", {"Part": {"lod": "Lod"}}, r"Part\.lod"),
        ("classes", {"Part": ["", "", "", "A=p==B=C"]}, "too many fields: A=p==B=C"),
        ("replacements", {"Part.Load": "a | b"}, "cannot hold"),
    ],
)
def test_a_curated_name_that_is_nowhere_is_refused(package: Path, key: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(package, CURATED | {key: value})


def test_a_file_that_is_no_package_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.tgz"
    broken.write_bytes(b"no archive")
    assert main(["--package", str(broken), "--out", str(tmp_path / "out.json")]) == 2
    assert "broken.tgz is not a packed @rbxts/types" in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


def test_a_package_that_cannot_be_parsed_is_told(tmp_path: Path) -> None:
    package = _pack(tmp_path / "types.tgz", {"None": "interface X {", "PluginSecurity": "", "enums": ""}, "")
    with pytest.raises(PackageError, match="line 1"):
        build(package, CURATED)


def _absent(*_args: object, **_options: object) -> NoReturn:
    raise FileNotFoundError("npm")


def _offline(command: list[str], **_options: object) -> NoReturn:
    raise subprocess.CalledProcessError(1, command, stderr="network is down\n")


@pytest.mark.parametrize(("run", "message"), [(_absent, "npm is not installed"), (_offline, "network is down")])
def test_without_npm_there_is_a_sentence_and_code_2(
    run: Callable[..., NoReturn], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(subprocess, "run", run)
    assert main([]) == 2
    assert message in capsys.readouterr().err


def test_fetch_asks_for_the_pinned_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def pack(command: list[str], cwd: Path, **_options: object) -> None:
        asked.append(command)
        (cwd / "rbxts-types.tgz").touch()

    monkeypatch.setattr(subprocess, "run", pack)
    assert fetch(tmp_path) == tmp_path / "rbxts-types.tgz"
    version = asked[0][-1].rpartition("@")[2]
    committed = json.loads((DATA / "roblox_api.json").read_text(encoding="utf-8"))
    assert committed["sources"][0] == f"@rbxts/types {version} (MIT)"


@pytest.mark.parametrize(
    "source",
    [
        "type A<T> = T extends string ? { a: T } : never;",
        "type B = [first: number, second?: string, ...rest: Array<boolean>] & Record<string, number>;",
        "interface C { (value: number): string; [key: string]: unknown; readonly?: boolean; get: number; }",
        "interface D<T = A<B>> extends E<{ x: number; }>, F { f: <T>(x: T) => (y: T) => x is string; }",
        "declare const enum G { A = 1, B } declare function h(this: void, ...a: Array<number>): asserts a;",
        "declare const i: new () => typeof globalThis.Enum | keyof A | readonly string[] | A['b'] | -1 | `x${string}`;",
    ],
)
def test_the_parser_reads_what_the_package_uses(source: str) -> None:
    assert parse(source)


@pytest.mark.parametrize("source", ["interface A {", "class A {}", "interface A { b: ; }", "type A = [", "interface A { b c }"])
def test_the_parser_refuses_what_it_does_not_know(source: str) -> None:
    with pytest.raises(DeclarationError, match="line 1"):
        parse(source)
