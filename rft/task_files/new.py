"""Writes a new task file: where it goes, what it may be called, and that nothing is there yet."""

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.task import task_files
from rft.config import FILE_NAME, QUICKSTART, load_config
from rft.errors import InputError
from rft.inputs import BUILTIN
from rft.proof import suites_of
from rft.starting.workspace import UNFINISHED
from rft.task_files.skeleton import skeleton
from scorers.execution.tests import Kind

REFUSED = '/\\:*?"<>|'
"""What no file's name has on one system or another."""
LONGEST = 200
"""Bytes of an id; a file's name has 255."""


def home(config: Path | None, *, held_out: bool) -> Path:
    """The folder that the configuration names for training tasks, or for held-out ones.

    Raises InputError where there is no configuration, or where it takes these tasks from the package.
    """
    name = "data.benchmark" if held_out else "data.tasks"
    if config is None:
        raise InputError(
            f"there is no {FILE_NAME} here that says where tasks lie.",
            hint="Name the place with --folder FOLDER, or make a workspace: `rft init NAME`.",
        )
    data = load_config(config, QUICKSTART, {}).data
    setting = data.benchmark if held_out else data.tasks
    if setting.startswith(BUILTIN):
        raise InputError(
            f'{config} takes these tasks from the package ({name} = "{setting}").',
            hint=f'Name a folder of your own there (as {name} = "tasks"), or one for now with --folder FOLDER.',
        )
    return Path(setting)


def task_folders(config: Path | None) -> list[Path]:
    """Where this workspace has tasks: the folders that its configuration names, and the tasks to finish."""
    return [Path(name) for name in (*suites_of(config), UNFINISHED)]


def new_task(task: str, category: str, kind: Kind, folder: Path, others: Sequence[Path]) -> Path:
    """Write the file `task`.toml into `folder`, which is made if need be. `others` are folders of tasks too.

    Raises InputError where the id cannot be a file's name or is taken, and where the file cannot be written.
    """
    _refuse_name(task)
    if not category.strip() or not category.isprintable():
        raise InputError(f"{category!r} is no category.", hint="Leave --category out, or name a group, as --category lists.")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is no folder.", hint="Give --folder the name of a folder; it is made if need be.")
    _refuse_taken(task, (folder, *others))
    file = folder / f"{task}.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(file, skeleton(task, category, kind))
    except FileExistsError as error:
        raise InputError(f"{error.filename} is there already.", hint="Give another id.") from error
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.", hint="Name a folder where you may write.") from error
    return file


def _write(file: Path, text: str) -> None:
    with file.open("x", encoding="utf-8", newline="\n") as stream:
        try:
            stream.write(text)
            stream.flush()
        except BaseException:
            file.unlink()
            raise


def _refuse_name(task: str) -> None:
    hint = "Letters, digits, - and _ suit every system: parse-duration."
    if not task.isprintable() or task != task.strip(" ") or not task or any(letter in REFUSED for letter in task):
        raise InputError(f"{task!r} cannot be a file's name.", hint=hint)
    if task[0] in ".-" or task[-1] == "." or len(task.encode(errors="replace")) > LONGEST:
        raise InputError(f"{task!r} cannot be a task's name.", hint=hint)
    if task.endswith(".toml"):
        raise InputError(f"{task!r}: the ending is no part of an id.", hint=f"Say {task.removesuffix('.toml')!r}.")


def _refuse_taken(task: str, folders: Iterable[Path]) -> None:
    """Two ids that differ in the size of letters are one file on a Mac."""
    for folder in folders:
        for file in task_files(folder) if folder.is_dir() else ():
            if _same(file.stem) == _same(task):
                raise InputError(f"the id {task!r} is taken: {file}.", hint="Give another id.")


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
