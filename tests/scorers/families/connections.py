"""Snippets for `scorers.checks.connections`."""

_SERVICES = 'local Players = game:GetService("Players")\nlocal RunService = game:GetService("RunService")\n'


def _joined(*lines: str, before: str = "", after: str = "") -> str:
    body = "".join(f"\t{line}\n" for line in lines)
    return f"{_SERVICES}{before}Players.PlayerAdded:Connect(function(player)\n{body}end)\n{after}"


_TICK = "RunService.Heartbeat:Connect(function() print(player.Name) end)"

FIRES = {
    "connection-leak": [
        'local function onPlayer(player)\n\tgame:GetService("RunService").Heartbeat:Connect(function() print(player) end)\nend\ngame:GetService("Players").PlayerAdded:Connect(function(player)\n\tonPlayer(player)\nend)',
        _joined(_TICK),
        _joined(
            "player.CharacterAdded:Connect(function(character)",
            "\tRunService.Stepped:Connect(function() print(character) end)",
            "end)",
        ),
        _SERVICES + "local function onCharacter(character)\n\tRunService.Heartbeat:Connect(print)\nend\n"
        "Players.LocalPlayer.CharacterAdded:Connect(onCharacter)",
        "script.Parent.Touched:Connect(function(hit)\n\tworkspace.ChildAdded:Connect(function() print(hit) end)\nend)",
        'local Tags = game:GetService("CollectionService")\nlocal RunService = game:GetService("RunService")\n'
        'Tags:GetInstanceAddedSignal("Coin"):Connect(function(coin)\n\tRunService.Heartbeat:Connect(function() coin.CFrame *= turn end)\nend)',
        _joined("Players.PlayerRemoving:Connect(function(other) print(player, other) end)"),
        'script.Parent.Equipped:Connect(function()\n\tgame:GetService("UserInputService").InputBegan:Connect(print)\nend)',
        _joined("local connection = " + _TICK),
    ],
    "player-table-leak": [
        _joined("data[player] = { coins = 0 }", before="local data = {}\n"),
        _joined("data[player.UserId] = 0", before="local data = {}\n"),
        _joined("local id = player.UserId", "data[id] = 0", before="local data = {}\n"),
        _SERVICES + "local joined = {}\nlocal function setup(player)\n\tjoined[player] = os.clock()\nend\n"
        "Players.PlayerAdded:Connect(function(player)\n\tsetup(player)\nend)",
        _SERVICES + "local S = {}\nfunction S:Start()\n\tself._data = {}\n\tPlayers.PlayerAdded:Connect(function(player)\n"
        "\t\tself:_add(player)\n\tend)\nend\nfunction S:_add(player)\n\tself._data[player] = {}\nend\nreturn S",
        _joined(
            "a[player] = 1",
            "b[player] = 2",
            before="local a, b = {}, {}\n",
            after="Players.PlayerRemoving:Connect(function(p) b[p] = nil end)",
        ),
    ],
    "players-existing-missed": [
        _joined("print(player.Name)"),
        "local function onAdded(player) print(player) end\ngame.Players.PlayerAdded:Connect(onAdded)",
        _SERVICES
        + "local M = {}\nfunction M:Start()\n\tPlayers.PlayerAdded:Connect(function(player)\n\t\tself:Add(player)\n\tend)\nend\nreturn M",
        _joined("player.CharacterAdded:Connect(print)"),
    ],
}

SILENT = {
    "connection-leak": [
        'local started = false\nlocal function start()\n\tgame:GetService("RunService").Heartbeat:Connect(function() print(1) end)\nend\ngame:GetService("Players").PlayerAdded:Connect(function(player)\n\tif not started then\n\t\tstarted = true\n\t\tstart()\n\tend\n\tprint(player)\nend)',
        _joined("local connection = " + _TICK, "player.Destroying:Once(function() connection:Disconnect() end)"),
        _joined("connections[player] = " + _TICK, before="local connections = {}\n"),
        _joined("table.insert(connections, " + _TICK + ")", before="local connections = {}\n"),
        _joined("trove:Add(" + _TICK + ")"),
        _joined("maid:GiveTask(" + _TICK + ")"),
        _joined("trove:Connect(RunService.Heartbeat, print)"),
        _joined("RunService.Heartbeat:Once(print)"),
        _joined("player.CharacterAdded:Connect(function(c) c.Humanoid.Died:Connect(print) end)"),
        _joined("player.Chatted:Connect(print)"),
        _SERVICES + "RunService.Heartbeat:Connect(print)\nPlayers.PlayerRemoving:Connect(print)",
        _SERVICES + "local M = {}\nfunction M.start() RunService.Heartbeat:Connect(print) end\nreturn M",
        _joined("local connection", "connection = RunService.Heartbeat:Connect(function() connection:Disconnect() end)"),
        "script.Parent.OnClientEvent:Connect(function()\n\tgame:GetService('RunService').Heartbeat:Connect(print)\nend)",
        _joined("local RunService = { Heartbeat = signal }", "RunService.Heartbeat:Connect(print)"),
        _joined("-- " + _TICK, "print('RunService.Heartbeat:Connect()')"),
    ],
    "player-table-leak": [
        _joined(
            "data[player] = {}", before="local data = {}\n", after="Players.PlayerRemoving:Connect(function(p) data[p] = nil end)"
        ),
        _joined(
            "data[player.UserId] = 1", before="local data = {}\n", after="local function clean(id) data[id] = nil end\nclean()"
        ),
        _joined("data[player] = {}", before='local data = setmetatable({}, { __mode = "k" })\n'),
        _joined("data[player] = {}", before="local data = {}\n", after="game:BindToClose(function() table.clear(data) end)"),
        _joined("local data = {}", "data[player] = 1", "print(data)"),
        _joined("data[player] = nil", before="local data = {}\n"),
        _joined("data[player.Name .. 'x'] = 1", before="local data = {}\n"),
        _SERVICES + "local data = {}\nlocal function add(player) data[player] = 1 end\nadd()",
        _SERVICES + "local S = {}\nfunction S:Start()\n\tPlayers.PlayerAdded:Connect(function(p) self._data[p] = {} end)\n"
        "\tPlayers.PlayerRemoving:Connect(function(p)\n\t\tlocal data = self._data\n\t\tdata[p] = nil\n\tend)\nend\nreturn S",
        _joined("-- data[player] = 1", "print('data[player] = 1')"),
    ],
    "players-existing-missed": [
        _joined("print(player)", after="for _, player in Players:GetPlayers() do print(player) end"),
        "local function add(p) print(p) end\ngame.Players.PlayerAdded:Connect(add)\nfor _, p in ipairs(game.Players:GetPlayers()) do add(p) end",
        _SERVICES + "Players.PlayerRemoving:Connect(print)",
        "-- Players.PlayerAdded:Connect(function(player) end)\nprint('PlayerAdded:Connect')",
        _SERVICES + "local player = Players.PlayerAdded:Wait()\nprint(player)",
        "game.Teams.Red.PlayerAdded:Connect(function(player) print(player) end)",
    ],
}
