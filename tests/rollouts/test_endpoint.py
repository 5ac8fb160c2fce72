"""The endpoint as a source of candidates, against a loopback server: what it asks, gives, tries again and refuses."""

import json
import sqlite3
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from rollouts import endpoint_client
from rollouts.endpoint import EndpointSource, plan
from rollouts.endpoint_client import seconds_of
from rollouts.endpoint_wire import EndpointDown, EndpointRefused
from rollouts.errors import RolloutError
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.prompt import messages_for
from rollouts.sampling import sample
from rollouts.source import Progress, TaskPrompt
from rollouts.store import SCHEMA, Candidate, CandidateStore
from tests.fakes.openai_api import Fault, OpenAIServer, completion, refusing, replying
from tests.rollouts.endpoints import Draw, asked, drawing

SECRET = "sk-very-secret"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_client, "FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(endpoint_client, "LONGEST_WAIT_SECONDS", 0.01)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "endpoint.log"


@pytest.fixture
def draw(log: Path) -> Draw:
    return drawing(log)


def test_every_candidate_that_is_asked_for_arrives_once(draw: Draw) -> None:
    with OpenAIServer() as server:
        candidates = draw(server, asked())
    places = sorted((candidate.task, candidate.index) for candidate in candidates)
    assert places == [(task, index) for task in "abc" for index in range(3)]
    assert len({candidate.text for candidate in candidates}) == len({candidate.key for candidate in candidates}) == 9
    assert {(c.stage, c.tokens, c.finish_reason) for c in candidates} == {("round-1", 7, "stop")}


def test_what_a_request_says(draw: Draw) -> None:
    with OpenAIServer() as server:
        draw(server, asked(n=1, tasks="a"))
        full = SamplingParameters(0.5, 0.9, 32, top_k=20, min_p=0.1, stop=("END",), thinking=True)
        draw(server, asked(n=1, tasks="a", parameters=full))
    plain, rich = server.requests
    seed = plain.pop("seed")
    assert type(seed) is int
    assert 0 <= seed < 2**31
    assert plain == {
        "model": "served", "messages": messages_for("write a", "Be brief."), "temperature": 0.8, "top_p": 0.95, "max_tokens": 64,
        "chat_template_kwargs": {"enable_thinking": False},
    }  # fmt: skip
    assert {name: rich[name] for name in ("top_k", "min_p", "stop")} == {"top_k": 20, "min_p": 0.1, "stop": ["END"]}
    assert rich["chat_template_kwargs"] == {"enable_thinking": True}


def test_a_candidate_is_the_same_alone_in_any_order_and_after_a_resume(draw: Draw) -> None:
    with OpenAIServer() as server:
        together = {(c.task, c.index): c for c in draw(server, asked())}
        alone = draw(
            server, asked(tasks="b", prompts=[TaskPrompt("b", messages_for("write b", "Be brief."), [2])]), concurrency=1
        )
    assert alone == [together["b", 2]]


@pytest.mark.parametrize(
    "changes",
    [{"seed": 6}, {"round_index": 2}, {"parameters": SamplingParameters(0.9, 0.95, 64)}],
    ids=["seed", "round", "parameters"],
)
def test_the_key_knows_what_determines_a_candidate(changes: dict[str, Any]) -> None:
    served = PolicyIdentity("http://host/v1 served", "")
    keys = {question.key for question in plan(asked(), served)}
    others = {question.key for question in plan(asked(**changes), served)}
    elsewhere = {question.key for question in plan(asked(), PolicyIdentity("http://other/v1 served", ""))}
    assert len(keys) == len(others) == len(elsewhere) == 9
    assert not keys & others
    assert not keys & elsewhere


def test_common_streams_know_the_task_and_not_the_server() -> None:
    request = asked(common_streams=True)
    here, there = (plan(request, PolicyIdentity(name, "")) for name in ("one", "two"))
    assert [question.seed for question in here] == [question.seed for question in there]
    assert not {question.key for question in here} & {question.key for question in there}


def test_tasks_with_one_prompt_share_its_candidates(draw: Draw) -> None:
    prompts = [TaskPrompt(task, messages_for("the same", None), range(2)) for task in "ab"]
    with OpenAIServer() as server:
        candidates = draw(server, asked(prompts=prompts))
        assert len(server.requests) == 2
    texts = {(c.task, c.index): (c.key, c.text) for c in candidates}
    assert len(texts) == 4
    assert texts["a", 0] == texts["b", 0] != texts["a", 1] == texts["b", 1]


def test_requests_go_out_together_up_to_the_limit(draw: Draw) -> None:
    with OpenAIServer(latency=0.05) as server:
        draw(server, asked(n=8), concurrency=4)
        assert server.most_at_once == 4


def test_candidates_arrive_as_they_end(log: Path) -> None:
    late = Fault("hang", when=lambda body: "write a" in body["messages"][-1]["content"], times=None)
    with OpenAIServer(late) as server, EndpointSource(server.url, "served", 4, "", log) as source:
        drawing = source.draw(asked(n=1))
        first = [next(drawing) for _ in range(4)]
        assert {arrived.task for arrived in first if isinstance(arrived, Candidate)} == {"b", "c"}
        assert sum(arrived.tokens for arrived in first if isinstance(arrived, Progress)) == 14
        drawing.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name == "in_thread"]


PASSING = {
    "500": Fault(times=2),
    "503": refusing(503, "loading the model", times=3),
    "429": refusing(429, "too many", headers={"retry-after": "0"}, times=2),
    "reset": Fault("reset", times=2),
    "cut": Fault("cut", 200, body=json.dumps(completion({"content": "half of it"})).encode(), times=2),
    "torn": replying(b'{"choices": [', times=2),
    "no choice": replying({"choices": []}, times=2),
    "no message": replying({"choices": [{"finish_reason": "stop"}]}, times=2),
    "a number": replying({"choices": [{"message": {"content": 7}}]}, times=2),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_what_passes_is_tried_again(draw: Draw, fault: Fault, log: Path) -> None:
    with OpenAIServer(fault) as server:
        candidates = draw(server, asked())
        assert len(server.requests) == 9 + (fault.times or 0)
    assert len({candidate.text for candidate in candidates if len(candidate.text) == 64}) == 9
    assert len(log.read_text().splitlines()) == fault.times


def test_a_slow_reply_is_waited_for_and_a_missing_one_is_asked_again(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_client, "REPLY_SECONDS", 0.4)
    with OpenAIServer(Fault("hang"), Fault("slow", seconds=0.1)) as server:
        assert len(draw(server, asked())) == 9
        assert len(server.requests) == 10


def test_an_outage_keeps_what_arrived_and_says_how_to_go_on(log: Path) -> None:
    down = Fault(when=lambda body: "write c" in body["messages"][-1]["content"], times=None)
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    store = CandidateStore(connection)
    with OpenAIServer(down) as server:
        source = EndpointSource(server.url, "served", 1, "", log)
        with pytest.raises(EndpointDown, match="500: something broke") as caught:
            list(sample(store, source, asked()))
        assert caught.value.exit_code == 75
        assert "run the same command again" in caught.value.hint
        kept = store.of_stage("round-1")
        assert [(c.task, c.index) for c in kept] == [(task, index) for task in "ab" for index in range(3)]
        assert len(server.requests) == 6 + endpoint_client.ATTEMPTS
        server._faults.clear()
        list(sample(store, source, asked()))
        assert len(server.requests) == 9 + endpoint_client.ATTEMPTS
    assert len(store.of_stage("round-1")) == 9


def test_no_server_says_how_to_start_one(log: Path) -> None:
    with OpenAIServer() as server:
        url = server.url
    with pytest.raises(EndpointDown, match="connection failed") as caught:
        list(EndpointSource(url, "served", 4, "", log).draw(asked()))
    assert "mlx_lm.server --model" in caught.value.hint
    assert "vllm serve" in caught.value.hint


REFUSED = {
    "401": (refusing(401, "no key"), "key_env"),
    "403": (refusing(403, "not you"), "key_env"),
    "404": (refusing(404, "The model `served` does not exist."), "endpoint.model"),
    "400": (refusing(400, "This model's maximum context length is 512 tokens"), "sampling"),
    "redirect": (Fault(status=302, body=b"", headers={"location": "/elsewhere"}), "endpoint"),
    "a web page": (replying(b"<!doctype html><title>Sign in</title>"), "`/v1`"),
    "another protocol": (replying({"error": "Unexpected endpoint or method."}), "`/v1`"),
    "a list": (replying(b"[1, 2]"), "`/v1`"),
    "patience": (refusing(429, "quota", headers={"retry-after": "86400"}), "again then"),
}


@pytest.mark.parametrize(("fault", "hint"), REFUSED.values(), ids=REFUSED.keys())
def test_what_stays_is_refused_at_once(draw: Draw, fault: Fault, hint: str) -> None:
    with OpenAIServer(replace(fault, times=None)) as server:
        with pytest.raises(RolloutError) as caught:
            draw(server, asked(), concurrency=1)
        assert len(server.requests) == 1
    assert hint in caught.value.hint
    assert caught.value.exit_code == (75 if isinstance(caught.value, EndpointDown) else 2)


def test_the_error_repeats_the_servers_words_in_one_printable_line(draw: Draw) -> None:
    hostile = "no\x1b[2J such\nmodel " + "x" * 5000
    with OpenAIServer(refusing(404, hostile)) as server, pytest.raises(EndpointRefused, match=r"no .2J such model x+$") as caught:
        draw(server, asked(), concurrency=1)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


def test_the_key_is_sent_and_never_told(draw: Draw, log: Path) -> None:
    torn = replying({"choices": [], "echo": SECRET})
    with OpenAIServer(Fault(body=f"bad {SECRET}".encode()), torn, key=SECRET) as server:
        assert len(draw(server, asked(), key=f"{SECRET}\n")) == 9
    with OpenAIServer(key="another") as server, pytest.raises(EndpointRefused, match=r"Bearer \[key\]") as refused:
        draw(server, asked(), key=SECRET)
    other = replying({"error": f"no {SECRET}"}, times=None)
    with OpenAIServer(other, key=SECRET) as server, pytest.raises(EndpointRefused, match=r"no \[key\]") as strange:
        draw(server, asked(), key=SECRET)
    assert SECRET not in log.read_text() + str(refused.value) + str(strange.value)
    assert [line.count("[key]") for line in log.read_text().splitlines()] == [1, 1]


@pytest.mark.parametrize("key", ["two words", "schlüssel", "a\nb"])
def test_a_key_that_no_header_can_hold_is_not_shown(log: Path, key: str) -> None:
    with pytest.raises(EndpointRefused) as caught:
        EndpointSource("http://localhost/v1", "served", 1, key, log)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["localhost:8080/v1", "ftp://host/v1", "http://", "http://host:port/v1", "http://[::1/v1", "http://me:secret@host/v1"]
)
def test_an_address_that_is_none_is_refused(log: Path, url: str) -> None:
    with pytest.raises(EndpointRefused, match=r"sampling\.endpoint\.url") as caught:
        EndpointSource(url, "served", 1, "", log)
    assert "secret" not in str(caught.value)


def test_what_a_server_can_do_without_is_left_out(draw: Draw, log: Path) -> None:
    with OpenAIServer(strict=["seed", "chat_template_kwargs"]) as server:
        assert len(draw(server, asked(), concurrency=1)) == 9
        assert len(server.requests) == 11
        assert not {"seed", "chat_template_kwargs"} & set(server.requests[-1])
    assert len(log.read_text().splitlines()) == 2


def test_vllms_words_for_a_model_without_template_name_the_switch_of_thinking(draw: Draw) -> None:
    words = "chat_template is not supported for Mistral tokenizers."
    fault = refusing(400, words, times=None, when=lambda body: "chat_template_kwargs" in body)
    with OpenAIServer(fault) as server:
        assert len(draw(server, asked())) == 9


@pytest.mark.parametrize(
    ("field", "parameters"),
    [
        ("top_k", SamplingParameters(1.0, 1.0, 8, top_k=4)),
        ("min_p", SamplingParameters(1.0, 1.0, 8, min_p=0.1)),
        ("stop", SamplingParameters(1.0, 1.0, 8, stop=("x",))),
        ("chat_template_kwargs", SamplingParameters(1.0, 1.0, 8, thinking=True)),
    ],
)
def test_a_setting_that_a_server_does_not_know_is_named(draw: Draw, field: str, parameters: SamplingParameters) -> None:
    with OpenAIServer(strict=[field]) as server, pytest.raises(EndpointRefused, match=f"does not take `{field}`") as caught:
        draw(server, asked(parameters=parameters))
    assert ("sampling.thinking" if field == "chat_template_kwargs" else f"sampling.{field}") in caught.value.hint


def test_the_words_of_fastapi_name_a_field_too(draw: Draw) -> None:
    told = {"detail": [{"loc": ["body", "top_k"], "msg": "Extra inputs are not permitted"}]}
    fault = Fault(status=422, body=json.dumps(told).encode(), times=None)
    with OpenAIServer(fault) as server, pytest.raises(EndpointRefused, match="does not take `top_k`"):
        draw(server, asked(parameters=SamplingParameters(1.0, 1.0, 8, top_k=4)))


def test_a_server_that_serves_seeds_one_at_a_time_gets_none(draw: Draw) -> None:
    with OpenAIServer(program="BaseHTTP/0.6 Python/3.12.1") as server:
        draw(server, asked())
        assert not any("seed" in body for body in server.requests)


def test_a_server_on_this_machine_is_not_asked_through_a_proxy(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with OpenAIServer() as server:
        assert len(draw(server, asked(n=1, tasks="a"))) == 1


def test_a_huge_reply_is_refused(draw: Draw) -> None:
    huge = replying(completion({"content": "x" * (2 << 20)}), times=None)
    with OpenAIServer(huge) as server, pytest.raises(EndpointRefused, match=r"more than [0-9]+ bytes"):
        draw(server, asked(), concurrency=1)


def test_retry_after_may_be_seconds_or_a_date() -> None:
    assert seconds_of(None) is None
    assert seconds_of("soon") is None
    assert seconds_of("2.5") == 2.5
    assert seconds_of("-1") == 0.0
    ahead = seconds_of(format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True))
    assert ahead is not None
    assert 90 < ahead <= 100


def test_the_wait_that_is_asked_for_is_kept(draw: Draw) -> None:
    with OpenAIServer(refusing(429, "later", headers={"retry-after": "0.3"})) as server:
        started = time.monotonic()
        draw(server, asked(n=1, tasks="a"))
        assert time.monotonic() - started >= 0.3
