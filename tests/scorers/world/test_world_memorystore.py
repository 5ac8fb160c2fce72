"""MemoryStoreService and MessagingService."""

import pytest

from tests.scorers.world.worlds import check

CASES = {
    "hash_maps_expire": """
        local map = Memory:GetHashMap("Map")
        map:SetAsync("a", { 1 }, 10)
        expect(map:GetAsync("a")).toEqual({ 1 })
        expect(map:UpdateAsync("a", function(old) table.insert(old, 2) return old end, 10)).toEqual({ 1, 2 })
        world:advance(11)
        expect(map:GetAsync("a")).toEqual(nil)
        expect(function() map:SetAsync("a", 1, 0) end).toThrow("expiration")
    """,
    "update_may_give_up": """
        local map = Memory:GetHashMap("Map")
        map:SetAsync("a", 1, 10)
        expect(map:UpdateAsync("a", function() return nil end, 10)).toEqual(nil)
        expect(map:GetAsync("a")).toEqual(1)
        map:RemoveAsync("a")
        expect(map:GetAsync("a")).toEqual(nil)
    """,
    "sorted_maps": """
        local map = Memory:GetSortedMap("Ranks")
        map:SetAsync("a", "x", 60, 5)
        map:SetAsync("b", "y", 60, 9)
        map:SetAsync("c", "z", 60, 1)
        local keys = {}
        for _, item in map:GetRangeAsync(Enum.SortDirection.Descending, 2) do
            table.insert(keys, item.key .. item.sortKey)
        end
        expect(keys).toEqual({ "b9", "a5" })
        expect(map:GetSizeAsync()).toEqual(3)
        expect({ map:GetAsync("a") }).toEqual({ "x", 5 })
    """,
    "queues": """
        local queue = Memory:GetQueue("Queue")
        queue:AddAsync("low", 600, 1)
        queue:AddAsync("high", 600, 5)
        queue:AddAsync("low too", 600, 1)
        local items, id = queue:ReadAsync(2, false, 0)
        expect(items).toEqual({ "high", "low" })
        expect((queue:ReadAsync(5, false, 0))).toEqual({ "low too" })
        queue:RemoveAsync(id)
        world:advance(31)
        expect((queue:ReadAsync(5, false, 0))).toEqual({ "low too" })
    """,
    "reading_waits": """
        local queue = Memory:GetQueue("Queue")
        task.delay(2, function() queue:AddAsync("late", 60) end)
        expect((queue:ReadAsync(1, false, 5))).toEqual({ "late" })
        expect(world:time()).toBeCloseTo(2, 1)
    """,
    "messages": """
        local Messaging, seen = game:GetService("MessagingService"), {}
        local connection = Messaging:SubscribeAsync("News", function(message) table.insert(seen, message.Data) end)
        Messaging:PublishAsync("News", { text = "hello" })
        Messaging:PublishAsync("Other", "nothing")
        connection:Disconnect()
        Messaging:PublishAsync("News", "late")
        expect(seen).toEqual({ { text = "hello" } })
        expect(function() Messaging:PublishAsync("", 1) end).toThrow("Topic name")
    """,
}


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_memory(body: str) -> None:
    check('local Memory = game:GetService("MemoryStoreService")\n' + body)


def test_requests_can_be_made_to_fail() -> None:
    check("""
        world:failMemoryStore(2)
        local store = game:GetService("MemoryStoreService")
        local map, queue = store:GetSortedMap("m"), store:GetQueue("q")
        expect(function() map:SetAsync("a", 1, 60) end).toThrow("failed")
        expect(function() queue:AddAsync(1, 60) end).toThrow("failed")
        expect(map:SetAsync("a", 1, 60)).toEqual(true)
    """)


def test_reading_a_queue_waits_until_there_is_something() -> None:
    check("""
        local queue = game:GetService("MemoryStoreService"):GetQueue("q")
        task.delay(5, function() queue:AddAsync("late", 60) end)
        expect((queue:ReadAsync(1))).toEqual({ "late" })
        expect(world:time() >= 5).toEqual(true)
        expect((queue:ReadAsync(1, false, 2))).toEqual({})
    """)
