"""What a policy might try instead of writing better code: none of it gains anything, and unfinished answers score low."""

import random
import re
from collections.abc import Callable

import pytest

from scorers.report import SCORERS, ScoreReport
from scorers.score import score
from tests.scorers.checks import real_code

GIVER = """local Players = game:GetService("Players")

local STARTING_COINS = 25

local function onPlayerAdded(player)
	local leaderstats = Instance.new("Folder")
	leaderstats.Name = "leaderstats"
	local coins = Instance.new("IntValue")
	coins.Name = "Coins"
	coins.Value = STARTING_COINS
	coins.Parent = leaderstats
	leaderstats.Parent = player
end

Players.PlayerAdded:Connect(onPlayerAdded)
for _, player in Players:GetPlayers() do
	task.spawn(onPlayerAdded, player)
end
"""
STACK = """local Stack = {}
Stack.__index = Stack

function Stack.new(limit)
	local self = setmetatable({}, Stack)
	self.items = {}
	self.limit = limit
	return self
end

function Stack:push(value)
	if #self.items >= self.limit then
		return false
	end
	table.insert(self.items, value)
	return true
end

function Stack:pop()
	return table.remove(self.items)
end

return Stack
"""
SHORT = "local function average(first, second)\n\treturn (first + second) / 2\nend\n\nreturn average\n"
FLAT = 'local lighting = game:GetService("Lighting")\nlighting.ClockTime = 18\nlighting.FogEnd = 400\n'
FLAWED = """local door = workspace:FindFirstChild("Door")
local unusedThing = 5

function open(distance)
	wait(1)
	if distance > 37 then
		door.Transparency = 37
		print("here")
	end
	door.Size = door.Size * 37 + door.Size * 37
end

local Debris = game:GetService("Debris")
open(4)
-- local old = open(5)
Debris:AddItem(door, 5)
"""
BASES = {"giver": GIVER, "stack": STACK, "short": SHORT, "flat": FLAT, "flawed": FLAWED}

DOC = "-- Handles everything this part needs, quickly and without any trouble for whoever uses it."
NAMES = "pcall GetService task.wait WaitForChild UpdateAsync Destroy Disconnect CollectionService typeof assert"
_FUNCTION = re.compile(r"^(?=local function |function )", re.MULTILINE)


def head(text: str) -> Callable[[str], str]:
    return lambda code: text + code


def tail(text: str) -> Callable[[str], str]:
    """Text behind a program, in front of the value that a module returns."""

    def attack(code: str) -> str:
        body, result = _split(code)
        return f"{body}{text}\n{result}"

    return attack


def around(before: str, after: str) -> Callable[[str], str]:
    return lambda code: f"{before}\n{code}{after}\n"


def each_line(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda code: "".join(change(line) + "\n" for line in code.splitlines())


def _split(code: str) -> tuple[str, str]:
    body, found, result = code.rpartition("\nreturn ")
    return (f"{body}\n", f"return {result}") if found else (code, "")


def renamed(code: str) -> str:
    for name in ("coins", "value", "first", "lighting", "unusedThing", "distance"):
        code = re.sub(rf"(?<![.\w\"]){name}\b", f"{name}ForThePlayerInTheGame", code)
    return code


ATTACKS: dict[str, Callable[[str], str]] = {
    "comment spam": tail("-- This is clean, safe, tested, documented and fast code.\n" * 40),
    "comment on every line": each_line(lambda line: f"{line} -- does exactly what is needed here" if line else line),
    "banner": head("--[[\n\t========================\n\tA professional module for everything\n\t========================\n]]\n"),
    "section headers": each_line(lambda line: line or "-- ========== SECTION: helper functions and services =========="),
    "one doc comment on all": lambda code: _FUNCTION.sub(f"{DOC}\n", code),
    "names as doc comments": lambda code: re.sub(
        r"^((?:local )?function ([\w.:]+)\()", r"-- \2 does \2 for \2 and \2\n\1", code, flags=re.MULTILINE
    ),
    "blank lines": each_line(lambda line: f"{line}\n\n\n"),
    "dead functions": tail(
        "local function helperOne(a)\n\treturn a + 1\nend\nlocal function helperTwo(a)\n\treturn a + 2\nend\n"
    ),
    "documented dead functions": tail(
        f"{DOC}\nlocal function validate(input)\n\tif input == nil then\n\t\treturn false, 'nothing', 1, 2, 3\n\tend\n"
        "\treturn true, 'something', 4, 5, 6\nend\n"
    ),
    "documented dead module": tail(
        f"local Extra = {{}}\nExtra.__index = Extra\n{DOC}\nfunction Extra.check(input)\n\tif input == nil then\n"
        "\t\treturn false, 'nothing', 1, 2, 3\n\tend\n\treturn true, 'something', 4, 5, 6\nend\n"
    ),
    "dummy init and start": tail("local Service = {}\nfunction Service:Init()\nend\nfunction Service:Start()\nend\n"),
    "keywords in comments": tail(f"-- {NAMES}\n" * 20),
    "keywords in a string": tail(f'local features = "{NAMES}"\n'),
    "long string of names": tail(f"local api = [[\n{NAMES * 30}\n]]\n"),
    "service spam": head('local Teams = game:GetService("Teams")\n' * 6),
    "unused services": head('local Teams = game:GetService("Teams")\nlocal Chat = game:GetService("Chat")\n'),
    "guards that do nothing": tail("if true then\nend\n"),
    "pcall of nothing": tail("pcall(function() end)\n"),
    "types that nothing uses": head("type Id = number\ntype Name = string\nexport type Options = { id: Id, name: Name }\n"),
    "annotations": lambda code: re.sub(r"\b(first|second|value|limit|distance)(?=[,)])", r"\1", code).replace(
        "(player)\n", "(player: any)\n"
    ),
    "strict": head("--!strict\n"),
    "strict, optimised and native": head("--!strict\n--!optimize 2\n--!native\n"),
    "allow": head("-- scorers: allow(unused-variable, deprecated-global, magic-number, print-left-in, global-variable)\n"),
    "allow on every line": each_line(lambda line: f"{line} -- scorers: allow(deprecated-global)" if line else line),
    "do block": around("do", "end"),
    "if true": around("if true then", "end"),
    "repeated code": tail(
        "local box = Instance.new('Part')\nbox.Name = 'Box'\nbox.Anchored = true\nbox.Parent = workspace\n" * 4
    ),
    "print of praise": tail('print("all tests passed")\n'),
    "long names": renamed,
}


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_gains_nothing(attack: str, name: str) -> None:
    base, attacked = score(BASES[name]), score(ATTACKS[attack](BASES[name]))
    gains = {scorer: attacked.scores[scorer] - base.scores[scorer] for scorer in SCORERS}
    assert max(gains.values()) <= 1e-9, f"{gains}\n{_lost(base, attacked)}"
    assert attacked.composite <= base.composite + 1e-9


def _lost(base: ScoreReport, attacked: ScoreReport) -> set[str]:
    """The checks that an attack silenced."""
    return {found.check for found in base.diagnostics} - {found.check for found in attacked.diagnostics}


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_changes_something(attack: str) -> None:
    assert any(ATTACKS[attack](code) != code for code in BASES.values())


HONEST = {name: BASES[name] for name in ("giver", "stack", "short", "flat")}
UNFINISHED = {
    "empty": "",
    "only a comment": "-- Here is the code that you asked for.\n",
    "nothing": "return nil\n",
    "an empty module": "local Module = {}\n\nreturn Module\n",
    "a stub": "local Module = {}\n\nfunction Module.run(player, amount)\n\t-- TODO: implement\nend\n\nreturn Module\n",
    "several stubs": "local M = {}\nfunction M.new() return setmetatable({}, M) end\nfunction M:push(value) end\n"
    "function M:pop(count) return nil end\nreturn M\n",
    "an error": 'local function run(player)\n\terror("Not implemented")\nend\n\nreturn run\n',
}


@pytest.mark.parametrize("base", HONEST)
@pytest.mark.parametrize("name", UNFINISHED)
def test_unfinished_answers_score_low(name: str, base: str) -> None:
    quality, honest = score(UNFINISHED[name]).scores["quality"], score(HONEST[base]).scores["quality"]
    assert quality < 0.6 * honest


@pytest.mark.parametrize("base", HONEST)
@pytest.mark.parametrize("remark", ["-- ... existing code ...", "-- rest of the code here", "-- ...", "-- (same as before)"])
def test_left_out_code_scores_low(remark: str, base: str) -> None:
    code = HONEST[base]
    cut = "".join(code.splitlines(keepends=True)[:1]) + remark + "\n" + _split(code)[1]
    assert score(cut).scores["quality"] < 0.6 * score(code).scores["quality"]


@pytest.mark.parametrize("base", HONEST)
def test_half_an_answer_scores_lower(base: str) -> None:
    code = HONEST[base]
    assert score(code[: len(code) // 2]).composite < score(code).composite


def test_damage_is_seen() -> None:
    """Of real answers, nearly every shuffled or cut one scores lower than it did."""
    rows = [code for code in real_code() if code.count("\n") >= 10][::7][:100]
    order = random.Random(0)
    shuffled = cut = 0
    for code in rows:
        lines = code.splitlines(keepends=True)
        order.shuffle(lines)
        whole = score(code).composite
        shuffled += score("".join(lines)).composite < whole
        cut += score(code[: len(code) // 2]).composite < whole
    assert shuffled >= 0.9 * len(rows)
    assert cut >= 0.9 * len(rows), cut
