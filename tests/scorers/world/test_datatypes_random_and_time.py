"""Random, DateTime and the parameters of spatial queries."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scorers.world.datatypes_support import luau, raises


def test_the_same_seed_gives_the_same_numbers() -> None:
    assert luau("""
        local a, b, c = Random.new(7), Random.new(7), Random.new(8)
        local differs = false
        for _ = 1, 100 do
            local x = a:NextNumber()
            same(x, b:NextNumber())
            differs = differs or x ~= c:NextNumber()
        end
        return differs
    """)


def test_a_clone_goes_on_by_itself() -> None:
    assert luau("""
        local a = Random.new(1); a:NextNumber()
        local b = a:Clone()
        local first = a:NextInteger(1, 1e9)
        a:NextNumber()
        return b:NextInteger(1, 1e9) == first
    """)


def test_numbers_are_spread_over_their_range() -> None:
    luau("""
        local random, counts, sum = Random.new(5), {}, 0
        for _ = 1, 6000 do
            local face = random:NextInteger(1, 6)
            counts[face] = (counts[face] or 0) + 1
            local x = random:NextNumber(-2, 4)
            assert(x >= -2 and x < 4)
            sum += x
            near(random:NextUnitVector().Magnitude, 1, 1e-5)
        end
        assert(#counts == 6)
        for _, count in counts do assert(math.abs(count - 1000) < 150, count) end
        near(sum / 6000, 1, 0.1)
        same(random:NextInteger(3, 3), 3)
    """)


def test_shuffle_keeps_what_is_there() -> None:
    luau("""
        local list, random = {}, Random.new(2)
        for i = 1, 50 do list[i] = i end
        random:Shuffle(list)
        local moved = 0
        for i = 1, 50 do moved += if list[i] == i then 0 else 1 end
        assert(moved > 30)
        table.sort(list)
        for i = 1, 50 do same(list[i], i) end
    """)


def test_no_seed_asks_the_source_that_was_set() -> None:
    assert luau("""
        local module = import("datatypes/random")
        module.setEntropy(function() return 99 end)
        return Random.new():NextNumber() == Random.new(99):NextNumber()
    """)


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**10), 4 * 10**10))
def test_dates_agree_with_pythons(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert luau(f"return DateTime.fromUnixTimestamp({seconds}):ToIsoDate()") == text.zfill(20)
    assert luau(f"return DateTime.fromIsoDate('{text.zfill(20)}').UnixTimestamp") == seconds
    assert luau(f"return DateTime.fromUnixTimestamp({seconds}):FormatUniversalTime('dddd')") == moment.strftime("%A")


FORMATS = [
    ("YYYY-MM-DD HH:mm:ss", "2023-11-04 22:03:09"),
    ("D/M/YY h:m:s A", "4/11/23 10:3:9 PM"),
    ("MMMM MMM dddd ddd", "November Nov Saturday Sat"),
    ("[Year] YYYY SSS", "Year 2023 045"),
    ("LT", "10:03 PM"),
]


@pytest.mark.parametrize(("pattern", "text"), FORMATS)
def test_formats(pattern: str, text: str) -> None:
    date = "DateTime.fromUniversalTime(2023, 11, 4, 22, 3, 9, 45)"
    assert luau(f"return {date}:FormatUniversalTime('{pattern}', 'en-us')") == text
    assert luau(f"return {date}:FormatLocalTime('{pattern}', 'en-us')") == text


def test_parts_of_a_date() -> None:
    luau("""
        local t = DateTime.fromUnixTimestampMillis(1700000000123):ToUniversalTime()
        same(t.Year, 2023); same(t.Month, 11); same(t.Day, 14); same(t.Hour, 22)
        same(t.Minute, 13); same(t.Second, 20); same(t.Millisecond, 123)
        same(DateTime.fromUniversalTime().UnixTimestamp, 0)
        same(DateTime.fromIsoDate("2023-11-15T00:13:20+02:00").UnixTimestamp, 1700000000)
        same(DateTime.fromIsoDate("2023-11-14T22:13:20.5Z").UnixTimestampMillis, 1700000000500)
        same(DateTime.fromIsoDate("2023-11-14").UnixTimestamp, 1699920000)
        same(DateTime.fromIsoDate("14 November"), nil); same(DateTime.fromIsoDate("2023-13-01"), nil)
        same(tostring(DateTime.fromUnixTimestamp(1700000000)), "1700000000000")
    """)


def test_now_asks_the_clock_that_was_set() -> None:
    assert luau("""
        import("datatypes/datetime").setClock(function() return 1700000000.25 end)
        return DateTime.now().UnixTimestampMillis
    """) == 1700000000250  # fmt: skip


INSTANCE = 'local part = newproxy(true); import("datatypes/base").register(part, "Instance")\n'


@pytest.mark.parametrize("kind", ["RaycastParams", "OverlapParams"])
def test_query_parameters(kind: str) -> None:
    luau(f"""{INSTANCE}
        local params = {kind}.new()
        same(params.FilterType, Enum.RaycastFilterType.Exclude); same(params.CollisionGroup, "Default")
        same(params.RespectCanCollide, false); same(#params.FilterDescendantsInstances, 0)
        local list = {{ part }}
        params.FilterDescendantsInstances = list
        table.clear(list)
        params:AddToFilter(part); params:AddToFilter({{ part }})
        table.clear(params.FilterDescendantsInstances)
        same(#params.FilterDescendantsInstances, 3)
        params.FilterType = Enum.RaycastFilterType.Include
        same(params.FilterType, Enum.RaycastFilterType.Include)
        params.IncludeInstances = {{ part }}
        same(params.IncludeInstances[1], part)
        params.IncludeInstances = nil
        same(params.IncludeInstances, nil)
        same(#{kind}.new().FilterDescendantsInstances, 0)
    """)


WRONG = [
    ("Random.new(1):NextInteger(2, 1)", "invalid argument #2 to 'NextInteger' (interval is empty)"),
    ("Random.new(1):NextInteger(2)", "missing argument #2 to 'NextInteger' (number expected)"),
    ("Random.new('x')", "invalid argument #1 to 'new' (number expected, got string)"),
    ("Random.new(1):Shuffle(5)", "invalid argument #1 to 'Shuffle' (table expected, got number)"),
    ("DateTime.fromUniversalTime(2023, 2, 29)", "invalid argument to 'fromUniversalTime' (no such date)"),
    ("RaycastParams.new().IgnoreWater = 5", "invalid argument #3 (boolean expected, got number)"),
    ("RaycastParams.new().MaxParts = 5", "MaxParts is not a valid member of RaycastParams"),
    ("RaycastParams.new().AddToFilter = 5", "AddToFilter cannot be assigned to"),
    ("RaycastParams.new().FilterDescendantsInstances = { 5 }", "invalid argument #3 (Instance expected, got number)"),
    ("OverlapParams.new().MaxParts = {}", "invalid argument #3 (number expected, got table)"),
    ("OverlapParams.new().FilterType = 'Nothing'", "invalid argument #3 (RaycastFilterType expected, got string)"),
    ("OverlapParams.new():AddToFilter(5)", "invalid argument #1 to 'AddToFilter' (Instance expected, got number)"),
]


@pytest.mark.parametrize(("body", "message"), WRONG)
def test_wrong_arguments(body: str, message: str) -> None:
    assert raises(body) == message
