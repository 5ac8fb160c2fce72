"""Writes scorers/roblox/data/roblox_api.json, the compact Roblox API table.

    python scripts/build_roblox_api.py [--package FILE.tgz]

It unites the npm package `@rbxts/types` (names and types; fetched with `npm pack` unless a packed file is given) with
scorers/roblox/data/curated.json, which is kept by hand and wins wherever both speak.
"""

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.roblox_datatypes import datatype_names, datatype_rows
from scripts.roblox_declarations import Declaration, parse
from scripts.roblox_luau import names_of
from scripts.roblox_rows import class_names, class_rows, enum_rows
from scripts.roblox_union import Generated, unite

VERSION = "1.0.954"
DATA = Path(__file__).resolve().parent.parent / "scorers" / "roblox" / "data"
_FILES = {
    "open": "package/include/generated/None.d.ts",
    "plugin": "package/include/generated/PluginSecurity.d.ts",
    "enums": "package/include/generated/enums.d.ts",
    "hand": "package/include/roblox.d.ts",
}


class PackageError(RuntimeError):
    """The package cannot be had or is not what it should be; the message is for a person."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the table. Exit code 2 where the package cannot be had or read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=Path, metavar="FILE.tgz", help="a packed @rbxts/types, in place of the registry's")
    parser.add_argument("--out", type=Path, default=DATA / "roblox_api.json")
    options = parser.parse_args(arguments)
    curated = json.loads((DATA / "curated.json").read_text(encoding="utf-8"))
    try:
        if options.package is not None:
            text = build(options.package, curated)
        else:
            with tempfile.TemporaryDirectory() as folder:
                text = build(fetch(Path(folder)), curated)
    except PackageError as error:
        print(error, file=sys.stderr)
        return 2
    options.out.write_text(text, encoding="utf-8")
    print(f"{options.out}: {len(text.encode())} bytes")
    return 0


def fetch(folder: Path) -> Path:
    """Downloads the pinned version into `folder`. Raises `PackageError` where npm is absent or fails."""
    command = ["npm", "pack", "--silent", f"@rbxts/types@{VERSION}"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise PackageError("npm is not installed: install Node.js, or give a packed @rbxts/types with --package.") from None
    except subprocess.CalledProcessError as error:
        raise PackageError(f"`{' '.join(command)}` failed: {error.stderr.strip()}") from error
    return next(folder.glob("*.tgz"))


def build(package: Path, curated: Mapping[str, Any]) -> str:
    """The text of the table. Raises `PackageError` for a file that is no packed `@rbxts/types`."""
    try:
        with tarfile.open(package) as archive:
            version = json.loads(_read(archive, "package/package.json"))["version"]
            sources = {key: parse(_read(archive, path)) for key, path in _FILES.items()}
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise PackageError(f"{package} is not a packed @rbxts/types that can be read: {error}") from error
    return render(unite(_generated(version, sources), curated))


def render(table: Mapping[str, Any]) -> str:
    """JSON with one line per class, enum, library: small, and readable as a diff."""
    blocks = []
    for key, value in table.items():
        if isinstance(value, dict):
            rows = [f"{json.dumps(name)}:{_dense(row)}" for name, row in value.items()]
            blocks.append(f"{json.dumps(key)}:{{\n" + ",\n".join(rows) + "\n}")
        else:
            blocks.append(f"{json.dumps(key)}:{_dense(value)}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _generated(version: str, sources: Mapping[str, list[Declaration]]) -> Generated:
    everything = [declaration for declarations in sources.values() for declaration in declarations]
    classes = class_names(everything)
    by_hand = [*sources["hand"], *sources["enums"]]
    names = names_of(everything, classes, datatype_names(by_hand, classes))
    return Generated(
        version,
        class_rows(sources["open"], sources["plugin"], names),
        enum_rows(sources["enums"]),
        datatype_rows(by_hand, names),
    )


def _read(archive: tarfile.TarFile, path: str) -> str:
    content = archive.extractfile(path)
    if content is None:
        raise KeyError(path)
    return content.read().decode("utf-8")


def _dense(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    sys.exit(main())
