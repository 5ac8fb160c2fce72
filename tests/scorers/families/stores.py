"""Snippets for `scorers.checks.stores`."""

_STORE = 'local DataStoreService = game:GetService("DataStoreService")\nlocal store = DataStoreService:GetDataStore("S")\n'

FIRES = {
    "datastore-no-pcall": [
        _STORE + 'local function load(k) return store:GetAsync(k) end\nlocal ok, v = pcall(load, "k")\nprint(ok, v)\nload("k")',
        _STORE
        + 'local function load(k) return store:GetAsync(k) end\nif pcall(load, "k") then print(1) end\nlocal function start() print(load("k")) end\nstart()',
        _STORE + 'function load(k) return store:GetAsync(k) end\nprint(pcall(load, "k"))\nprint(load("k"))',
        'local stores = { coins = game:GetService("DataStoreService"):GetDataStore("c") }\nprint(stores.coins:GetAsync("k"))',
        'local store = game:GetService("DataStoreService"):GetDataStore("c")\nlocal self = setmetatable({ _store = store }, {})\nself._store:SetAsync("k", 1)',
        _STORE + 'local v = store:GetAsync("k")\nprint(v)',
        _STORE + "game.Players.PlayerRemoving:Connect(function(p)\n\tstore:SetAsync(p.UserId, 1)\nend)",
        'local v = game:GetService("DataStoreService"):GetOrderedDataStore("S"):GetSortedAsync(false, 10)\nprint(v)',
        'local M = {}\nM.store = game:GetService("DataStoreService"):GetDataStore("S")\nfunction M.load(k) return M.store:GetAsync(k) end\nreturn M',
        _STORE + 'pcall(function()\n\ttask.spawn(function() store:SetAsync("k", 1) end)\nend)',
        _STORE + 'local function save() store:SetAsync("k", 1) end\nsave()',
        'local store\nstore = game:GetService("DataStoreService"):GetDataStore("S")\nstore:RemoveAsync("k")',
        'local function save(store: DataStore)\n\tstore:SetAsync("k", 1)\nend\nsave()',
    ],
    "get-then-set-race": [
        _STORE + 'pcall(function()\n\tlocal v = store:GetAsync("k")\n\tstore:SetAsync("k", v + 1)\nend)',
        _STORE + 'local ok, v = pcall(store.GetAsync, store, "k")\nif ok then pcall(store.SetAsync, store, "k", v + 1) end',
        _STORE
        + 'local function add(key)\n\tlocal ok, v = pcall(function() return store:GetAsync(key) end)\n\tpcall(function() store:SetAsync(key, v + 1) end)\n\treturn ok\nend\nadd("k")',
    ],
    "datastore-write-in-loop": [
        _STORE + 'for i = 1, 100 do\n\tpcall(store.SetAsync, store, "k" .. i, i)\nend',
        _STORE + "local t = {}\nfor k, v in t do\n\tpcall(function() store:SetAsync(k, v) end)\nend",
        _STORE
        + 'local coins = Instance.new("IntValue")\ncoins.Changed:Connect(function(v)\n\tpcall(store.SetAsync, store, "k", v)\nend)',
        _STORE
        + 'local coins = Instance.new("IntValue")\ncoins:GetPropertyChangedSignal("Value"):Connect(function()\n\tpcall(store.SetAsync, store, "k", coins.Value)\nend)',
    ],
    "missing-bind-to-close": [
        _STORE
        + 'game:GetService("Players").PlayerRemoving:Connect(function(p)\n\tpcall(store.SetAsync, store, p.UserId, 1)\nend)',
        _STORE
        + 'local function onLeave(p)\n\tpcall(function() store:SetAsync(p.UserId, 1) end)\nend\ngame:GetService("Players").PlayerRemoving:Connect(onLeave)',
        _STORE
        + 'local function save(p)\n\tpcall(function() store:UpdateAsync(p.UserId, function() return 1 end) end)\nend\ngame:GetService("Players").PlayerRemoving:Connect(function(p) save(p) end)',
    ],
    "datastore-instance-value": [
        _STORE + 'pcall(store.SetAsync, store, "k", Vector3.new(1, 2, 3))',
        _STORE + 'local part = Instance.new("Part")\npcall(function() store:SetAsync("k", part) end)',
        _STORE + 'pcall(store.SetAsync, store, "k", { position = CFrame.new() })',
        _STORE + 'local color = Color3.new(1, 0, 0)\npcall(store.SetAsync, store, "k", { color })',
    ],
}

SILENT = {
    "datastore-no-pcall": [
        _STORE
        + 'local function load(k) return store:GetAsync(k) end\nprint(pcall(load, "k"), pcall(function() return load("l") end))',
        _STORE
        + 'local function load(k)\n\tif k == "" then return load("x") end\n\treturn store:GetAsync(k)\nend\nprint(pcall(load, "k"))',
        _STORE + 'local function load(k) return store:GetAsync(k) end\nprint(pcall(load, "k"))\nreturn { load = load }',
        _STORE
        + 'local M = {}\nfunction M.load(k) return store:GetAsync(k) end\nprint(pcall(M.load, "k"))\nM.load("k")\nreturn M',
        _STORE
        + 'local save, load\nfunction load(k) if k then save(k) end return store:GetAsync(k) end\nfunction save(k) load(k) end\nprint(pcall(load, "k"))',
        _STORE
        + 'local function load(k) return store:GetAsync(k) end\nlocal retry = require(script.Retry)\nretry(load, "k")\nprint(load)',
        'local cache = { coins = require(script.Cache) }\nlocal store = game:GetService("DataStoreService"):GetDataStore("c")\nprint(cache.coins:GetAsync("k"), store)',
        _STORE + 'local ok, v = pcall(function() return store:GetAsync("k") end)\nprint(ok, v)',
        _STORE + 'local ok, v = pcall(store.GetAsync, store, "k")\nprint(ok, v)',
        _STORE + 'local function load() return store:GetAsync("k") end\nlocal ok, v = pcall(load)\nprint(ok, v)',
        _STORE + 'local function retry(f) return pcall(f) end\nretry(function() store:SetAsync("k", 1) end)',
        _STORE + 'local function load() return store:GetAsync("k") end\nlocal ok = pcall(function() load() end)\nprint(ok)',
        'local cache = {}\nfunction cache:GetAsync(k) return self[k] end\nprint(cache:GetAsync("k"))',
        _STORE + '-- store:GetAsync("k")\nprint("store:GetAsync(k)", store)',
        _STORE + 'local ok = xpcall(function() store:SetAsync("k", 1) end, warn)\nprint(ok)',
        _STORE + 'Promise.try(function() return store:GetAsync("k") end)',
    ],
    "get-then-set-race": [
        _STORE + 'local ok, v = pcall(store.GetAsync, store, "a")\nif ok then pcall(store.SetAsync, store, "b", v) end',
        _STORE
        + 'local function load() return pcall(store.GetAsync, store, "k") end\nlocal function save() pcall(store.SetAsync, store, "k", 1) end\nload()\nsave()',
        _STORE + 'pcall(function() store:UpdateAsync("k", function(v) return v end) end)',
        _STORE + 'pcall(store.SetAsync, store, "k", 1)\nlocal ok, v = pcall(store.GetAsync, store, "k")\nprint(ok, v)',
    ],
    "datastore-write-in-loop": [
        _STORE + 'while true do\n\ttask.wait(300)\n\tpcall(store.SetAsync, store, "k", 1)\nend',
        _STORE + 'for attempt = 1, 3 do\n\tlocal ok = pcall(store.SetAsync, store, "k", attempt)\n\tif ok then break end\nend',
        _STORE + 'for _, p in game:GetService("Players"):GetPlayers() do\n\tpcall(store.SetAsync, store, p.UserId, 1)\nend',
        _STORE
        + 'local function save()\n\tfor attempt = 1, 3 do\n\t\tif pcall(store.SetAsync, store, "k", attempt) then return end\n\tend\nend\nsave()',
        _STORE + 'for i = 1, 3 do\n\tpcall(store.GetAsync, store, "k" .. i)\nend',
    ],
    "missing-bind-to-close": [
        _STORE
        + 'local function save(p) pcall(store.SetAsync, store, p.UserId, 1) end\ngame:GetService("Players").PlayerRemoving:Connect(save)\ngame:BindToClose(function() end)',
        'game:GetService("Players").PlayerRemoving:Connect(function(p) print(p) end)',
        _STORE + 'game:GetService("Players").PlayerAdded:Connect(function(p) pcall(store.SetAsync, store, p.UserId, 1) end)',
    ],
    "datastore-instance-value": [
        _STORE + 'local v = Vector3.new(1, 2, 3)\npcall(store.SetAsync, store, "k", { x = v.X, y = v.Y })',
        _STORE + 'pcall(store.SetAsync, store, "k", 5)',
        _STORE + 'pcall(store.SetAsync, store, "k", { name = workspace.Name })',
        _STORE + 'local function save(value) pcall(store.SetAsync, store, "k", value) end\nsave(1)',
    ],
}
