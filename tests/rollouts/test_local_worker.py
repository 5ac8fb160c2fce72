"""The sampling child's own work, done in this process on the tiny model."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

import rollouts.device
from rollouts.identity import SamplingParameters
from rollouts.prompt import messages_for
from rollouts.worker import Worker

Asked = Callable[..., dict[str, Any]]


@pytest.fixture
def asked(tiny_model: Path) -> Asked:
    def request(tasks: int = 3, n: int = 4, new: int = 12, **more: Any) -> dict[str, Any]:
        return {
            "model": str(tiny_model), "adapter": None, "identity": {"base": "tiny", "adapter": ""}, "seed": 0, "round": 1,
            "parameters": asdict(SamplingParameters(1.0, 1.0, new)), "common_streams": False, "max_rows": 4,
            "recycle_after": None,
            "prompts": [
                {"task": f"t{i}", "messages": messages_for(f"write {i}", None), "indices": list(range(n))} for i in range(tasks)
            ],
            **more,
        }  # fmt: skip

    return request


def answers(request: dict[str, Any], worker: Worker | None = None) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    (worker or Worker()).answer(json.loads(json.dumps(request)), messages.append)
    return messages


def of_kind(messages: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [message for message in messages if message["kind"] == kind]


def completions(messages: list[dict[str, Any]]) -> dict[str, str]:
    return {message["key"]: message["text"] for message in of_kind(messages, "completion")}


def test_the_plan_comes_first_and_names_every_place(asked: Asked) -> None:
    messages = answers(asked())
    assert messages[0]["kind"] == "plan"
    assert messages[0]["rows"] == 4
    places = [tuple(place) for places in messages[0]["keys"].values() for place in places]
    assert places == [(f"t{i}", index) for i in range(3) for index in range(4)]
    assert set(completions(messages)) == set(messages[0]["keys"])


def test_a_candidate_is_told_as_started_before_it_ends_and_never_too_early(asked: Asked) -> None:
    """So that a death is laid to those that were in flight: never more at a time than the batch has rows."""
    told: set[str] = set()
    ended: set[str] = set()
    for message in answers(asked(tasks=5, n=3, max_rows=4)):
        if message["kind"] == "started":
            told |= set(message["keys"])
            assert len(told) - len(ended) <= 4
        elif message["kind"] == "completion":
            assert message["key"] in told
            ended.add(message["key"])
    assert len(ended) == 15


def test_progress_counts_every_token(asked: Asked) -> None:
    messages = answers(asked())
    drawn = sum(message["tokens"] + (message["finish_reason"] == "stop") for message in of_kind(messages, "completion"))
    assert sum(message["tokens"] for message in of_kind(messages, "progress")) == drawn


def test_a_worker_asks_to_be_replaced_when_its_tokens_are_used_up(asked: Asked) -> None:
    """Nothing is in flight then, and the rest is as another process would have drawn it."""
    whole = completions(answers(asked(tasks=8)))
    worker = Worker()
    first = answers(asked(tasks=8, recycle_after=60), worker)
    assert first[-1]["kind"] == "recycle"
    told = {key for message in of_kind(first, "started") for key in message["keys"]}
    assert told == set(completions(first))
    assert 0 < len(told) < 32
    assert completions(first).items() <= whole.items()
    assert answers(asked(tasks=1, recycle_after=60), worker)[-1]["kind"] == "recycle", "its count goes on over requests"
    assert not of_kind(answers(asked(tasks=1, recycle_after=10_000), Worker()), "recycle")


def test_the_device_says_when_unless_the_request_does(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    device = replace(rollouts.device.current_device(), recycle_after=60)
    monkeypatch.setattr(rollouts.device, "current_device", lambda: device)
    assert answers(asked(tasks=8))[-1]["kind"] == "recycle"


@pytest.mark.parametrize(("asked_for", "decoded"), [(None, 7), (5, 5), (1, 2)])
def test_the_rows_are_those_asked_for_or_the_devices(
    asked_for: int | None, decoded: int, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = replace(rollouts.device.current_device(), decode_rows=7)
    monkeypatch.setattr(rollouts.device, "current_device", lambda: device)
    messages = answers(asked(max_rows=asked_for))
    assert messages[0]["rows"] == decoded
    assert of_kind(messages, "note") == []


@pytest.mark.parametrize(
    ("memory", "most", "rows", "ending"),
    [
        (500_000_000, 5000, range(100, 5000), "at prompts of 10 and replies of 300 tokens."),
        (445_000_000, 8, [2], r"Two would fit with a sampling\.max_new_tokens of \d+\."),
        (1000, 8, [2], r"The model is too large for it\."),
    ],
)
def test_tight_memory_takes_rows_away_and_says_so(
    memory: int, most: int, rows: Sequence[int], ending: str, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollouts.device, "device_memory", lambda: memory)
    note, plan = answers(asked(max_rows=most, new=300, tasks=1))[:2]
    assert plan["rows"] in rows
    told = plan["rows"] if len(rows) > 1 else "not even two"
    assert re.match(rf"Memory allows {told} candidates at once, not {most}: those may take .* {ending}$", note["text"])


def test_a_model_of_unknown_sizes_is_drawn_from_all_the_same(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: object, **_named: object) -> int:
        raise KeyError("hidden_size")

    monkeypatch.setattr("rollouts.worker.largest_batch", unknown)
    note, plan = answers(asked(max_rows=6))[:2]
    assert note["text"] == "The memory that sampling takes is unknown: the model's config.json tells no 'hidden_size'."
    assert plan["rows"] == 6
