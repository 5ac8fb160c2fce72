"""Secrets that lie in files, known so that they can be kept out of every text."""

from collections.abc import Iterator, Mapping
from pathlib import Path

MOST_BYTES = 65_536


def hub_token_file(environment: Mapping[str, str]) -> Path | None:
    """Where huggingface_hub keeps the token of a login; None where there is no home folder."""
    if given := environment.get("HF_TOKEN_PATH"):
        return _expanded(given)
    cache = environment.get("XDG_CACHE_HOME") or "~/.cache"
    home = _expanded(environment.get("HF_HOME") or f"{cache}/huggingface")
    return home and home / "token"


def anthropic_folder(environment: Mapping[str, str]) -> Path | None:
    """Where Anthropic's SDK looks for profiles; None where there is no home folder."""
    return _expanded(environment.get("ANTHROPIC_CONFIG_DIR") or "~/.config/anthropic")


def _expanded(path: str) -> Path | None:
    try:
        return Path(path).expanduser()
    except RuntimeError:  # there is no home folder
        return None


def stored_secrets(environment: Mapping[str, str]) -> Iterator[str]:
    """The texts of files that hold secrets. One that cannot be read cannot be told either."""
    for file in (hub_token_file(environment), environment.get("ANTHROPIC_IDENTITY_TOKEN_FILE")):
        if file:
            yield text_of(Path(file))


def text_of(file: Path) -> str:
    """The beginning of a file; empty where it cannot be read."""
    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES).decode(errors="replace").strip()
    except OSError:
        return ""
