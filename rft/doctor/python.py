"""Python: its version, where it is, whether it is a virtual environment."""

import platform
import sys
from collections.abc import Iterator

from rft.doctor.finding import Finding, problem
from rft.doctor.scene import Scene
from rft.doctor.variables import shown

OLDEST, NEWEST = (3, 11), (3, 13)
"""As `requires-python` in pyproject.toml has it."""


def look(scene: Scene) -> Iterator[Finding]:
    """Version and place."""
    text = f"{platform.python_version()} ({platform.python_implementation()}) on {platform.system()} {platform.machine()}"
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        yield Finding("python", True, text)
    else:
        wanted = " to ".join(".".join(map(str, version)) for version in (OLDEST, NEWEST))
        yield problem("python", f"{text}: rft needs {wanted}", "uv venv --python 3.13 && . .venv/bin/activate", needed=True)
    yield Finding("executable", True, sys.executable)
    kind = f"virtual environment {sys.prefix}" if sys.prefix != sys.base_prefix else f"no virtual environment: {sys.prefix}"
    yield Finding("environment", True, kind)
    if scene.environment.get("PYTHONPATH"):
        folders = shown("PYTHONPATH", scene.environment["PYTHONPATH"])
        yield Finding("PYTHONPATH", True, f"{folders}: comes before installed packages")
