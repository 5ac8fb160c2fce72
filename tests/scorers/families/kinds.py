"""Snippets for `scorers.checks.kinds` and `scorers.checks.handed`."""

_INPUT = 'game:GetService("UserInputService").InputBegan:Connect(function(input)\n'

FIRES = {
    "unknown-type-name": [
        'if typeof(hit) == "Part" then print(1) end',
        'if type(value) == "Table" then print(1) end',
        "if type(value) == table then print(1) end",
        'if "vector3" == typeof(value) then print(1) end',
        'local isInstance = type(value) == "Instance"\nprint(isInstance)',
        'assert(typeof(position) ~= "string" or type(position) ~= "CFrame")',
    ],
    "enum-comparison": [
        _INPUT + '\tif input.KeyCode == "E" then print(1) end\nend)',
        _INPUT + "\tif input.UserInputType == Enum.KeyCode.E then print(1) end\nend)",
        'local part = Instance.new("Part")\nif part.Material ~= "Neon" then part:Destroy() end',
        'local humanoid = Instance.new("Humanoid")\nif "Jumping" == humanoid.RigType then print(1) end',
    ],
    "called-instead-of-passed": [
        "local function onTouched() print(1) end\nscript.Parent.Touched:Connect(onTouched())",
        "function onTouched(hit) print(hit) end\nscript.Parent.Touched:Connect(onTouched(script))",
        'script.Parent.Activated:Connect(print("clicked"))',
        'task.spawn(print("now"))',
        "task.delay(5, workspace.Part:Destroy())",
        "local ok, data = pcall(store:GetAsync(key))\nprint(ok, data)",
        "local function loop() while true do task.wait() end end\ncoroutine.wrap(loop())()",
        "local ok, n = pcall(tonumber(text))\nprint(ok, n)",
    ],
}

SILENT = {
    "unknown-type-name": [
        'if typeof(hit) == "Instance" and hit:IsA("Part") then print(1) end',
        'if type(value) == "table" or typeof(value) == "Vector3" then print(1) end',
        "if type(a) == type(b) then print(1) end",
        'local table = "table"\nif type(value) == table then print(1) end',
        'local function typeof(value) return value.kind end\nprint(typeof({}) == "Part")',
        'if typeof(value) == "EnumItem" or typeof(value) == "RBXScriptConnection" then print(1) end',
        'if typeof(value) == "MyProxy" then print(1) end',
        'if t.type(value) == "Part" then print(1) end',
    ],
    "enum-comparison": [
        _INPUT + "\tif input.KeyCode == Enum.KeyCode.E then print(1) end\nend)",
        _INPUT + '\tif input.KeyCode.Name == "E" then print(1) end\nend)',
        'local settings = { KeyCode = "E" }\nif settings.KeyCode == "E" then print(1) end',
        "local function is(input, key) return input.KeyCode == key end\nprint(is)",
        "local keys = require(script.Keys)\n" + _INPUT + "\tif input.KeyCode == keys.Open then print(1) end\nend)",
        'local part = Instance.new("Part")\nif part.Name == "Neon" then part:Destroy() end',
    ],
    "called-instead-of-passed": [
        "local function onTouched() print(1) end\nscript.Parent.Touched:Connect(onTouched)",
        "local function handler(name) return function() print(name) end end\nscript.Parent.Touched:Connect(handler('a'))",
        "local debounce = require(script.Debounce)\nscript.Parent.Touched:Connect(debounce(print))",
        "task.spawn(coroutine.create(print))",
        "task.spawn(coroutine.running())",
        "local ok = pcall(makeJob())\nprint(ok)",
        "pcall(store.GetAsync, store, key)",
        "script.Parent.Touched:Connect(self:wrap(print))",
        "local graph = require(script.Graph)\ngraph:Connect(print('x'), graph)",
    ],
}
