"""The models that there are: those the package knows, what is in the Hub's cache, imported ones, and folders that are named."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rft.errors import InputError
from rft.keeping.disk import disk_use
from rft.modelling.facts import Facts, facts_of, needs_here, read_config
from rft.modelling.machine import Machine
from rft.modelling.names import table
from rft.needs import Needs, model_facts
from rollouts.hub import missing_files
from rollouts.models import BUILT_IN, expanded, imported_names, model_place


@dataclass(frozen=True, slots=True)
class Found:
    """Where a model is. `folder` is None of one that is not on this machine; `bytes` then are what fetching it would take, as
    far as that is known. `missing` names files that a fetch which was cut short has left out."""

    name: str
    kind: str
    folder: Path | None
    bytes: int | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A model with what is known of it; None of what is not."""

    found: Found
    facts: Facts | None
    needs: Needs | None

    def to_json(self) -> dict[str, Any]:
        place = None if self.found.folder is None else str(self.found.folder)
        needs = None if self.needs is None else self.needs.to_json()
        return {**asdict(self.found), "folder": place, "facts": self.facts and self.facts.to_json(), "needs": needs}


def models_here(folders: Sequence[str], machine: Machine) -> list[Listed]:
    """All of them, each once. Raises InputError for a folder that is none of a model."""
    found = {model.name: model for model in (*_known(), *_imported(), *_cached(), *_given(folders))}
    return [listed(model, machine) for model in found.values()]


def listed(model: Found, machine: Machine, n: int | None = None) -> Listed:
    """With what is known of it, and what it needs to sample N candidates, and to train."""
    return Listed(model, _facts(model), needs_here(model.name, model.folder, machine, n))


def find(name: str) -> Found:
    """One model by its name or folder. Raises InputError when nothing is known of it."""
    if (expanded(name) / "config.json").is_file():
        return next(_given([name]))
    for model in (*_cached(), *_imported(), *_known()):
        if model.name == name:
            return model
    if expanded(name).exists():
        read_config(expanded(name))
    raise InputError(
        f"nothing is known of a model {name!r}, and it is not on this machine.",
        hint="`rft models list` names those that are; `rft models get OWNER/NAME` fetches one from the Hub.",
    )


def _facts(model: Found) -> Facts | None:
    if model.folder is not None:
        try:
            return facts_of(read_config(model.folder))
        except InputError:  # one damaged file must not hide all other models
            return None
    known = model_facts(model.name)
    return None if known is None else facts_of(known.config)


def _known() -> Iterator[Found]:
    """Of the package's table. What is in the Hub's cache too is told from there."""
    for name in table():
        place = model_place(name) if name in BUILT_IN else None
        if place is not None and (place / "config.json").is_file():
            yield Found(name, "built in", place, disk_use(place).bytes)
        else:
            known = model_facts(name)
            yield Found(name, "built in" if name in BUILT_IN else "recipe", None, None if known is None else known.files)


def _imported() -> Iterator[Found]:
    for name in imported_names():
        yield Found(name, "imported", model_place(name), disk_use(model_place(name)).bytes)


def _cached() -> Iterator[Found]:
    """What huggingface_hub keeps: the newest revision of each model that has a config."""
    try:
        from huggingface_hub import constants, scan_cache_dir
        from huggingface_hub.errors import CacheNotFound
    except ModuleNotFoundError:  # without the mlx extra there is no Hub
        return
    try:
        cache = scan_cache_dir(constants.HF_HUB_CACHE)
    except (CacheNotFound, RuntimeError):  # nothing was ever fetched, or there is no home folder
        return
    for repo in sorted(cache.repos, key=lambda repo: repo.repo_id):
        whole = [revision.snapshot_path for revision in repo.revisions if (revision.snapshot_path / "config.json").is_file()]
        if repo.repo_type == "model" and whole:
            place = max(whole, key=lambda path: path.stat().st_mtime)
            yield Found(repo.repo_id, "Hub cache", place, repo.size_on_disk, tuple(missing_files(place)))


def _given(folders: Sequence[str]) -> Iterator[Found]:
    for name in folders:
        place = expanded(name)
        read_config(place)
        yield Found(name, "folder", place.resolve(), disk_use(place).bytes)
