"""Writes a new workspace: aside first, then moved into place as one folder, so that a kill leaves nothing half."""

import contextlib
import shutil
import string
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from rft.config import FILE_NAME
from rft.errors import InputError
from rft.starting.choices import Choices
from rft.starting.configuration import configuration
from rft.starting.texts import unfinished_part, unfinished_row
from rft.task_files.schema_file import schema_text
from rollouts.models import expanded

TASKS, HELD_OUT, UNFINISHED = "tasks", "held-out", "to-finish"
UNSEEN = ("desktop.ini", ".DS_Store")
"""Files that a desktop puts into a folder by itself."""


def target_folder(name: str) -> Path:
    """Where the workspace is to be. Raises InputError where something stands already, or where no folder can be."""
    place = expanded(name)
    if place.parts[:1] and place.parts[0].startswith("~"):
        raise InputError(f"there is no home folder {place.parts[0]}.", hint="Give a name like my-model, or a path without `~`.")
    if not name.strip() or not name.isprintable():
        raise InputError(f"{name!r} cannot be a folder's name.", hint="Give a name like my-model.")
    with _writing(place):
        folder = place.resolve()
        if folder == Path.cwd().resolve():
            raise InputError(
                "the workspace cannot be the folder you are in.", hint="Go up one folder and name it: `rft init NAME`."
            )
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{place} is a file.", hint="Give the name of a folder that is not there yet.")
        if folder.is_dir() and any(entry.name not in UNSEEN for entry in folder.iterdir()):
            raise InputError(f"{place} is there and is not empty.", hint="Give another name, or move it away first.")
    return folder


def files_of(title: str, choices: Choices, ready: Mapping[str, str], unfinished: Mapping[str, str]) -> dict[str, str]:
    """Path in the workspace -> text. `ready` and `unfinished` are proposed tasks by id."""
    page = string.Template(_template("README.md").read_text(encoding="utf-8"))
    readme = page.substitute(
        title=title, unfinished_row=unfinished_row(unfinished), unfinished=unfinished_part(sorted(unfinished))
    )
    return {
        FILE_NAME: configuration(choices),
        "README.md": readme,
        ".gitignore": _template("gitignore").read_text(encoding="utf-8"),
        ".taplo.toml": _template("taplo.toml").read_text(encoding="utf-8"),
        "task.schema.json": schema_text(),
        "sft.jsonl": _template("sft.jsonl").read_text(encoding="utf-8"),
        **{f"{TASKS}/{sample.name}": sample.read_text(encoding="utf-8") for sample in samples(TASKS)},
        **{f"{HELD_OUT}/{sample.name}": sample.read_text(encoding="utf-8") for sample in samples(HELD_OUT)},
        **{f"{TASKS}/{name}.toml": text for name, text in ready.items()},
        **{f"{UNFINISHED}/{name}.toml": text for name, text in unfinished.items()},
    }


def samples(folder: str) -> list[Traversable]:
    """The sample tasks that every workspace has in this folder."""
    return sorted((file for file in _template(folder).iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the workspace. Raises InputError where that cannot be; nothing is left there then."""
    with _writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".rft-init-", dir=folder.parent))
        try:
            made = scratch / "workspace"  # made here and not by mkdtemp, so that it gets the usual rights
            for name, text in files.items():
                file = made / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n")
            _move(made, folder)
        finally:
            shutil.rmtree(scratch)


def _move(made: Path, folder: Path) -> None:
    for name in UNSEEN:
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):
        folder.rmdir()  # an empty folder may stand there; one that was filled meanwhile stays, and stops us
    made.rename(folder)


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"the workspace {place} cannot be made: {error.strerror or error}.", hint="Name a place where you may write."
        ) from error


def _template(name: str) -> Traversable:
    return resources.files("rft.starting.templates") / name
