"""Signals: connecting, waiting, disconnecting within handlers, deferred events."""

import pytest

from tests.scorers.world.worlds import check

BINDABLE = """
        local event = Instance.new("BindableEvent")
"""

IMMEDIATE = {
    "connect_and_disconnect": """
        local sum = 0
        local connection = event.Event:Connect(function(n) sum += n end)
        event:Fire(2)
        connection:Disconnect()
        connection:Disconnect()
        event:Fire(3)
        expect(sum).toEqual(2)
        expect(connection.Connected).toEqual(false)
    """,
    "once": """
        local count = 0
        local connection
        connection = event.Event:Once(function()
            count += 1
            event:Fire()
        end)
        event:Fire()
        event:Fire()
        expect(count).toEqual(1)
        expect(connection.Connected).toEqual(false)
    """,
    "wait_returns_what_was_fired": """
        task.delay(1, function() event:Fire("a", nil, 3) end)
        local a, b, c = event.Event:Wait()
        expect({ a, b == nil, c }).toEqual({ "a", true, 3 })
        expect(world:time()).toEqual(1)
    """,
    "disconnect_another_within_a_handler": """
        local calls, first, second = {}, nil, nil
        first = event.Event:Connect(function() table.insert(calls, 1) second:Disconnect() end)
        second = event.Event:Connect(function() table.insert(calls, 2) end)
        event:Fire()
        expect(calls).toEqual({ 1 })
    """,
    "connected_within_a_handler_hears_the_next": """
        local late = 0
        event.Event:Once(function()
            event.Event:Connect(function() late += 1 end)
        end)
        event:Fire()
        expect(late).toEqual(0)
        event:Fire()
        expect(late).toEqual(1)
    """,
    "an_error_stops_only_its_handler": """
        local reached = false
        event.Event:Connect(function() error("broken") end)
        event.Event:Connect(function() reached = true end)
        event:Fire()
        expect(reached).toEqual(true)
        expect(#world:errors()).toEqual(1)
    """,
    "handlers_may_wait": """
        local done = {}
        event.Event:Connect(function(n) task.wait(n) table.insert(done, n) end)
        event:Fire(2)
        event:Fire(1)
        world:advance(3)
        expect(done).toEqual({ 1, 2 })
    """,
    "nesting_ends": """
        local depth = 0
        event.Event:Connect(function() depth += 1 event:Fire() end)
        event:Fire()
        expect(depth < 200).toEqual(true)
        expect(string.find(world:errors()[1], "re%-entrancy depth exceeded") ~= nil).toEqual(true)
    """,
    "wrong_use": """
        expect(function() event.Event:Connect(nil) end).toThrow("Attempt to connect failed: Passed value is not a function")
        expect(function() event.Event.Connect(print) end).toThrow("Expected ':' not '.'")
        expect(function() return event.Event.Nothing end).toThrow("Nothing is not a valid member of RBXScriptSignal")
        expect(function() event.Event = 1 end).toThrow("Event")
        expect(event.Event).toBe(event.Event)
        expect({ typeof(event.Event), tostring(event.Event) }).toEqual({ "RBXScriptSignal", "Signal Event" })
    """,
    "a_closed_thread_is_not_woken": """
        local reached = false
        local thread = task.spawn(function() event.Event:Wait() reached = true end)
        coroutine.close(thread)
        event:Fire()
        expect(reached).toEqual(false)
        expect(world:errors()).toEqual({})
    """,
}

DEFERRED = {
    "handlers_run_later_in_order": """
        local seen = {}
        event.Event:Connect(function(n) table.insert(seen, n) end)
        event:Fire(1)
        event:Fire(2)
        expect(#seen).toEqual(0)
        task.wait()
        expect(seen).toEqual({ 1, 2 })
    """,
    "disconnect_drops_what_is_pending": """
        local count = 0
        local connection = event.Event:Connect(function() count += 1 end)
        event:Fire()
        connection:Disconnect()
        task.wait()
        expect(count).toEqual(0)
    """,
    "a_handler_that_disconnects_itself_runs_once": """
        local count, connection = 0, nil
        connection = event.Event:Connect(function() count += 1 connection:Disconnect() end)
        event:Fire()
        event:Fire()
        task.wait()
        expect(count).toEqual(1)
    """,
    "once_runs_once": """
        local seen = {}
        event.Event:Once(function(n) table.insert(seen, n) end)
        event:Fire(1)
        event:Fire(2)
        task.wait()
        expect(seen).toEqual({ 1 })
    """,
    "destroy_leaves_what_is_pending": """
        local part, parent = Instance.new("Part", workspace), "unset"
        part.Destroying:Connect(function() parent = part.Parent end)
        part:Destroy()
        expect(parent).toEqual("unset")
        task.wait()
        expect(parent).toEqual(nil)
    """,
    "without_end": """
        event.Event:Connect(function() event:Fire() end)
        event:Fire()
        task.wait()
        expect(#world:errors()).toEqual(1)
    """,
}


@pytest.mark.parametrize("body", IMMEDIATE.values(), ids=IMMEDIATE.keys())
def test_signals(body: str) -> None:
    check(BINDABLE + body)


@pytest.mark.parametrize("body", DEFERRED.values(), ids=DEFERRED.keys())
def test_deferred_signals(body: str) -> None:
    check("world:setDeferred(true)" + BINDABLE + body)
