"""Questions about which parts are in a space agree with the full test of each pair, for random boxes and balls."""

import pytest

from tests.scorers.world.worlds import check

# ArePartsTouchingOthers asks the full test about each pair; a world with one other part makes it tell about that pair.
RANDOM_WORLD = """
local rng = Random.new(SEED)
local function any(low, high) return rng:NextNumber(low, high) end
local function made()
    local part = Instance.new("Part")
    part.Anchored = true
    if rng:NextInteger(1, 5) == 1 then part.Shape = Enum.PartType.Ball end
    local most = if rng:NextInteger(1, 2) == 1 then 9 else 0.4 -- small ones lie just outside of large ones
    part.Size = Vector3.new(any(0.2, most), any(0.2, most), any(0.2, most))
    local place = CFrame.new(any(-9, 9), any(-9, 9), any(-9, 9))
    local kind = rng:NextInteger(1, 4)
    if kind == 1 then -- on a grid, so that surfaces meet
        part.Size = Vector3.new(rng:NextInteger(1, 3) * 2, 2, rng:NextInteger(1, 3) * 2)
        place = CFrame.new(rng:NextInteger(-4, 4) * 2, rng:NextInteger(-4, 4) * 2, rng:NextInteger(-4, 4) * 2)
    elseif kind > 2 then
        place *= CFrame.Angles(any(-3, 3), any(-3, 3), any(-3, 3))
    end
    part.CFrame = place
    return part
end
local parts, queries = {}, {}
for index = 1, 50 do parts[index], queries[index] = made(), made() end

local expected, hits = {}, 0
for index = 1, #queries do expected[index] = {} end
for _, part in parts do
    part.Parent = workspace
    for index, query in queries do
        if workspace:ArePartsTouchingOthers({ query }) then
            table.insert(expected[index], part)
            hits += 1
        end
    end
    part.Parent = nil
end
expect(hits > 20 and hits < 1500).toEqual(true)

for _, part in parts do part.Parent = workspace end
for index, query in queries do
    expect(workspace:GetPartsInPart(query)).toEqual(expected[index])
    if query.Shape == Enum.PartType.Ball then
        local radius = math.min(query.Size.X, query.Size.Y, query.Size.Z) / 2
        expect(workspace:GetPartBoundsInRadius(query.Position, radius)).toEqual(expected[index])
    else
        expect(workspace:GetPartBoundsInBox(query.CFrame, query.Size)).toEqual(expected[index])
    end
end
"""


@pytest.mark.parametrize("seed", range(1, 9))
def test_answers_are_those_of_the_full_test(seed: int) -> None:
    check(RANDOM_WORLD.replace("SEED", str(seed)))


def test_most_parts_are_the_first_that_overlap() -> None:
    check("""
    for index = 1, 6 do
        local part = Instance.new("Part")
        part.Name, part.Anchored = "P" .. index, true
        part.Position = Vector3.new(if index % 2 == 0 then 100 else 0, index, 0)
        part.Parent = workspace
    end
    local params = OverlapParams.new()
    params.MaxParts = 2
    local found = workspace:GetPartBoundsInBox(CFrame.new(0, 3, 0), Vector3.new(10, 20, 10), params)
    expect({ found[1].Name, found[2].Name, #found }).toEqual({ "P1", "P3", 2 })
    """)
