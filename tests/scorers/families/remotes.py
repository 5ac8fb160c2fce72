"""Snippets for `scorers.checks.remotes` and `scorers.checks.sides`."""

_REMOTE = 'local remote = game:GetService("ReplicatedStorage"):WaitForChild("Remote")\n'
_LOCAL = 'local Players = game:GetService("Players")\nlocal player = Players.LocalPlayer\n'
_STORE = 'local store = game:GetService("DataStoreService"):GetDataStore("Coins")\nprint(store)\n'


def _on(parameters: str, *lines: str) -> str:
    """A handler of a remote event."""
    body = "".join(f"\t{line}\n" for line in lines)
    return f"{_REMOTE}remote.OnServerEvent:Connect(function({parameters})\n{body}end)"


FIRES = {
    "remote-handler-missing-player": [
        _on("damage", "workspace.Boss.Humanoid:TakeDamage(damage)"),
        _on("message", "print('got', message)"),
        _on("itemName: string", "print(itemName)"),
        _on("x", "print('hello ' .. x)"),
        _on("action, target", "if action == 'buy' then print(target) end"),
        _on("n", "workspace.Part.Transparency = n / 2"),
        _on("s", "print(s:lower())"),
        "script.F.OnServerInvoke = function(amount)\n\treturn amount * 2\nend",
        "local function onFire(data)\n\tfor k, v in data do print(k, v) end\nend\nscript.R.OnServerEvent:Connect(onFire)",
    ],
    "remote-no-rate-limit": [
        _on("player", "player.leaderstats.Coins.Value += 1"),
        _on("player", "local part = Instance.new('Part')", "part.Parent = workspace"),
        _on("player", "pcall(function() store:SetAsync(player.UserId, 1) end)"),
        _on("player", "workspace.Boss.Humanoid:TakeDamage(5)"),
        _on("player", "giveCoins(player, 5)"),
    ],
    "fire-client-missing-player": [
        _REMOTE + 'remote:FireClient("hello")',
        _REMOTE + "remote:FireClient({ coins = 5 })",
        _REMOTE + "remote:FireClient()",
        'script.Remote:FireClient("coins: " .. 5)',
        'local e = Instance.new("RemoteEvent")\ne:FireClient(5, true)',
        _REMOTE + "for _, p in game.Players:GetPlayers() do remote:FireClient(`hi {p.Name}`) end",
    ],
    "fire-server-with-player": [
        _LOCAL + _REMOTE + 'remote:FireServer(player, "jump")',
        _REMOTE + 'remote:FireServer(game.Players.LocalPlayer, "jump")',
        _LOCAL + "local ok = script.Parent.Fn:InvokeServer(player)\nprint(ok)",
        _LOCAL + "script.Parent.MouseButton1Click:Connect(function()\n\tscript.Remote:FireServer(player)\nend)",
    ],
    "invoke-client": [
        "local answer = script.Fn:InvokeClient(workspace.P)\nprint(answer)",
        'local fn = Instance.new("RemoteFunction")\nlocal function ask(player) return fn:InvokeClient(player) end\nask()',
        _REMOTE + "pcall(function() return remote:InvokeClient(game.Players.X) end)",
        'game:GetService("ReplicatedStorage").Ask:InvokeClient(game.Players.X, 1)',
    ],
    "wrong-side-api": [
        _LOCAL + _STORE + "print(player.Name)",
        'local input = game:GetService("UserInputService")\ninput.InputBegan:Connect(print)\nlocal tool = game:GetService("ServerStorage").Tool\nprint(tool)',
        'game:GetService("RunService").RenderStepped:Connect(print)\nscript.Remote:FireAllClients()',
        _LOCAL + _REMOTE + "remote.OnServerEvent:Connect(print)\nprint(player)",
        _REMOTE + "remote.OnClientEvent:Connect(print)\ngame:BindToClose(function() end)",
    ],
}

SILENT = {
    "remote-handler-missing-player": [
        _on("player, damage", "print(player, damage)"),
        _on("...", "print(...)"),
        _on("client", "print(client)"),
        _on("_, amount", "print(amount)"),
        _on("plr", "plr.Character.Humanoid.Health = 0"),
        _on("who: Player", "print(who.Name .. ' fired')"),
        _on("p", "print(p.Name .. ' fired')", "if p == owner then print('owner') end"),
        _on("sender, message", "print(sender.Name .. message)"),
        _on("data", "print(data.Name, data.UserId)"),
        _on("", "print('fired')"),
        _on("player", "print('from ' .. player)"),
        "local function onClient(message)\n\tprint('x' .. message)\nend\nscript.R.OnClientEvent:Connect(onClient)",
        "-- remote.OnServerEvent:Connect(function(damage) print(damage + 1) end)\nprint('OnServerEvent:Connect(function(damage)')",
    ],
    "remote-no-rate-limit": [
        _on("player", "if os.clock() - (last[player] or 0) < 1 then return end", "player.leaderstats.Coins.Value += 1"),
        _on("player", "if onCooldown[player] then return end", "player.leaderstats.Coins.Value += 1"),
        _on("player", "if not checkRateLimit(player) then return end", "Instance.new('Part').Parent = workspace"),
        _on("player", "if debounce[player] then return end", "workspace.Boss.Humanoid:TakeDamage(5)"),
        "local last = {}\nlocal function canFire(player)\n\tlocal now = os.clock()\n\tif now - last[player] < 1 then return false end\n"
        "\tlast[player] = now\n\treturn true\nend\n"
        + _on("player", "if not canFire(player) then return end", "workspace.Boss.Humanoid:TakeDamage(5)"),
        _on("player, ...", "service:Handle(player, ...)"),
        _on("player", "print(player.Name)"),
    ],
    "fire-client-missing-player": [
        _REMOTE + "local function send(player) remote:FireClient(player, 'hello') end\nsend()",
        _REMOTE + "for _, p in game.Players:GetPlayers() do remote:FireClient(p, 1) end",
        "local Net = require(script.Net)\nNet:FireClient('Update', game.Players.X)",
        "local Net = {}\nfunction Net:FireClient(name) print(name) end\nNet:FireClient('x')",
        "local Net = require(script.Net)\nlocal event = Net.event('x')\nevent:FireClient('x')",
        _REMOTE + "remote:FireAllClients('hello')",
        "local M = {}\nfunction M:go() self:FireClient('x') end\nreturn M",
        "local function send(player) script.Bus:FireClient('Update', player) end\nsend()",
        _REMOTE + "-- remote:FireClient('x')\nprint('remote:FireClient()', remote)",
    ],
    "fire-server-with-player": [
        _LOCAL + _REMOTE + 'remote:FireServer("jump", player.Name)',
        _REMOTE + "local function trade(player) remote:FireServer(player, 'trade') end\ntrade()",
        _LOCAL + _REMOTE + "remote:FireServer(player.Name)",
        _LOCAL + "local Net = require(script.Net)\nNet:FireServer(player)",
        _LOCAL + _REMOTE + "remote:FireServer()\nprint(player)",
        _LOCAL + "print('remote:FireServer(player)', player)",
    ],
    "invoke-client": [
        _REMOTE + "remote:FireClient(game.Players.X)",
        "local Net = require(script.Net)\nNet:InvokeClient(game.Players.X)",
        "local bus = {}\nfunction bus:InvokeClient() end\nbus:InvokeClient()",
        "print('remote:InvokeClient(player)') -- remote:InvokeClient(player)",
        "script.Fn:InvokeServer(1)",
    ],
    "wrong-side-api": [
        _STORE,
        _LOCAL + 'game:GetService("RunService").RenderStepped:Connect(print)\nprint(player)',
        'local UserInputService = game:GetService("UserInputService")\n' + _STORE,
        'local RunService = game:GetService("RunService")\n'
        'if RunService:IsServer() then\n\tgame:GetService("DataStoreService"):GetDataStore("x")\nelse\n\tprint(game.Players.LocalPlayer)\nend',
        "-- Server script\nscript.R.OnServerEvent:Connect(print)\n\n-- LocalScript\nscript.R:FireServer()\nprint(game.Players.LocalPlayer)",
        "-- SERVER: answer\nscript.R.OnServerInvoke = print\n-- CLIENT: ask\nscript.R.OnClientEvent:Connect(print)",
        'local Players = game:GetService("Players")\nif Players.LocalPlayer then\n\tscript.R:FireServer()\nelse\n\t'
        'game:GetService("DataStoreService"):GetDataStore("x")\nend',
        "local Net = {}\nfunction Net.listen(f) script.R.OnClientEvent:Connect(f) end\n"
        "function Net.send(player) script.R:FireClient(player) end\nreturn Net",
        "local config = { LocalPlayer = 1, OnServerEvent = 2 }\nprint(config.LocalPlayer)\nscript.R.OnServerEvent:Connect(print)",
        _LOCAL + "script.R:FireServer()\nprint(player, 'DataStoreService') -- ServerStorage",
    ],
}
