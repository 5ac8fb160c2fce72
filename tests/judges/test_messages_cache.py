"""The prompt cache of the fake: who pays for writing, who reads, and when it is forgotten."""

import json
from typing import Any

import pytest

from tests.fakes.messages_api import Clock, MessagesServer
from tests.fakes.messages_cache import PromptCache
from tests.fakes.messages_tokens import Block, count, prompt
from tests.judges.messages_client import SCHEMA, block, body, create

RUBRIC = "r" * 3000
TASK = "t" * 900
FORM = -(-len(json.dumps({"type": "json_schema", "schema": SCHEMA}, separators=(",", ":"))) // 3)
"""Tokens of the output format, which stands ahead of the system text."""


def _ask(
    server: MessagesServer, code: str = "code", *, task: str = TASK, ttl: str = "5m", **more: Any
) -> tuple[int, int, int, int]:
    """Fresh, read, written for 5 minutes, written for 1 hour."""
    message = [{"role": "user", "content": [block(task, ttl), block(code)]}]
    usage = create(server, body(system=[block(RUBRIC, ttl)], messages=message, **more)).usage
    made = usage.cache_creation
    assert usage.cache_creation_input_tokens == made.ephemeral_5m_input_tokens + made.ephemeral_1h_input_tokens
    return usage.input_tokens, usage.cache_read_input_tokens, made.ephemeral_5m_input_tokens, made.ephemeral_1h_input_tokens


def test_tokens_can_be_counted_by_hand() -> None:
    assert [count(text) for text in ("", "a", "abc", "abcd", "é" * 3)] == [0, 1, 1, 2, 2]
    assert [block.tokens for block in prompt(body("abcd", system="abc"))] == [FORM, 1, 2 + 4]


def test_the_truth_table_of_two_marks() -> None:
    rubric, task = FORM + 1000, 4 + 300
    with MessagesServer(clock=Clock(0)) as server:
        assert _ask(server, "one") == (1, 0, rubric + task, 0)  # all is new
        assert _ask(server, "one") == (1, rubric + task, 0, 0)  # the same again
        assert _ask(server, "two two") == (3, rubric + task, 0, 0)  # another candidate
        assert _ask(server, task="u" * 900) == (2, rubric, task, 0)  # another task
        assert _ask(server, model="claude-sonnet-5-5") == (2, 0, rubric + task, 0)  # each model has its own
        effort = {"effort": "low", "format": {"type": "json_schema", "schema": {**SCHEMA, "title": "s"}}}
        assert _ask(server, output_config=effort)[1] == 0  # another format
        assert _ask(server, thinking={"type": "disabled"}) == (2, rubric, task, 0)  # thinking changes messages, not system


@pytest.mark.parametrize(("ttl", "seconds"), [("5m", 300), ("1h", 3600)])
def test_an_entry_lives_from_its_last_use(ttl: str, seconds: float) -> None:
    whole = FORM + 1000 + 304
    written = (whole, 0) if ttl == "5m" else (0, whole)
    with MessagesServer(clock=Clock(0)) as server:
        assert _ask(server, ttl=ttl)[1:] == (0, *written)
        for _ in range(3):
            server.clock.advance(seconds - 1)
            assert _ask(server, ttl=ttl)[1:] == (whole, 0, 0)
        server.clock.advance(seconds)
        assert _ask(server, ttl=ttl)[1:] == (0, *written)


@pytest.mark.parametrize(("model", "least"), [("claude-haiku-5-5", 512), ("claude-haiku-4-5", 4096), ("claude-sonnet-5", 1024)])
def test_a_small_prefix_is_silently_not_cached(model: str, least: int) -> None:
    def read(server: MessagesServer, tokens: int) -> Any:
        asked = body(model=model, system=[block("x" * 3 * (tokens - FORM), "5m")])
        return [create(server, asked).usage.cache_read_input_tokens for _ in range(2)][1]

    with MessagesServer(clock=Clock(0)) as server:
        assert read(server, least - 1) == 0
        assert read(server, least) == least


def test_without_a_mark_nothing_is_cached() -> None:
    with MessagesServer(clock=Clock(0)) as server:
        usages = [create(server, body(system=RUBRIC)).usage for _ in range(2)]
        marked = [create(server, body(system=RUBRIC, cache_control={"type": "ephemeral"})).usage for _ in range(2)]
    assert [(u.cache_creation_input_tokens, u.cache_read_input_tokens) for u in usages] == [(0, 0), (0, 0)]
    assert marked[0].cache_creation_input_tokens == marked[1].cache_read_input_tokens == usages[0].input_tokens


def test_an_entry_is_there_when_its_reply_begins_and_not_before() -> None:
    cache = PromptCache(Clock(0))
    blocks = [Block(b"rubric", 1000, "5m"), Block(b"code", 10)]
    plans = [cache.plan("m", blocks, 512) for _ in range(2)]
    cache.commit(plans[0])
    cache.commit(plans[1])
    last = cache.plan("m", blocks, 512)
    assert [(p.fresh, p.read, p.write_5m) for p in [*plans, last]] == [(10, 0, 1000), (10, 0, 1000), (10, 1000, 0)]


def test_a_prefix_more_than_twenty_blocks_before_the_mark_is_not_found() -> None:
    def read(between: int) -> int:
        cache = PromptCache(Clock(0))
        first = Block(b"first", 1000, "5m")
        cache.commit(cache.plan("m", [first], 512))
        rest = [Block(str(i).encode(), 1) for i in range(between)]
        return cache.plan("m", [Block(first.identity, 1000), *rest, Block(b"last", 1, "5m")], 512).read

    assert [read(between) for between in (0, 18, 19, 30)] == [1000, 1000, 0, 0]
