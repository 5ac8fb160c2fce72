"""Snippets for the checks of layout."""

_SERVICE = 'local Players = game:GetService("Players")\n'

FIRES: dict[str, list[str]] = {
    "mixed-indentation": [
        "if a then\n\tf()\n\tg()\nend\nif b then\n    f()\n    g()\nend",
        "if a then\n    f()\n      g()\n    h()\nend",
        "local x = 1\n  local y = 2\nf(x, y)",
        "local function f()\n\tg()\n        h()\n\ti()\nend\nf()",
    ],
    "service-not-at-top": [
        f"local function f() g() end\n{_SERVICE}f(Players)",
        f"function M.f() g() end\n{_SERVICE}M.f(Players)",
        f"do\n\tlocal function f() g() end\n\t{_SERVICE}\tf(Players)\nend",
        'local A = game:GetService("Teams")\nlocal function f() g() end\nlocal B = game:GetService("Chat")\nf(A, B)',
    ],
    "repeated-service": [
        f"{_SERVICE}{_SERVICE}f(Players)",
        f'{_SERVICE}local Service = game:GetService("Players")\nf(Players, Service)',
        f'local function f()\n\t{_SERVICE}\tlocal P = game:GetService("Players")\n\treturn P, Players\nend\nreturn f',
        _SERVICE * 4,
    ],
    "statements-on-one-line": [
        "f() g()\nh()",
        "local x = 1; local y = 2\nf(x, y)\ng()",
        "local function f(part)\n\tpart.Anchored = true part.CanCollide = false\n\treturn part\nend\nreturn f",
        "if a then\n\tf(); g()\n\th()\nend",
    ],
}

SILENT: dict[str, list[str]] = {
    "mixed-indentation": [
        "if a then\n\tf()\n\tg()\nend",
        "if a then\n  f()\n  g()\nend",
        "if a then\n\tf()\n\tg()\nend\nlocal s = [[\n    a\n    b\n    c\n]]\nreturn s",
        "if a then\n\tf()\n\tg()\nend\n--[[\n    a\n    b\n]]\nh()",
        "local value = call(\n    one,\n    two\n)\nf(value)",
        "local x = 1\n    local y = 2\n    f(x, y)",
        "if a then f() end\nif b then\n\tg() h()\nend",
    ],
    "service-not-at-top": [
        f"{_SERVICE}local function f() g() end\nf(Players)",
        f"local function f()\n\t{_SERVICE}\treturn Players\nend\nreturn f",
        f"local x = 1\n{_SERVICE}f(x, Players)",
        "local function f() g() end\nlocal name = config:Get('Players')\nf(name)",
        f"local Shop = require(script.Shop)\n{_SERVICE}Shop.open(Players)",
    ],
    "repeated-service": [
        f"{_SERVICE}local Teams = game:GetService('Teams')\nf(Players, Teams)",
        f"local function a()\n\t{_SERVICE}\treturn Players\nend\nlocal function b()\n\t{_SERVICE}\treturn Players\nend\nreturn a, b",
        "game:GetService('Players'):GetPlayers()\ngame:GetService('Players').CharacterAutoLoads = false",
        _SERVICE + "f(Players)",
        "local a, b = config:GetService(name), config:GetService(name)\nf(a, b)",
    ],
    "statements-on-one-line": [
        "if a then return end\nf()\ng()",
        "local function f() a() b() end\nf()\ng()",
        "f()\ng()\nh()",
        "x:Connect(function() a() b() end)\nf()\ng()",
        "if a then f() g() else h() end\nf()\ng()",
    ],
}
