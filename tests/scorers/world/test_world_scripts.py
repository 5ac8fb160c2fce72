"""Scripts and modules: where they run, what they know of themselves, when they stop; `require`."""

import pytest

from tests.scorers.world.worlds import check, run_script

MODULE = """
        local function module(name, source, parent)
            local made = Instance.new("ModuleScript")
            made.Name, made.Source, made.Parent = name, source, parent or game.ReplicatedStorage
            return made
        end
"""

MODULES = {
    "loaded_once": """
        local thing = module("Thing", "print('loaded') return { value = 1 }")
        expect(require(thing)).toBe(require(thing))
        expect(world:output()).toEqual({ "loaded" })
    """,
    "sides_have_their_own": """
        local thing = module("Thing", "return { count = 0 }")
        local ann, bob = world:join("Ann"), world:join("Bob")
        local function get() return require(thing) end
        local server, one, two = world:runServer(get), world:runClient(ann, get), world:runClient(bob, get)
        expect({ server == one, one == two, server == require(thing) }).toEqual({ false, false, true })
        expect(world:runClient(ann, get)).toBe(one)
    """,
    "each_knows_itself": """
        local folder = Instance.new("Folder", game.ReplicatedStorage)
        folder.Name = "Shared"
        local thing = module("Thing", "return { script, script.Parent, script.Name, script:GetFullName() }", folder)
        expect(require(thing)).toEqual({ thing, folder, "Thing", "ReplicatedStorage.Shared.Thing" })
    """,
    "errors": """
        local broken = module("Broken", "error('oh no')")
        expect(function() require(broken) end).toThrow("Requested module experienced an error while loading")
        expect(function() require(broken) end).toThrow("oh no")
        expect(function() require(module("Syntax", "return return")) end).toThrow("Requested module experienced an error")
        expect(function() require(module("None", "local x = 1")) end).toThrow("did not return exactly one value")
        expect(function() require(module("Two", "return 1, 2")) end).toThrow("did not return exactly one value")
        expect(function() require(workspace) end).toThrow("Attempted to call require with invalid argument(s).")
        expect(function() require(5) end).toThrow("Attempted to call require with invalid argument(s).")
        local _, message = pcall(function() require(broken) end)
        expect(string.sub(message, 1, 6)).toEqual("tests:")
    """,
    "a_module_that_waits": """
        local slow = module("Slow", "task.wait(2) return 'ready'")
        local first
        task.spawn(function() first = require(slow) end)
        expect(require(slow)).toEqual("ready")
        expect(first).toEqual("ready")
        expect(world:time()).toEqual(2)
    """,
    "circles_raise": """
        local a = module("A", "return require(script.Parent.B)")
        local b = module("B", "return require(script.Parent.C)")
        local c = module("C", "return require(script.Parent.A)")
        expect(function() require(a) end).toThrow("Requested module was required recursively")
        expect(function() require(module("Own", "return require(script)")) end).toThrow("recursively")
        expect(world:time()).toEqual(0)
    """,
    "circles_of_modules_that_wait_raise": """
        module("A", "task.wait(1) return require(script.Parent.B)")
        module("B", "task.wait(1) return require(script.Parent.A)")
        local one
        task.spawn(function() _, one = pcall(require, game.ReplicatedStorage.A) end)
        local ok, two = pcall(require, game.ReplicatedStorage.B)
        task.wait()
        expect(ok).toEqual(false)
        expect(string.find(one .. two, "recursively", 1, true) ~= nil).toEqual(true)
    """,
    "a_diamond_is_no_circle": """
        module("D", "task.wait(1) return { 4 }")
        module("B", "return require(script.Parent.D)")
        module("C", "return require(script.Parent.D)")
        local a = module("A", "return { require(script.Parent.B), require(script.Parent.C) }")
        expect(require(a)[1]).toBe(require(a)[2])
    """,
    "a_caught_circle_lets_the_module_load": """
        local a = module("A", "local ok = pcall(require, script.Parent.B) return { ok = ok }")
        module("B", "return require(script.Parent.A)")
        expect(require(a)).toEqual({ ok = false })
        expect(require(module("E", "return require(script.Parent.A).ok"))).toEqual(false)
    """,
    "by_path": """
        local a = module("A", "return require('./B') .. require('@self/Inner')")
        module("B", "return 'b'")
        module("Inner", "return 'inner'", a)
        expect(require(a)).toEqual("binner")
        expect(function() require(module("F", "return require('./Missing')")) end).toThrow("Unable to find module './Missing'")
    """,
}

RUNNING = {
    "scripts_run_where_they_stand": """
        local function script(class, parent, source)
            local made = Instance.new(class)
            made.Source = source or "print(script:GetFullName())"
            made.Parent = parent
            return made
        end
        script("Script", game.ServerScriptService)
        script("Script", workspace)
        script("Script", game.ReplicatedStorage)
        script("Script", game.ServerStorage)
        script("LocalScript", game.ServerScriptService)
        expect(world:output()).toEqual({ "ServerScriptService.Script", "Workspace.Script" })
        script("LocalScript", game.StarterPlayer.StarterPlayerScripts, "print(script.Parent, game.Players.LocalPlayer)")
        world:join("Ann")
        expect(world:output()[3]).toEqual("PlayerScripts Ann")
    """,
    "an_error_is_reported": """
        local made = Instance.new("Script")
        made.Source = "error('broken')"
        made.Parent = workspace
        expect(world:errors()).toEqual({ "Workspace.Script:1: broken" })
    """,
    "a_destroyed_script_stops": """
        local made, event = Instance.new("Script"), Instance.new("BindableEvent", workspace)
        made.Source = "workspace.Event.Event:Connect(function() print('event') end) while task.wait(1) do print('loop') end"
        made.Parent = workspace
        world:advance(1.5)
        event:Fire()
        made:Destroy()
        world:advance(5)
        event:Fire()
        expect(world:output()).toEqual({ "loop", "event" })
    """,
    "disabled_scripts": """
        local made = Instance.new("Script")
        made.Source = "while true do print('run') task.wait(1) end"
        made.Disabled = true
        expect(made.Enabled).toEqual(false)
        made.Parent = workspace
        expect(#world:output()).toEqual(0)
        made.Enabled = true
        world:advance(1.5)
        expect(made.Disabled).toEqual(false)
        expect(#world:output()).toEqual(2)
        made.Enabled = false
        world:advance(5)
        expect(#world:output()).toEqual(2)
    """,
    "scripts_of_a_character_stop_with_it": """
        local made = Instance.new("LocalScript")
        made.Source = "game:GetService('UserInputService').InputBegan:Connect(function() print('key') end)"
        made.Parent = game.StarterPlayer.StarterCharacterScripts
        local ann = world:join("Ann")
        world:press(ann, Enum.KeyCode.E)
        world:respawn(ann)
        world:press(ann, Enum.KeyCode.E)
        expect(world:output()).toEqual({ "key", "key" })
    """,
    "clients_stop_when_they_leave": """
        local made = Instance.new("LocalScript")
        made.Source = "while true do task.wait(1) print('alive') end"
        made.Parent = game.StarterPlayer.StarterPlayerScripts
        local ann = world:join("Ann")
        world:advance(1.5)
        world:leave(ann)
        world:advance(5)
        expect(world:output()).toEqual({ "alive" })
    """,
    "local_scripts_that_come_later": """
        local ann = world:join("Ann")
        local made = Instance.new("LocalScript")
        made.Source = "print(script:GetFullName())"
        made.Parent = ann.PlayerGui
        made:Clone().Parent = ann.Character
        expect(world:output()).toEqual({ "Players.Ann.PlayerGui.LocalScript", "Workspace.Ann.LocalScript" })
    """,
    "a_module_outlives_the_script_that_asked_for_it": """
        local ticker = Instance.new("ModuleScript", game.ReplicatedStorage)
        ticker.Name = "Ticker"
        ticker.Source = "task.spawn(function() while task.wait(1) do print('tick') end end) return true"
        local made = Instance.new("Script")
        made.Source = "require(game.ReplicatedStorage.Ticker)"
        made.Parent = workspace
        made:Destroy()
        world:advance(1.5)
        expect(world:output()).toEqual({ "tick" })
    """,
    "globals_of_a_side": """
        local function run(source)
            local made = Instance.new("Script")
            made.Source = source
            made.Parent = workspace
        end
        run("_G.shop = 'open' shared.count = 1 leaked = 1")
        run("print(_G.shop, shared.count, leaked, _G == shared)")
        expect(world:output()).toEqual({ "open 1 nil false" })
        expect(_G.shop).toEqual("open")
        local ann = world:join("Ann")
        local made = Instance.new("LocalScript")
        made.Source = "print(_G.shop)"
        made.Parent = ann.PlayerGui
        expect(world:output()[2]).toEqual("nil")
    """,
    "clients_do_not_see_the_servers_storage": """
        local folder = Instance.new("Folder", game.ServerStorage)
        local inner = Instance.new("Folder", folder)
        local seen = world:runClient(world:join("Ann"), function()
            local storage = game:GetService("ServerStorage")
            return {
                #storage:GetChildren(), #storage:GetDescendants(), storage:FindFirstChild("Folder") == nil,
                storage:WaitForChild("Folder", 1) == nil, pcall(function() return storage.Folder end),
            }
        end)
        expect({ seen[1], seen[2], seen[3], seen[4], seen[5] }).toEqual({ 0, 0, true, true, false })
        expect(game.ServerStorage.Folder.Folder).toBe(inner)
    """,
}

FILES = """
### ReplicatedStorage/Config.luau
```luau
return { Speed = 5 }
```
### ServerScriptService/Game/init.server.luau
```luau
print(script:GetFullName(), script.ClassName, require(script.Thing), require(game.ReplicatedStorage.Config).Speed)
```
### ServerScriptService/Game/Thing.luau
```luau
return script.Parent.Name
```
### StarterGui/Hud/Main.client.luau
```luau
print(script:GetFullName(), script.ClassName, game:GetService("Players").LocalPlayer.Name)
```
"""


@pytest.mark.parametrize("body", MODULES.values(), ids=MODULES.keys())
def test_modules(body: str) -> None:
    check(MODULE + body)


@pytest.mark.parametrize("body", RUNNING.values(), ids=RUNNING.keys())
def test_running(body: str) -> None:
    check(body)


def test_files_become_scripts_where_their_paths_say() -> None:
    report = run_script(
        FILES,
        """
        world:join("Ann")
        expect(world:output()).toEqual({
            "ServerScriptService.Game Script Game 5", "Players.Ann.PlayerGui.Hud.Main LocalScript Ann",
        })
        """,
        kind="files",
    )
    assert report.ok, report.failures
