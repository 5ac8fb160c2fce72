"""The metrics of a source, and the credit for doc comments."""

import pytest

from scorers.language import parse
from scorers.metrics import documented, measure

MODULE = """--!strict
local Players = game:GetService("Players")
local Teams = game:GetService("Teams")

local Shop = {}

-- Charges the player and hands over whatever was bought, once per request.
function Shop:Init(player: Player, price: number): boolean
	local balance = player:GetAttribute("Coins") or 0
	if balance < price then
		return false
	end
	for _, other in Players:GetPlayers() do
		if other ~= player and other.Team == Teams.Red then
			other:SetAttribute("Seen", true)
		end
	end
	player:SetAttribute("Coins", balance - price)
	return true
end

function Shop:Start()
	self:Init(Players.LocalPlayer, 5)
end

return Shop
"""

BODY = "\tlocal total = 0\n\tfor _, item in items do\n\t\ttotal += item.price * item.count\n\tend\n\treturn total\n"
DOC = "-- Adds up the prices of everything inside a basket, before any discount is taken off.\n"
OTHER = "-- Works out which of many items a customer should be served next.\n"


def function(name: str, body: str = BODY) -> str:
    return f"local function {name}(items)\n{body}end\n\n"


def credit(code: str) -> float:
    return documented(parse(code))


def test_a_module() -> None:
    metrics = measure(parse(MODULE))
    assert metrics["lines"] == 26
    assert metrics["code_lines"] == 20
    assert metrics["functions"] == 2
    assert metrics["max_function_lines"] == 13
    assert metrics["max_nesting"] == 3
    assert metrics["complexity"] == 6  # itself, two ifs, one loop, one `and`, one `or`
    assert metrics["strict"] == metrics["two_phase_init"] == metrics["services_at_top"] == 1.0
    assert metrics["services"] == 2
    assert metrics["documented_functions"] == 1
    assert metrics["comment_share"] == pytest.approx(2 / 22)


def test_every_source_has_the_same_metrics() -> None:
    names = measure(parse(MODULE)).keys()
    for code in ("", "-- nothing", "local x = = 1", "f(", "return function(...) return ... end"):
        metrics = measure(parse(code))
        assert metrics.keys() == names
        assert all(isinstance(value, float) and value >= 0.0 for value in metrics.values())


@pytest.mark.parametrize(
    ("code", "share"),
    [
        ("local a: number, b: string = f()", 1.0),
        ("local a = 1 local b = Vector3.new() local c = x :: Part", 1.0),
        ("local a = f() local b = 2", 0.5),
        ("local function f(a: number, b) return a end", 1 / 3),
        ("local function f(a: number): number return a end", 1.0),
        ("print(1)", 1.0),
    ],
)
def test_type_coverage(code: str, share: float) -> None:
    assert measure(parse(code))["type_coverage"] == pytest.approx(share)


@pytest.mark.parametrize(("code", "strict"), [("--!strict\nf()", 1.0), ("f()\n--!strict", 0.0), ("--!nonstrict\nf()", 0.0)])
def test_strict_is_a_header(code: str, strict: float) -> None:
    assert measure(parse(code))["strict"] == strict


@pytest.mark.parametrize(
    ("code", "share"),
    [
        ('local P = game:GetService("Players")', 1.0),
        ('local function f() return game:GetService("Players") end', 0.0),
        ('local P = game:GetService("Players")\nlocal T = game:GetService("Teams")\nT = game:GetService("Teams")', 0.5),
        ('local function f() end\nlocal P = game:GetService("Players")', 0.0),
    ],
)
def test_services_at_top(code: str, share: float) -> None:
    assert measure(parse(code))["services_at_top"] == share


@pytest.mark.parametrize("code", ["print(1)", "return { a = 1 }", "local function twice(n) return n * 2 end\nreturn twice"])
def test_what_needs_no_comment_earns_nothing(code: str) -> None:
    assert credit(code) == 0.0


def test_a_documented_function_has_the_credit() -> None:
    assert credit(function("sum") + "return sum") == 0.0
    assert credit(DOC + function("sum") + "return sum") == 1.0
    assert (
        credit(
            "--[[\n\tAdds up the prices of everything in a basket,\n\tbefore any discount.\n]]\n" + function("sum") + "return sum"
        )
        == 1.0
    )
    assert credit(DOC + "@native\n" + function("sum") + "return sum") == 1.0


def test_it_saturates_at_half_and_at_two() -> None:
    four = [function(name) for name in ("one", "two", "three", "four")]
    used = "return { one, two, three, four }"
    assert credit(DOC + "".join(four) + used) == 0.5
    assert credit(DOC + four[0] + OTHER + "".join(four[1:]) + used) == 1.0
    assert credit(DOC + four[0] + four[1] + "return { one, two }") == 1.0


@pytest.mark.parametrize(
    "code",
    [
        "-- sum items\n" + function("sum") + "return sum",  # the name again
        "-- for each item: total += item.price * item.count\n" + function("sum") + "return sum",  # the code again
        DOC + "\n" + function("sum") + "return sum",  # not directly above
        function("sum") + "return sum\n" + DOC,  # below
        DOC + function("sum"),  # never used
        "-- Handles everything quickly and without any trouble at all.\n" + function("sum") + "return sum",  # fits everywhere
        "-- ======== Helpers for the whole shop and everything inside ========\n" + function("sum") + "return sum",
        DOC + function("sum") + DOC + function("other") + "return { sum, other }",  # said twice
        "local x = 1 " + DOC + function("sum") + "return sum",  # behind code
        "local M = {}\n" + DOC + "function M.sum(items)\n" + BODY + "end\n",  # a table that nothing uses
    ],
)
def test_what_earns_nothing(code: str) -> None:
    assert credit(code) == 0.0


def test_members_of_a_returned_table_are_used() -> None:
    member = "function M.sum(items)\n" + BODY + "end\n"
    assert credit("local M = {}\nM.__index = M\n" + DOC + member + "return M") == 1.0
    assert credit("local M = {}\nM.__index = M\n" + DOC + member) == 0.0
    assert credit("local M = {}\n" + DOC + member + "print(M.sum({}))") == 1.0
