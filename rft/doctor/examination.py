"""Looks at everything, one section after another. Whatever a section meets becomes a finding: nothing here ends the doctor."""

import os
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from rft.doctor.finding import Examination, Finding, problem
from rft.doctor.scene import Scene
from rft.doctor.secrets import Scrubber
from rft.doctor.tokens import stored_secrets

SECTIONS = ("python", "packages", "device", "luau", "disk", "model", "keys", "network", "terminal", "workspace")
"""In the order in which a machine is set up. Each is a module here with a function `look`, imported when its turn comes: what one
of them lacks must not keep the others from being looked at."""
RECIPES = "recipes"
REPORT = "rft doctor --json > doctor.json"
"""What to send when nothing else helps."""


def examine() -> Examination:
    """Look at everything here. Takes some seconds: speed and limits are tried out in child processes."""
    scene = here()
    return told(scene, list(findings(scene)))


def here() -> Scene:
    """The current folder and this process's environment. Raises InputError where the folder was deleted."""
    from rft.errors import InputError

    try:
        return Scene(Path.cwd(), dict(os.environ))
    except FileNotFoundError as error:
        raise InputError("the current folder is not there any more.", hint="Go to one that is: cd ~") from error


def findings(scene: Scene) -> Iterator[Finding]:
    """Each finding as it is made, without any key in it."""
    scrub = _scrubber(scene)
    for section in SECTIONS:
        for finding in _looked(section, scene):
            yield _clean(finding, section, scrub)


def told(scene: Scene, found: list[Finding]) -> Examination:
    """The findings with what each recipe needs."""
    scrub = _scrubber(scene)
    try:
        from rft.doctor.recipes import needs_here

        memory, needs = needs_here(scene)
    except Exception as error:
        # As for any section: a broken package is the finding, not the end.
        return Examination([*found, _clean(_unseen(RECIPES, error), RECIPES, scrub)])
    return Examination(found, memory, {name: each and replace(each, model=scrub(each.model)) for name, each in needs.items()})


def _scrubber(scene: Scene) -> Scrubber:
    return Scrubber(scene.environment, stored_secrets(scene.environment))


def _clean(finding: Finding, section: str, scrub: Scrubber) -> Finding:
    return replace(finding, section=section, text=scrub(finding.text), fix=scrub(finding.fix))


def _looked(section: str, scene: Scene) -> Iterator[Finding]:
    try:
        yield from import_module(f"rft.doctor.{section}").look(scene)
    except Exception as error:
        # The boundary to a world that may be broken in any way: whatever it was, it is what was found.
        yield _unseen(section, error)


def _unseen(section: str, error: Exception) -> Finding:
    return problem(section, f"could not be looked at: {in_a_line(error)}", _fix_of(error), needed=True)


def _fix_of(error: Exception) -> str:
    from rft.doctor.installing import all_of_rft

    return all_of_rft() if isinstance(error, ImportError) else REPORT


def in_a_line(error: BaseException) -> str:
    """What an error says, with its kind where that is not one of ours."""
    words = " ".join(str(error).split())
    return words if getattr(error, "hint", None) is not None else f"{type(error).__name__}: {words}".rstrip(": ")
