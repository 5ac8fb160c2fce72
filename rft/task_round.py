"""What a round came to for one task: its candidates, what is known of each, and which was kept and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eval.task import Task
from rft.config import RftConfig
from rft.engine import round_name
from rft.judging.opinions import Opinion
from rft.rewards import Facts, reward
from rft.scoring import ScoringError, extracted, facts_of
from rft.store import RunStore
from rollouts.store import Candidate

UNFINISHED = "the round is not finished"


@dataclass(frozen=True, slots=True)
class Answer:
    """One candidate. `facts` is None where it is not scored, `worth` where it has no reward; `silence` says why a judge that
    decides gave no `opinion`."""

    index: int
    code: str
    finish: str
    tokens: int
    facts: Facts | None
    worth: float | None
    opinion: Opinion | None
    silence: str
    kept: bool


@dataclass(frozen=True, slots=True)
class TaskRound:
    """A round's candidates of a task, by index, and in words what was kept. `judge` is the name of whoever gave opinions."""

    stage: str
    answers: tuple[Answer, ...]
    why: str
    judge: str = ""

    @property
    def shown_first(self) -> Answer | None:
        """The kept candidate; where none was kept the one with the highest reward."""
        kept = next((answer for answer in self.answers if answer.kept), None)
        known = [answer for answer in self.answers if answer.worth is not None]
        return kept or max(known, key=lambda answer: (answer.worth or 0.0, -answer.index), default=None)


def task_round(store: RunStore, task: Task, index: int, config: RftConfig) -> TaskRound | None:
    """The round's share of a task, from the store alone; None where the round has not begun with it."""
    stage = round_name(index)
    candidates = store.candidates.of_task(stage, task.id)
    selection = store.fact(f"selection:{stage}")
    if not candidates:
        return None if selection is None else TaskRound(stage, (), _why_not_sampled(store, task, index, config))
    judged = store.fact(f"judged:{stage}")
    best = None if selection is None else selection["kept"].get(task.id)
    kept = None if best is None else best["index"]
    answers = tuple(_answer(store, task, each, config, judged, kept=each.index == kept) for each in candidates)
    return TaskRound(stage, answers, _why(selection, best, task), "" if judged is None else judged["judge"])


def _answer(
    store: RunStore, task: Task, candidate: Candidate, config: RftConfig, judged: Mapping[str, Any] | None, *, kept: bool
) -> Answer:
    found = extracted(candidate, task)
    facts = _facts(store, candidate, task)
    opinion, silence = (None, "")
    if config.reward.mode == "judged":
        opinion, silence = _opinion(candidate, task, facts, judged)
    asked = config.reward.mode == "judged" and facts is not None and facts.eligible
    worth = None
    if facts is not None and (opinion is not None or not asked):
        worth = reward(facts, config.reward, opinion.score if opinion and asked else None)
    finish = "truncated" if found.truncated else candidate.finish_reason
    return Answer(candidate.index, found.code, finish, candidate.tokens, facts, worth, opinion, silence, kept)


def _facts(store: RunStore, candidate: Candidate, task: Task) -> Facts | None:
    try:
        return facts_of(store, candidate, task)
    except ScoringError:
        return None  # drawn a moment ago, or scored by other scorers: shown as not scored


def _opinion(
    candidate: Candidate, task: Task, facts: Facts | None, judged: Mapping[str, Any] | None
) -> tuple[Opinion | None, str]:
    if facts is None or not facts.eligible:
        return None, "not asked: it does not pass every test" if facts else ""
    if judged is None:
        return None, "not judged yet"
    if (said := judged["opinions"].get(candidate.key)) is not None:
        return Opinion(**said), ""
    unusable = judged["tasks"].get(task.id, {}).get("unscored", {}).get(candidate.key)
    if unusable is not None:
        return None, f"no verdict: {unusable['reason']}"
    return None, "not asked: it could no longer win"


def _why(selection: Mapping[str, Any] | None, best: Mapping[str, Any] | None, task: Task) -> str:
    if selection is None:
        return f"none kept: {UNFINISHED}"
    if best is None:
        return f"none kept: {selection['without'].get(task.id, 'not stated')}"
    return (
        f"candidate {best['index']} won: of the eligible ones it has the highest reward ({best['reward']:.3f}); ties go to the "
        "higher mean of the scorers, then to the lower index."
    )


def _why_not_sampled(store: RunStore, task: Task, index: int, config: RftConfig) -> str:
    """Why a finished round has no candidate of the task: solved before, held back by the curriculum, or none was to be had."""
    rate, latest = _last_rate(store, task, index)
    if rate == 1.0:
        return f"not sampled, because every candidate of {latest} passed."
    held_back = f"the curriculum held it back: the round asked easier tasks than difficulty {task.difficulty}"
    file = config.sampling.candidates
    if config.sampling.curriculum:
        return f"not sampled, because {held_back}{f', or {file} holds no candidate of it' if file else ''}."
    if file is not None:
        return f"not sampled, because {file} holds no candidate of it."
    return "not sampled: its source gave no candidate."


def _last_rate(store: RunStore, task: Task, before: int) -> tuple[float | None, str]:
    """The share of eligible candidates in the latest earlier round that sampled the task, and that round."""
    for index in range(before - 1, 0, -1):
        selection = store.fact(f"selection:{round_name(index)}")
        if selection is not None and task.id in selection["pass_rates"]:
            return selection["pass_rates"][task.id], round_name(index)
    return None, ""
