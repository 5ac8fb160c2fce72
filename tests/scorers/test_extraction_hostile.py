"""No reply makes the extraction raise or stall: anything quadratic would not end on these."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorers.extraction import extract_code, extract_files

PIECES = [
    *(
        "```",
        "````",
        "~~~",
        "```luau",
        "```luau\n",
        "\n",
        " ",
        "    ",
        "\r\n",
        "`",
        '"',
        "'",
        "\\",
        "--",
        "[[",
        "]]",
        "--[==[",
        "]==]",
    ),
    *("<think>", "</think>", "<reflection>", "[THINK]", "[/THINK]", "<unused94>", "◁think▷", "<|START_THINKING|>", "<|end|>"),
    *(
        "<|channel|>analysis<|message|>",
        "<|start|>assistant<|channel|>final<|message|>",
        "<|im_end|>",
        "</s>",
        "Thinking Process:",
    ),
    *("local x = 1", "x", "# a.luau", "-- File: a.luau", "<answer>", "</answer>", "\0", "\ud800", "é"),
]
replies = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


@given(reply=replies)
def test_nothing_raises_and_code_is_from_the_reply(reply: str) -> None:
    normal = reply.replace("\r\n", "\n").replace("\r", "\n")
    for found in (extract_code(reply), extract_code(reply, strip_prose=True)):
        assert all(line.strip() in normal for line in found.code.split("\n"))
    for file in extract_files(reply):
        assert all(line.strip() in normal for line in file.code.split("\n"))


@given(reply=replies)
def test_an_opened_trace_never_yields_its_drafts(reply: str) -> None:
    draft = f"<think>\n{reply.replace('</', '').replace('<|', '')}\n```luau\nunmistakable()\n```"
    assert "unmistakable" not in extract_code(draft).code


@given(code=st.text(alphabet="abc =\n()1", min_size=1).filter(str.strip))
def test_plain_code_in_a_fence_comes_back(code: str) -> None:
    assert extract_code(f"Here:\n```luau\n{code}\n```\nDone.").code == code.strip("\n").rstrip()


REPEATED = [*PIECES, '\\"', "<think>a</think>", "</think>```a`", "</think>```luau\n", "```luau\n```\n", "don't "]


def check_repeated(piece: str, length: int, tail: str) -> None:
    reply = piece * (length // len(piece)) + tail
    assert len(extract_code(reply).code) <= len(reply)
    assert len(extract_files(reply)) <= len(reply)


@pytest.mark.parametrize("piece", REPEATED)
def test_one_thing_over_and_over(piece: str) -> None:
    for tail in ("", "x\n```\n", "]]\n</think>"):
        check_repeated(piece, 30_000, tail)


@pytest.mark.parametrize("piece", ["`", "```luau\n", "<think>", "<think>a</think>", "[[", '\\"'])
def test_a_megabyte_of_one_thing(piece: str) -> None:
    check_repeated(piece, 1_000_000, "\n```\n")
