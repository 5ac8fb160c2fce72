"""The commands that install what is missing, for the way in which this rft was installed."""

import importlib.metadata
import importlib.util
import json
import shlex
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

BASE = ("click", "jinja2", "numpy", "pluau", "psutil", "pydantic", "pygments", "rich", "tenacity")
MLX = ("mlx", "mlx-lm", "transformers")
"""What no run gets anywhere without: rft's own dependencies, and what computes."""
EXTRAS = {"mlx-cuda-12": "cuda12", "mlx-cuda-13": "cuda13", "mlx-cpu": "cpu"}
"""The backends that mlx's extras bring; Metal's comes by itself."""
TESTED = {"mlx": "0.32.4", "mlx-lm": "0.32.2"}
"""The pair that the tests ran with; other pairs may work. A test holds it to pyproject.toml."""


def repository() -> Path | None:
    """The checkout that this rft runs from, in the environment that uv keeps for it; None where it is otherwise."""
    folder = Path(__file__).resolve().parents[2]
    return folder if (folder / "uv.lock").is_file() and Path(sys.prefix).resolve() == folder / ".venv" else None


def install(*requirements: str) -> str:
    """The command that installs these here."""
    folder = repository()
    if folder is not None:
        return f"(cd {shlex.quote(str(folder))} && uv sync)"  # what is given after it must not run there
    return pip_install(*requirements)


def pip_install(*requirements: str) -> str:
    """The same, whatever this rft came from."""
    words = shlex.join(requirements)
    if importlib.util.find_spec("pip") is None:
        return f"uv pip install --python {shlex.quote(sys.executable)} {words}"
    return f"{shlex.quote(sys.executable)} -m pip install {words}"


def all_of_rft() -> str:
    """The command that brings everything a run on this machine needs."""
    return install(*BASE, *mlx_requirements())


def mlx_requirements() -> tuple[str, ...]:
    """The tested pair, with the backend that is here or that suits the platform, and on Linux's CPU a fast BLAS."""
    extra = next((extra for backend, extra in EXTRAS.items() if version_of(backend) is not None), None)
    if extra is None and sys.platform == "linux":
        extra = "cpu"
    blas = ("cmeel-openblas",) if extra == "cpu" else ()
    return f"mlx{f'[{extra}]' if extra else ''}=={TESTED['mlx']}", f"mlx-lm=={TESTED['mlx-lm']}", *blas


def version_of(name: str) -> str | None:
    """The version of an installed package; None where it is not."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def place(module: str) -> Path | None:
    """The folder or file that `import` would take, None where there is none. Nothing is imported."""
    spec = importlib.util.find_spec(module)
    if spec is None:
        return None
    folders = list(spec.submodule_search_locations or ())
    return Path(folders[0] if folders else str(spec.origin)).resolve()


def stands_in(name: str, module: str) -> bool:
    """Whether something else is imported in place of an installed package: PYTHONPATH comes first."""
    found = place(module)
    return found is not None and not found.is_relative_to(installed_in(importlib.metadata.distribution(name)))


def installed_in(distribution: importlib.metadata.Distribution) -> Path:
    """The folder that a package was installed to."""
    return Path(str(distribution.locate_file(""))).resolve()


def reinstall(name: str, module: str, *requirements: str) -> str:
    """What brings back a package that is missing, or there and does not work."""
    if version_of(name) is None:
        return install(*requirements)
    return "unset PYTHONPATH" if stands_in(name, module) else pip_install("--force-reinstall", *requirements)


def origin(distribution: importlib.metadata.Distribution) -> str:
    """From where a package was installed, in words. What an address holds beside host and path is left out."""
    told = json.loads(distribution.read_text("direct_url.json") or "{}")
    by = (distribution.read_text("INSTALLER") or "").strip()
    if not told:
        return f"from an index by {by}" if by else "from an index"
    address = urlsplit(told.get("url", ""))
    if address.scheme == "file":
        kind = "editable, " if told.get("dir_info", {}).get("editable") else "from "
        return f"{kind}{unquote(address.path)}"
    return f"from {address.scheme}://{address.hostname}{address.path}"
