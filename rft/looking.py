"""All that a report shows of a run, read in one look at its store."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval.task import Task
from judges.cost.facts import CostReport
from judges.errors import LedgerError
from rft.begun import stored_config
from rft.config import RftConfig
from rft.errors import InputError
from rft.inputs import general_tasks, held_out_tasks, training_tasks
from rft.judging.cost import cost_of
from rft.progress import State, in_words, state_of
from rft.report import Report, collect
from rft.store import RunPaths, RunStore
from rft.trend import RoundFigures, round_figures

if TYPE_CHECKING:
    from rft.page import Page


@dataclass(frozen=True, slots=True)
class Look:
    """A run as it stands. `training` is None where its tasks are not those of the run any more; `problems` says what could not be
    read, in sentences."""

    paths: RunPaths
    config: RftConfig
    state: State
    report: Report
    benchmark: tuple[Task, ...]
    training: tuple[Task, ...] | None
    rounds: Sequence[RoundFigures]
    cost: CostReport | None
    samples_missing: str
    cost_missing: str

    @property
    def problems(self) -> list[str]:
        """What a person should know of this look."""
        judged = self.config.judge.backend != "none"
        return [text for text in (self.samples_missing, self.cost_missing if judged else "") if text]

    def page(self, store: RunStore) -> "Page":
        """The run's page. Reads every candidate."""
        from rft.page import page_of

        return page_of(
            self.report, in_words(self.state, self.paths), store, self.config,
            benchmark=self.benchmark, training=self.training or (), rounds=self.rounds,
            samples_missing=self.samples_missing, cost=self.cost, cost_missing=self.cost_missing,
        )  # fmt: skip


def look_at(store: RunStore, paths: RunPaths, *, with_rounds: bool) -> Look:
    """Read the run, its candidates too if `with_rounds`. Raises InputError where it has not begun, or its held-out tasks are not
    those it was measured on."""
    state = state_of(store, paths)
    if state == "running" and store.fact("config") is None:
        raise InputError(f"the run {paths.name!r} is reading its inputs.", hint="Ask again when it has measured something.")
    config = stored_config(store)
    benchmark = held_out_tasks(store, config)
    report = collect(store, paths, config, benchmark, general_tasks(store, config))
    training, samples_missing = _training(store, config) if with_rounds else (None, "")
    cost, cost_missing = _cost(store, paths, config)
    rounds = [] if training is None else round_figures(store, config, training)
    return Look(paths, config, state, report, benchmark, training, rounds, cost, samples_missing, cost_missing)


def _training(store: RunStore, config: RftConfig) -> tuple[tuple[Task, ...] | None, str]:
    try:
        return training_tasks(store, config), ""
    except InputError as error:
        return None, f"The rounds' samples cannot be shown: {error} {error.hint}"


def _cost(store: RunStore, paths: RunPaths, config: RftConfig) -> tuple[CostReport | None, str]:
    if config.judge.backend == "none":
        return None, "The run has no judge: nothing was paid."
    try:
        found = cost_of(store, paths)
    except LedgerError as error:
        return None, f"What the judge cost cannot be shown: {error} {error.hint}"
    return (found[0], "") if found else (None, "What the judge cost is not known: its ledger is missing.")


def page_file(given: str, paths: RunPaths) -> Path:
    """Where the page goes. Raises InputError for a name that is not one of a page: a run's, mostly."""
    if not given:
        return paths.folder / "report.html"
    file = Path(given)
    if file.suffix.lower() not in (".html", ".htm") or file.is_dir():
        raise InputError(
            f"{given!r} is not the name of an HTML file.",
            hint="Let it end in .html. A run's name stands before the option: `rft report RUN --html`.",
        )
    return file
