"""Public Luau libraries, exercised in the Roblox world: code that nobody wrote for it.

    python scripts/check_world_libraries.py [NAME...] [--cache FOLDER]

Takes each library from the npm registry (`npm pack`), puts its Luau sources into a place as roblox-ts lays them out, and
runs the exercise of the same name in `scripts/world_libraries/`; libraries that bring specs run those. Prints what works
and ends with 1 if something does not.
"""

import argparse
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from scorers.execution import ExecutionReport, Limits, Tests, run_tests

EXERCISES = Path(__file__).parent / "world_libraries"
RUNTIME = "roblox-ts@3.0.0"
LIBRARIES = {
    "beacon": "@rbxts/beacon@2.1.1",
    "bin": "@rbxts/bin@1.2.6",
    "charm": "@rbxts/charm@0.11.0",
    "fusion": "@rbxts/fusion@0.2.0",
    "immut": "@rbxts/immut@0.4.4-ts.0",
    "janitor": "@rbxts/janitor@1.1.2",
    "lemon-signal": "@rbxts/lemon-signal@1.2.0",
    "matter": "@rbxts/matter@0.8.5",
    "promise": RUNTIME,
    "roact": "@rbxts/roact@3.0.1",
    "rodux": "@rbxts/rodux@3.0.0-ts.3",
    "sift": "@rbxts/sift@0.0.9",
    "signal": "@rbxts/signal@1.1.1",
    "t": "@rbxts/t@3.2.1",
    "trove": "@rbxts/trove@1.3.0",
}
_INCLUDE = "ReplicatedStorage/rbxts_include"
_FENCE = "`" * 8
_LIMITS = Limits(cpu_seconds=20.0, wall_seconds=30.0, memory_bytes=256 << 20)
_SPEC_WORDS = "describe, it, itSKIP, beforeEach, afterEach, expect"
_SPEC_START = (
    f"local specs = require(game:GetService('ReplicatedStorage').Specs) local {_SPEC_WORDS} = "
    + ", ".join(f"specs.{word}" for word in _SPEC_WORDS.split(", "))
    + " "
)
_START = """
local include = game:GetService("ReplicatedStorage"):WaitForChild("rbxts_include")
local TS = require(include:WaitForChild("RuntimeLib"))
local modules = include:FindFirstChild("node_modules") and include.node_modules["@rbxts"]
local script = include
local function runSpecs(folders)
	local specs = require(game:GetService("ReplicatedStorage").Specs)
	for _, folder in folders do
		specs.runBelow(folder)
	end
	print(specs.passed .. " specs passed, " .. specs.failed .. " failed")
	for index, message in specs.messages do
		print(message)
	end
	return { successCount = specs.passed, failureCount = specs.failed }
end
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(LIBRARIES))
    parser.add_argument("--cache", type=Path, help="keep the packages in this folder")
    options = parser.parse_args()
    if shutil.which("npm") is None:
        print("npm is not installed: the libraries come from the npm registry. Install Node.js and run this again.")
        return 1
    if unknown := set(options.names) - set(LIBRARIES):
        print(f"no such library: {', '.join(sorted(unknown))}. There are: {', '.join(LIBRARIES)}.")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        cache = options.cache or Path(folder)
        cache.mkdir(parents=True, exist_ok=True)
        runtime = fetch(RUNTIME, cache)
        failed = [name for name in options.names or LIBRARIES if not check(name, runtime, cache)]
    print(f"{len(options.names or LIBRARIES) - len(failed)} of {len(options.names or LIBRARIES)} libraries work")
    return 1 if failed else 0


def check(name: str, runtime: Path, cache: Path) -> bool:
    """Run one library's exercise and print a line about it."""
    files = {f"{_INCLUDE}/{file.name}": file.read_text(encoding="utf-8") for file in sorted((runtime / "include").glob("*.lua"))}
    files["ReplicatedStorage/Specs.luau"] = (EXERCISES / "kit" / "specs.luau").read_text(encoding="utf-8")
    files |= sources(fetch(LIBRARIES[name], cache), f"{_INCLUDE}/node_modules/@rbxts/{name}") if name != "promise" else {}
    answer = "\n".join(f"### {as_luau(path)}\n{_FENCE}luau\n{text}\n{_FENCE}\n" for path, text in files.items())
    report = run_tests(answer, Tests(None, exercise(name), kind="files", world=True), limits=_LIMITS)
    print(f"{name:<14}{LIBRARIES[name]:<28}{describe(report)}")
    return report.ok


def exercise(name: str) -> str:
    """The tests of one library. Its modules exist when a case runs, not before: the start goes into the case."""
    text = (EXERCISES / f"{name}.luau").read_text(encoding="utf-8")
    title, _, body = text.partition("function()\n")
    return f"{title}function()\n{_START}\n{body}"


def describe(report: ExecutionReport) -> str:
    """The outcome in one line."""
    if report.ok:
        specs = report.output.splitlines()[0] if report.output.endswith("0 failed\n") else ""
        return f"works ({report.expectations} expectations{', ' + specs if specs else ''})"
    first = report.failures[0].message if report.failures else ""
    return f"{report.status}: {first} {', '.join(report.unsupported)}\n{report.output[:1500]}"


def sources(package: Path, mount: str) -> dict[str, str]:
    """The Luau files of a package by their path in the place; specs get the words that they use."""
    found = {}
    for file in sorted(package.rglob("*.lua*")):
        if file.suffix in (".lua", ".luau"):
            text = file.read_text(encoding="utf-8")
            is_spec = file.stem.endswith(".spec")
            found[f"{mount}/{file.relative_to(package).as_posix()}"] = f"{_SPEC_START}{text}" if is_spec else text
    return found


def as_luau(path: str) -> str:
    return f"{path.removesuffix('.lua')}.luau" if path.endswith(".lua") else path


def fetch(package: str, cache: Path) -> Path:
    """The unpacked package. Raises CalledProcessError when npm cannot get it."""
    target = cache / package.replace("/", "_")
    if not target.exists():
        packed = subprocess.run(["npm", "pack", package, "--silent"], cwd=cache, check=True, capture_output=True, text=True)
        archive = cache / packed.stdout.strip().splitlines()[-1]
        with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as tar:
            tar.extractall(target, filter="data")
        archive.unlink()
    return target / "package"


if __name__ == "__main__":
    sys.exit(main())
