"""The sample browser: every training task with what its rounds came to, within a number of bytes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

from eval.task import Task
from rft.page.answers import Alike, Source, alike, order_of_importance, sources
from rft.task_round import TaskRound

MOST_BYTES = 4_000_000
"""Of the browser, so that the page stays below 5 MB."""
STEPS = (8, 6, 4, 3, 2, 1, 0)
"""Different answers of a task that are shown at most: as many as fit."""
MOST_PROMPT = 3_000
"""Characters of a prompt."""

State = Literal["kept", "none kept", "not sampled"]
Draw = Callable[[Alike, Sequence[Source], str], Markup]
"""An answer as HTML; the last is the judge's name."""


@dataclass(frozen=True, slots=True)
class RoundShown:
    """A round of a task. `hidden` counts candidates that are not among the `answers`."""

    stage: str
    why: str
    answers: tuple[Markup, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class TaskShown:
    """A task of the browser. `prompt_left_out` counts characters."""

    id: str
    category: str
    difficulty: int
    state: State
    prompt: str
    prompt_left_out: int
    rounds: tuple[RoundShown, ...]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """An answer as HTML, its round and its place in it, and how many candidates say it."""

    at: int
    place: int
    candidates: int
    html: Markup


@dataclass(frozen=True, slots=True)
class _Entry:
    """A task with no more of it than may be shown: a run may hold more candidates than fit in memory."""

    task: Task
    state: State
    rounds: tuple[tuple[str, str, int], ...]
    """Stage, what was kept and why, and the number of candidates."""
    drawn: list[_Drawn]
    """In order of importance."""

    def size(self, most: int) -> int:
        """Bytes on the page, rounded up."""
        words = sum(300 + len(why.encode()) for _, why, _ in self.rounds)
        return (
            800 + len(self.task.prompt[:MOST_PROMPT].encode()) + words + sum(len(one.html.encode()) for one in self.drawn[:most])
        )


@dataclass
class Browser:
    """Takes tasks one after the other, and shows fewer answers of each as room runs out."""

    draw: Draw
    most_bytes: int = MOST_BYTES
    most: int = STEPS[0]
    left_out: int = 0
    """Tasks for which there was no room at all."""
    _entries: list[_Entry] = field(default_factory=list)
    _bytes: int = 0

    @property
    def is_full(self) -> bool:
        """Whether further tasks can only be counted."""
        return self.left_out > 0

    def skip(self) -> None:
        """One more task that is only counted."""
        self.left_out += 1

    def add(self, task: Task, rounds: Sequence[TaskRound]) -> None:
        """One more task, while there is room."""
        groups = [alike(found) for found in rounds]
        drawn = []
        for at, place in order_of_importance(groups)[: self.most]:
            one = groups[at][place]
            html = self.draw(one, sources(one.answer, task), rounds[at].judge)
            drawn.append(_Drawn(at, place, len(one.indices), html))
        told = tuple((found.stage, found.why, len(found.answers)) for found in rounds)
        self._entries.append(_Entry(task, _state(rounds), told, drawn))
        self._bytes += self._entries[-1].size(self.most)
        self._make_room()

    def tasks(self) -> list[TaskShown]:
        """What is shown."""
        return [_shown(entry) for entry in self._entries]

    def notes(self) -> list[str]:
        """What was left out, in words."""
        words = [f"At most {self.most} different answers of a task are shown here; candidates that say the same are shown once."]
        if self.left_out:
            words.append(f"{self.left_out} tasks are left out, because the page would be too large.")
        return words

    def _make_room(self) -> None:
        while self._bytes > self.most_bytes and self.most:
            self.most = STEPS[STEPS.index(self.most) + 1]
            for entry in self._entries:
                del entry.drawn[self.most :]
            self._bytes = sum(entry.size(self.most) for entry in self._entries)
        if self._bytes > self.most_bytes:
            self._bytes -= self._entries.pop().size(self.most)
            self.left_out += 1


def _shown(entry: _Entry) -> TaskShown:
    task = entry.task
    rounds = tuple(_round(entry, at) for at in range(len(entry.rounds)))
    prompt, rest = task.prompt[:MOST_PROMPT], max(0, len(task.prompt) - MOST_PROMPT)
    return TaskShown(task.id, task.category, task.difficulty, entry.state, prompt, rest, rounds)


def _round(entry: _Entry, at: int) -> RoundShown:
    stage, why, candidates = entry.rounds[at]
    shown = sorted((one for one in entry.drawn if one.at == at), key=lambda one: one.place)
    hidden = candidates - sum(one.candidates for one in shown)
    return RoundShown(stage, why, tuple(one.html for one in shown), hidden)


def _state(rounds: Iterable[TaskRound]) -> State:
    answers = [answer for found in rounds for answer in found.answers]
    if not answers:
        return "not sampled"
    return "kept" if any(answer.kept for answer in answers) else "none kept"
