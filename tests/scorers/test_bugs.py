"""The bugs scorer, check by check: what fires and what stays silent."""

import pytest

from scorers.score import score
from tests.scorers.checks import ACCEPTED, found

STORE = 'local store = game:GetService("DataStoreService"):GetDataStore("x")\n'

FIRING = {
    "unchecked-find-first-child": [
        'm:FindFirstChild("A").Name = "b"',
        'm:FindFirstChild("A"):Destroy()',
        'local h = c:FindFirstChildOfClass("Humanoid")\nh.Health = 0',
        'local a = m:FindFirstChild("A")\nlocal b = 1\nprint(a.Value + b)',
        'm:FindFirstAncestorWhichIsA("Model"):PivotTo(x)',
    ],
    "infinite-loop-no-yield": [
        "while true do end",
        "while true do count += 1 print(count) end",
        "repeat x = math.random() until false",
        "local function f() print(1) end\nwhile true do f() end",
        "while true do for i = 1, 3 do break end end",
        "while true do task.spawn(function() task.wait(1) end) end",
        "while 1 do part:Destroy() end",
    ],
    "datastore-no-pcall": [
        STORE + "local v = store:GetAsync(key)",
        STORE + "Players.PlayerRemoving:Connect(function(p) store:SetAsync(p.UserId, 1) end)",
        STORE + "local function save(p) store:UpdateAsync(p, f) end\nsave(1)",
        'DSS:GetDataStore("x"):RemoveAsync(key)',
        'self.store = D:GetOrderedDataStore("x")\nfunction M:get() return self.store:GetSortedAsync(true, 5) end',
    ],
    "global-variable": ["count = 0", "local x = 1\ntotal = x", "if a then b = 1 end", "a, b = 1, 2", "f()\nx = 1"],
    "global-function": [
        "function f() end",
        "function onTouched(hit) print(hit) end",
        "local x = 1\nfunction go() return x end",
    ],
    "while-wait-condition": ["while wait() do f() end", "while task.wait(1) do f() end", "while wait(0.1) do f() end"],
    "polling-loop": [
        "repeat task.wait() until player.Character",
        "while not ready do task.wait(0.1) end",
        "repeat wait() until x ~= nil",
    ],
}

SILENT = {
    "unchecked-find-first-child": [
        'local a = m:FindFirstChild("A")\nif a then a.Value = 1 end',
        'local a = m:FindFirstChild("A")\nif not a then return end\na.Value = 1',
        'local a = assert(m:FindFirstChild("A"))\na.Value = 1',
        'local a = m:FindFirstChild("A")\nassert(a)\na.Value = 1',
        'local a = m:FindFirstChild("A") or make()\na.Value = 1',
        'local a = m:FindFirstChild("A") :: Part\na.Name = "x"',
        'if m:FindFirstChild("A") and m:FindFirstChild("A").Value then f() end',
        'm:WaitForChild("A").Value = 1',
        '-- m:FindFirstChild("A").Value\nf(\'m:FindFirstChild("A").Value\')',
        'local a = m:FindFirstChild("A")\nwhile a == nil do task.wait() end\na.Value = 1',
        'return m:FindFirstChild("A")',
    ],
    "infinite-loop-no-yield": [
        "while true do task.wait() end",
        "while true do if x then break end end",
        "while running do end",
        "local function f() while true do return 1 end end",
        "local function f() task.wait() end\nwhile true do f() end",
        "while true do unknown() end",
        "while true do signal:Wait() end",
        "repeat task.wait() until false",
        "while true do coroutine.yield() end",
        "-- while true do end\nlocal s = 'while true do end'",
        "while true do require 'x' end",
    ],
    "datastore-no-pcall": [
        STORE + "local ok, v = pcall(function() return store:GetAsync(key) end)",
        STORE + "local ok, v = pcall(store.GetAsync, store, key)",
        STORE + "local function load() return store:GetAsync(key) end\nlocal ok, v = pcall(load)",
        STORE + "retry(function() store:SetAsync(key, 1) end)",
        "local v = cache:GetAsync(key)",
        STORE + "-- store:GetAsync(key)",
    ],
    "global-variable": [
        "local x\nx = 1",
        "t.x = 1",
        "local t = { a = 1, b = 2 }",
        "for i = 1, 3 do f(i) end",
        "type T = number\nexport type U = T",
        "local a: number, b: string = 1, 's'",
        "const x = 1",
        "local function f(a) a = 2 return a end",
        "self.value, t.y = 1, 2",
        "type G<A, B = string> = A | B",
    ],
    "global-function": [
        "local function f() end",
        "function M.f() end",
        "function M:f() end",
        "local f\nfunction f() end",
        "type function f() end",
    ],
    "while-wait-condition": ["while true do task.wait() end", "while waiting do f() end", "while x.wait() do f() end"],
    "polling-loop": [
        "repeat task.wait() f() until x",
        "while not x do f() task.wait() end",
        "repeat task.wait() until false",
    ],
}


@pytest.mark.parametrize(("check", "code"), [(check, code) for check, codes in FIRING.items() for code in codes])
def test_fires(check: str, code: str) -> None:
    report = score(code, compiled=ACCEPTED)
    assert check in {diagnostic.check for diagnostic in report.diagnostics}
    assert report.scores["bugs"] < 1.0


@pytest.mark.parametrize(("check", "code"), [(check, code) for check, codes in SILENT.items() for code in codes])
def test_stays_silent(check: str, code: str) -> None:
    assert check not in found(code)


def test_finding_is_at_its_place() -> None:
    report = score('local a = m:FindFirstChild("A")\n\n  a.Value = 1', compiled=ACCEPTED)
    bug = next(diagnostic for diagnostic in report.diagnostics if diagnostic.scorer == "bugs")
    assert (bug.line, bug.column) == (3, 3)
