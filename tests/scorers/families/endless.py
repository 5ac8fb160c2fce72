"""Snippets for `scorers.checks.endless`."""

FIRES = {
    "infinite-loop-no-yield": [
        'while true do\n\tprint("x")\nend',
        "local n = 0\nwhile 1 do n += 1 end",
        "local n = 0\nrepeat\n\tn += 1\nuntil false",
        "local function tick2() return os.clock() end\nwhile true do\n\ttick2()\nend",
        "while true do\n\tfor i = 1, 3 do\n\t\tif i == 2 then break end\n\tend\nend",
        "while true do\n\ttask.spawn(function() task.wait(1) end)\nend",
        'while (true) do\n\tlocal part = Instance.new("Part")\n\tpart:Destroy()\nend',
        "local function a() a() end\nwhile true do a() end",
        "while true do\n\tlocal function f() return 1 end\n\tprint(f())\nend",
    ],
    "polling-loop": [
        "local ready = false\nrepeat task.wait() until ready",
        "local ready = false\nwhile not ready do task.wait(0.1) end",
        'repeat wait() until workspace:FindFirstChild("Map")',
        "while not game:IsLoaded() do\n\twait()\nend",
    ],
    "while-wait-condition": [
        "while wait() do print(1) end",
        "while task.wait(1) do print(1) end",
        "while (wait(2)) do print(1) end",
    ],
}

SILENT = {
    "infinite-loop-no-yield": [
        "while true do\n\ttask.wait(1)\nend",
        "local n = 0\nwhile true do\n\tn += 1\n\tif n > 3 then break end\nend",
        "local function f()\n\twhile true do\n\t\treturn 1\n\tend\nend\nf()",
        'while true do\n\terror("stop")\nend',
        "while true do\n\tgame.Players.PlayerAdded:Wait()\nend",
        "local function pause() task.wait(1) end\nwhile true do pause() end",
        "local function inner() task.wait(1) end\nlocal function outer() inner() end\nwhile true do outer() end",
        "local remote = script.Parent\nwhile true do\n\tremote:InvokeServer()\nend",
        "while true do\n\tcoroutine.yield()\nend",
        "local module = require(script.M)\nwhile true do module.step() end",
        "local n = 0\nrepeat\n\tn += 1\nuntil n > 10",
        "local running = true\nwhile running do\n\trunning = false\nend",
        "-- while true do end\nprint('while true do end')",
        "return function(callback)\n\twhile true do\n\t\tcallback()\n\tend\nend",
    ],
    "polling-loop": [
        "local ready = false\nrepeat\n\tprint(1)\n\ttask.wait()\nuntil ready",
        "while true do\n\ttask.wait(1)\nend",
        "local n = 0\nwhile n < 3 do\n\tn += 1\n\ttask.wait(1)\nend",
        "game.Loaded:Wait()",
        "local s = 'repeat wait() until x'\nprint(s)",
    ],
    "while-wait-condition": [
        "while true do\n\ttask.wait(1)\nend",
        "local function wait2() return true end\nwhile wait2() do break end",
        "local wait = function() return false end\nwhile wait() do print(1) end",
        "local n = 0\nwhile n < 2 do\n\tn += 1\n\twait()\nend",
        "-- while wait() do\nprint(1)",
    ],
}
