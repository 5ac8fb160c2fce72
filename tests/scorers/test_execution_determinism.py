"""The same answer to the same tests gives the same bytes, in any worker, whatever was asked before."""

import ctypes
import random
import sys

import pytest

from scorers.execution import LuauPool, Tests

ADDR_NO_RANDOMIZE = 0x0040000
CODE = """
local seen = {}
for index = 1, 20 do
	local part = Instance.new("Part")
	seen[part] = index
	seen[{}] = -index
	seen[function() return part end] = 100 + index
end
local order = {}
for _, index in pairs(seen) do
	table.insert(order, index)
end
print(table.concat(order, ","), string.format("%s", {}), `{seen}`, seen)
"""
TESTS = Tests(None, 'test("it", function() world:join("A") expect(1).toEqual(1) end)', kind="script", world=True)
OTHERS = [
    ("local function d(x) return 2 * x end", Tests("d", 'test("a", function() expect(d(2)).toEqual(4) end)')),
    ("local s = {} for i = 1, 3000 do s[i] = { i } end return s", Tests(None, "expect(#solution).toEqual(3000)", kind="module")),
    ("x" * 20_000, TESTS),
]


def may_fix_addresses() -> bool:
    """Containers may forbid the call."""
    if sys.platform != "linux":
        return False
    personality = ctypes.CDLL(None).personality
    before = personality(0xFFFFFFFF)
    allowed: bool = personality(before | ADDR_NO_RANDOMIZE) != -1
    personality(before)
    return allowed


@pytest.mark.skipif(not may_fix_addresses(), reason="addresses cannot be fixed here")
def test_what_depends_on_addresses_is_the_same_in_every_worker_at_any_time() -> None:
    chance = random.Random(1)
    outputs = set()
    for _ in range(2):
        with LuauPool(2) as pool:
            asked = []
            for _ in range(12):
                for code, tests in chance.choices(OTHERS, k=chance.randrange(3)):
                    pool.submit_evaluate(code, tests, static=False)
                asked.append(pool.submit_evaluate(CODE, TESTS, static=False))
            reports = [future.result().execution for future in asked]
        outputs |= {report.output for report in reports if report is not None}
    assert len(outputs) == 1
    assert outputs.pop()
