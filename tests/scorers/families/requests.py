"""Snippets for `scorers.checks.requests`."""

_SHOP = 'local MarketplaceService = game:GetService("MarketplaceService")\n'

FIRES = {
    "async-call-no-pcall": [
        'local HttpService = game:GetService("HttpService")\nprint(HttpService:GetAsync("https://example.com"))',
        _SHOP + "print(MarketplaceService:UserOwnsGamePassAsync(1, 2))",
        'game:GetService("TextService"):FilterStringAsync("x", 1)',
        'print(game:GetService("Players"):GetUserIdFromNameAsync("x"))',
        _SHOP + "print(MarketplaceService:GetProductInfo(1))",
        'local map = game:GetService("MemoryStoreService"):GetSortedMap("m")\nmap:SetAsync("k", 1, 10)',
        'local BadgeService = game:GetService("BadgeService")\ntask.spawn(function() BadgeService:AwardBadge(1, 2) end)',
    ],
    "ignored-pcall-result": [
        "local ok, value = pcall(require, script.M)\nprint(value)",
        "local success, data = pcall(function() return workspace.Map.Name end)\nif data then print(data) end",
        'local function load()\n\tlocal ok, a, b = pcall(string.find, "x", "x")\n\treturn b, a\nend\nload()',
        "local pcall = pcall\npcall(function() workspace.Map:Destroy() end)",
        "pcall(function() workspace.Map:Destroy() end)",
        "local function f() end\npcall(f)",
        "if script then\n\tpcall(print, 1)\nend",
    ],
    "process-receipt-no-decision": [
        _SHOP + "MarketplaceService.ProcessReceipt = function(info)\n\tprint(info)\nend",
        _SHOP
        + "local function process(info)\n\tif info then return Enum.ProductPurchaseDecision.PurchaseGranted end\nend\nMarketplaceService.ProcessReceipt = process",
        _SHOP
        + "MarketplaceService.ProcessReceipt = function(info)\n\tif not info then return end\n\treturn Enum.ProductPurchaseDecision.PurchaseGranted\nend",
        _SHOP + "MarketplaceService.ProcessReceipt = function()\n\treturn true\nend",
    ],
}

SILENT = {
    "async-call-no-pcall": [
        'local HttpService = game:GetService("HttpService")\nlocal ok, v = pcall(function() return HttpService:GetAsync("https://example.com") end)\nprint(ok, v)',
        "local api = {}\nfunction api:GetAsync() return 1 end\nprint(api:GetAsync())",
        _SHOP + "local ok, v = pcall(MarketplaceService.UserOwnsGamePassAsync, MarketplaceService, 1, 2)\nprint(ok, v)",
        'local HttpService = game:GetService("HttpService")\nprint(HttpService:JSONEncode({}))',
        "local map = require(script.Map)\nmap:SetAsync(1)",
    ],
    "ignored-pcall-result": [
        "local _, value = pcall(require, script.M)\nprint(value)",
        "local _ok, value = pcall(require, script.M)\nprint(value)",
        "local ok, value = pcall(require, script.M)\nprint(ok and value)",
        "local ok, value = pcall(require, script.M)\nif not ok then error(value) end",
        "local function try() return pcall(require, script.M) end\nprint(try())",
        "local translator\npcall(function()\n\ttranslator = find()\nend)\nif not translator then warn('none') end",
        "local ok = pcall(print, 1)\nprint(ok)",
        "if pcall(print, 1) then print(1) end",
        "task.spawn(pcall, print, 1)",
        "xpcall(print, warn, 1)",
        "local _ = pcall(print, 1)",
        "local function pcall(f) f() end\npcall(print)",
    ],
    "process-receipt-no-decision": [
        _SHOP + "MarketplaceService.ProcessReceipt = function()\n\treturn Enum.ProductPurchaseDecision.PurchaseGranted\nend",
        _SHOP + "local handlers = {}\nMarketplaceService.ProcessReceipt = function(info)\n\treturn handlers.run(info)\nend",
        _SHOP + "MarketplaceService.ProcessReceipt = require(script.Receipts).process",
        _SHOP
        + "MarketplaceService.ProcessReceipt = function(info)\n\tlocal ok = pcall(function() return end)\n\tif ok and info then\n\t\treturn Enum.ProductPurchaseDecision.PurchaseGranted\n\telse\n\t\treturn Enum.ProductPurchaseDecision.NotProcessedYet\n\tend\nend",
        _SHOP + "MarketplaceService.ProcessReceipt = function()\n\terror('no')\nend",
    ],
}
