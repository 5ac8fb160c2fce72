"""Threads and time: the task library, its order, errors, coroutines that wait."""

import pytest

from tests.scorers.world.worlds import check

CASES = {
    "spawn_runs_at_once_defer_later": """
        local seen = {}
        task.defer(function() table.insert(seen, "deferred") end)
        task.delay(0, function() table.insert(seen, "delayed") end)
        task.spawn(function(a, b) table.insert(seen, a .. b) end, "spa", "wned")
        table.insert(seen, "after")
        task.wait()
        expect(seen).toEqual({ "spawned", "after", "deferred", "delayed" })
    """,
    "defers_keep_their_order": """
        local seen = {}
        task.defer(function() table.insert(seen, 1) task.defer(table.insert, seen, 3) end)
        task.defer(table.insert, seen, 2)
        task.wait()
        expect(seen).toEqual({ 1, 2, 3 })
    """,
    "delays_by_time_then_by_order": """
        local seen = {}
        task.delay(2, table.insert, seen, "c")
        task.delay(1, table.insert, seen, "a")
        task.delay(1, table.insert, seen, "b")
        world:advance(0.5)
        expect(#seen).toEqual(0)
        world:advance(2)
        expect(seen).toEqual({ "a", "b", "c" })
    """,
    "wait_returns_the_time_that_passed": """
        expect(task.wait(2)).toBeCloseTo(2)
        expect(task.wait()).toBeCloseTo(1 / 60)
        expect(task.wait(-5)).toBeCloseTo(1 / 60)
        expect(task.wait(0 / 0)).toBeCloseTo(1 / 60)
    """,
    "clocks": """
        local clock, unix, began = os.clock(), os.time(), tick()
        task.wait(3)
        expect(os.clock() - clock).toBeCloseTo(3)
        expect(os.time() - unix).toEqual(3)
        expect(tick() - began).toBeCloseTo(3, 1e-4)
        expect({ time(), elapsedTime() }).toEqual({ 3, 3 })
        expect(os.time()).toEqual(1700000003)
        expect(os.date("!%Y-%m-%d", os.time())).toEqual("2023-11-14")
        expect(os.date("*t").year).toEqual(2023)
    """,
    "old_names": """
        local seen = {}
        spawn(function() table.insert(seen, "spawned") end)
        delay(1, function() table.insert(seen, "delayed") end)
        expect(#seen).toEqual(0)
        local passed, now = wait(2)
        expect(passed).toBeCloseTo(2)
        expect(now).toBeCloseTo(2)
        expect(seen).toEqual({ "spawned", "delayed" })
    """,
    "cancel": """
        local count = 0
        local waiting = task.spawn(function() task.wait(1) count += 1 end)
        local delayed = task.delay(1, function() count += 1 end)
        local deferred = task.defer(function() count += 1 end)
        for _, thread in { waiting, delayed, deferred } do
            task.cancel(thread)
            task.cancel(thread)
        end
        world:advance(3)
        expect(count).toEqual(0)
        expect(coroutine.status(waiting)).toEqual("dead")
        expect(world:errors()).toEqual({})
    """,
    "a_running_thread_cannot_be_cancelled": """
        local message
        task.spawn(function()
            _, message = pcall(task.cancel, coroutine.running())
        end)
        expect(message).toEqual("cannot cancel thread")
    """,
    "a_closed_thread_that_is_due": """
        local reached = false
        local thread = task.spawn(function() task.wait(1) reached = true end)
        coroutine.close(thread)
        world:advance(2)
        expect(reached).toEqual(false)
        expect(world:errors()).toEqual({})
    """,
    "threads_as_arguments": """
        local seen = {}
        local thread = coroutine.create(function(a)
            table.insert(seen, a)
            table.insert(seen, coroutine.yield())
            table.insert(seen, coroutine.yield())
        end)
        expect(task.spawn(thread, "first")).toBe(thread)
        task.delay(1, thread, "second")
        task.wait(1.5)
        task.defer(thread, "third")
        task.wait()
        expect(seen).toEqual({ "first", "second", "third" })
    """,
    "coroutines_may_wait": """
        local seen = {}
        local wrapped = coroutine.wrap(function()
            table.insert(seen, "a")
            task.wait(1)
            table.insert(seen, "b")
        end)
        wrapped()
        table.insert(seen, "caller")
        world:advance(2)
        expect(seen).toEqual({ "a", "caller", "b" })
    """,
    "errors_do_not_reach_the_caller": """
        task.spawn(error, "one")
        task.spawn(function() error({ code = 5 }) end)
        task.delay(1, function() error("late") end)
        world:advance(2)
        local errors = world:errors()
        expect(#errors).toEqual(3)
        expect(errors[1]).toEqual("one")
        expect(string.find(errors[3], "late", 1, true) ~= nil).toEqual(true)
    """,
    "pcall_around_a_wait": """
        local ok, problem = pcall(function() task.wait(1) error("after", 0) end)
        expect({ ok, problem }).toEqual({ false, "after" })
        expect(world:time()).toEqual(1)
    """,
    "wrong_arguments": """
        expect(function() task.spawn(5) end).toThrow("function or thread expected, got number")
        expect(function() task.delay(1, nil) end).toThrow("function or thread expected, got nil")
        expect(function() task.wait("x") end).toThrow("number expected, got string")
        expect(function() task.cancel(nil) end).toThrow("thread expected, got nil")
        expect(task.spawn(function() end) ~= nil).toEqual(true)
    """,
    "endless_deferring_is_stopped": """
        local count = 0
        local function again() count += 1 task.defer(again) end
        task.defer(again)
        task.wait()
        expect(count).toEqual(80)
        expect(#world:errors()).toEqual(1)
    """,
    "many_deferred_at_once_are_fine": """
        local count = 0
        for _ = 1, 500 do
            task.defer(function() count += 1 end)
        end
        task.wait()
        expect(count).toEqual(500)
    """,
    "frames": """
        local steps, order, connections = 0, {}, {}
        local RunService = game:GetService("RunService")
        for _, name in { "Heartbeat", "PostSimulation", "PreSimulation", "Stepped", "PreAnimation" } do
            table.insert(connections, RunService[name]:Connect(function() order[#order + 1] = name end))
        end
        world:step()
        for _, connection in connections do connection:Disconnect() end
        expect(order).toEqual({ "PreAnimation", "Stepped", "PreSimulation", "Heartbeat", "PostSimulation" })
        local times = {}
        RunService.Stepped:Connect(function(now, delta) steps += 1 times = { now, delta } end)
        world:advance(1)
        expect(steps).toEqual(60)
        expect(times[2]).toBeCloseTo(1 / 60)
        expect(times[1]).toBeCloseTo(1 + 1 / 60, 1e-3)
    """,
    "rendering_reaches_clients_only": """
        local RunService, server, client, bound = game:GetService("RunService"), 0, 0, {}
        RunService.RenderStepped:Connect(function() server += 1 end)
        world:runClient(world:join("Ann"), function()
            RunService.RenderStepped:Connect(function() client += 1 end)
            RunService:BindToRenderStep("B", 200, function() table.insert(bound, "B") end)
            RunService:BindToRenderStep("A", 100, function() table.insert(bound, "A") end)
            RunService:BindToRenderStep("C", 200, function() table.insert(bound, "C") end)
        end)
        world:step(2)
        expect({ server, client }).toEqual({ 0, 2 })
        expect(bound).toEqual({ "A", "B", "C", "A", "B", "C" })
        expect(function() RunService:BindToRenderStep("D", 1, print) end).toThrow("LocalScript")
    """,
    "a_test_that_waits_for_nothing_fails": """
        local thread = task.spawn(function() coroutine.yield() end)
        world:advance(1000)
        expect(coroutine.status(thread)).toEqual("suspended")
    """,
}


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_scheduler(body: str) -> None:
    check(body)


def test_a_thread_that_ended_cannot_be_spawned() -> None:
    check("""
        local thread = task.spawn(function() end)
        expect(function() task.spawn(thread) end).toThrow("dead coroutine")
        expect(function() task.spawn(coroutine.running()) end).toThrow("non-suspended")
    """)
