"""What holds for the whole tree: the arrows between packages, quick starts, one door to MLX, sizes, documented settings."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("rft", "scorers", "judges", "rollouts", "checkpoints", "eval")
HEAVY = {"mlx", "mlx_lm", "transformers", "anthropic", "datasketch", "scipy", "torch", "huggingface_hub"}
DEVICE = ROOT / "rollouts" / "device.py"
MOST_LINES = 400
LINES_OF_THE_LOOP = 60
PLANTED = {
    "scorers": "from eval import task",
    "checkpoints": "import scorers.lexer",
    "judges": "def ask():\n    from rollouts.store import Candidate\n    return Candidate",
    "rollouts": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import rft.engine",
    "eval": "from checkpoints import adapter",
}
"""By package: an import that its contract forbids, also hidden in a function or from the running program."""


def sources(*packages: str) -> list[Path]:
    return [file for package in packages for file in sorted((ROOT / package).rglob("*.py"))]


def lint_imports(folder: Path) -> "subprocess.CompletedProcess[str]":
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_arrows_between_packages_hold() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"Contracts: {len(PLANTED)} kept, 0 broken." in result.stdout


def test_a_wrong_import_is_seen(tmp_path: Path) -> None:
    """The contracts are worth something: one forbidden import in each package breaks exactly that package's contract."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.toml", "*.json*"))
    for package, line in PLANTED.items():
        (tmp_path / package / "planted.py").write_text(line + "\n")
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stderr
    assert f"Contracts: 0 kept, {len(PLANTED)} broken." in result.stdout
    for package in PLANTED:
        assert f"{package}.planted -> " in result.stdout


@pytest.mark.parametrize(
    "program",
    [
        "import rft.cli",
        "import rft.config, rft.run, rft.loop, rft.report",
        "import scorers, scorers.execution",
        "import eval.gate, eval.task, eval.check",
        "import judges, checkpoints.adapter, rollouts.local, rollouts.models",
        "import sys; sys.argv = ['rft', '--help']; from rft.cli import cli; cli(standalone_mode=False)",
        "import sys; sys.argv = ['rft', 'run', '--help']; from rft.cli import cli; cli(standalone_mode=False)",
    ],
)
def test_nothing_heavy_is_loaded(program: str) -> None:
    tail = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    result = subprocess.run([sys.executable, "-c", f"{program}\n{tail}"], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(result.stdout.splitlines()[-1].split())
    assert "sys" in loaded
    assert loaded & HEAVY == set()


def test_help_loads_no_command() -> None:
    """`rft --help` is quick because it knows its commands by name only."""
    ours = "('rft.', 'eval', 'pydantic', 'rich')"
    program = f"import sys, rft.cli; print(*(name for name in sys.modules if name.startswith({ours})))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.split() == ["rft.cli"]


def loaded_at_import(body: list[ast.stmt]) -> Iterator[str]:
    """Modules that a body imports when it runs: not what stands in functions or is there for the type checker only."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.If):
            checked = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
            yield from loaded_at_import(node.orelse if checked else node.body + node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for name in ("body", "orelse", "finalbody"):
                yield from loaded_at_import(getattr(node, name, []))


def imports_of_mlx(source: str) -> list[str]:
    return [name for name in loaded_at_import(ast.parse(source).body) if name.partition(".")[0] in ("mlx", "mlx_lm")]


def test_one_module_imports_mlx() -> None:
    """Everybody else takes it from there, so that the BLAS is loaded before it. Inside functions nothing but mlx_lm."""
    for file in sources(*PACKAGES):
        source = file.read_text()
        assert imports_of_mlx(source) == [], file
        if file != DEVICE:
            bodies = [node.body for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
            inside = {name for body in bodies for name in loaded_at_import(body)}
            assert not any(name == "mlx" or name.startswith("mlx.") for name in inside), file
            assert 'import_module("mlx' not in source, file


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import mlx.core as mx", ["mlx.core"]),
        ("from mlx import nn", ["mlx"]),
        ("try:\n    import mlx_lm\nexcept ImportError:\n    pass", ["mlx_lm"]),
        ("class A:\n    import mlx.nn", ["mlx.nn"]),
        ("if TYPE_CHECKING:\n    import mlx.core\nelse:\n    import mlx.nn", ["mlx.nn"]),
        ("def f():\n    import mlx.core", []),
        ("import mlxtend", []),
    ],
)
def test_the_search_for_mlx_finds_it(source: str, found: list[str]) -> None:
    assert imports_of_mlx(source) == found


def test_the_loop_fits_on_a_screen() -> None:
    assert len((ROOT / "rft" / "loop.py").read_text().splitlines()) <= LINES_OF_THE_LOOP


def test_no_file_is_long() -> None:
    """Of every Python file that is, or is about to be, in the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert len(listed) > 100
    lengths = {name: len((ROOT / name).read_text().splitlines()) for name in listed if (ROOT / name).is_file()}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def undocumented(source: str) -> list[str]:
    """Settings of pydantic sections without a docstring under them. A section is documented by its own class."""
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    sections = {node.name for node in classes if any(isinstance(base, ast.Name) and base.id == "Section" for base in node.bases)}
    missing = []
    for node in classes:
        if node.name in sections:
            missing += [] if ast.get_docstring(node) else [node.name]
            for field, below in zip(node.body, [*node.body[1:], None], strict=True):
                if not isinstance(field, ast.AnnAssign) or ast.unparse(field.annotation) in sections:
                    continue
                text = below.value if isinstance(below, ast.Expr) else None
                if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                    missing.append(f"{node.name}.{ast.unparse(field.target)}")
    return missing


def test_every_setting_says_what_it_does() -> None:
    source = "\n".join((ROOT / "rft" / name).read_text() for name in ("sections.py", "config.py"))
    assert undocumented(source) == []
    assert undocumented(source.replace('"""Candidates per task and round."""', "")) == ["SamplingConfig.n"]
