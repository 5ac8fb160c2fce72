"""Starting and carrying on a run: resolve, check, lock, go; and end well however it ends."""

import errno
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType

from rich.console import Console

from checkpoints.latest import refuse_folder
from rft import loop
from rft.awake import kept_awake
from rft.begun import parse_stored
from rft.config import RftConfig, flat
from rft.database import StoreError
from rft.engine import Engine
from rft.errors import InputError, RftError, RunPaused
from rft.inputs import described, read_inputs, refuse_changed
from rft.judging.opening import open_judge
from rft.report import collect, render, write_log_page
from rft.sampling_stages import Inputs
from rft.sections import JudgeBudget
from rft.sources import check_source
from rft.store import RunPaths, RunStore, open_for_writing
from rft.view import View
from rft.view.spend import spend_of
from rft.view.watching import RunWatch
from rollouts.errors import ChildDied

BUDGET = tuple(f"judge.budget.{name}" for name in JudgeBudget.model_fields)
MAY_CHANGE = (
    "sampling.max_rows",
    "training.max_row_tokens",
    "data.max_contaminated_share",
    "judge.concurrency",
    "judge.force",
    "judge.recorded",
    "judge.max_tokens",
    "judge.base_url",
    "judge.batch",
    *BUDGET,
)
"""Settings of a begun run that change no result: somebody who met one of these limits moves it and goes on."""
FREE_BYTES = 200_000_000
"""What a run wants free before it begins: adapters, the store and logs of the quickstart stay well below."""


def start(config: RftConfig, paths: RunPaths, console: Console) -> None:
    """Begin the run, carry it on where it stopped, or say that it is finished.

    Raises RunPaused after a Ctrl-C or a full disk, and any package's error with its hint.
    """
    _check_disk(paths.workspace)
    refuse_folder(paths.latest)
    with _pausing(paths), open_for_writing(paths) as store:
        _refuse_other_configuration(store, config, paths)
        if store.fact("finished"):
            console.print(f"The run {paths.name!r} is finished; nothing was done.", highlight=False)
            console.print("`rft report` shows it; start another with --name or a different --seed and --name.", highlight=False)
            return
        inputs = read_inputs(config, paths.log("model"))
        if begun := store.fact("config") is not None:
            refuse_changed(store, described(inputs), "")
        else:
            check_source(config, inputs.tasks, paths.log("endpoint"))
        with open_judge(
            config, paths, inputs.tasks, partial(console.print, highlight=False, soft_wrap=True, markup=False)
        ) as judge:
            if not begun:
                store.state("inputs", described(inputs))
            store.state("config", config.model_dump())
            _tell_unrecorded(store, paths, console)
            if judge is not None:
                store.state("judge", {"name": judge.name, "standing": judge.standing})
            # Only this one is paid in dollars.
            spend = partial(spend_of, judge) if judge is not None and config.judge.backend == "claude" else None
            with View(console, paths.events, RunWatch(paths, config, inputs, spend)) as view:
                view.event("started", process=os.getpid())
                view.say(_begins(paths, config, inputs))
                with kept_awake(view.say):
                    loop.run(Engine(config, inputs, paths, store, view, judge))
                view.event("finished")
        report = replace(collect(store, paths, config, inputs.benchmark, inputs.general), finished=True)
        write_log_page(report, paths)
        store.state("finished", True)
        render(report, console)


def _begins(paths: RunPaths, config: RftConfig, inputs: Inputs) -> str:
    general = f", {len(inputs.general)} tasks of the general suite" if inputs.general else ""
    return (
        f"Run {paths.name}: {config.model}, {config.rounds} rounds, seed {config.seed}; {len(inputs.demonstrations)} "
        f"demonstrations, {len(inputs.tasks)} training tasks, {len(inputs.benchmark)} held-out tasks{general}. "
        "Ctrl-C stops it; the same command carries on."
    )


def _refuse_other_configuration(store: RunStore, config: RftConfig, paths: RunPaths) -> None:
    """A run keeps the configuration that it was started with. It is stored once its inputs have proved usable."""
    stored = store.fact("config")
    if stored is None:
        return
    before, now = flat(parse_stored(stored)), flat(config)
    keys = sorted(before.keys() | now.keys())
    changed = [key for key in keys if before.get(key) != now.get(key) and not _may_change(key)]
    if changed:
        differences = ", ".join(f"{key} was {before.get(key)!r} and is {now.get(key)!r}" for key in changed)
        raise InputError(
            f"the run {paths.name!r} was started with another configuration: {differences}.",
            hint="Start a run of its own with --name NEW, or `rft resume` to carry this one on as it was.",
        )


def _may_change(key: str) -> bool:
    return key in MAY_CHANGE or key.startswith("judge.prices")


def _tell_unrecorded(store: RunStore, paths: RunPaths, console: Console) -> None:
    """A kill, or a lost end of the store's log, can leave an adapter whole and unknown to the store."""
    for folder in sorted(paths.folder.glob("adapters/[!.]*")):
        if store.fact(f"adapter:{folder.name}") is None:
            console.print(f"The adapter {folder.name} is there without a record; it is trained again.", highlight=False)


def _check_disk(workspace: Path) -> None:
    free = _free_bytes(workspace)
    if free < FREE_BYTES:
        raise RftError(
            f"only {free // 1_000_000} MB are free on the disk of {workspace.resolve()}.",
            hint=f"A run wants at least {FREE_BYTES // 1_000_000} MB; free some space or run it elsewhere.",
        )


def _free_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@contextmanager
def _pausing(paths: RunPaths) -> Iterator[None]:
    """Turn a Ctrl-C, a SIGTERM and a full disk into RunPaused: what is stored is stored, the rest is done later."""
    again = f"Run the same command again, or `rft resume --name {paths.name}`, to carry on; nothing finished is repeated."
    try:
        with _interrupt_on_sigterm():
            yield
    except KeyboardInterrupt:
        raise RunPaused(f"the run {paths.name!r} was stopped.", hint=again) from None
    except PermissionError as error:
        raise RftError(f"{error.filename} cannot be written.", hint="Run in a folder that is yours.") from error
    except (OSError, sqlite3.OperationalError, StoreError, ChildDied) as error:
        if (full := _full(error, paths.workspace)) is None:
            raise
        raise RunPaused(full, hint=f"Free some space. {again}") from error


def _full(error: Exception, workspace: Path) -> str | None:
    """In words that a full disk is behind the error; None where it is not.

    SQLite may say only that reading or writing failed, and a child that cannot write its adapter dies: then the disk is asked.
    """
    no_room = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    if no_room or (isinstance(error, sqlite3.OperationalError) and "full" in str(error)):
        return f"the disk is full ({error})."
    vague = isinstance(error, ChildDied) or getattr(error.__cause__, "sqlite_errorname", "").startswith("SQLITE_IOERR")
    free = _free_bytes(workspace)
    return f"{error}\nOnly {free // 1_000_000} MB are free on the disk." if vague and free < FREE_BYTES else None


@contextmanager
def _interrupt_on_sigterm() -> Iterator[None]:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def smoke_name(paths: RunPaths) -> RunPaths:
    """A smoke run's own name: each one is new, because it is there to be watched."""
    taken = {path.name for path in paths.workspace.glob("runs/smoke*")}
    number = next(i for i in range(1, len(taken) + 2) if f"smoke-{i}" not in taken)
    return replace(paths, name=f"smoke-{number}")
