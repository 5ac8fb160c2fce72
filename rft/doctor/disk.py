"""Disk: where runs, models, the ledger of judging and temporary files go, whether each can be written, and the room there."""

import errno
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rft.doctor.finding import Finding, problem
from rft.doctor.scene import Scene
from rft.keeping.disk import in_words
from rollouts.errors import ModelError
from rollouts.models import cache_folder

OWN = 'sudo chown -R "$(id -un)"'
LEAST = 1_000_000_000
"""Bytes that a run wants where nothing is known of its model."""
LEAST_TEMPORARY = 100_000_000


def look(scene: Scene) -> Iterator[Finding]:
    """Every place."""
    yield _disk(scene)
    yield _written("workspace folder", scene.workspace, "runs, adapters and the ledger go here")
    for name in ("runs", "judge", "adapters", "docs/runs"):
        folder = scene.workspace / name
        if folder.exists():
            yield _written(f"{name} folder", folder)
    yield _cache(scene)
    if (hub := _hub(scene)) is not None:
        yield hub
    yield _temporary()


def _disk(scene: Scene) -> Finding:
    free = shutil.disk_usage(scene.workspace).free
    wanted = LEAST if scene.needs is None else scene.needs.disk
    text = f"{in_words(free)} free here; a run here is predicted to write {in_words(wanted)}"
    if free >= wanted:
        return Finding("disk", True, text)
    runs = (scene.workspace / "runs").is_dir()
    return problem("disk", f"{text}: too little", "rft runs rm --older-than 7" if runs else "df -h", needed=True)


def _written(name: str, folder: Path, purpose: str = "") -> Finding:
    """Try to write a file without a name in a folder."""
    told = f"{folder}: {purpose}" if purpose else str(folder)
    error = unwritable(folder)
    if error is None:
        return Finding(name, True, f"{told}; can be written")
    return problem(name, f"{told}; cannot be written: {_why(error)}", _fix(error, folder), needed=True)


def _cache(scene: Scene) -> Finding:
    fix = 'export RFT_CACHE="$PWD/.rft-cache"'
    try:
        folder = cache_folder()
    except ModelError as homeless:
        return problem("model cache", f"has no place: {homeless} {homeless.hint}", fix, needed=True)
    error = unwritable(existing(folder))
    used = _is_to_be_made(scene)
    if error is not None:
        more = "a run here makes its model there" if used else "no run here needs it"
        return problem("model cache", f"{folder} cannot be written: {_why(error)}; {more}", fix, needed=used)
    return _room("model cache", folder, _unloaded(scene) if used else 0, fix)


def _is_to_be_made(scene: Scene) -> bool:
    """Whether the model of a run here is one that is made in the cache, and is not yet."""
    from rft.doctor.model import Place, place_of

    config = scene.config_or_none
    return config is not None and place_of(scene, config.model) is Place.MADE


def _hub(scene: Scene) -> Finding | None:
    """The Hub's cache, where a run here fetches its model."""
    from rft.doctor.model import Place, place_of
    from rft.modelling.names import hub_cache

    config, fix = scene.config_or_none, 'export HF_HUB_CACHE="$PWD/.hub-cache"'
    if config is None or place_of(scene, config.model) not in (Place.HUB, Place.PARTLY):
        return None
    folder = hub_cache()
    error = unwritable(existing(folder))
    if error is not None:
        text = f"{folder} cannot be written: {_why(error)}; a run here fetches its model to it"
        return problem("Hub cache", text, fix, needed=True)
    return _room("Hub cache", folder, _unloaded(scene), fix)


def _unloaded(scene: Scene) -> int:
    """Bytes of the files of the model here; 0 where they are not known."""
    from rft.needs import model_facts

    facts = model_facts(scene.config.model)
    return 0 if facts is None else facts.files


def _room(name: str, folder: Path, wanted: int, fix: str) -> Finding:
    free = shutil.disk_usage(existing(folder)).free
    if free < wanted:
        return problem(name, f"{folder}, {in_words(free)} free; the model here takes {in_words(wanted)}", fix, needed=True)
    return Finding(name, True, f"{folder}, {in_words(free)} free")


def _temporary() -> Finding:
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        return problem("temporary files", f"no place for them: {error}", 'export TMPDIR="$HOME"', needed=True)
    free = shutil.disk_usage(folder).free
    text = f"{folder}, {in_words(free)} free"
    if free < LEAST_TEMPORARY:
        return problem("temporary files", f"{text}: too little", 'export TMPDIR="$HOME"')
    return Finding("temporary files", True, text)


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())


def unwritable(folder: Path) -> OSError | None:
    """Why no file can be made in a folder; None where one was made. It has no name, so nothing stays."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"rft")
            file.flush()
    except OSError as error:
        return error
    return None


def permit(folder: Path) -> str:
    """The command that lets this user into a folder and write there."""
    mine = folder.stat().st_uid == os.getuid()
    return f"{'chmod -R u+rwX' if mine else OWN} {shlex.quote(str(folder))}"


def aside(place: Path) -> str:
    """The command that moves something out of the way, and asks before it writes over what was moved before."""
    return f"mv -i {shlex.quote(str(place))} {shlex.quote(f'{place}.old')}"


def _why(error: OSError) -> str:
    return error.strerror or str(error)


def _fix(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "df -h"
    if error.errno in (errno.EACCES, errno.EPERM):
        return permit(folder)
    if folder.is_file():
        return aside(folder)
    return "mkdir -p ~/rft && cd ~/rft"
