"""DataStoreService: values, keys, updates, failures, budgets, ordered stores."""

import pytest

from tests.scorers.world.worlds import check

CASES = {
    "set_and_get": """
        expect(store:GetAsync("a")).toEqual(nil)
        store:SetAsync("a", { coins = 5, list = { 1, 2 } })
        local got = store:GetAsync("a")
        expect(got).toEqual({ coins = 5, list = { 1, 2 } })
        got.coins = 6
        expect(store:GetAsync("a").coins).toEqual(5)
        expect(Stores:GetDataStore("Main")).toBe(store)
        expect(Stores:GetDataStore("Main", "other"):GetAsync("a")).toEqual(nil)
    """,
    "numbers_are_keys": """
        store:SetAsync(1001, "by number")
        expect({ store:GetAsync("1001") == "by number", store:GetAsync(1001) == "by number" }).toEqual({ true, true })
        expect(world:dataStoreCalls("Main")[1]).toEqual({ method = "SetAsync", key = "1001", failed = false })
    """,
    "wrong_keys_and_values": """
        expect(function() store:GetAsync(nil) end).toThrow("Argument 1 missing or nil")
        expect(function() store:GetAsync("") end).toThrow("Key name can't be empty")
        expect(function() store:SetAsync(string.rep("k", 51), 1) end).toThrow("exceeds the 50 character limit")
        expect(function() store:SetAsync("a", nil) end).toThrow("Argument 2 missing or nil")
        expect(function() store:SetAsync("a", { deep = { workspace } }) end).toThrow("Cannot store Instance in data store")
        expect(function() store:SetAsync("a", { place = Vector3.one }) end).toThrow("Cannot store Vector3 in data store")
        expect(function() store:SetAsync("a", print) end).toThrow("Cannot store function in data store")
        local loop = {}
        loop.own = loop
        expect(function() store:SetAsync("a", loop) end).toThrow("104")
        expect(store:GetAsync("a")).toEqual(nil)
    """,
    "update": """
        local before
        expect(store:UpdateAsync("n", function(old) before = old return (old or 0) + 1 end)).toEqual(1)
        expect(before).toEqual(nil)
        expect(store:UpdateAsync("n", function(old) return old + 1 end)).toEqual(2)
        expect(store:UpdateAsync("n", function() return nil end)).toEqual(nil)
        expect(store:GetAsync("n")).toEqual(2)
        expect(function() store:UpdateAsync("n", function() error("mine") end) end).toThrow("mine")
        expect(store:GetAsync("n")).toEqual(2)
    """,
    "increment_and_remove": """
        expect({ store:IncrementAsync("n", 5), store:IncrementAsync("n"), store:IncrementAsync("n", -2) }).toEqual({ 5, 6, 4 })
        expect((store:RemoveAsync("n"))).toEqual(4)
        expect(store:GetAsync("n")).toEqual(nil)
        store:SetAsync("text", "x")
        expect(function() store:IncrementAsync("text", 1) end).toThrow("not a number")
    """,
    "failures": """
        world:failDataStore(2)
        expect(pcall(store.GetAsync, store, "a")).toEqual(false)
        expect(pcall(store.SetAsync, store, "a", 1)).toEqual(false)
        expect(pcall(store.SetAsync, store, "a", 1)).toEqual(true)
        expect(world:dataStore("Main"):get("a")).toEqual(1)
        expect(#world:dataStoreCalls()).toEqual(3)
        world:failDataStore(1, "502: down")
        expect(function() store:GetAsync("a") end).toThrow("502: down")
    """,
    "latency": """
        world:setDataStoreLatency(2)
        store:SetAsync("a", 1)
        expect(world:time()).toEqual(2)
    """,
    "budget": """
        local kind = Enum.DataStoreRequestType.GetAsync
        local before = Stores:GetRequestBudgetForRequestType(kind)
        store:GetAsync("a")
        expect(Stores:GetRequestBudgetForRequestType(kind)).toEqual(before - 1)
        world:setDataStoreBudget(kind, 1)
        store:GetAsync("a")
        expect(Stores:GetRequestBudgetForRequestType(kind)).toEqual(0)
        expect(function() store:GetAsync("a") end).toThrow("throttled")
        store:SetAsync("a", 1)
        world:advance(61)
        expect(store:GetAsync("a")).toEqual(1)
    """,
    "keys_are_listed": """
        for _, key in { "b_2", "a", "b_1" } do
            store:SetAsync(key, 1)
        end
        local pages, found = store:ListKeysAsync("b_"), {}
        for _, key in pages:GetCurrentPage() do
            table.insert(found, key.KeyName)
        end
        expect(found).toEqual({ "b_1", "b_2" })
        expect(pages.IsFinished).toEqual(true)
    """,
    "key_info": """
        world:advance(10)
        store:SetAsync("a", 1, { 1001 })
        local _, info = store:GetAsync("a")
        expect({ info:GetUserIds(), info.CreatedTime }).toEqual({ { 1001 }, 1700000010000 })
    """,
    "ordered": """
        local ranks = Stores:GetOrderedDataStore("Ranks")
        for key, value in { a = 5, b = 9, c = 1, d = 7 } do
            ranks:SetAsync(key, value)
        end
        local pages, seen = ranks:GetSortedAsync(false, 3), {}
        for _, row in pages:GetCurrentPage() do
            table.insert(seen, row.key .. row.value)
        end
        expect(seen).toEqual({ "b9", "d7", "a5" })
        expect(pages.IsFinished).toEqual(false)
        pages:AdvanceToNextPageAsync()
        expect(pages:GetCurrentPage()).toEqual({ { key = "c", value = 1 } })
        expect(function() pages:AdvanceToNextPageAsync() end).toThrow("No pages")
        expect(#ranks:GetSortedAsync(true, 10, 2, 7):GetCurrentPage()).toEqual(2)
        expect(function() ranks:SetAsync("x", "text") end).toThrow("integers only")
        expect(function() ranks:UpdateAsync("x", function() return 1.5 end) end).toThrow("integers only")
    """,
}


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_data_stores(body: str) -> None:
    check(
        """
        local Stores = game:GetService("DataStoreService")
        local store = Stores:GetDataStore("Main")
    """
        + body
    )
