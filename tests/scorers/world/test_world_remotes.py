"""Remotes and bindables: what crosses, who may call, what waits, errors."""

import pytest

from tests.scorers.world.worlds import check

REMOTES = """
        local event, ask = Instance.new("RemoteEvent"), Instance.new("RemoteFunction")
        event.Parent, ask.Parent = game.ReplicatedStorage, game.ReplicatedStorage
        local ann = world:join("Ann")
"""

EVENTS = {
    "to_the_server": """
        local seen = {}
        event.OnServerEvent:Connect(function(player, ...) table.insert(seen, { player, ... }) end)
        world:runClient(ann, function() event:FireServer("a", 2) end)
        world:fireServer(ann, event, "b")
        expect(seen).toEqual({ { ann, "a", 2 }, { ann, "b" } })
        expect(world:sent(event)).toEqual(seen)
    """,
    "to_one_client": """
        local bob, seen = world:join("Bob"), {}
        for _, player in { ann, bob } do
            world:runClient(player, function()
                event.OnClientEvent:Connect(function(...) table.insert(seen, { game.Players.LocalPlayer.Name, ... }) end)
            end)
        end
        event:FireClient(bob, 1)
        event:FireAllClients(2)
        expect(seen).toEqual({ { "Bob", 1 }, { "Ann", 2 }, { "Bob", 2 } })
        expect(world:received(bob, event)).toEqual({ { 1, n = 1 }, { 2, n = 1 } })
    """,
    "what_came_before_a_connection_waits_for_it": """
        world:fireServer(ann, event, 1)
        world:fireServer(ann, event, 2)
        local seen = {}
        event.OnServerEvent:Connect(function(_, n) table.insert(seen, n) end)
        task.wait()
        world:fireServer(ann, event, 3)
        expect(seen).toEqual({ 1, 2, 3 })
    """,
    "what_comes_meanwhile_stands_in_line": """
        local bob, seen = world:join("Bob"), {}
        event:FireClient(ann, 1)
        event:FireClient(bob, 1)
        world:runClient(ann, function()
            event.OnClientEvent:Connect(function(n) table.insert(seen, n) end)
        end)
        event:FireClient(ann, 2)
        task.wait()
        event:FireClient(ann, 3)
        expect(seen).toEqual({ 1, 2, 3 })
    """,
    "the_wrong_side": """
        expect(function() event:FireServer() end).toThrow("FireServer can only be called from the client")
        expect(function() ask:InvokeServer() end).toThrow("InvokeServer can only be called from the client")
        world:runClient(ann, function()
            expect(function() event:FireClient(ann) end).toThrow("FireClient can only be called from the server")
            expect(function() event:FireAllClients() end).toThrow("FireAllClients can only be called from the server")
            expect(function() ask:InvokeClient(ann) end).toThrow("InvokeClient can only be called from the server")
        end)
        expect(function() event:FireClient("Ann") end).toThrow("player argument must be a Player object")
        event:FireClient(ann)
        expect(#world:received(ann, event)).toEqual(1)
    """,
    "tables_are_copied": """
        local sent, got = setmetatable({ list = { 1, 2 } }, { __index = { hidden = 1 } }), nil
        event.OnServerEvent:Connect(function(_, value) got = value end)
        world:fireServer(ann, event, sent)
        expect(got).toEqual({ list = { 1, 2 } })
        expect({ got == sent, got.hidden == nil, getmetatable(got) == nil }).toEqual({ false, true, true })
    """,
    "what_does_not_cross": """
        local got
        event.OnServerEvent:Connect(function(_, ...) got = { ... } end)
        world:fireServer(ann, event, { 1, 2, extra = 3 }, { f = print, part = workspace }, { [5] = "five", [true] = 1 },
            { [workspace] = 1 })
        expect(got).toEqual({ { 1, 2 }, { part = workspace }, { ["5"] = "five", ["true"] = 1 },
            { ["<Instance> (Workspace)"] = 1 } })
        local loop = {}
        loop.own = loop
        expect(function() event:FireAllClients(loop) end).toThrow("tables cannot be cyclic")
        event:FireAllClients(print, 0 / 0, nil, 1)
        expect(world:received(ann, event)).toEqual({ { nil, 0 / 0, nil, 1, n = 4 } })
    """,
}

FUNCTIONS = {
    "invoke_server": """
        ask.OnServerInvoke = function(player, a, b) task.wait(1) return player.Name, a + b, print end
        local results = world:runClient(ann, function() return table.pack(ask:InvokeServer(1, 2)) end)
        expect({ results[1], results[2], results[3] == nil }).toEqual({ "Ann", 3, true })
        expect(world:time()).toEqual(1)
        expect(world:invokeServer(ann, ask, 2, 3)).toEqual("Ann")
    """,
    "errors_come_back": """
        ask.OnServerInvoke = function() error("no entry") end
        world:runClient(ann, function()
            expect(function() ask:InvokeServer() end).toThrow("no entry")
        end)
        expect(world:errors()).toEqual({})
    """,
    "invoke_waits_for_a_callback": """
        task.delay(2, function() ask.OnServerInvoke = function() return "late" end end)
        expect(world:invokeServer(ann, ask)).toEqual("late")
        ask.OnServerInvoke = nil
        local answer
        task.spawn(function() answer = world:invokeServer(ann, ask) end)
        world:advance(5)
        expect(answer).toEqual(nil)
    """,
    "each_client_answers_for_itself": """
        local script = Instance.new("LocalScript")
        script.Source = [[
            local name = game.Players.LocalPlayer.Name
            game.ReplicatedStorage.RemoteFunction.OnClientInvoke = function(x) return name .. x end
        ]]
        script.Parent = game.StarterPlayer.StarterPlayerScripts
        local bob, cleo = world:join("Bob"), world:join("Cleo")
        expect({ ask:InvokeClient(bob, 1), ask:InvokeClient(cleo, 2) }).toEqual({ "Bob1", "Cleo2" })
        local answer
        task.spawn(function() answer = ask:InvokeClient(ann) end)
        world:advance(1)
        expect(answer).toEqual(nil)
    """,
    "a_client_that_raises": """
        world:runClient(ann, function() ask.OnClientInvoke = function() error("client broke") end end)
        expect(function() ask:InvokeClient(ann) end).toThrow("client broke")
        expect(function() ask:InvokeClient(nil) end).toThrow("Player")
    """,
    "a_client_that_leaves": """
        local problem
        task.spawn(function() _, problem = pcall(ask.InvokeClient, ask, ann) end)
        world:advance(1)
        expect(problem).toEqual(nil)
        world:leave(ann)
        expect(string.find(problem, "left the game", 1, true) ~= nil).toEqual(true)
        expect(function() ask:InvokeClient(ann) end).toThrow("not in the game")
    """,
}

BINDABLES = {
    "tables_are_copied_functions_are_not": """
        local bindable, sent, got, body = Instance.new("BindableEvent"), { 1, f = nil }, nil, nil
        bindable.Event:Connect(function(list, fn) got, body = list, fn end)
        bindable:Fire(sent, print)
        expect(got).toEqual(sent)
        expect({ got == sent, body == print }).toEqual({ false, true })
    """,
    "functions_return_and_raise": """
        local bindable = Instance.new("BindableFunction")
        bindable.OnInvoke = function(a, b) return a + b, "sum" end
        expect({ bindable:Invoke(1, 2) }).toEqual({ 3, "sum" })
        bindable.OnInvoke = function() task.wait(1) error("broken") end
        expect(function() bindable:Invoke() end).toThrow("broken")
        bindable.OnInvoke = function() return print end
        expect(bindable:Invoke()).toBe(print)
    """,
    "functions_that_call_themselves_without_end_raise": """
        local bindable, problem = Instance.new("BindableFunction"), nil
        bindable.OnInvoke = function() return bindable:Invoke() end
        task.spawn(function() _, problem = pcall(bindable.Invoke, bindable) end)
        expect(string.find(problem, "depth exceeded", 1, true) ~= nil).toEqual(true)
    """,
    "a_function_without_callback_waits": """
        local bindable, result = Instance.new("BindableFunction"), nil
        task.spawn(function() result = bindable:Invoke() end)
        expect(result).toEqual(nil)
        bindable.OnInvoke = nil
        bindable.OnInvoke = function() return "now" end
        task.wait()
        expect(result).toEqual("now")
    """,
}

CASES = {**EVENTS, **FUNCTIONS, **BINDABLES}


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_remotes(body: str) -> None:
    check(REMOTES + body)
