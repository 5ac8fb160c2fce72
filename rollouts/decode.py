"""The decode loop: each prompt is read once and shared by its candidates; rows join and leave the batch as they go."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollouts.batch import Batch, open_batch
from rollouts.device import mx
from rollouts.identity import SamplingParameters, uniform_stream
from rollouts.policy import Policy
from rollouts.sampler import sample_tokens
from rollouts.stopping import FinishReason, Reply, StopRules

FEWEST_ROWS = 2
"""A row decoded alone differs in its last bits from the same row in a batch (a matrix product becomes a vector's)."""
DEAD_SHARE = 0.1
"""Rows that ended and that nobody replaces stay until they are this share of the batch: taking them out moves others."""


@dataclass(frozen=True, slots=True)
class PromptJob:
    """One prompt, the keys of the candidates to draw for it, and the key of each one's random stream."""

    tokens: tuple[int, ...]
    keys: tuple[str, ...]
    streams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """One finished reply. `tokens` end before the stop token, or before the token in which a stop string begins; `text` ends
    where the string begins."""

    key: str
    tokens: tuple[int, ...]
    finish_reason: FinishReason
    text: str


@dataclass(slots=True)
class _Task:
    """A prompt that was read, and how many of its candidates have not ended."""

    job: PromptJob
    slot: int
    seated: int = 0
    ended: int = 0


@dataclass(slots=True)
class _Row:
    """A seat in the batch. `task` is None once the reply has ended."""

    key: str
    task: _Task | None
    uniforms: NDArray[np.float64]
    reply: Reply


def decode(
    policy: Policy,
    jobs: Sequence[PromptJob],
    parameters: SamplingParameters,
    *,
    max_rows: int,
    on_step: Callable[[int], None] = lambda _rows: None,
) -> Iterator[Completion]:
    """Draw every candidate of every job; completions come in the order in which they end.

    A candidate's draws depend on its stream's key alone, not on who shares its batch (the arithmetic of a forward pass may
    differ in its last bits with the batch's shape). At most `max_rows` are decoded at once; `on_step` hears of each step's
    live rows.
    """
    asked = [job for job in jobs if job.keys]
    if asked:
        batch = open_batch(policy.model, _common_prefix([job.tokens for job in asked]))
        yield from _Decoding(policy, parameters, batch, max_rows, asked).run(on_step)


def _common_prefix(prompts: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The tokens that all prompts begin with, short of any prompt's last one."""
    first, last = min(prompts), max(prompts)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: max(0, min([length, *(len(prompt) - 1 for prompt in prompts)]))]


class _Decoding:
    """The rows of one batch, and the tasks whose candidates wait for a seat in it."""

    def __init__(
        self, policy: Policy, parameters: SamplingParameters, batch: Batch, max_rows: int, jobs: Sequence[PromptJob]
    ) -> None:
        self._parameters = parameters
        self._rules = StopRules(policy.stop_tokens, parameters.stop, parameters.max_new_tokens, policy.tokenizer.decode)
        self._batch = batch
        self._max_rows = max_rows
        self._jobs = iter(jobs)
        self._next: _Task | None = None
        self._rows: list[_Row] = []
        self._last_B = np.zeros(0, np.int64)

    def run(self, on_step: Callable[[int], None]) -> Iterator[Completion]:
        self._fill()
        while live := self._live():
            on_step(live)
            yield from self._step()
            self._fill()
            self._leave()

    def _live(self) -> int:
        return sum(row.task is not None for row in self._rows)

    def _fill(self) -> None:
        """Seat candidates while there is room: where a reply has ended, or behind the last row."""
        live = self._live()
        if live and not self._batch.mixes:
            return
        if not live:
            self._keep([])
        while (room := self._max_rows - live) > 0 and (task := self._waiting_task()):
            count = min(room, len(task.job.keys) - task.seated)
            self._seat(task, count)
            live = live + count if self._batch.mixes else self._max_rows

    def _waiting_task(self) -> _Task | None:
        """The task whose candidates are next. Its prompt is read when the first of them finds room."""
        if self._next is not None and self._next.seated == len(self._next.job.keys):
            self._next = None
        if self._next is None and (job := next(self._jobs, None)):
            self._next = _Task(job, self._batch.open(job.tokens))
        return self._next

    def _seat(self, task: _Task, count: int) -> None:
        free = [i for i, row in enumerate(self._rows) if row.task is None][:count]
        more = max(count - len(free), FEWEST_ROWS - len(self._rows))
        seats = [*free, *range(len(self._rows), len(self._rows) + more)]
        self._batch.seat(np.array(seats), task.slot)
        self._last_B = np.append(self._last_B, np.zeros(more, np.int64))
        for place, seat in enumerate(seats):
            self._rows[seat : seat + 1] = [self._begun(task, place < count)]
            self._last_B[seat] = task.job.tokens[-1]

    def _begun(self, task: _Task, live: bool) -> _Row:
        """The task's next candidate; without life it is only company for another row."""
        index = task.seated if live else task.seated - 1
        uniforms = uniform_stream(task.job.streams[index], self._parameters.max_new_tokens)
        task.seated += live
        return _Row(task.job.keys[index], task if live else None, uniforms, Reply(self._rules))

    def _step(self) -> Iterator[Completion]:
        """One token for every row; gives what ended with it."""
        longest = max(len(row.reply.tokens) for row in self._rows if row.task)
        logits_B_V = self._batch.step(self._last_B, longest)
        draws_B = np.array([row.uniforms[len(row.reply.tokens)] if row.task else 0.0 for row in self._rows])
        parameters = self._parameters
        self._last_B = sample_tokens(
            np.array(logits_B_V.astype(mx.float32), copy=False), draws_B,
            temperature=parameters.temperature, top_p=parameters.top_p, top_k=parameters.top_k, min_p=parameters.min_p,
        )  # fmt: skip
        for row, token in zip(self._rows, self._last_B.tolist(), strict=True):
            if row.task and (ended := row.reply.add(token)):
                self._end(row, row.task)
                yield Completion(row.key, ended.tokens, ended.reason, ended.text)

    def _end(self, row: _Row, task: _Task) -> None:
        row.task = None
        task.ended += 1
        if task.ended == len(task.job.keys):
            self._batch.close(task.slot)

    def _leave(self) -> None:
        """Take rows that ended out of the batch when they are many: live ones from behind move to their places."""
        live = [i for i, row in enumerate(self._rows) if row.task]
        size = max(len(live), FEWEST_ROWS)
        if live and len(self._rows) - size > DEAD_SHARE * len(self._rows):
            behind = iter(i for i in live if i >= size)
            self._keep([i if self._rows[i].task else next(behind, i) for i in range(size)])

    def _keep(self, rows: list[int]) -> None:
        index = np.array(rows, np.int64)
        self._batch.keep(index)
        self._rows = [self._rows[i] for i in rows]
        self._last_B = self._last_B[index]
