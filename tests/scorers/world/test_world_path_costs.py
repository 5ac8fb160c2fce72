"""Costs of labelled parts in PathfindingService."""

import pytest

from scorers.execution import Tests, run_tests
from tests.scorers.world.worlds import check

SETUP = """
local floor = Instance.new("Part")
floor.Name, floor.Anchored = "Floor", true
floor.Size, floor.Position = Vector3.new(400, 1, 400), Vector3.new(0, -0.5, 0)
floor.Parent = workspace
"""

START = """
local FROM, GOAL = Vector3.new(0, 3, 0), Vector3.new(40, 3, 0)
local function zone(position, size, label)
    local part, modifier = Instance.new("Part"), Instance.new("PathfindingModifier")
    part.Anchored, part.CanCollide, part.Size, part.Position = true, false, size, position
    modifier.Label, modifier.Parent = label, part
    part.Parent = workspace
    return part, modifier
end
local function way(costs, from, goal)
    local path = game:GetService("PathfindingService"):CreatePath({ Costs = costs, WaypointSpacing = 1 })
    path:ComputeAsync(from or FROM, goal or GOAL)
    local points = {}
    for _, waypoint in path:GetWaypoints() do table.insert(points, waypoint.Position) end
    return points, path
end
local function studsIn(part, points)
    local count, low, high = 0, part.Position - part.Size / 2, part.Position + part.Size / 2
    for _, point in points do
        if point.X > low.X and point.X < high.X and point.Z > low.Z and point.Z < high.Z then count += 1 end
    end
    return count
end
local function strays(points)
    local most = 0
    for _, point in points do most = math.max(most, math.abs(point.Z)) end
    return most
end
"""

COSTS = {
    "without_costs_labels_mean_nothing": """
        zone(Vector3.new(20, 3, 0), Vector3.new(10, 6, 20), "Lava")
        expect(strays((way(nil)))).toEqual(0)
        expect(strays((way({})))).toEqual(0)
        expect(strays((way({ Other = 50 })))).toEqual(0)
        expect(strays((way({ Lava = 1 })))).toEqual(0)
    """,
    "what_may_not_be_entered_is_walked_around_at_a_distance": """
        local lava = zone(Vector3.new(20, 3, 0), Vector3.new(10, 6, 20), "Lava")
        local points, path = way({ Lava = math.huge })
        expect(path.Status).toEqual(Enum.PathStatus.Success)
        expect(studsIn(lava, points)).toEqual(0)
        expect(strays(points) >= 11.9).toEqual(true)
    """,
    "a_goal_in_what_may_not_be_entered_is_not_reached": """
        zone(Vector3.new(40, 3, 0), Vector3.new(10, 6, 20), "Lava")
        local points, path = way({ Lava = math.huge })
        expect(path.Status).toEqual(Enum.PathStatus.NoPath)
        expect(points).toEqual({})
    """,
    "a_start_in_what_may_not_be_entered_is_left": """
        zone(Vector3.new(0, 3, 0), Vector3.new(10, 6, 20), "Lava")
        expect(select(2, way({ Lava = math.huge })).Status).toEqual(Enum.PathStatus.Success)
    """,
    "a_way_through_is_dear_and_one_around_is_taken": """
        local bog = zone(Vector3.new(20, 3, 0), Vector3.new(10, 6, 20), "Bog")
        local points = way({ Bog = 10 })
        expect(studsIn(bog, points)).toEqual(0)
        expect(points[#points]).toBeCloseTo(GOAL, 1e-4)
    """,
    "a_way_through_is_taken_where_around_is_dearer": """
        local bog = zone(Vector3.new(20, 3, 0), Vector3.new(4, 6, 40), "Bog")
        local points = way({ Bog = 1.5 })
        expect(studsIn(bog, points) > 2).toEqual(true)
        expect(strays(points)).toBeCloseTo(0, 1e-3)
    """,
    "a_thin_zone_counts": """
        local strip = zone(Vector3.new(20, 3, 0), Vector3.new(0.4, 6, 12), "Trip")
        local points = way({ Trip = 200 })
        expect(strays(points) >= 6).toEqual(true)
    """,
    "a_far_way_around_is_found_where_it_is_cheaper": """
        zone(Vector3.new(20, 3, 0), Vector3.new(4, 6, 80), "Bog")
        expect(strays((way({ Bog = 1000 }))) >= 40).toEqual(true)
        expect(strays((way({ Bog = 3 }))) < 1).toEqual(true)
    """,
    "a_cheap_way_is_preferred_once_the_straight_way_meets_a_zone": """
        zone(Vector3.new(20, 3, 0), Vector3.new(20, 6, 4), "Bog")
        local road = zone(Vector3.new(20, 3, 8), Vector3.new(40, 6, 4), "Road")
        local points = way({ Bog = 4, Road = 0.25 })
        expect(studsIn(road, points) > 25).toEqual(true)
    """,
    "of_zones_that_overlap_the_dearer_counts": """
        local bog = zone(Vector3.new(20, 3, 0), Vector3.new(10, 6, 20), "Bog")
        zone(Vector3.new(20, 3, 0), Vector3.new(10, 6, 20), "Road")
        expect(studsIn(bog, (way({ Bog = 10, Road = 0.1 })))).toEqual(0)
    """,
    "the_ground_may_be_labelled": """
        local lava = zone(Vector3.new(20, -0.4, 0), Vector3.new(10, 1, 20), "Lava")
        lava.CanCollide = true
        expect(studsIn(lava, (way({ Lava = math.huge })))).toEqual(0)
        expect(studsIn(lava, (way({ Lava = 20 })))).toEqual(0)
    """,
    "what_lies_above_does_not_count": """
        zone(Vector3.new(20, 20, 0), Vector3.new(10, 6, 20), "Lava")
        expect(strays((way({ Lava = math.huge })))).toEqual(0)
        expect(strays((way({ Lava = 20 })))).toEqual(0)
    """,
    "walls_are_walls_whatever_they_cost": """
        local wall, modifier = zone(Vector3.new(20, 3, 0), Vector3.new(2, 6, 20), "Door")
        wall.CanCollide = true
        expect(studsIn(wall, (way({ Door = 0.5 })))).toEqual(0)
        modifier.PassThrough = true
        expect(strays((way({ Door = 2 })))).toBeCloseTo(0, 1e-3)
        expect(studsIn(wall, (way({ Door = math.huge })))).toEqual(0)
    """,
    "occlusion_by_what_may_not_be_entered": """
        local points, path = way({ Lava = math.huge })
        expect(path:CheckOcclusionAsync(1)).toEqual(-1)
        zone(Vector3.new(20, 3, 0), Vector3.new(4, 6, 20), "Lava")
        expect(path:CheckOcclusionAsync(1) > 1).toEqual(true)
    """,
    "wrong_costs": """
        local service = game:GetService("PathfindingService")
        expect(pcall(service.CreatePath, service, { Costs = 4 })).toEqual(false)
        expect(pcall(service.CreatePath, service, { Costs = { Bog = "much" } })).toEqual(false)
    """,
}


@pytest.mark.parametrize("name", COSTS)
def test_costs(name: str) -> None:
    check(START + COSTS[name], setup=SETUP)


def test_materials_are_not_modelled() -> None:
    body = """test("it", function()
        game:GetService("PathfindingService"):CreatePath({ Costs = { Bog = 2, Water = 20 } })
        expect(true).toEqual(true)
    end)"""
    report = run_tests("return true", Tests(None, body, kind="module", world=True))
    assert not report.ok
    assert report.unsupported == ("PathfindingService Costs of a material",)
