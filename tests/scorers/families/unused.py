"""Snippets for the checks of unused and hidden variables."""

FIRES = {
    "unused-variable": [
        "local unused = 5\nprint('hi')",
        "local a, b = 1, 2\nreturn a",
        "local function f()\n\tlocal t = {}\n\tt = nil\nend\nf()",
        "local ok, result = pcall(print)\nif ok then\n\tprint('fine')\nend",
        "const LIMIT = 3\nprint('x')",
        "local function f(x)\n\tif x then\n\t\tlocal y = x\n\tend\nend\nf(1)",
        "local x = 1\ndo\n\tlocal x = 2\n\tprint(x)\nend",
    ],
    "unused-function": [
        "local function greet()\n\tprint('hello')\nend\nprint('ready')",
        "local greet = function()\n\tprint('hello')\nend\nprint('ready')",
        "local function count(n)\n\treturn n == 0 or count(n - 1)\nend\nprint('ready')",
        "local M = {}\nlocal function helper() end\nfunction M.run() end\nreturn M",
        "local M = {}\nfunction M.run()\n\tlocal function inner() end\nend",
    ],
    "unused-import": [
        "local RunService = game:GetService('RunService')\nprint('x')",
        "local Trove = require(script.Parent.Trove)\nprint('x')",
        "local Players = game:GetService('Players')\nlocal Debris = game:GetService('Debris')\nprint(Players)",
        "local Signal = require(script.Signal) :: any\nprint('x')",
    ],
    "shadowed-variable": [
        "local total = 0\nfor i = 1, 3 do\n\tlocal total = i\n\tprint(total)\nend\nprint(total)",
        "local part = workspace.Part\nfor _, part in workspace:GetChildren() do\n\tprint(part)\nend\nprint(part)",
        "local function f(x)\n\tif x then\n\t\tlocal x = 2\n\t\tprint(x)\n\tend\nend\nf()",
        "local data = {}\nlocal function load()\n\tlocal data = {}\n\treturn data\nend\nprint(data, load())",
        "for i = 1, 3 do\n\tfor i = 1, 3 do\n\t\tprint(i)\n\tend\n\tprint(i)\nend",
        "local found = nil\nwhile true do\n\tlocal function found() end\n\tfound()\n\tbreak\nend\nprint(found)",
    ],
}

SILENT = {
    "unused-variable": [
        "local used = 5\nprint(used)",
        "local _unused = 5\nlocal _ = print()",
        "local ok, result = pcall(print)\nprint(result)",
        "for i = 1, 3 do\n\tprint('tick')\nend\nfor key, value in {} do\n\tprint(value)\nend",
        "local function f(a, b)\n\treturn b\nend\nprint(f(1, 2))",
        "local Types = require(script.Types)\nlocal x: Types.Item = nil\nprint(x)",
        "local counter = 0\nlocal function f()\n\tcounter += 1\nend\nf()",
        "local template = {}\ntype Item = typeof(template)\nlocal item: Item = {}\nprint(item)",
        "local t = {}\nt.x = 1",
        "export const LIMIT = 3",
        "local M = {}\nfunction M:run() end\nfunction M.stop(self) end",
        "local x = 1 return function() return x end",
    ],
    "unused-function": [
        "local function greet() end\ngreet()",
        "local M = {}\nlocal function helper() end\nM.run = helper\nreturn M",
        "local function _later() end\nprint('ready')",
        "local function onAdded(player) end\ngame.Players.PlayerAdded:Connect(onAdded)",
        "local function add(a, b)\n\treturn a + b\nend",
        "export function run() end\nprint('ready')",
        "local odd\nlocal function even(n)\n\treturn n == 0 or odd(n - 1)\nend\nfunction odd(n)\n\treturn n ~= 0 and even(n - 1)\nend\nprint(odd(1))",
    ],
    "unused-import": [
        "local Players = game:GetService('Players')\nprint(Players)",
        "local Types = require(script.Types)\ntype Item = Types.Item\nlocal x: Item? = nil\nprint(x)",
        "local _Loaded = require(script.Loaded)\nprint('x')",
        "require(script.SideEffects)\ngame:GetService('Players')",
        "local Net = require(script.Net)\nreturn { Net = Net }",
        "local require = print\nlocal x = require(1)\nreturn nil",
    ],
    "shadowed-variable": [
        "do\n\tlocal x = 1\n\tprint(x)\nend\ndo\n\tlocal x = 2\n\tprint(x)\nend",
        "local x = 1\nlocal function f()\n\tlocal x = x\n\treturn x\nend\nprint(f(), x)",
        "local player = game.Players.LocalPlayer\nlocal function f(player)\n\treturn player\nend\nprint(f(player))",
        "local M = {}\nfunction M:a()\n\treturn function(self)\n\t\treturn self\n\tend\nend\nreturn M",
        "for _, a in {} do\n\tfor _, b in {} do\n\t\tprint(a, b)\n\tend\nend",
        "local ok, err = pcall(print)\nlocal ok, err = pcall(print)\nprint(ok, err)",
        "local f = function()\n\tlocal x = 1\n\treturn x\nend\nlocal x = f()\nprint(x)",
        "local x = (function()\n\tlocal x = 1\n\treturn x\nend)()\nprint(x)",
        "for i = 1, 3 do\n\tprint(i)\nend\nfor i = 1, 3 do\n\tprint(i)\nend\nlocal i = 1\nprint(i)",
    ],
}
