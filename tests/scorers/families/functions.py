"""Snippets for the checks of what functions and modules return."""

FIRES = {
    "missing-return-path": [
        "local function f(rank) if rank == 1 then return 100 elseif rank == 2 then return 50 end end",
        "function M.peek(heap) if heap.size > 0 then return heap.items[1] end end",
        "local function get(x) return x end\nlocal function f(x) if x.on then return get(x) end g(x) end",
        "table.sort(t, function(a, b) if a.x ~= b.x then return a.x < b.x end end)",
        "local function find(t, x) for i, v in t do if v == x then return i end end end",
        "local function f(x) while x do if x.y then return x.y end break end end",
    ],
    "module-no-return": [
        "local M = {}\nfunction M.add(a, b) return a + b end",
        "local Stack = {}\nStack.__index = Stack\nfunction Stack.new() return setmetatable({}, Stack) end\nfunction Stack:push(x) self[#self + 1] = x end",
        "local Players = game:GetService('Players')\nlocal Util = {}\nlocal function helper() return Players end\nfunction Util.get() return helper() end",
        "--!strict\nexport type Item = { id: number }\nlocal M = {}\nM.VERSION = 1\nfunction M.make(): Item return { id = 1 } end",
    ],
}

SILENT = {
    "missing-return-path": [
        "local function f(x) if x then return 1 else return 2 end end",
        "local function f(x) if x then return 1 end error('no') end",
        "local function f(x) if x then return 1 end assert(false) end",
        "local function f(x) if not x then return nil end g(x) end",
        "local function f(x) if not x then return end g(x) end",
        "local function f(x) if not x then return warn('no') end g(x) end",
        "local function f() while true do if ready() then return 1 end task.wait() end end",
        "part.Touched:Connect(function(hit) if not hit then return false end g(hit) end)",
        "local function f(x) if x then return 1 end return end",
        "local function f(p) if p.bad then return p:Kick('no') end g(p) end",
        "local function stop(x) x.on = false end\nlocal function f(x) if x.on then return stop(x) end g(x) end",
        "task.spawn(function() if not x then return g() end h() end)",
        "CAS:BindAction('x', function(_, s) if s ~= 1 then return Enum.ContextActionResult.Pass end g() end, false)",
        "local function f() g(function() return 1 end) end",
        "local function has(t, x) for _, v in t do if v == x then return true end end end",
        "local function f(x) repeat local y = g() if y then return y end until false end",
    ],
    "module-no-return": [
        "local M = {}\nfunction M.add(a, b) return a + b end\nreturn M",
        "local M = {}\nfunction M.start() print(1) end\nM.start()",
        "local state = {}\nstate.count = 0\nprint(state.count)",
        "local Round = {}\nfunction Round.go() print(1) end\nworkspace.Part.Touched:Connect(Round.go)",
        "local M = {}\nfunction M.f() return 1 end\n_G.M = M",
        "function helper() return 1 end",
        "local t = {}\nlocal function f() return t end",
        "local A = {}\nfunction A.f() return 1 end\nlocal B = {}\nfunction B.f() return 2 end\nreturn { A, B }",
    ],
}
