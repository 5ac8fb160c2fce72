"""The work of every check grows with the size of the source and no faster: counted in lines that run, not in seconds."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType
from typing import Any

import pytest

from scorers.checks import CHECKS
from scorers.language import parse
from scorers.language.recursion import deep_recursion
from scorers.language.tokens import _NEXT
from scorers.scorer import Scorer
from tests.scorers.families.test_families import FIRES

FEW, TIMES = 20, 4
MOST = 1.5 * TIMES
"""Growth that is allowed: work that grows with the square of the size would reach the square of `TIMES`."""
NOTHING = 20_000
"""Lines of Python that are too few to judge: building a table for the first time costs as much."""


def lines_run(work: Callable[[], object]) -> int:
    """Lines that Python runs, each round of a comprehension counted too."""
    count = 0

    def trace(_frame: FrameType, _event: str, _value: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    with deep_recursion():
        sys.settrace(trace)
        try:
            work()
        finally:
            sys.settrace(before)
    return count


def copies(code: str) -> Iterator[str]:
    """The snippet several times, and `TIMES` as often. In blocks of their own, where the grammar allows it."""
    block = f"do\n{code}\nend\n"
    one = f"{code}\n" if parse(block).errors else block
    return (one * count for count in (FEW, FEW * TIMES))


def grows(work: Callable[[str], object], small: str, large: str) -> float:
    """How much more is run for the large source than for the small one; 1 where both are nothing."""
    more = lines_run(lambda: work(large))
    return more / lines_run(lambda: work(small)) if more > NOTHING else 1.0


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.id))
def test_a_check_is_linear_in_copies_of_what_it_finds(check: Any) -> None:
    for code in {FIRES[check.id][0], FIRES[check.id][-1]}:
        small, large = (parse(source) for source in copies(code))
        list(check.run(parse(code)))  # tables of facts are built once
        few, many = (lines_run(partial(list, check.run(unit))) for unit in (small, large))
        assert many < NOTHING or many < MOST * few, code


SHAPES: dict[str, Callable[[int], str]] = {
    "one handler of many remotes": lambda n: (
        "local function buy(player, a) player.Coins.Value += a end\n"
        + "".join(f"remotes.R{i}.OnServerEvent:Connect(buy)\n" for i in range(n))
    ),
    "handlers of global names": lambda n: "".join(
        f"function f{i}(hit) hit.Parent.Coins.Value += 1 end\nparts.P{i}.Touched:Connect(f{i})\n" for i in range(n)
    ),
    "many entries for one player": lambda n: (
        "game.Players.PlayerAdded:Connect(function(player)\n" + "".join(f"t{i}[player] = 1\n" for i in range(n)) + "end)\n"
    ),
    "many arguments": lambda n: (
        f"remote.OnServerEvent:Connect(function(player, {', '.join(f'a{i}' for i in range(n))})\n"
        + "".join(f"player.Coins.Value += a{i}\n" for i in range(n))
        + "end)\n"
    ),
    "conditions in locals": lambda n: (
        "local part = workspace:FindFirstChild('Part')\nlocal b0 = part ~= nil\n"
        + "".join(f"local b{i + 1} = b{i} and c\nif b{i + 1} then part.Name = '' end\n" for i in range(n))
    ),
    "locals of locals": lambda n: "local a0 = game\n" + "".join(f"local a{i + 1} = a{i}\n" for i in range(n)),
    "one long constructor": lambda n: f"return {{{', '.join(f'k{i} = {i}' for i in range(n))}}}\n",
    "one long `if`": lambda n: "if a == 0 then f()\n" + "".join(f"elseif a == {i} then f({i})\n" for i in range(n)) + "end\n",
    "members": lambda n: (
        "local M = {}\n"
        + "".join(
            f"-- Adds the price of one item to the total.\nfunction M.add{i}(a, b)\n\treturn a + b\nend\n" for i in range(n)
        )
        + "return M\n"
    ),
    "empty functions": lambda n: (
        "local M = {}\n" + "".join(f"-- nothing\nfunction M.f{i}() end\nM.g{i} = M.f{i}\n" for i in range(n)) + "return M\n"
    ),
    "comments that allow": lambda n: "".join(f"-- scorers: allow(unused-variable)\nlocal x{i} = {i}\n" for i in range(n)),
    "type parameters": lambda n: f"type T<{', '.join(f'A{i}' for i in range(n))}> = A0\n",
    "a variable given again": lambda n: (
        "local part\n" + "part = workspace:FindFirstChild('Part')\nif part then print(part.Name) end\n" * n
    ),
    "polling": lambda n: "while not ready do task.wait() end -- waits\n" * n,
    "repeats": lambda n: "repeat local a = f() if a then continue end until done\n" * n,
    "numbers": lambda n: "".join(f"print(x + {137 + i // 3})\n" for i in range(n)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_scorer_is_linear_in_a_shape(shape: str) -> None:
    scorer = Scorer(allow_comments=True)
    scorer.score(SHAPES[shape](2))
    assert grows(scorer.score, SHAPES[shape](100), SHAPES[shape](100 * TIMES)) < MOST


def test_conditions_that_double_with_each_local_end() -> None:
    doubled = "".join(f"local b{i + 1} = b{i} and b{i}\n" for i in range(60))
    code = f"local part = workspace:FindFirstChild('Part')\nlocal b0 = c\n{doubled}if b60 then part.Name = '' end\n"
    assert lines_run(lambda: Scorer().score(code)) < 1_000_000


def test_blanks_at_the_end_are_read_once() -> None:
    assert [found.span() for found in _NEXT.finditer("x \t ")][:2] == [(0, 1), (1, 4)]
