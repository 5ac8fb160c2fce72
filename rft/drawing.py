"""A stage's candidates: drawn wave by wave, scored as they arrive, and each task handed on when all of its own are scored.

The store is the queue between the steps: a candidate is durable before it is scored, and scored before its task is handed on, so
that whoever is stopped here finds the rest to be done in the store.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from eval.task import Task
from rft.allocation import Tally, next_wave
from rft.scoring import Scoring, entries_of
from rft.stopwatch import Stopwatch
from rft.store import RunStore
from rft.view import Stage
from rollouts.sampling import sample
from rollouts.source import Progress, SampleRequest, Source
from rollouts.store import Candidate


@dataclass(frozen=True, slots=True)
class Work:
    """What a stage is to have: `n` candidates of every task, or as `enough` shares them out. `request` says how they are drawn;
    the indices of its prompts are set wave by wave. `recorded` candidates are read and not drawn.

    A `final` stage is drawn once: whoever comes back to it after its end takes what it holds, even where its source has more by
    then, or changed tests would ask for more.
    """

    request: SampleRequest
    tasks: Mapping[str, Task]
    n: int
    enough: int | None = None
    recorded: bool = False
    final: bool = False


class Drawing:
    """Does a stage's work. `hand_on` gets each task once, as soon as nothing more will be drawn for it and all is scored.

    `drawn`, `tokens` and `seconds` are of what was drawn here, and not of what the store held before.
    """

    def __init__(
        self,
        store: RunStore,
        work: Work,
        source: Source,
        scoring: Scoring,
        shown: Stage,
        watch: Stopwatch,
        hand_on: Callable[[Task], None],
    ) -> None:
        self.drawn = self.tokens = 0
        self.seconds = 0.0
        self._store, self._work, self._source, self._scoring = store, work, source, scoring
        self._shown, self._watch, self._hand_on = shown, watch, hand_on
        self._tallies = {task: Tally() for task in work.tasks}
        self._open = dict(work.tasks)
        self._lacking: dict[str, int] = {}
        self._arrived: set[str] = set()

    def run(self) -> None:
        """Draw, score and hand on everything. Raises what the source and the scoring raise; what is stored stays."""
        while wave := next_wave(self._work.n, self._work.enough, self._tallies):
            self._draw(wave)
        self._hand_on_rest()

    def score_stored(self) -> None:
        """The same for a stage that was drawn to its end before: nothing is drawn, even where tests have changed since."""
        for task in self._work.tasks.values():
            for candidate in self._store.candidates.of_task(self._work.request.stage, task.id):
                self._submit(candidate)
        self._finish_scoring()
        self._hand_on_rest()

    def _draw(self, wave: Mapping[str, range]) -> None:
        prompts = [replace(each, indices=wave[each.task]) for each in self._work.request.prompts if each.task in wave]
        request = replace(self._work.request, prompts=prompts)
        self._lacking = {task: len(indices) for task, indices in wave.items()}
        if self._work.recorded:
            self._read(request)
            self._take_stored(wave)
        else:
            self._take_stored(wave)
            for arrived in self._arriving(request):
                self._take(arrived)
                self._scoring.collect()
                self._settle(wave, self._scored())
        self._finish_scoring()
        # A source that gave fewer than it was asked for has no more.
        self._settle(wave, list(self._lacking))

    def _arriving(self, request: SampleRequest) -> Iterator[Candidate | Progress]:
        """What is drawn, each counted."""
        began = time.monotonic()
        for arrived in self._watch.each(sample(self._store.candidates, self._source, request), "sampling"):
            if isinstance(arrived, Progress):
                self._shown.work(arrived.tokens, "tokens")
            else:
                self.drawn += 1
                self.tokens += arrived.tokens
                self._shown.advance()
            yield arrived
        self.seconds += time.monotonic() - began

    def _read(self, request: SampleRequest) -> None:
        """Bring recorded candidates into the store before any is scored."""
        with _synced_once(self._store):
            for _ in self._arriving(request):
                pass

    def _take_stored(self, wave: Mapping[str, range]) -> None:
        for task, indices in wave.items():
            for candidate in self._store.candidates.of_task(self._work.request.stage, task):
                if candidate.index in indices:
                    self._take(candidate)
            self._scoring.collect()
            self._settle(wave, self._scored())

    def _take(self, arrived: Candidate | Progress) -> None:
        if isinstance(arrived, Candidate):
            self._submit(arrived)
            self._lacking[arrived.task] -= 1
            if not self._lacking[arrived.task]:
                self._arrived.add(arrived.task)

    def _submit(self, candidate: Candidate) -> None:
        if self._scoring.is_full:
            with self._watch.waiting("scoring"):
                self._scoring.relieve()
        self._scoring.submit(candidate, self._work.tasks[candidate.task])

    def _finish_scoring(self) -> None:
        with self._watch.waiting("scoring"):
            self._scoring.finish()

    def _scored(self) -> list[str]:
        """The tasks whose candidates of this wave are all there and scored."""
        return [task for task in self._arrived if self._scoring.is_scored(task)]

    def _settle(self, wave: Mapping[str, range], tasks: list[str]) -> None:
        """Take in what the wave brought of these tasks; hand on those that are done."""
        for task in tasks:
            del self._lacking[task]
            self._arrived.discard(task)
            tally = self._tally(task, wave[task].stop)
            self._tallies[task] = tally
            if self._work.enough is None or tally.has(self._work.enough):
                self._hand_on(self._open.pop(task))

    def _tally(self, task: str, upto: int) -> Tally:
        if self._work.enough is None:
            return Tally(upto)
        entries = entries_of(self._store, self._work.request.stage, self._work.tasks[task], upto)
        accepted = [entry.code for entry in entries if entry.facts.eligible]
        return Tally(upto, len(accepted), len(set(accepted)))

    def _hand_on_rest(self) -> None:
        while self._open:
            self._hand_on(self._open.pop(next(iter(self._open))))


@contextmanager
def _synced_once(store: RunStore) -> Iterator[None]:
    """Commits in the block reach the disk with the next one after it.

    A commit that waits for the disk takes milliseconds (a fullfsync on a Mac more than ten), and a file may hold 100,000
    candidates. Nothing is computed from them in the block, and until then the file has them.
    """
    store.connection.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        store.connection.execute("PRAGMA synchronous = FULL")
