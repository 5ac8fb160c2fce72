"""What a machine does to a person: a full disk, a folder of somebody else, no home, Ctrl-C."""

import errno
import os
from typing import Any, NoReturn

from tests.rft.mistakes import PAUSED, SAID_NO, WRONG_INPUT, Mistake, Prepare, World


def full_disk(world: World) -> None:
    world.patch.setattr("rft.run._free_bytes", lambda _folder: 5_000_000)


def fills_up(world: World) -> None:
    def read(*_arguments: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "runs/mine/run.db")

    world.patch.setattr("rft.run.read_inputs", read)


def no_rights(world: World) -> None:
    (world.folder / "runs").mkdir(mode=0o500)
    if os.geteuid() == 0:  # Root may write everywhere.

        def refuse(*_arguments: Any, **_named: Any) -> NoReturn:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "runs/mine")

        world.patch.setattr("pathlib.Path.mkdir", refuse)


def interrupted(world: World) -> None:
    def stop(*_arguments: object) -> NoReturn:
        raise KeyboardInterrupt

    world.patch.setattr("rft.run.read_inputs", stop)


def homeless(world: World) -> None:
    """A container's user whom no file knows."""

    def home() -> NoReturn:
        raise RuntimeError("Could not determine home directory.")

    for name in ("HOME", "RFT_CACHE", "XDG_CACHE_HOME"):
        world.patch.delenv(name, raising=False)
    world.patch.setattr("pathlib.Path.home", home)


def file_named(name: str) -> Prepare:
    """A file has the name of a folder that a run writes into."""

    def prepare(world: World) -> None:
        world.write(name, "")

    return prepare


MACHINE = [
    Mistake(
        "a file stands where runs go",
        "rft run --name mine",
        WRONG_INPUT,
        "is a file, and a run keeps a folder there",
        "runs",
        "Move it away",
        file_named("runs"),
    ),
    Mistake(
        "a file stands where a run's page goes",
        "rft run --name mine",
        WRONG_INPUT,
        "is a file, and a run keeps a folder there",
        "docs",
        "Move it away",
        file_named("docs"),
    ),
    Mistake(
        "a file stands where adapters go",
        "rft run --name mine",
        SAID_NO,
        "is a file",
        "adapters",
        "Move it away",
        file_named("adapters"),
    ),
    Mistake(
        "there is no home",
        "rft models get smollm2",
        WRONG_INPUT,
        "there is no home folder",
        "to keep models in",
        "RFT_CACHE",
        homeless,
    ),
    Mistake(
        "the home of nobody", "rft init ~nobdy/mine --yes", WRONG_INPUT, "there is no home folder", "~nobdy", "a path without"
    ),
    Mistake(
        "the disk is full before a run",
        "rft run --name mine",
        SAID_NO,
        "only 5 MB are free",
        "on the disk of",
        "free some space",
        full_disk,
    ),
    Mistake(
        "the disk fills up during a run",
        "rft run --name mine",
        PAUSED,
        "the disk is full",
        r"runs/mine/run\.db",
        "rft resume --name mine",
        fills_up,
    ),
    Mistake(
        "the folder is somebody else's",
        "rft run --name mine",
        SAID_NO,
        "cannot be written",
        "runs/mine",
        "folder that is yours",
        no_rights,
    ),
    Mistake("Ctrl-C during a run", "rft run --name mine", PAUSED, "was stopped", "'mine'", "rft resume --name mine", interrupted),
]
