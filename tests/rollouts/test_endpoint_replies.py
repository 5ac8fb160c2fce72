"""What a reply of an endpoint is worth: its end, its text with the thinking, its tokens."""

from pathlib import Path
from typing import Any

import pytest

from rollouts.identity import SamplingParameters
from rollouts.store import Candidate
from tests.fakes.openai_api import Json, OpenAIServer, completion, replying
from tests.rollouts.endpoints import Draw, asked, drawing


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "endpoint.log"


@pytest.fixture
def draw(log: Path) -> Draw:
    return drawing(log)


def one(draw: Draw, reply: Json, **parameters: Any) -> Candidate:
    with OpenAIServer(replying(reply)) as server:
        return draw(server, asked(n=1, tasks="a", parameters=SamplingParameters(1.0, 1.0, 64, **parameters)))[0]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("stop", "stop"), ("eos_token", "stop"), ("tool_calls", "stop"), ("length", "length"),
        ("abort", "died"), ("content_filter", "died"), (None, "died"), (7, "died"), ("", "died"),
    ],
)  # fmt: skip
def test_only_an_end_of_its_own_counts_as_one(draw: Draw, log: Path, said: object, kept: str) -> None:
    assert one(draw, completion({"content": "local x"}, said)).finish_reason == kept
    assert log.exists() == (kept == "died")


@pytest.mark.parametrize(
    ("message", "said", "text"),
    [
        ({"content": "answer"}, "stop", "answer"),
        ({"content": "answer", "reasoning": "hm"}, "stop", "<think>\nhm\n</think>\n\nanswer"),
        ({"content": "answer", "reasoning_content": "hm"}, "stop", "<think>\nhm\n</think>\n\nanswer"),
        ({"content": "answer", "reasoning": "hm", "reasoning_content": "hm"}, "stop", "<think>\nhm\n</think>\n\nanswer"),
        ({"content": None, "reasoning": "hm"}, "length", "<think>\nhm"),
        ({"content": "half", "reasoning": "hm"}, "length", "<think>\nhm\n</think>\n\nhalf"),
        ({"content": None}, "stop", ""),
        ({"content": [{"type": "text", "text": "in "}, {"type": "text", "text": "parts"}]}, "stop", "in parts"),
        ({"content": "a\ud800b"}, "stop", "a?b"),
    ],
)
def test_the_text_is_what_extraction_reads(draw: Draw, message: Json, said: str, text: str) -> None:
    assert one(draw, completion(message, said)).text == text


def test_a_stop_text_ends_the_reply_wherever_the_server_left_it(draw: Draw) -> None:
    reply = completion({"content": "one END two STOP three"}, "length")
    candidate = one(draw, reply, stop=("STOP", "END"))
    assert (candidate.text, candidate.finish_reason) == ("one ", "stop")


@pytest.mark.parametrize(
    "usage", [None, {}, {"completion_tokens": None}, {"completion_tokens": -3}, {"completion_tokens": True}, 5]
)
def test_tokens_that_a_server_does_not_count_are_none(draw: Draw, usage: object) -> None:
    assert one(draw, {**completion({"content": "x"}), "usage": usage}).tokens == 0
