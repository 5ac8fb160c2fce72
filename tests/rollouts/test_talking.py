"""Talking with a policy: text as it is made, one child for a conversation, and its death."""

import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from rollouts.child import Child, ChildFailed
from rollouts.errors import ChildDied, ModelError
from rollouts.identity import PolicyIdentity, SamplingParameters
from rollouts.local import LocalSource
from rollouts.policy import Policy
from rollouts.prompt import messages_for, render
from rollouts.reading import read
from rollouts.source import PolicySource, SampleRequest, TaskPrompt
from rollouts.stopping import Ended
from rollouts.store import Candidate
from rollouts.streaming import Speaker
from rollouts.talking import Spoken, Talker
from rollouts.unfolding import Unfolding

PARAMETERS = SamplingParameters(0.8, 0.95, 24)
FAKE = "tests.fakes.talking_worker"


@pytest.fixture
def policy(tiny_model: Path) -> PolicySource:
    return PolicySource(tiny_model, None, PolicyIdentity("tiny", ""))


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def talker(policy: PolicySource, tmp_path: Path, told: list[str]) -> Iterator[Talker]:
    with Talker(policy, tmp_path / "log", on_event=told.append, module=FAKE) as made:
        yield made


def said(talker: Talker, text: str) -> tuple[list[str], Spoken]:
    *pieces, whole = talker.reply(messages_for(text, None), PARAMETERS, seed=0)
    assert isinstance(whole, Spoken)
    return [piece for piece in pieces if isinstance(piece, str)], whole


def test_pieces_come_before_the_reply_is_whole_and_are_its_text(policy: PolicySource, tmp_path: Path) -> None:
    with Talker(policy, tmp_path / "log") as talker:
        pieces, whole = said(talker, "Say something.")
        assert len(pieces) > 3
        assert "".join(pieces) == whole.text
        assert 0 < whole.tokens <= 24
        first = talker.pid
        assert said(talker, "Say something.") == (pieces, whole)
        assert talker.pid == first
        assert said(talker, "Say another thing.")[1] != whole


def test_a_reply_is_the_one_that_is_drawn_in_a_batch(policy: PolicySource, tmp_path: Path) -> None:
    messages = messages_for("Say something.", "Be brief.")
    request = SampleRequest("s", policy, [TaskPrompt("t", messages, range(3))], PARAMETERS, 5, 2)
    with LocalSource(tmp_path / "log") as source:
        drawn = {one.index: one.text for one in source.draw(request) if isinstance(one, Candidate)}
    with Talker(policy, tmp_path / "log") as talker:
        *_, whole = talker.reply(messages, PARAMETERS, seed=5, round_index=2)
    assert isinstance(whole, Spoken)
    assert whole.text == drawn[0]
    assert len(set(drawn.values())) == 3


def speak(speaker: Speaker, policy: Policy, *texts: str, stop: tuple[str, ...] = ()) -> Ended:
    turns = [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(texts)]
    *pieces, ended = speaker.reply(render(policy.tokenizer, turns), replace(PARAMETERS, stop=stop), "a1", lambda: False)
    assert isinstance(ended, Ended)
    assert "".join(piece for piece in pieces if isinstance(piece, str)) == ended.text
    return ended


def test_what_was_read_before_changes_no_reply(tiny_policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second turn reads only what is new, the one after a reset begins with what both have."""
    fresh: list[int] = []

    def counting(model: Any, cache: list[Any], tokens: Sequence[int]) -> None:
        fresh.append(len(tokens))
        read(model, cache, tokens)

    monkeypatch.setattr("rollouts.streaming.read", counting)
    talks = [("one",), ("one", "yes", "two and more"), ("one", "yes", "three"), ("other",), ("other",)]
    kept = Speaker(tiny_policy, 4096)
    remembered = [speak(kept, tiny_policy, *talk) for talk in talks]
    reads, fresh[:] = list(fresh), []
    assert remembered == [speak(Speaker(tiny_policy, 4096), tiny_policy, *talk) for talk in talks]
    assert reads[0] == fresh[0]
    assert all(few < all_ for few, all_ in zip(reads[1:], fresh[1:], strict=True))
    assert reads[4] == 0


def test_a_stop_string_is_never_shown(tiny_policy: Policy) -> None:
    text = speak(Speaker(tiny_policy, 4096), tiny_policy, "one").text
    stop = text[6:9]
    cut = speak(Speaker(tiny_policy, 4096), tiny_policy, "one", stop=(stop, "never"))
    assert cut.text == text[: text.index(stop)]
    assert cut.reason == "stop"


def test_a_conversation_that_is_too_long_is_refused_in_words(tiny_policy: Policy) -> None:
    tokens = render(tiny_policy.tokenizer, messages_for("Say something.", None))
    assert len(speak(Speaker(tiny_policy, len(tokens) + 3), tiny_policy, "Say something.").tokens) == 3
    with pytest.raises(ModelError, match=f"{len(tokens)} tokens") as raised:
        list(Speaker(tiny_policy, len(tokens)).reply(tokens, PARAMETERS, "a1", lambda: False))
    assert "/reset" in raised.value.hint


def test_stopping_ends_the_reply_and_not_the_speaker(tiny_policy: Policy) -> None:
    tokens = render(tiny_policy.tokenizer, messages_for("one", None))
    speaker, asked = Speaker(tiny_policy, 4096), iter([False] * 4 + [True])
    *_, ended = speaker.reply(tokens, PARAMETERS, "a1", lambda: next(asked))
    whole = speak(speaker, tiny_policy, "one")
    assert isinstance(ended, Ended)
    assert (ended.tokens, ended.reason) == (whole.tokens[:4], "length")


@pytest.mark.parametrize("text", ["plain", "h\u00e9llo w\u00f6rld", "a\U0001f600b\u4e16\u754c", "x\ufffdy"])
def test_half_characters_wait(text: str) -> None:
    data = text.encode()
    unfolding = Unfolding(lambda tokens: bytes(tokens).decode(errors="replace"), ())
    pieces = [unfolding.add(data[:length]) for length in range(1, len(data) + 1)]
    assert "".join(pieces) + unfolding.rest(text) == text
    assert all("\ufffd" not in piece for piece in pieces) or "\ufffd" in text
    assert sum(map(bool, pieces)) >= len(text) - 2


def test_a_child_that_died_between_replies_is_started_again(talker: Talker, told: list[str]) -> None:
    said(talker, "one")
    first = talker.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert said(talker, "two") == (["1 ", "messages"], Spoken("1 messages", 2, "stop"))
    assert talker.pid not in (None, first)
    assert len(told) == 1
    assert "was killed by signal 9" in told[0]


def test_a_death_in_the_middle_is_an_error_and_the_next_reply_comes(talker: Talker, told: list[str]) -> None:
    pieces: list[object] = []
    with pytest.raises(ChildDied, match="killed by signal 9") as raised:
        pieces.extend(talker.reply(messages_for('{"pieces": ["a", "b"], "kills": 1}', None), PARAMETERS, seed=0))
    assert "log" in raised.value.hint
    assert talker.pid is None
    assert said(talker, "two")[1].text == "1 messages"
    assert told == []


def test_a_child_that_always_dies_is_given_up(talker: Talker) -> None:
    said(talker, "one")
    with pytest.raises(ChildDied):
        said(talker, '{"pieces": ["a"], "kills": 0}')


def test_words_of_the_child_come_through(talker: Talker) -> None:
    with pytest.raises(ChildFailed, match="refused") as raised:
        said(talker, '{"fails": true}')
    assert (raised.value.hint, raised.value.exit_code) == ("Ask something else.", 2)


def test_a_reply_can_be_stopped_from_outside(talker: Talker) -> None:
    replies = talker.reply(messages_for('{"pieces": ["a"], "waits": true}', None), PARAMETERS, seed=0)
    assert next(replies) == "a"
    first = talker.pid
    talker.stop()
    assert list(replies) == [Spoken("a", 1, "interrupted")]
    assert said(talker, "two")[1].text == "1 messages"
    assert talker.pid == first


def stopped_before_it_begins(talker: Talker, text: str, monkeypatch: pytest.MonkeyPatch) -> list[str | Spoken]:
    """A reply that is stopped when the child has not heard of it yet."""
    ask = Child.ask

    def hurried(child: Child, request: dict[str, Any]) -> Any:
        talker.stop()
        return ask(child, request)

    with monkeypatch.context() as changed:
        changed.setattr(Child, "ask", hurried)
        return list(talker.reply(messages_for(text, None), replace(PARAMETERS, max_new_tokens=2_000), seed=0))


def test_a_child_that_still_starts_can_be_stopped(talker: Talker, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stopped_before_it_begins(talker, '{"pieces": ["a"], "waits": true}', monkeypatch)[-1] == Spoken("a", 1, "interrupted")
    assert said(talker, "two")[1].text == "1 messages"


def test_no_stop_is_lost(policy: PolicySource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Talker(policy, tmp_path / "log") as talker:
        _, whole = said(talker, "Say something.")
        (*_, stopped) = stopped_before_it_begins(talker, "Say something.", monkeypatch)
        assert isinstance(stopped, Spoken)
        assert stopped.finish_reason == "interrupted"
        assert said(talker, "Say something.")[1] == whole


def test_leaving_ends_the_child(policy: PolicySource, tmp_path: Path) -> None:
    with Talker(policy, tmp_path / "log", module=FAKE) as talker:
        said(talker, "one")
        pid = talker.pid
    assert pid is not None
    assert not psutil.pid_exists(pid)
    talker.stop()
