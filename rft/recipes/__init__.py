"""The named recipes that the package brings: TOML files, each a start for `recipe = "NAME"` in rft.toml."""

from importlib import resources
from importlib.resources.abc import Traversable

QUICKSTART, SMOKE = "quickstart", "smoke"
HOMES = ("rft.quickstart", "rft.recipes")
"""Packages that hold recipes; the first two stand beside their tasks."""


def recipe_names() -> tuple[str, ...]:
    """All of them, the two that need no download first."""
    found = {file.name.removesuffix(".toml") for home in HOMES for file in _files(home)}
    return (QUICKSTART, SMOKE, *sorted(found - {QUICKSTART, SMOKE}))


def recipe_text(name: str) -> str:
    """The recipe's TOML, comments and all. Raises KeyError for a name that is none."""
    for home in HOMES:
        for file in _files(home):
            if file.name == f"{name}.toml":
                return file.read_text(encoding="utf-8")
    raise KeyError(name)


def recipe_summary(name: str) -> str:
    """What the recipe is for: the comment on its first line."""
    return recipe_text(name).partition("\n")[0].removeprefix("#").strip()


def _files(home: str) -> list[Traversable]:
    return [file for file in resources.files(home).iterdir() if file.name.endswith(".toml")]
