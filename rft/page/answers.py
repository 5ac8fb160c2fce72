"""Which of a task's candidates a page shows: answers that say the same together, the ones that matter most first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.task import Task
from rft.notes import Note, pieces
from rft.page.highlighting import Run, highlighted_lines
from rft.task_round import Answer, TaskRound

MOST_LINES, MOST_COLUMNS = 150, 400
"""Of an answer on the page; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of code in runs, with the notes below it."""

    runs: tuple[Run, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One source of an answer. `left_out` counts lines that are not shown, and `notes_left_out` what was said about them."""

    name: str
    lines: tuple[Line, ...]
    left_out: int
    notes_left_out: int


@dataclass(frozen=True, slots=True)
class Alike:
    """Candidates of a round with the same answer, by index; `answer` is the kept one or the first."""

    indices: tuple[int, ...]
    answer: Answer


def alike(found: TaskRound) -> list[Alike]:
    """The different answers of a round: the kept one first, then by reward."""
    groups: dict[tuple[str, str], list[Answer]] = {}
    for answer in found.answers:
        groups.setdefault((answer.code, answer.finish), []).append(answer)
    made = [
        Alike(tuple(each.index for each in group), next((each for each in group if each.kept), group[0]))
        for group in groups.values()
    ]
    return sorted(made, key=lambda one: (not one.answer.kept, -(one.answer.worth or 0.0), one.indices[0]))


def order_of_importance(rounds: Sequence[Sequence[Alike]]) -> list[tuple[int, int]]:
    """(round, place in it) of all answers: kept ones, then each round's best, then its second; of equals the later round's."""
    places = [(at, place) for at, group in enumerate(rounds) for place in range(len(group))]
    return sorted(places, key=lambda spot: (not rounds[spot[0]][spot[1]].answer.kept, spot[1], -spot[0]))


def sources(answer: Answer, task: Task) -> list[Source]:
    """The code of an answer with the notes in it, cut to what a page has room for."""
    found = []
    for piece in pieces(answer.code, task.kind, answer.facts):
        lines = piece.lines()
        shown = highlighted_lines(piece.source, piece.lexer)
        cut = tuple(Line(_cut(shown[i]) if i < len(shown) else (), notes) for i, (_, notes) in enumerate(lines[:MOST_LINES]))
        rest = lines[MOST_LINES:]
        found.append(Source(piece.name, cut, len(rest), sum(len(notes) for _, notes in rest)))
    return found


def _cut(runs: Sequence[Run]) -> tuple[Run, ...]:
    """A line that fits; of a longer one the beginning and how much is missing."""
    room, cut = MOST_COLUMNS, list[Run]()
    for kind, text in runs:
        if room > 0:
            cut.append((kind, text[:room]))
        room -= len(text)
    return (*cut, ("more", f" … {-room} more characters")) if room < 0 else tuple(cut)
