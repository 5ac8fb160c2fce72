"""Unfenced code between lines of prose, for those who ask for it."""

import pytest

from scorers.extraction import extract_code

CODE = """--!strict
local Players = game:GetService("Players")

local function greet(player: Player)
    print(`hi {player.Name}`)
end

Players.PlayerAdded:Connect(greet)"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("Sure! Here is the script:\n\n", ""),
        ("", "\n\nThis prints a greeting, and it works on the server."),
        ("If you want a greeting, use this.\nFor every player it prints once:\n", "\nReturn values are ignored."),
        ("Local players see it while they play.\n", "\nEnd of script."),
    ],
)
def test_prose_around_code_is_stripped_on_request(before: str, after: str) -> None:
    reply = before + CODE + after
    assert extract_code(reply, strip_prose=True).code == CODE
    assert extract_code(reply).code == reply


def test_prose_alone_is_kept() -> None:
    assert extract_code("I cannot do that.", strip_prose=True).code == "I cannot do that."
