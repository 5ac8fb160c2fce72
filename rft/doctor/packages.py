"""Packages: which versions, from where, and whether those that must fit each other do."""

import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

from rft.doctor.finding import Finding, problem
from rft.doctor.installing import (
    BASE,
    EXTRAS,
    MLX,
    TESTED,
    install,
    installed_in,
    mlx_requirements,
    origin,
    pip_install,
    place,
    stands_in,
    version_of,
)
from rft.doctor.scene import Scene

OURS = ("rft", "scorers", "judges", "rollouts", "checkpoints", "eval")
OPTIONAL = {
    "anthropic": "a judge at Anthropic",
    "genai-prices": "what such a judge costs",
    "datasketch": "near duplicates among many tasks",
    "pyyaml": "suites of luau-bench",
}
"""Name, and what it is for."""
BACKENDS = ("mlx-metal", *EXTRAS)
"""The packages of which one holds MLX's computing part. It must be of MLX's own version."""
MODULES = {"mlx-lm": "mlx_lm", "pyyaml": "yaml", "genai-prices": "genai_prices"}
"""Import names that are not the package's."""


def look(scene: Scene) -> Iterator[Finding]:
    """Ours, those of others, and how MLX's parts fit."""
    yield from _ours()
    for name in (*BASE, *MLX):
        yield _package(name)
    yield from _mlx()
    yield from _optional(scene)


def _ours() -> Iterator[Finding]:
    home = Path(__file__).resolve().parents[2]
    try:
        distribution = importlib.metadata.distribution("rft")
        yield Finding("rft", True, f"{distribution.version}, {origin(distribution)}; runs from {home / 'rft'}")
    except importlib.metadata.PackageNotFoundError:
        yield Finding("rft", True, f"not installed as a package; runs from {home / 'rft'}")
    elsewhere = {name: found for name in OURS if (found := place(name)) != home / name}
    if elsewhere:
        told = ", ".join(f"{name} is {found or 'nowhere'}" for name, found in elsewhere.items())
        yield problem("own packages", f"they belong together, and beside {home / 'rft'} {told}", "unset PYTHONPATH", needed=True)
    else:
        yield Finding("own packages", True, f"{', '.join(OURS[1:])}: all in {home}")


def _package(name: str) -> Finding:
    try:
        found = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        wanted = mlx_requirements() if name in MLX else (name,)
        return problem(name, "is not installed", install(*wanted), needed=True)
    module = MODULES.get(name, name)
    where = place(module)
    if where is None:
        text = f"{found.version} is installed in {installed_in(found)}, but its files are not there"
        return problem(name, text, pip_install("--force-reinstall", f"{name}=={found.version}"), needed=True)
    if stands_in(name, module):
        return problem(name, f"{where} stands in for the installed {found.version}", "unset PYTHONPATH", needed=True)
    return Finding(name, True, f"{found.version}, {origin(found)}")


def _mlx() -> Iterator[Finding]:
    """The pair, and the backend that belongs to it."""
    found = {name: version_of(name) for name in TESTED}
    if None in found.values():
        return
    told = " with ".join(f"{name} {version}" for name, version in found.items())
    if found == TESTED:
        yield Finding("mlx pair", True, f"{told}, the pair that the tests ran with")
    else:
        tested = " with ".join(f"{name} {version}" for name, version in TESTED.items())
        yield problem("mlx pair", f"{told}; the tests ran with {tested}", pip_install(*mlx_requirements()))
    yield _backend(str(found["mlx"]))


def _backend(version: str) -> Finding:
    backends = {name: found for name in BACKENDS if (found := version_of(name)) is not None}
    told = ", ".join(f"{name} {found}" for name, found in backends.items())
    fix = pip_install(*mlx_requirements())
    if not backends:
        text = f"mlx {version} has no computing part here: none of {', '.join(BACKENDS)} is installed"
        return problem("mlx backend", text, fix, needed=True)
    if set(backends.values()) != {version}:
        return problem("mlx backend", f"{told} beside mlx {version}: they must be of one version", fix, needed=True)
    return Finding("mlx backend", True, told)


def _optional(scene: Scene) -> Iterator[Finding]:
    config = scene.config_or_none
    asked = config is not None and config.judge.backend == "claude"
    for name, purpose in OPTIONAL.items():
        version = version_of(name)
        if version is None and asked and name in ("anthropic", "genai-prices"):
            yield problem(
                name, "is not installed; judge.backend is claude", install("anthropic>=2.11,<3", "genai-prices"), needed=True
            )
        else:
            yield Finding(name, True, f"{version or 'not installed'} (for {purpose})")
    if sys.platform == "linux" and version_of("cmeel-openblas") is not None:
        yield Finding("cmeel-openblas", True, f"{version_of('cmeel-openblas')} (MLX's own BLAS on Linux is slow)")
