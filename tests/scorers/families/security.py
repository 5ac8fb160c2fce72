"""Snippets for `scorers.checks.security`. The keys are made up."""

_WEBHOOK = "https://discord.com/api/" + "webhooks/1122334455667788990/aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF"

FIRES = {
    "require-asset-id": [
        "require(4853910123)",
        "local m = require(12345)\nm.start()",
        "local ID = 987654321\nlocal m = require(ID)\nprint(m)",
        "pcall(function() require((42)) end)",
    ],
    "loadstring-use": [
        "loadstring('print(1)')()",
        "local f = loadstring(script.Source.Value)\nf()",
        "local ok, f = pcall(function() return loadstring(text) end)\nprint(ok, f)",
        "local f = assert(loadstring(game.HttpService:GetAsync(url)))\nf()",
    ],
    "getfenv-use": [
        'getfenv()["require"](1)',
        "local env = getfenv()\nprint(env)",
        "setfenv(1, {})",
        "getfenv(2).x = 1",
        'local f = getfenv(0)[string.reverse("eriuqer")]\nprint(f)',
        'print((getfenv())["x"])',
    ],
    "hard-coded-secret": [
        f'local url = "{_WEBHOOK}"\nprint(url)',
        'local API_KEY = "k9Rt27vWm4Zp81LqXc05Nj3H"\nprint(API_KEY)',
        'local config = { token = "hV8s2Kd0PzQ7mWx4TnLb6RyC" }\nprint(config)',
        'local headers = { Authorization = "Bearer hV8s2Kd0PzQ7mWx4TnLb6RyC" }\nprint(headers)',
        'config.secretKey = "hV8s2Kd0PzQ7mWx4TnLb6RyC"',
        'print("AKIA" .. "x", "' + "AK" + 'IAQ7RZK2MW8TPLVB5X")',
        'headers["x-api-key"] = 1\nlocal apiKey = "' + "sk" + '-proj-hV8s2Kd0PzQ7mWx4TnLb6RyC"\nprint(apiKey)',
    ],
}

SILENT = {
    "require-asset-id": [
        "local m = require(script.Module)\nprint(m)",
        "local m = require('./module')\nprint(m)",
        "local require = function(n) return n end\nprint(require(5))",
        "local id = 5\nid = script.Module\nlocal m = require(id)\nprint(m)",
        "-- require(12345)\nprint('require(12345)')",
    ],
    "loadstring-use": [
        "-- loadstring(x)\nprint('loadstring(x)')",
        "local loadstring = function(s) return s end\nprint(loadstring('x'))",
        "local Loader = require(script.Loader)\nLoader.loadstring('x')",
        "local vm = require(script.VM)\nvm:loadstring('x')",
        "print(script.LoadString)",
    ],
    "getfenv-use": [
        "-- getfenv()\nprint('getfenv()')",
        "local function run(test) local env = getfenv(test) print(env) end\nrun()",
        "local function run(test, env) setfenv(test, env) test() end\nrun()",
        "local getfenv = function() return {} end\nprint(getfenv())",
        "local vm = {}\nvm.getfenv = print\nvm.getfenv()",
    ],
    "hard-coded-secret": [
        'local API_KEY = "YOUR_API_KEY_GOES_HERE"\nprint(API_KEY)',
        'local url = "https://discord.com/api/webhooks/ID/TOKEN"\nprint(url)',
        'local url = "https://discord.com/api/webhooks/1234567890/your-webhook-token-comes-here"\nprint(url)',
        'local token = HttpService:GetSecret("the_key_of_the_service")\nprint(token)',
        'local sound = "rbxassetid://9118823107"\nprint(sound)',
        'local TOKEN_NAME = "PlayerSessionTokenV2Storage"\nprint(TOKEN_NAME .. "x1")',
        'local API_KEY = "xxxxxxxxxxxxxxxxxxxxxxxxxxxx"\nprint(API_KEY)',
        'local token = "the token of this player is missing 1"\nprint(token)',
        'local hash = "k9Rt27vWm4Zp81LqXc05Nj3H"\nprint(hash)',
        "local secretDoor = workspace:WaitForChild('SecretDoorOfTheCastle1')\nprint(secretDoor)",
        'local headers = { Authorization = "Bearer " .. token }\nprint(headers)',
    ],
}
