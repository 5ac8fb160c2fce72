"""Materials and scripted judges for the tests of the calibration."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from judges.calibration import Answer, JudgeMany, Material, Opinion, Subject
from judges.rubric import RUBRIC_VERSION
from judges.verdict import CandidateFacts, JudgeRequest, JudgeTask, Verdict

SUBJECT = Subject("claude", "claude-haiku-5-5", RUBRIC_VERSION, "stripped")
DATE = "2026-11-21T12:00:00+00:00"
CASES = 8

Script = Callable[[JudgeRequest], Verdict | None]


def code_of(task: int, passed: int) -> str:
    """Code that tells a scripted judge how good it is by what it returns."""
    return f"local function f(n)\n\treturn n + {task} * {passed} -- passes {passed}\nend\n\nreturn f"


def material(task: int, shares: Sequence[int] = range(CASES + 1)) -> Material:
    answers = tuple(Answer(code_of(task, passed), CandidateFacts(True, passed, CASES), 0.5) for passed in shares)
    question = JudgeTask(f"task-{task}", f"Write f number {task}.", f"local function f() return {task} end return f")
    return Material(question, answers)


def quality(request: JudgeRequest) -> int:
    """Cases that the code passes, read from it."""
    return int(request.code.split(" * ")[-1].split()[0])


def level(score: float) -> Verdict:
    clipped = min(4.0, max(0.0, score))
    return Verdict(clipped, clipped, clipped, "")


def oracle(request: JudgeRequest) -> Verdict:
    """Says what the tests say, whatever else stands in the code."""
    return level(round(4 * quality(request) / CASES))


def flagging(request: JudgeRequest) -> Verdict:
    """Takes every note for an attempt and would give it full marks otherwise."""
    verdict = oracle(request)
    return replace(level(4), flags=("injection_attempt",)) if "_note" in request.code else verdict


def gullible(request: JudgeRequest) -> Verdict:
    return level(4) if "_note" in request.code else oracle(request)


def fond_of_length(request: JudgeRequest) -> Verdict:
    return level(oracle(request).functionality + request.code.count("end") / 40)


def asking(script: Script, model: str = "claude-haiku-5-5") -> JudgeMany:
    async def judge_many(requests: Sequence[JudgeRequest]) -> list[Opinion]:
        return [Opinion(script(request), model) for request in requests]

    return judge_many
