"""Snippets for `scorers.checks.events`."""


def _touched(*lines: str, before: str = "") -> str:
    body = "".join(f"\t{line}\n" for line in lines)
    return f"{before}script.Parent.Touched:Connect(function(hit)\n{body}end)"


def _prompt(*lines: str, event: str = "PromptProductPurchaseFinished") -> str:
    body = "".join(f"\t{line}\n" for line in lines)
    head = 'local Market = game:GetService("MarketplaceService")\nlocal Players = game:GetService("Players")\n'
    return f"{head}Market.{event}:Connect(function(userId, productId, isPurchased)\n{body}end)"


_PLAYER = "local player = Players:GetPlayerByUserId(userId)"
_HURT = "hit.Parent.Humanoid:TakeDamage(10)"

FIRES = {
    "touched-no-debounce": [
        _touched(_HURT),
        _touched(
            "local player = game.Players:GetPlayerFromCharacter(hit.Parent)",
            "if player then player.leaderstats.Coins.Value += 1 end",
        ),
        _touched("local h = hit.Parent:FindFirstChild('Humanoid')", "if h then h.Health = h.Health - 5 end"),
        _touched("givePoints(game.Players:GetPlayerFromCharacter(hit.Parent))"),
        "local function onTouch(hit)\n\thit.Parent.Humanoid:TakeDamage(1)\nend\nscript.Parent.Touched:Connect(onTouch)",
    ],
    "purchase-prompt-grants": [
        _prompt(_PLAYER, "if isPurchased then player.leaderstats.Coins.Value += 100 end"),
        _prompt(_PLAYER, "local coins = player.leaderstats.Coins", "coins.Value = coins.Value + 100"),
        _prompt(_PLAYER, "if isPurchased then script.Sword:Clone().Parent = player.Backpack end"),
        _prompt(_PLAYER, "player:SetAttribute('Vip', true)"),
        _prompt(_PLAYER, "if isPurchased then grantProduct(player, productId) end"),
        "local function done(userId)\n\tstore:IncrementAsync(userId, 100)\nend\ngame.MarketplaceService.PromptProductPurchaseFinished:Connect(done)",
    ],
}

SILENT = {
    "touched-no-debounce": [
        _touched(
            "if debounce then return end",
            "debounce = true",
            _HURT,
            "task.wait(1)",
            "debounce = false",
            before="local debounce = false\n",
        ),
        _touched("if os.clock() - last < 1 then return end", "last = os.clock()", _HURT, before="local last = 0\n"),
        _touched("if seen[hit.Parent] then return end", "seen[hit.Parent] = true", _HURT, before="local seen = {}\n"),
        _touched("game.Players.X.leaderstats.Coins.Value += 1", "script.Parent:Destroy()"),
        _touched("script.Parent.CanTouch = false", _HURT),
        "script.Parent.Touched:Once(function(hit)\n\thit.Parent.Humanoid:TakeDamage(10)\nend)",
        _touched("hit.Parent.Humanoid.Health = 0"),
        _touched("print(hit.Name)"),
        _touched("if hit:GetAttribute('Hit') then return end", "hit:SetAttribute('Hit', true)", _HURT),
        _touched("connection:Disconnect()", _HURT, before="local connection\n"),
        "-- script.Parent.Touched:Connect(function(hit) hit.Parent.Humanoid:TakeDamage(1) end)\nprint('Touched:Connect')",
    ],
    "purchase-prompt-grants": [
        _prompt(_PLAYER, "print(player, productId, isPurchased)"),
        _prompt(_PLAYER, "if isPurchased then player.leaderstats.Coins.Value += 1 end", event="PromptGamePassPurchaseFinished"),
        _prompt("analytics:Log(userId, productId)"),
        _prompt("script.Thanks:FireClient(Players:GetPlayerByUserId(userId))"),
        _prompt("if not isPurchased then warn('closed') end"),
        "-- PromptProductPurchaseFinished: coins.Value += 1\nprint('PromptProductPurchaseFinished')",
    ],
}
