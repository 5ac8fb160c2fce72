"""Run the adapters' tests against the real frameworks, each in a virtual environment of its own.

    python -m scripts.check_adapters                    # all of them; TRL brings torch, some gigabytes
    python -m scripts.check_adapters inspect lm-eval    # some

Needs a package registry, and `uv`: `uv run` brings it along. The environments lie in a temporary folder and are removed
at the end. In each are the framework at the version below, pytest, and this checkout, built and installed as a user
would. Exit code 1 if any test failed, or none ran.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests" / "adapters"


@dataclass(frozen=True, slots=True)
class Framework:
    """A pinned requirement and the test file that needs it."""

    requirement: str
    test: str


FRAMEWORKS = {
    "trl": Framework("trl==1.16.0", "test_trl.py"),
    "verifiers": Framework("verifiers==0.4.0", "test_verifiers.py"),
    "verifiers-rubric": Framework("verifiers==0.3.1", "test_verifiers_rubric.py"),
    "inspect": Framework("inspect-ai==0.3.285", "test_inspect_ai.py"),
    "lm-eval": Framework("lm-eval==0.4.13", "test_lm_eval.py"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which (default: all): {', '.join(FRAMEWORKS)}")
    names = parser.parse_args().names or list(FRAMEWORKS)
    if unknown := [name for name in names if name not in FRAMEWORKS]:
        parser.error(f"no framework {unknown[0]!r}; there are {', '.join(FRAMEWORKS)}")
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        parser.error("uv is not on PATH: pip install uv")
    rows = [row(name, uv) for name in names]
    print(f"\n{'framework':<18}{'requirement':<22}{'seconds':>8}  result")
    print("\n".join(line for line, _ in rows))
    return 0 if all(passed for _, passed in rows) else 1


def row(name: str, uv: str) -> tuple[str, bool]:
    """Check one framework: a line of the table, and whether all went well."""
    framework = FRAMEWORKS[name]
    print(f"== {name}: {framework.requirement}", flush=True)
    start = time.monotonic()
    passed = check(framework, uv)
    return f"{name:<18}{framework.requirement:<22}{time.monotonic() - start:8.1f}  {'passed' if passed else 'FAILED'}", passed


def check(framework: Framework, uv: str) -> bool:
    """Install the framework and this checkout side by side, and run the framework's tests there."""
    with tempfile.TemporaryDirectory(prefix="adapters-") as folder:
        environment = Path(folder) / "venv"
        python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        # -P and the other working folder: the tests are to import what was installed, not the checkout.
        test = [str(python), "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--confcutdir={TESTS}"]
        steps = [
            [uv, "venv", "-q", "--python", sys.executable, str(environment)],
            [uv, "pip", "install", "-q", "--python", str(python), framework.requirement, "pytest", str(ROOT)],
            [*test, str(TESTS / framework.test)],
        ]
        return all(subprocess.run(step, cwd=folder, env=environ(folder), check=False).returncode == 0 for step in steps)


def environ(folder: str) -> dict[str, str]:
    """This process's environment with the frameworks' caches in `folder` and without their hubs."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": folder, "TRANSFORMERS_VERBOSITY": "error"}
    return {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"} | offline


if __name__ == "__main__":
    sys.exit(main())
