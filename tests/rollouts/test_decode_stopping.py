"""What ends a reply, token by token, and a reply's text."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollouts.stopping import Ended, Reply, StopRules, is_repetition

PIECES: dict[int, str | bytes] = {
    1: "local ",
    2: "x",
    3: " = 1\n",
    4: "``",
    5: "`",
    6: "en",
    7: "d\n",
    8: "",
    20: b"\xc3",
    21: b"\xa9",
}
END = 99


def text(tokens: Sequence[int]) -> str:
    """A tokenizer of bytes: half a character is decoded as a replacement mark."""
    pieces = (PIECES[token] for token in tokens)
    return b"".join(p if isinstance(p, bytes) else p.encode() for p in pieces).decode(errors="replace")


def reply(tokens: Sequence[int], strings: tuple[str, ...] = (), limit: int = 1000) -> Ended | None:
    """What ends the reply that goes through `tokens`; all must be needed for it."""
    going = Reply(StopRules(frozenset({END}), strings, limit, text))
    for token in tokens[:-1]:
        assert going.add(token) is None
    return going.add(tokens[-1])


def test_the_stop_token_is_no_part_of_the_reply() -> None:
    assert reply([1, 2, END]) == Ended((1, 2), "local x", "stop")
    assert reply([END]) == Ended((), "", "stop")


def test_length() -> None:
    assert reply([1, 2, 3], limit=3) == Ended((1, 2, 3), "local x = 1\n", "length")
    assert reply([1, 2, 3], limit=4) is None


def test_a_stop_string_over_several_tokens() -> None:
    assert reply([1, 2, 4, 5], ("```",)) == Ended((1, 2), "local x", "stop")


def test_a_stop_string_that_begins_inside_a_token_keeps_the_text_before_it() -> None:
    """` = 1` ends the token's text before the string's newline: the text keeps it, the tokens can not."""
    assert reply([1, 2, 3, 6, 7], ("\nend\n",)) == Ended((1, 2), "local x = 1", "stop")


def test_the_first_of_several_strings_cuts() -> None:
    assert reply([2, 6, 7], ("d\n", "end")) == Ended((2,), "x", "stop")


def test_tokens_without_text_do_not_hide_a_string() -> None:
    assert reply([1, 4, 8, 8, 8, 5], ("```",)) == Ended((1,), "local ", "stop")


def test_a_string_of_half_characters() -> None:
    assert reply([2, 20, 21], ("é",)) == Ended((2,), "x", "stop")
    assert reply([2, 20, END], ("é",)) == Ended((2, 20), "x\ufffd", "stop")


def test_a_string_goes_before_the_length() -> None:
    assert reply([1, 4, 5], ("```",), limit=3) == Ended((1,), "local ", "stop")


@given(st.lists(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8]), max_size=30), st.sampled_from(["```", "x", "\nend", "local x", "`x`"]))
def test_a_reply_ends_with_the_first_token_that_completes_the_string(tokens: list[int], string: str) -> None:
    whole = [string in text(tokens[: n + 1]) for n in range(len(tokens))]
    going = Reply(StopRules(frozenset(), (string,), 1000, text))
    for token, expected in zip(tokens, whole, strict=True):
        ended = going.add(token)
        assert (ended is not None) == expected
        if ended:
            assert string not in ended.text
            assert ended.text.startswith(text(ended.tokens))
            break


@pytest.mark.parametrize(("period", "fewest"), [(1, 256), (2, 256), (7, 256), (16, 256), (17, 272), (64, 1024)])
def test_a_loop_ends_a_reply(period: int, fewest: int) -> None:
    loop = [1000 + i % period for i in range(fewest)]
    beginning = list(range(50))
    assert is_repetition(beginning + loop)
    assert not is_repetition(beginning + loop[1:])
    assert not is_repetition([*beginning, *loop, 7])


def test_a_reply_with_a_loop_is_marked() -> None:
    ended = reply([1] * 256)
    assert ended is not None
    assert (ended.reason, len(ended.tokens)) == ("repetition", 256)


def test_honest_tables_are_no_loop() -> None:
    """As a tokenizer gives them: a zero, a comma with its blank, and for a line its braces, end and indent."""
    zeros = [10, 11] * 100
    line = [12, 13, *[10, 11] * 15, 10, 14, 15]
    board = line * 15 + line[:-1]
    for table in (zeros, board, [16] * 100):
        assert not any(is_repetition(list(range(300, 340)) + table[:n]) for n in range(len(table) + 1))


def test_a_long_loop_is_no_repetition() -> None:
    """65 tokens that repeat may be a test's table: only shorter pieces count."""
    assert not is_repetition([i % 65 for i in range(4000)])
