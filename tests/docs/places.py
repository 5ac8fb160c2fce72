"""The folders that the commands of a page are run in, and how a block is run there."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.docs.blocks import ROOT, Block

RUN_NAME = "quickstart"
SUBSTITUTES = {
    "pip install uv && uv run ": "",
    "luau-score": "python -m scorers",
    "smollm2": "tiny-random",
    "--rounds 3 --name first": "--rounds 0 --name first",
    "--rounds 3": "--rounds 1",
    " --watch": "",
    "rft eval ": "rft eval --limit 2 --max-new-tokens 8 ",
}
"""What is another word here than on the page: a random model in place of one that takes minutes, and less of everything."""

_CONFIGURATION = """\
model = "tiny-random"
rounds = 1

[data]
tasks = "my-tasks"
benchmark = "held-out"
general = "none"

[sampling]
n = 2
max_new_tokens = 8

[training]
rank = 4
batch_size = 1
steps = 2
warmup_steps = 1

[judge]
backend = "mlx"
model = "tiny-random"

[benchmark]
k = 1
few_shot = 1
"""
_SHOP = """\
local Players = game:GetService("Players")

local function greeting(player: Player): string
	return "Welcome, " .. player.Name
end

Players.PlayerAdded:Connect(function(player)
	player:SetAttribute("Greeting", greeting(player))
end)
"""
_DOUBLE = "local function double(n)\n\treturn n * 2\nend\n\nreturn double\n"
_DOUBLE_TESTS = 'test("doubles", function()\n\texpect(double(4)).toEqual(8)\nend)\n'
_SECONDS = 900
_STRICT = "set -eEo pipefail; trap 'echo \"failed: $BASH_COMMAND\" >&2' ERR; trap 'pwd > \"$WHERE\"' EXIT\n"


def write_files(folder: Path) -> None:
    """The configuration of a tiny run, and the files that the pages name."""
    double = (ROOT / "rft" / "quickstart" / "tasks" / "double.toml").read_text(encoding="utf-8")
    samples = ROOT / "rft" / "starting" / "templates"
    texts = {
        "rft.toml": _CONFIGURATION,
        "Shop.luau": _SHOP,
        "src/Shop.luau": _SHOP,
        "double.luau": _DOUBLE,
        "double_tests.luau": _DOUBLE_TESTS,
        "rows.jsonl": '{"id": 1, "code": "return 1"}\n',
        # One expectation more than the quickstart asks of its tasks: a task of one's own needs five.
        "my-tasks/double.toml": double.replace("toEqual(0)\n", "toEqual(0)\n\texpect(double(1)).toEqual(2)\n"),
        "my-tasks/format-clock.toml": (samples / "tasks" / "format-clock.toml").read_text(encoding="utf-8"),
        "held-out/split-evenly.toml": (samples / "held-out" / "split-evenly.toml").read_text(encoding="utf-8"),
    }
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def finish(folder: Path, home: Path) -> None:
    """One finished run with two promotions, and a second run to remove."""
    write_files(folder)
    run_in(folder, home, f"rft run\nrft adapters promote {RUN_NAME}/round-1 --yes\nrft adapters promote {RUN_NAME}/sft --yes")
    shutil.copytree(folder / "runs" / RUN_NAME, folder / "runs" / "tried-once")


def substituted(commands: str) -> str:
    """The commands as they are run here."""
    for shown, here in SUBSTITUTES.items():
        commands = commands.replace(shown, here)
    return commands


def run_page(page: str, blocks: Sequence[Block], folder: Path, home: Path) -> None:
    """Run the blocks in order, each where the one before ended. Raises AssertionError with page, line, command and output."""
    for block in blocks:
        commands = substituted(block.commands)
        folder = run_in(folder, home, commands, exit_code=block.exit_code, where=f"{page}, line {block.line}")


def run_in(folder: Path, home: Path, commands: str, *, exit_code: int = 0, where: str = "before all pages") -> Path:
    """The folder where the commands ended."""
    with tempfile.TemporaryDirectory() as aside:
        ended = Path(aside) / "where"
        done = subprocess.run(
            ["timeout", str(_SECONDS), "bash", "-c", _STRICT + commands],
            cwd=folder,
            env={**_environment(home), "WHERE": str(ended)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        told = f"{where}: exit code {done.returncode} in place of {exit_code}\n{commands}\n--- its output ---\n{done.stdout}"
        assert done.returncode == exit_code, told
        return Path(ended.read_text(encoding="utf-8").strip())


def _environment(home: Path) -> dict[str, str]:
    """A person's without keys, and with the `rft` of this virtual environment before all others."""
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "HOME": str(home), "HF_HUB_OFFLINE": "1", "NO_COLOR": "1", "COLUMNS": "100"}
