"""Snippets for `scorers.checks.trust`."""


def _on(parameters: str, *lines: str) -> str:
    """A handler of a remote event."""
    body = "".join(f"\t{line}\n" for line in lines)
    return f"local remote = game.ReplicatedStorage.Remote\nremote.OnServerEvent:Connect(function({parameters})\n{body}end)"


_COINS = "player.leaderstats.Coins.Value += amount"

FIRES = {
    "remote-trusts-client": [
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tif type(data) ~= "table" then return end\n\tplayer.leaderstats.Coins.Value += data.amount\nend)',
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tif typeof(data) == "table" then\n\t\tlocal amount = data.amount\n\t\tplayer.leaderstats.Coins.Value += amount\n\tend\nend)',
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tif type(data) ~= "table" then return end\n\tplayer.leaderstats.Coins.Value += data["amount"]\nend)',
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tplayer:SetAttribute("Coins", data)\nend)',
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tplayer:SetAttribute("Coins", player:GetAttribute("Coins") + data)\nend)',
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tplayer:SetAttribute("Level", data)\nend)',
        "local floor = math.floor\nscript.Parent.OnServerEvent:Connect(function(player, data)\n\tplayer.leaderstats.Coins.Value += floor(data)\nend)",
        _on("player, amount", _COINS),
        _on("player: Player, amount: number", "local coins = player.leaderstats.Coins", "coins.Value = coins.Value + amount"),
        _on("player, amount", "if amount then", "\t" + _COINS, "end"),
        _on("player, amount", "amount = tonumber(amount) or 0", _COINS),
        _on("player, target, damage", "target.Humanoid:TakeDamage(damage)"),
        _on(
            "player, hit",
            "local humanoid = hit.Parent:FindFirstChild('Humanoid')",
            "if humanoid then humanoid:TakeDamage(10) end",
        ),
        _on("player, hit", "if hit and hit.Parent then hit.Parent.Humanoid.Health -= 20 end"),
        _on("player, part", "part:Destroy()"),
        _on("player, item", "local copy = item:Clone()", "copy.Parent = player.Backpack"),
        _on("player, item", "item.Parent = player.Backpack"),
        _on(
            "player, name, price",
            "local coins = player.leaderstats.Coins",
            "if coins.Value >= price then coins.Value -= price end",
        ),
        _on(
            "player, data",
            "local store = game:GetService('DataStoreService'):GetDataStore('d')",
            "store:SetAsync(player.UserId, data)",
        ),
        _on("player, data", "pcall(function() store:UpdateAsync(player.UserId, function() return data end) end)"),
        _on("player, level", "store:SetAsync(player.UserId, { level = level })"),
        _on("player, code", "loadstring(code)()"),
        _on("player, module", "require(module)"),
        _on("player, cf", "player.Character.HumanoidRootPart.CFrame = cf"),
        _on("player, x, y, z", "player.Character:MoveTo(Vector3.new(x, y, z))"),
        _on("player, speed", "player.Character.Humanoid.WalkSpeed = speed"),
        _on("player, list", "for _, part in list do", "\tpart:Destroy()", "end"),
        _on("player, amount", _COINS, "if type(amount) ~= 'number' then return end"),
        _on("player, kind, amount", "if kind == 'coins' then", "\t" + _COINS, "end"),
        _on("player, amount", "task.spawn(function()", "\tprofiles[player].Data.Coins += amount", "end)"),
        "local function onFire(player, amount)\n\tplayer.leaderstats.Coins.Value += amount\nend\nscript.Remote.OnServerEvent:Connect(onFire)",
        "script.Buy.OnServerInvoke = function(player, cost)\n\tplayer.leaderstats.Cash.Value -= cost\n\treturn true\nend",
        "local remote = script.Buy\nfunction remote.OnServerInvoke(player, cost)\n\tplayer.leaderstats.Cash.Value -= cost\nend",
    ],
    "remote-nan-unchecked": [
        _on("player, amount", "if amount < 0 or amount > 100 then return end", _COINS),
        _on("player, amount", "if type(amount) ~= 'number' then return end", "if amount <= 0 then return end", _COINS),
        _on("player, amount", "if typeof(amount) ~= 'number' or amount < 1 then", "\treturn", "end", _COINS),
        _on("player, dmg", "if dmg > 50 then return end", "workspace.Boss.Humanoid:TakeDamage(dmg)"),
    ],
}

SILENT = {
    "remote-trusts-client": [
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tif type(data) ~= "table" then return end\n\tif type(data.amount) ~= "number" or data.amount > 10 then return end\n\tplayer.leaderstats.Coins.Value += data.amount\nend)',
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tif type(data) ~= "table" then return end\n\tlocal amount = tonumber(data.amount)\n\tif not amount or amount < 0 or amount > 5 then return end\n\tplayer.leaderstats.Coins.Value += amount\nend)',
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tif type(data) ~= "table" then return end\n\tlocal price = require(script.Prices)[data.item]\n\tplayer.leaderstats.Coins.Value -= price\nend)',
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tif type(data) ~= "table" then return end\n\tif not require(script.Validate)(data) then return end\n\tplayer.leaderstats.Coins.Value += data.amount\nend)',
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tplayer:SetAttribute("Volume", data)\nend)',
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tif type(data) ~= "number" then return end\n\tplayer:SetAttribute("Coins", data)\nend)',
        'script.Parent.OnServerEvent:Connect(function(player, data)\n\tplayer:SetAttribute(data and "Coins" or "Gems", 5)\nend)',
        _on("player, amount", "if type(amount) ~= 'number' then return end", _COINS),
        _on("player, amount", "if typeof(amount) == 'number' and amount > 0 then", "\t" + _COINS, "end"),
        _on("player, amount", "assert(typeof(amount) == 'number')", _COINS),
        _on("player, amount", "amount = math.clamp(amount, 0, 10)", _COINS),
        _on("player, amount", "local safe = math.clamp(tonumber(amount) or 0, 0, 10)", "player.leaderstats.Coins.Value += safe"),
        _on("player, amount", "amount = 10", _COINS),
        _on("player, amount", "if not isValid(player, amount) then return end", _COINS),
        _on("player, amount", "if not t.number(amount) then return end", _COINS),
        _on("player, amount", "if not Validator:Check(amount) then return end", _COINS),
        _on(
            "player, item",
            "local price = PRICES[item]",
            "if not price then return end",
            "player.leaderstats.Coins.Value -= price",
        ),
        _on(
            "player, name",
            "local tool = game.ServerStorage.Tools:FindFirstChild(name)",
            "if tool then tool:Clone().Parent = player.Backpack end",
        ),
        _on("player, part", "if not part:IsA('BasePart') or part.Name ~= 'Coin' then return end", "part:Destroy()"),
        _on("player, part", "if part:GetAttribute('Owner') == player.UserId then part:Destroy() end"),
        _on(
            "player, part",
            "if (part.Position - player.Character.PrimaryPart.Position).Magnitude > 10 then return end",
            "part:Destroy()",
        ),
        _on("player, part", "if not part:IsDescendantOf(workspace.Coins) then return end", "part:Destroy()"),
        _on("player, ...", "handle(player, ...)"),
        _on("player, target, damage", "CombatService:Hit(player, target, damage)"),
        _on(
            "player, color, position",
            "local part = Instance.new('Part')",
            "part.Color = color",
            "part.Position = position",
            "part.Parent = workspace",
        ),
        _on("player, target", "if not isAdmin(player) then return end", "target:Kick()"),
        _on("player", "player.leaderstats.Coins.Value += 1"),
        _on("player, text", "print(player.Name .. text)", "remote:FireAllClients(text)"),
        _on("player, amount", "-- player.leaderstats.Coins.Value += amount", "print('Value += amount', amount)"),
        _on("player, action", "if action == 'jump' then player.Character.Humanoid.Jump = true end"),
        "local signal = script.Changed\nsignal.OnClientEvent:Connect(function(player, amount)\n\tlabel.Value += amount\nend)",
        _on("player, data", "local amount = 5", _COINS, "print(data)"),
        _on("player, aim", "local bullet = createBullet()", "bullet.CFrame = CFrame.new(aim)"),
        _on("player, aim", "local model = script.Turret:Clone()", "local base = model.PrimaryPart", "base.CFrame = aim"),
        _on("player, text", "local value = Instance.new('StringValue')", "value.Value = text"),
    ],
    "remote-nan-unchecked": [
        _on("player, amount", "if amount ~= amount or amount < 0 or amount > 100 then return end", _COINS),
        _on("player, amount", "if amount < 0 or amount > 100 or math.floor(amount) ~= amount then return end", _COINS),
        _on("player, amount", "if amount > 0 and amount <= 100 then", "\t" + _COINS, "end"),
        _on("player, amount", "if not (amount > 0) then return end", _COINS),
        _on("player, amount", "if amount < 0 then return end", "amount = math.clamp(amount, 0, 5)", _COINS),
        _on("player, amount", "if amount < 0 or amount % 1 ~= 0 then return end", _COINS),
        _on("player, amount", "if amount < 0 then return end", "print(amount)"),
        _on("player, index", "if index < 1 or index > 5 then return end", "player.leaderstats.Coins.Value += REWARDS[index]"),
    ],
}
