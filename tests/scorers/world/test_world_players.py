"""Players: joining, characters, leaving, being kicked, teams, the end of the server."""

import pytest

from tests.scorers.world.worlds import check

CASES = {
    "joining": """
        local seen = {}
        game.Players.PlayerAdded:Connect(function(player)
            table.insert(seen, { player.Name, player.Parent == game.Players, player.Character == nil })
            player.CharacterAdded:Connect(function(model) table.insert(seen, { model.Name, model.Parent == workspace,
                player.Character == model }) end)
        end)
        local ann = world:join("Ann")
        expect(seen).toEqual({ { "Ann", true, true }, { "Ann", true, true } })
        expect({ ann.UserId, ann.DisplayName, ann:IsA("Player") }).toEqual({ 1001, "Ann", true })
        expect(world:join("Bob", { userId = 5, displayName = "Bobby" }).UserId).toEqual(5)
        expect(game.Players:GetPlayers()).toEqual({ ann, game.Players.Bob })
        expect(game.Players:GetPlayerByUserId(5)).toBe(game.Players.Bob)
        expect(game.Players:GetPlayerByUserId(6)).toEqual(nil)
    """,
    "what_a_player_has": """
        Instance.new("Tool", game.StarterPack).Name = "Sword"
        local gui = Instance.new("ScreenGui", game.StarterGui)
        local ann = world:join("Ann")
        expect(ann.Backpack.Sword.ClassName).toEqual("Tool")
        expect(ann.PlayerGui.ScreenGui.ClassName).toEqual("ScreenGui")
        expect(ann.PlayerGui.ScreenGui ~= gui).toEqual(true)
        expect(ann:FindFirstChild("PlayerScripts") ~= nil).toEqual(true)
    """,
    "characters": """
        local ann = world:join("Ann")
        local model = ann.Character
        expect(game.Players:GetPlayerFromCharacter(model)).toBe(ann)
        expect(game.Players:GetPlayerFromCharacter(workspace)).toEqual(nil)
        expect(model.PrimaryPart).toBe(model.HumanoidRootPart)
        expect({ model.Humanoid.Health, model.Humanoid.MaxHealth, model.Humanoid.WalkSpeed }).toEqual({ 100, 100, 16 })
        expect(model.Humanoid.RootPart).toBe(model.HumanoidRootPart)
    """,
    "death_and_respawn": """
        local ann, seen = world:join("Ann"), {}
        local old = ann.Character
        ann.CharacterRemoving:Connect(function(model) table.insert(seen, model == old) end)
        ann.CharacterAdded:Connect(function(model) table.insert(seen, model ~= old) end)
        old.Humanoid.Died:Connect(function() table.insert(seen, "died") end)
        old.Humanoid:TakeDamage(40)
        expect(old.Humanoid.Health).toEqual(60)
        world:kill(ann)
        old.Humanoid.Health = 0
        expect(seen).toEqual({ "died" })
        world:advance(4.9)
        expect(ann.Character).toBe(old)
        world:advance(0.2)
        expect(seen).toEqual({ "died", true, true })
        expect(old.Parent).toEqual(nil)
    """,
    "respawn_replaces_gui_that_resets": """
        local resets, stays = Instance.new("ScreenGui", game.StarterGui), Instance.new("ScreenGui", game.StarterGui)
        resets.Name, stays.Name, stays.ResetOnSpawn = "Resets", "Stays", false
        local ann = world:join("Ann")
        local one, two = ann.PlayerGui.Resets, ann.PlayerGui.Stays
        world:respawn(ann)
        expect(ann.PlayerGui.Resets ~= one).toEqual(true)
        expect(ann.PlayerGui.Stays).toBe(two)
        expect(#ann.PlayerGui:GetChildren()).toEqual(2)
    """,
    "no_character_by_itself": """
        game.Players.CharacterAutoLoads = false
        local ann = world:join("Ann")
        expect(ann.Character).toEqual(nil)
        ann:LoadCharacter()
        expect(ann.Character.Parent).toBe(workspace)
    """,
    "leaving": """
        local ann, seen = world:join("Ann"), {}
        local model = ann.Character
        game.Players.PlayerRemoving:Connect(function(player)
            table.insert(seen, { player.Name, player.Parent == game.Players, player.Character == model,
                #game.Players:GetPlayers() })
        end)
        world:leave(ann)
        expect(seen).toEqual({ { "Ann", true, true, 1 } })
        expect({ ann.Parent == nil, model.Parent == nil, #game.Players:GetPlayers() }).toEqual({ true, true, 0 })
        world:leave(ann)
        expect(#seen).toEqual(1)
        expect(function() ann:LoadCharacter() end).toThrow("can only be called when Player is in the world")
    """,
    "kicked_while_joining": """
        local removed = 0
        game.Players.PlayerAdded:Connect(function(player) player:Kick("banned") end)
        game.Players.PlayerRemoving:Connect(function(player) removed += 1 player:Kick() end)
        local gui = Instance.new("LocalScript", game.StarterPlayer.StarterPlayerScripts)
        gui.Source = "print('runs')"
        local ann = world:join("Ann")
        expect({ removed, ann.Parent == nil, ann.Character == nil, #game.Players:GetPlayers() }).toEqual({ 1, true, true, 0 })
        expect(world:output()).toEqual({})
        expect(world:errors()).toEqual({})
    """,
    "leaving_while_data_loads": """
        local loaded
        game.Players.PlayerAdded:Connect(function(player)
            task.wait(2)
            loaded = player.Parent
        end)
        local ann = world:join("Ann")
        world:advance(1)
        world:leave(ann)
        world:advance(5)
        expect(loaded).toEqual(nil)
        expect(world:errors()).toEqual({})
    """,
    "local_player": """
        local ann = world:join("Ann")
        expect(game.Players.LocalPlayer).toEqual(nil)
        expect(world:runClient(ann, function() task.wait(1) return game.Players.LocalPlayer end)).toBe(ann)
        expect(world:runServer(function() return game.Players.LocalPlayer end)).toEqual(nil)
    """,
    "leaderstats_and_chat": """
        local said = {}
        local ann = world:join("Ann")
        ann.Chatted:Connect(function(message) table.insert(said, message) end)
        world:chat(ann, "/help")
        expect(said).toEqual({ "/help" })
    """,
    "the_server_closes": """
        local order = {}
        game.Players.PlayerRemoving:Connect(function(player) table.insert(order, player.Name) end)
        game:BindToClose(function() task.wait(3) table.insert(order, "saved") end)
        game:BindToClose(function() error("broken") end)
        world:join("Ann")
        world:shutdown()
        expect(order).toEqual({ "Ann", "saved" })
        expect(world:time()).toBeCloseTo(3)
        expect(#world:errors()).toEqual(1)
    """,
    "closing_takes_30_seconds_at_most": """
        local seconds = 0
        game:BindToClose(function() while true do task.wait(1) seconds += 1 end end)
        world:shutdown()
        expect(seconds).toEqual(30)
        expect(function() game:BindToClose(5) end).toThrow("function expected")
    """,
    "teams": """
        local red, blue = Instance.new("Team"), Instance.new("Team")
        red.Name, red.TeamColor, red.Parent = "Red", BrickColor.new("Bright red"), game.Teams
        blue.Name, blue.TeamColor, blue.Parent = "Blue", BrickColor.new("Bright blue"), game.Teams
        local ann, bob = world:join("Ann"), world:join("Bob")
        expect({ ann.Team, bob.Team }).toEqual({ red, blue })
        local added = {}
        blue.PlayerAdded:Connect(function(player) table.insert(added, player) end)
        ann.TeamColor = blue.TeamColor
        expect({ ann.Team, #red:GetPlayers(), #blue:GetPlayers() }).toEqual({ blue, 0, 2 })
        ann.Team = red
        expect({ ann.TeamColor, #added }).toEqual({ red.TeamColor, 1 })
        ann.Neutral = true
        expect(ann.Team).toEqual(nil)
        expect(game.Teams:GetTeams()).toEqual({ red, blue })
        local left
        blue.PlayerRemoved:Connect(function(player) left = player end)
        world:leave(bob)
        expect(left).toBe(bob)
    """,
}


@pytest.mark.parametrize("body", CASES.values(), ids=CASES.keys())
def test_players(body: str) -> None:
    check(body)


def test_a_spawn_location_shields_for_its_duration() -> None:
    check("""
        local place = Instance.new("SpawnLocation")
        place.Anchored, place.Duration, place.Parent = true, 3, workspace
        local player = world:join("Ann")
        local humanoid = player.Character.Humanoid
        humanoid:TakeDamage(10)
        expect(humanoid.Health).toEqual(100)
        world:advance(3.1)
        humanoid:TakeDamage(10)
        expect(humanoid.Health).toEqual(90)
    """)


def test_starter_gear_comes_back_with_every_character() -> None:
    check("""
        local player = world:join("Ann")
        local tool = Instance.new("Tool")
        tool.Name, tool.Parent = "Lamp", player.StarterGear
        world:respawn(player)
        expect(player.Backpack:FindFirstChild("Lamp") ~= nil).toEqual(true)
        expect(function() game:GetService("Players"):GetPlayerFromCharacter(nil) end).toThrow("missing or nil")
    """)
