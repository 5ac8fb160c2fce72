"""Fetching a model from the Hub: what is missing is known, and its room checked, before the first byte."""

import errno
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rollouts.errors import ModelError

PATTERNS = ("*.json", "*.safetensors", "*.txt", "*.jinja", "*.model", "*.py")
"""Files of a model; other forms of its weights stay where they are."""
SPARE_BYTES = 200_000_000
"""Left free on the disk beside what is fetched."""
AGAIN = "Give the same command again: what has arrived is kept."


@dataclass(frozen=True, slots=True)
class Remote:
    """A model on the Hub at one commit: bytes of all its files, and of those that are not on this machine."""

    name: str
    commit: str
    bytes: int
    missing: int
    files: tuple[str, ...]


def fetched_before(name: str) -> Path | None:
    """The model's folder in the Hub's cache, when nothing of it is missing. Asks nobody."""
    folder = cached_folder(name)
    return folder if folder is not None and not missing_files(folder) else None


def cached_folder(name: str) -> Path | None:
    """The model's folder in the Hub's cache, whole or not. Raises ModelError for what no name can be."""
    from huggingface_hub import snapshot_download, try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=list(PATTERNS), local_files_only=True))
    except LocalEntryNotFoundError:
        found = try_to_load_from_cache(name, "config.json")
        return Path(found).parent if isinstance(found, str) else None
    except HFValidationError as error:
        raise explained(name, error) from error


def missing_files(folder: Path) -> list[str]:
    """What a fetch that was cut short has left out."""
    try:
        weights = _weight_files(folder / "model.safetensors.index.json")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ["model.safetensors.index.json"]  # damaged: as good as missing
    missing = sorted(name for name in {"config.json", "tokenizer_config.json", *weights} if not (folder / name).is_file())
    tokenizers = ("tokenizer.json", "tokenizer.model", "vocab.json")
    return missing if any((folder / name).is_file() for name in tokenizers) else [*missing, tokenizers[0]]


def _weight_files(index: Path) -> set[str]:
    return set(json.loads(index.read_bytes())["weight_map"].values()) if index.is_file() else {"model.safetensors"}


def look_up(name: str) -> Remote:
    """Ask the Hub for the model's list of files. Raises ModelError, also for one without weights that MLX reads."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    refuse_offline(name)
    disable_progress_bars()
    try:
        listed: Any = snapshot_download(name, allow_patterns=list(PATTERNS), dry_run=True)
    except Exception as error:
        raise explained(name, error) from error
    files = tuple(sorted(file.filename for file in listed))
    if not any(file.endswith(".safetensors") for file in files) or "config.json" not in files:
        raise ModelError(
            f"{name} holds no model that MLX reads: *.safetensors and config.json are not both there.",
            hint="Look for its name under mlx-community, or fetch its GGUF file and `rft models import-gguf` that.",
        )
    missing = sum(int(file.file_size) for file in listed if file.will_download)
    return Remote(name, str(listed[0].commit_hash), sum(int(file.file_size) for file in listed), missing, files)


def check_room(remote: Remote) -> None:
    """Raise ModelError when the Hub's cache has no room for what is missing."""
    from huggingface_hub import constants

    cache = Path(constants.HF_HUB_CACHE)
    free = shutil.disk_usage(next(place for place in (cache, *cache.parents) if place.exists())).free
    if remote.missing + SPARE_BYTES > free:
        raise ModelError(
            f"{remote.name} needs {_gb(remote.missing)} more on the disk of {cache}, and {_gb(free)} are free.",
            hint="Free some space, or set HF_HUB_CACHE to a folder on another disk.",
        )


def fetch(name: str, commit: str, *, quiet: bool) -> Path:
    """Fetch what is missing, file by file, each kept as it comes. Raises ModelError. `quiet`: no progress bars."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils import disable_progress_bars, enable_progress_bars

    (disable_progress_bars if quiet else enable_progress_bars)()
    try:
        return Path(snapshot_download(name, revision=commit, allow_patterns=list(PATTERNS)))
    except Exception as error:
        raise explained(name, error) from error


def refuse_offline(name: str) -> None:
    """Raise ModelError, saying what is missing, where off-line mode is on."""
    from huggingface_hub import constants

    if not constants.HF_HUB_OFFLINE:
        return
    folder = cached_folder(name)
    what = "nothing of it is" if folder is None else f"these are not: {', '.join(missing_files(folder))};"
    raise ModelError(
        f"the model {name} is not whole on this machine ({what} here), and off-line mode is on.",
        hint="Unset HF_HUB_OFFLINE (and TRANSFORMERS_OFFLINE) once and fetch it, or set `model` to a local folder.",
    )


def explained(name: str, error: Exception) -> Exception:
    """The ModelError that tells a person what went wrong; an error that is nobody's but ours as it came."""
    from huggingface_hub import errors

    chain = _chain(error)
    error = next((each for each in chain if _status(each) is not None), error)
    status = _status(error)
    if isinstance(error, errors.GatedRepoError | errors.DisabledRepoError) or status == 403:
        return ModelError(
            f"the Hub does not hand out {name} to you ({status or 403}): its owner asks for an agreement.",
            hint=f"Agree to it on the model's page ({name}) while logged in, and set HF_TOKEN to a token of that account.",
        )
    if status == 401:
        return ModelError(
            f"the Hub knows no public model {name}, or does not take your token (401).",
            hint="Check the name; a private model needs HF_TOKEN set to a token that may read it.",
        )
    if isinstance(error, errors.RepositoryNotFoundError | errors.RevisionNotFoundError) or status == 404:
        return ModelError(f"there is no model {name} on the Hub (404).", hint="Check the name: owner/name, as on its page.")
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return ModelError(f"the disk is full; {name} was not fetched to its end.", hint=f"Free some space. {AGAIN}")
    if status is not None:
        return ModelError(f"the Hub answered {status} when it was asked for {name}.", hint=f"Try later. {AGAIN}")
    if isinstance(error, errors.HFValidationError):
        return ModelError(f"{name!r} could not be fetched: no model on the Hub has such a name.", hint="A name is owner/name.")
    if _is_network(chain):
        return ModelError(
            f"the model {name} is not whole on this machine and the Hub could not be reached ({_first_line(chain[-1])}).",
            hint=f"Go online once, or set `model` to a local folder. {AGAIN}",
        )
    if isinstance(error, OSError | ValueError):
        return ModelError(f"the model {name} could not be fetched: {_first_line(error)}", hint=AGAIN)
    return error


def _status(error: BaseException) -> int | None:
    return getattr(getattr(error, "response", None), "status_code", None)


def _chain(error: Exception) -> list[Exception]:
    """The error and what it came of: the Hub's client tells its own story of an answer that it did not like."""
    found: list[Exception] = []
    each: BaseException | None = error
    while isinstance(each, Exception) and each not in found:
        found.append(each)
        each = each.__cause__ or each.__context__
    return found


def _is_network(chain: list[Exception]) -> bool:
    """Of the Hub's client, and of the HTTP library under it, whose errors have no common root outside it."""
    from huggingface_hub import errors

    ours = errors.LocalEntryNotFoundError | errors.OfflineModeIsEnabled | ConnectionError | TimeoutError
    return any(isinstance(each, ours) or type(each).__module__.partition(".")[0].startswith("httpx") for each in chain)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
