"""Snippets for `scorers.checks.lookups`."""

_PLAYERS = 'local Players = game:GetService("Players")\n'

FIRES = {
    "unchecked-find-first-child": [
        'workspace:FindFirstChild("Part").Anchored = true',
        'local head = script.Parent:FindFirstChild("Head")\nprint(head.Position)',
        'workspace:FindFirstChildOfClass("Model"):Destroy()',
        'local tool = script:FindFirstAncestorOfClass("Tool")\ntool.Activated:Connect(function() end)',
        'local h = script.Parent:FindFirstChild("H")\nif script.Name == "x" then\n\tprint(h.Name)\nend',
        'local h = script.Parent:FindFirstChild("H")\nif not h then\n\twarn("no")\nend\nprint(h.Name)',
        'local h = workspace:FindFirstChild("H")\nif h == nil then print(h.Name) end',
        'local h = workspace:FindFirstChild("H") :: Part\nh.Anchored = true',
        'local a = workspace:FindFirstChild("A")\nlocal b = a and a:FindFirstChild("B")\nprint(b.Name)',
        '(workspace:FindFirstChild("f"))[1] = 2',
        'local h = workspace:FindFirstChild("H")\nif h or script then print(h.Name) end',
        'local Car = {}\nfunction Car.new(model)\n\tlocal self = setmetatable({}, Car)\n\tself.engine = model:FindFirstChild("Engine")\n'
        "\tself.engine.Pitch = 1\n\treturn self\nend\nreturn Car",
        'local h\nh = workspace:FindFirstChild("H")\nh.Name = "x"',
        "workspace.Part.Touched:Connect(function(hit)\n\tlocal player = game.Players:GetPlayerFromCharacter(hit.Parent)\n"
        "\tplayer.leaderstats.Coins.Value += 1\nend)",
        "local hit = workspace:Raycast(Vector3.zero, Vector3.yAxis)\nprint(hit.Position)",
        'local m = workspace:FindFirstChildWhichIsA("Humanoid")\nlocal function f() return m.Health end\nf()',
    ],
    "character-nil": [
        _PLAYERS + "Players.PlayerAdded:Connect(function(player)\n\tplayer.Character.Humanoid.Health = 0\nend)",
        _PLAYERS + "local character = Players.LocalPlayer.Character\nprint(character.Name)",
        _PLAYERS + "for _, p in Players:GetPlayers() do\n\tp.Character:Destroy()\nend",
        "local function kill(player: Player)\n\tplayer.Character:BreakJoints()\nend\nkill()",
    ],
}

SILENT = {
    "unchecked-find-first-child": [
        _PLAYERS
        + "Players.PlayerAdded:Connect(function(player)\n\tplayer.CharacterAdded:Connect(function(character)\n"
        + "\t\tprint(Players:GetPlayerFromCharacter(character).Name)\n\tend)\nend)",
        'local head = script.Parent:FindFirstChild("Head")\nif head then print(head.Position) end',
        'local head = script.Parent:FindFirstChild("Head")\nif not head then return end\nprint(head.Position)',
        'for _, m in workspace:GetChildren() do\n\tlocal h = m:FindFirstChild("H")\n\tif not h then continue end\n\tprint(h.Name)\nend',
        'local h = workspace:FindFirstChild("H")\nassert(h, "no H")\nprint(h.Name)',
        'local h = assert(workspace:FindFirstChild("H"), "no H")\nprint(h.Name)',
        'local h = workspace:FindFirstChild("H") or Instance.new("Part")\nprint(h.Name)',
        'local h = workspace:FindFirstChild("H")\nlocal p = h and h.Position\nprint(p)',
        'local h = workspace:FindFirstChild("H")\nlocal p = if h then h.Position else nil\nprint(p)',
        'local h = workspace:FindFirstChild("H")\nif h == nil then error("no") end\nprint(h.Name)',
        'local h = workspace:FindFirstChild("H")\nif h ~= nil and h.Parent then print(h.Name) end',
        'local h = workspace:FindFirstChild("H")\nif not h or h.Name == "x" then return end\nprint(h.Name)',
        'local h = workspace:FindFirstChild("H")\nif typeof(h) == "Instance" then print(h.Name) end',
        'if workspace:FindFirstChild("H") then print(workspace:FindFirstChild("H").Name) end',
        'local h = workspace:FindFirstChild("H")\nlocal isThere = h ~= nil\nif isThere then print(h.Name) end',
        'local h = workspace:FindFirstChild("H")\nif not h then return end\ntask.spawn(function() print(h.Name) end)',
        'local h = workspace:FindFirstChild("H")\nlocal ok = pcall(function() print(h.Name) end)\nprint(ok)',
        'local h = workspace:FindFirstChild("H")\nwhile h do print(h.Name) break end',
        'local h = workspace:FindFirstChild("H")\nif not h then\n\th = Instance.new("Part")\nend\nprint(h.Name)',
        "local list = {}\nfunction list:FindFirstChild(name) return self[name] end\nlocal t = {}\nprint(list, t)",
        '-- workspace:FindFirstChild("Part").Anchored = true\nprint("workspace:FindFirstChild(x).y")',
        'local h = workspace:FindFirstChild("H")\nif h and h:IsA("Part") then\n\th.Anchored = true\nend',
        'local h = workspace:FindFirstChild("H")\nrepeat task.wait() until h\nprint(h.Name)',
        'local a, b = workspace:FindFirstChild("A"), workspace:FindFirstChild("B")\nif not (a and b) then return end\nprint(a.Name, b.Name)',
        'local self = {}\nself.h = workspace:FindFirstChild("H")\nif self.h then\n\tself.h.Name = "x"\nend',
        'local self = {}\nself.h = workspace:FindFirstChild("H")\nif not self.h then\n\treturn\nend\nself.h.Name = "x"',
        'local self = {}\nself.h = workspace:FindFirstChild("H")\nself.h = self.h or Instance.new("Part")\nself.h.Name = "x"',
        'local h\nif script.Parent then\n\th = workspace:FindFirstChild("H")\nend\nif h then print(h.Name) end',
        "local hit = workspace:Raycast(Vector3.zero, Vector3.yAxis)\nif hit then print(hit.Position) end",
        "local caster = require(script.Caster)\nprint(caster:Raycast(1).Position)",
        'local h = workspace:FindFirstChild("H")\nif script then if not h then return end end\nprint(script)',
    ],
    "character-nil": [
        _PLAYERS
        + "Players.PlayerAdded:Connect(function(player)\n\tlocal c = player.Character or player.CharacterAdded:Wait()\n\tprint(c.Name)\nend)",
        _PLAYERS + "local c = Players.LocalPlayer.Character\nif c then print(c.Name) end",
        "local data = {}\ndata.Character.Name = 'x'",
        _PLAYERS
        + "Players.PlayerAdded:Connect(function(player)\n\tplayer.CharacterAdded:Connect(function()\n\t\tprint(player.Character.Name)\n\tend)\nend)",
        "local function name(player: Player)\n\treturn player.Character and player.Character.Name\nend\nname()",
    ],
}
