"""Sampling on the tiny model: through the real child, and where only its answers matter with its work done here."""

import json
import signal
import sqlite3
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

import rollouts.local
from rollouts.decode import PromptJob
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.local import LocalSource
from rollouts.policy import Policy
from rollouts.prompt import messages_for
from rollouts.sampling import sample
from rollouts.source import PolicySource, Progress, SampleRequest, TaskPrompt
from rollouts.store import SCHEMA, Candidate, CandidateStore
from rollouts.worker import Worker, _plan


def new_store() -> CandidateStore:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    return CandidateStore(connection)


@pytest.fixture
def store() -> CandidateStore:
    return new_store()


@pytest.fixture
def request_(tiny_model: Path) -> SampleRequest:
    prompts = [TaskPrompt(task, messages_for(text, None), range(3)) for task, text in [("a", "one"), ("b", "two"), ("c", "one")]]
    return SampleRequest(
        stage="round-1",
        policy=PolicySource(tiny_model, None, PolicyIdentity("tiny", "")),
        prompts=prompts,
        parameters=SamplingParameters(1.0, 1.0, 12),
        seed=0,
        round_index=1,
    )


class ChildHere:
    """Does the child's work in this process; a child takes seconds to load MLX."""

    def __init__(self, module: str, log: Path) -> None:
        assert module == "rollouts.worker"
        log.touch()
        self.open = True
        self._worker = Worker()

    def ask(self, request: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
        messages: list[dict[str, Any]] = []
        self._worker.answer(json.loads(json.dumps(request)), lambda message: messages.append(json.loads(json.dumps(message))))
        yield from messages

    def close(self) -> None:
        self.open = False


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollouts.local, "Child", ChildHere)


def places(candidates: Sequence[Candidate | Progress]) -> Counter[tuple[str, int]]:
    return Counter((c.task, c.index) for c in candidates if isinstance(c, Candidate))


EVERY_PLACE = Counter([(task, index) for task in "abc" for index in range(3)])


def test_all_is_drawn_stored_and_counted(store: CandidateStore, request_: SampleRequest, tmp_path: Path) -> None:
    arrived = list(sample(store, LocalSource(tmp_path / "log"), request_))
    stored = store.of_stage("round-1")
    assert places(arrived) == places(stored) == EVERY_PLACE
    assert all(c.tokens == 12 or c.finish_reason == "stop" for c in stored)
    by_key = {c.key: c for c in stored}
    drawn = sum(c.tokens + (c.finish_reason == "stop") for c in by_key.values())
    assert sum(p.tokens for p in arrived if isinstance(p, Progress)) == drawn


@pytest.mark.usefixtures("in_process")
def test_tasks_with_the_same_prompt_share_candidates(store: CandidateStore, request_: SampleRequest, tmp_path: Path) -> None:
    list(sample(store, LocalSource(tmp_path / "log"), request_))
    texts: dict[str, list[tuple[str, str]]] = {}
    for candidate in store.of_stage("round-1"):
        texts.setdefault(candidate.task, []).append((candidate.key, candidate.text))
    assert texts["a"] == texts["c"]
    assert not set(texts["a"]) & set(texts["b"])


@pytest.mark.usefixtures("in_process")
def test_only_what_is_missing_is_drawn(request_: SampleRequest, tmp_path: Path) -> None:
    whole, part = (new_store() for _ in range(2))
    list(sample(whole, LocalSource(tmp_path / "log"), request_))
    kept = [c for c in whole.of_stage("round-1") if (c.task, c.index) not in [("a", 1), ("b", 0), ("b", 2), ("c", 2)]]
    for candidate in kept:
        part.add(candidate)
    arrived = list(sample(part, LocalSource(tmp_path / "log"), request_))
    assert places(arrived) == Counter([("a", 1), ("b", 0), ("b", 2), ("c", 2)])
    assert part.of_stage("round-1") == whole.of_stage("round-1"), "a resumed stage is the same as an uninterrupted one"
    assert list(sample(part, LocalSource(tmp_path / "no-child-no-log"), request_)) == []
    assert not (tmp_path / "no-child-no-log").exists()


@pytest.mark.usefixtures("in_process")
def test_common_streams_give_two_policies_the_same_luck(request_: SampleRequest, tmp_path: Path) -> None:
    """The same weights under two names: other luck in a round, the same on a benchmark; never the same key."""
    request_ = replace(request_, prompts=request_.prompts[:1])
    renamed = replace(request_, policy=replace(request_.policy, identity=PolicyIdentity("tiny", "adapter")))
    drawn: dict[bool, list[list[Candidate]]] = {}
    for common in (False, True):
        for request in (request_, renamed):
            store = new_store()
            list(sample(store, LocalSource(tmp_path / "log"), replace(request, common_streams=common)))
            drawn.setdefault(common, []).append(store.of_stage("round-1"))
    for common, (first, second) in drawn.items():
        assert not {c.key for c in first} & {c.key for c in second}
        assert ([c.text for c in first] == [c.text for c in second]) == common


def test_common_luck_does_not_depend_on_the_examples_shown(tiny_policy: Policy) -> None:
    """The few-shot row of a benchmark asks the same tasks with longer prompts."""
    parameters = SamplingParameters(1.0, 1.0, 12)

    def planned(task: str, examples: list[tuple[str, str]], common: bool) -> PromptJob:
        prompts = [{"task": task, "messages": messages_for("one", None, examples), "indices": [0, 1]}]
        identity = {"base": "tiny", "adapter": ""}
        request = {"identity": identity, "prompts": prompts, "seed": 0, "round": 0, "common_streams": common}
        return _plan(request, tiny_policy.tokenizer, parameters)[0][0]

    plain, shown, other = (planned(*asked, True) for asked in (("a", []), ("a", [("q", "a")]), ("b", [])))
    assert plain.streams == shown.streams != other.streams
    assert len({*plain.keys, *shown.keys}) == 4
    assert planned("a", [], False).streams != planned("a", [("q", "a")], False).streams


def _words_of(process: psutil.Process) -> list[str]:
    """Its command; of one that is dead and not waited for there is none."""
    return [] if process.status() == psutil.STATUS_ZOMBIE else process.cmdline()


def test_the_real_child_dies_and_the_candidates_are_the_same(request_: SampleRequest, tmp_path: Path) -> None:
    """Two blows while it works; and a request more to the child that is left."""
    prompts = [replace(prompt, indices=range(16)) for prompt in request_.prompts]
    many = replace(request_, prompts=prompts, parameters=SamplingParameters(1.0, 1.0, 30))
    whole, struck = (new_store() for _ in range(2))
    blows = [int(signal.SIGKILL), int(signal.SIGABRT)]
    with LocalSource(tmp_path / "log", max_rows=8) as source:
        for arrived in sample(struck, source, many):
            living = [child for child in psutil.Process().children() if "rollouts.worker" in _words_of(child)]
            # What one had sent before it died is still arriving where none is living.
            if isinstance(arrived, Candidate) and blows and living and len(struck.of_stage("round-1")) >= 6 * (3 - len(blows)):
                living[0].send_signal(blows.pop())
        list(sample(whole, source, many))
    assert not blows
    assert len(whole.of_stage("round-1")) == 48
    assert struck.of_stage("round-1") == whole.of_stage("round-1")
