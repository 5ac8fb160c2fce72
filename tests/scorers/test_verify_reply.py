"""Whether replies are fit to learn from, as the fixture of labelled rows says."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from scorers.cli import score_command
from scorers.replies import verify_reply
from tests.scorers.checks import real_rows

LUAU = "local a = 1\nlocal b = 2\nlocal c = a + b\nprint(a, b)\nprint(c)"


@pytest.mark.parametrize(
    ("reply", "verdict", "blocks", "lines"),
    [
        (f"```luau\n{LUAU}\n```", "accept", 1, 5),
        (f"Text.\n```lua\n{LUAU}\n```\nMore.\n```luau\nprint(1)\n```", "accept", 2, 6),
        (f"```\n{LUAU}\n```", "accept", 1, 5),
        (LUAU, "no_code", 0, 0),
        ("", "no_code", 0, 0),
        ("```python\nprint(1)\n```", "wrong_language", 0, 0),
        ("```luau\nprint(1)\n\n\n\n\n```", "too_little_code", 1, 1),
        (f"```luau\n{LUAU}", "unclosed_fence", 1, 5),
        (f"```luau\n{LUAU}\n```\n```luau\nlocal x = = 1\n```", "does_not_compile", 2, 6),
        (f"<think>\n```luau\nlocal x = = 1\n```\n</think>\n```luau\n{LUAU}\n```", "accept", 1, 5),
    ],
)
def test_verdicts(reply: str, verdict: str, blocks: int, lines: int) -> None:
    found = verify_reply(reply)
    assert (found.verdict, found.blocks, found.code_lines) == (verdict, blocks, lines)


def test_the_labelled_rows() -> None:
    rows = real_rows("curation_fixture.jsonl")
    # A near duplicate is for a comparison of rows to find.
    expected = {"accept": "accept", "reject:near_duplicate": "accept"}
    wrong = [
        row["id"]
        for row in rows
        if verify_reply(row["response"]).verdict != expected.get(row["expect"], row["expect"].removeprefix("reject:"))
    ]
    # One row is labelled by Luau 0.686, which does not know `f<<T>>()`.
    assert wrong == ["vl-4867e5a38d7f"]


def test_every_real_answer_is_accepted() -> None:
    assert [row["id"] for row in real_rows("sft_real.jsonl") if verify_reply(row["response"]).verdict != "accept"] == []


def test_rows_of_replies_on_the_command_line(tmp_path: Path) -> None:
    rows = [{"id": "good", "response": f"```luau\n{LUAU}\n```"}, {"id": "bad", "completion": "no code"}, {"id": 3, "code": LUAU}]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    before = file.read_bytes()
    result = CliRunner().invoke(score_command("luau-score"), ["--jsonl", str(file), "--strict", "--no-compiler"])
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["good", "bad", 3]
    assert [answer.get("verdict") for answer in answers] == ["accept", "no_code", None]
    assert answers[0]["compiles"] is True
    assert answers[0]["code_lines"] == 5
    assert result.exit_code == 1
    assert 'id "bad"' in result.stderr
    assert file.read_bytes() == before
