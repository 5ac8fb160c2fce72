"""Bringing a model to this machine: from the Hub, out of a GGUF file, or made where the package brings it."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rft.errors import InputError
from rft.keeping.disk import in_words
from rollouts.errors import ChildDied, ModelError
from rollouts.gguf_file import GgufFile, read_gguf, unknown_kinds
from rollouts.gguf_names import refuse_unknown
from rollouts.gguf_tokenizer import refuse_unknown_tokenizer
from rollouts.hub import SPARE_BYTES, check_room, fetch, fetched_before, look_up
from rollouts.models import BUILT_IN, expanded, import_file, imported_names, model_place, resolve_model

Say = Callable[[str], None]


def get_model(name: str, say: Say, *, quiet: bool) -> Path:
    """The model's folder, fetched where it is not here. Raises ModelError. `quiet`: no progress bars."""
    if name in BUILT_IN or name in imported_names() or name.count("/") != 1 or expanded(name).exists():
        with _log() as log:
            return resolve_model(name, log)
    if (folder := fetched_before(name)) is not None:
        say(f"{name} is here already.")
        return folder
    remote = look_up(name)
    check_room(remote)
    here = remote.bytes - remote.missing
    say(f"{name}: {in_words(remote.bytes)}, {in_words(remote.missing)} of it to fetch; {in_words(here)} are here.")
    return fetch(name, remote.commit, quiet=quiet)


def import_model(file: Path, name: str | None, say: Say) -> tuple[str, Path]:
    """The name and the folder of the model that is made of a GGUF file. Raises ModelError before anything is written when the
    file is cut off or not a model that can be imported, and when the disk has no room."""
    named = name or re.sub(r"[^A-Za-z0-9._-]+", "-", file.stem).strip("-._")
    _check_name(named)
    found = read_gguf(file)
    refuse_unknown(file.name, found.metadata, (tensor.name for tensor in found.tensors))
    refuse_unknown_tokenizer(found.metadata)
    _check_room(found)
    for kind in unknown_kinds(found.tensors):
        say(f"MLX does not keep {kind}: these weights become F16.")
    say(f"Importing {file.name}: {len(found.tensors)} tensors, about {in_words(found.imported_bytes)}.")
    with _log() as log:
        return named, import_file(file, named, log)


@contextmanager
def _log() -> Iterator[Path]:
    """For what the child says. It goes with the call, so an error sends nobody there: its end is in the message."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            yield Path(folder) / "model.log"
        except ChildDied as error:
            raise ChildDied(
                str(error), hint="The file is damaged, or memory ran out. Fetch it again, or end other programs."
            ) from error


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) or name in BUILT_IN:
        raise InputError(
            f"{name!r} cannot be the name of an imported model.",
            hint="Give --name with letters, digits, `.`, `_` and `-`, a letter or digit first; the built-in names are taken.",
        )
    if model_place(name).exists():
        raise InputError(
            f"there is a model {name!r} already: {model_place(name)}.", hint="Give another --name, or delete that folder."
        )


def _check_room(found: GgufFile) -> None:
    place = model_place("")
    free = shutil.disk_usage(next(folder for folder in (place, *place.parents) if folder.exists())).free
    if found.imported_bytes + SPARE_BYTES > free:
        raise ModelError(
            f"importing {found.path.name} takes {in_words(found.imported_bytes)} on the disk of {place}, and "
            f"{in_words(free)} are free.",
            hint="Free some space, or set RFT_CACHE to a folder on another disk.",
        )
