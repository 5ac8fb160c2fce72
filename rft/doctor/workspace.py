"""The workspace: its configuration, what a run would read, and the runs that are there."""

import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rft.doctor.disk import aside, permit
from rft.doctor.finding import Finding, problem
from rft.doctor.scene import Scene
from rft.errors import InputError

if TYPE_CHECKING:
    from rft.config import RftConfig
    from rft.keeping.runs import RunOnDisk

EDIT = "${EDITOR:-vi}"
"""Not in quotes: an editor may come with options, as `code --wait` does."""
MOST_NAMED = 5


def look(scene: Scene) -> Iterator[Finding]:
    """Configuration, inputs, runs, adapters, ledger."""
    yield _configuration(scene)
    config = scene.config_or_none
    if config is not None:
        yield from _inputs(scene, config)
    yield from _runs(scene)
    yield from _latest(scene.workspace)
    yield from _ledger(scene.workspace)


def _configuration(scene: Scene) -> Finding:
    from rft.config import FILE_NAME

    file = scene.workspace / FILE_NAME
    try:
        config = scene.config
    except InputError as error:
        fix = f"{EDIT} {FILE_NAME}" if os.access(file, os.R_OK) else f"chmod u+r {FILE_NAME}"
        return problem(FILE_NAME, f"{error} {error.hint}", fix, needed=True)
    if os.path.lexists(file) and not file.is_file():
        text = f"{file} is no file; `rft run` passes it over and takes the quickstart"
        return problem(FILE_NAME, text, aside(Path(FILE_NAME)))
    told = f"{file} can be read" if file.is_file() else "there is none here: `rft run` takes the quickstart"
    return Finding(FILE_NAME, True, f"{told}; model {config.model}, {config.rounds} rounds, judge {config.judge.backend}")


def _inputs(scene: Scene, config: "RftConfig") -> Iterator[Finding]:
    """Read as a run reads them; what tasks are worth, `rft tasks check` tells."""
    from eval.task import load_tasks
    from rft.demonstrations import load_demonstrations
    from rft.inputs import benchmark_folder, demonstrations_file, task_folder

    data, here = config.data, scene.workspace
    yield _read("tasks", data.tasks, here / task_folder(data.tasks), load_tasks)
    rows = here / demonstrations_file(data.demonstrations)
    yield _read("demonstrations", data.demonstrations, rows, load_demonstrations)
    yield _read("held-out tasks", data.benchmark, here / benchmark_folder(data.benchmark), load_tasks)
    if data.general is not None:
        yield _read("general tasks", data.general, here / benchmark_folder(data.general), load_tasks)
    if config.sampling.candidates is not None:
        yield _file("recorded candidates", scene.path(config.sampling.candidates))


def _read(name: str, setting: str, place: Path, read: "Callable[[Path], tuple[object, ...]]") -> Finding:
    try:
        return Finding(name, True, f"{len(read(place))} in {setting}")
    except Exception as error:
        hint = getattr(error, "hint", None)
        if hint is None and not isinstance(error, OSError):
            raise
        return problem(name, f"{setting} cannot be used: {error} {hint or ''}".strip(), _mend(setting, place), needed=True)


def _mend(setting: str, place: Path) -> str:
    if place.is_file():
        return f"{EDIT} {shlex.quote(setting)}"
    return f"rft tasks check {shlex.quote(setting)}" if place.is_dir() else f"{EDIT} rft.toml"


def _file(name: str, file: Path) -> Finding:
    if file.is_file():
        return Finding(name, True, str(file))
    return problem(name, f"there is no file {file}", f"{EDIT} rft.toml", needed=True)


def _runs(scene: Scene) -> Iterator[Finding]:
    from rft.keeping.runs import runs_of

    place = scene.workspace / "runs"
    if place.is_dir() and not os.access(place, os.R_OK | os.X_OK):
        yield problem("runs", f"{place} may not be looked into", permit(place), needed=True)
        return
    found = runs_of(scene.workspace)
    latest = found[-MOST_NAMED:]
    more = f"; the {MOST_NAMED} that were changed last" if len(found) > MOST_NAMED else ""
    yield Finding("runs", True, f"{len(found)} here{more}" if found else "none here")
    for run in found:
        if run in latest or run.state == "unreadable":
            yield _run(run)


def _run(run: "RunOnDisk") -> Finding:
    name = f"run {run.name}"
    if run.state == "unreadable":
        quoted = shlex.quote(run.name)
        return problem(name, f"cannot be read: {run.trouble}", f"mv runs/{quoted} {quoted}-unreadable")
    stage = f", {run.stage}" if run.stage else ""
    holder = f" ({run.holder})" if run.holder else ""
    return Finding(name, True, f"{run.state}{holder}{stage}")


def _latest(workspace: Path) -> Iterator[Finding]:
    from checkpoints.errors import CheckpointError
    from checkpoints.latest import previous, refuse_folder

    name, link = "adapters/latest", workspace / "adapters" / "latest"
    try:
        refuse_folder(link)
    except CheckpointError as error:
        yield problem(name, f"{error} {error.hint}", aside(_in_the_way(link)), needed=True)
        return
    if link.exists():
        yield Finding(name, True, f"points to {link.resolve()}")
    elif link.is_symlink():
        try:
            previous(link)
            fix = "rft adapters rollback"
        except CheckpointError:
            fix = f"rm {name}"
        yield problem(name, f"points to {link.readlink()}, which is not there", fix)


def _in_the_way(link: Path) -> Path:
    """What a promotion is refused for."""
    from checkpoints.history import history_file

    if not link.parent.is_dir():
        return link.parent
    return link if link.exists() and not link.is_symlink() else history_file(link)


def _ledger(workspace: Path) -> Iterator[Finding]:
    from judges.errors import LedgerError
    from judges.ledger import Ledger
    from rft.judging.places import ledger_file

    file = ledger_file(workspace)
    if not file.exists():
        return
    try:
        reader = Ledger.read(file)
        try:
            attempts = sum(1 for _ in reader.attempts())
        finally:
            reader.close()
    except LedgerError as error:
        yield problem("ledger", f"{error} {error.hint}".strip(), "mv judge judge-unreadable", needed=True)
    else:
        yield Finding("ledger", True, f"{file}: {attempts} calls on record")
