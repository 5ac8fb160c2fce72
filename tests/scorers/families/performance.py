"""Snippets for the checks of work done too often."""

RUN = 'local RunService = game:GetService("RunService")\n'
TWEEN = 'local TweenService = game:GetService("TweenService")\n'

FIRES = {
    "table-insert-front": [
        "for _, line in ipairs(lines) do table.insert(result, 1, line) end",
        "while more() do table.insert(stack, 1, read()) end",
        "for i = 1, 500 do table.insert(t, 1, i) end",
        "for _, a in xs do for i = 1, 3 do table.insert(t, 1, a) end end",
    ],
    "table-remove-front": [
        "while #queue > 0 do local node = table.remove(queue, 1) visit(node) end",
        "repeat f(table.remove(open, 1)) until #open == 0",
        "for i = 1, #t do f(table.remove(t, 1)) end",
        "while next(queue) do local n = table.remove(queue, 1) for _, m in n.links do table.insert(queue, m) end end",
    ],
    "service-lookup-in-loop": [
        'while true do print(#game:GetService("Players"):GetPlayers()) task.wait(1) end',
        'for _, part in parts do game:GetService("CollectionService"):AddTag(part, "x") end',
        'for i = 1, 10 do local Debris = game:GetService("Debris") Debris:AddItem(t[i], 1) end',
        RUN + 'RunService.Heartbeat:Connect(function() f(game:GetService("Lighting")) end)',
    ],
    "yield-in-per-frame-handler": [
        RUN + "RunService.Heartbeat:Connect(function() task.wait(1) print('tick') end)",
        RUN + "RunService.RenderStepped:Connect(function() local r = remote:InvokeServer() f(r) end)",
        'game:GetService("RunService").Stepped:Connect(function() if player.Character then wait(0.1) end end)',
        RUN + "local function update() signal:Wait() end\nRunService.PreSimulation:Connect(update)",
        RUN + 'RunService:BindToRenderStep("x", 1, function() store:GetAsync("k") end)',
    ],
    "get-descendants-per-frame": [
        RUN + "RunService.Heartbeat:Connect(function() for _, p in workspace:GetDescendants() do f(p) end end)",
        RUN + "RunService.RenderStepped:Connect(function() local c = player.Character if c then f(c:GetDescendants()) end end)",
        RUN
        + "local function step() if not model then return end f(model:GetDescendants()) end\nRunService.PostSimulation:Connect(step)",
        RUN + 'RunService:BindToRenderStep("x", 1, function() f(map:GetDescendants()) end)',
    ],
    "instance-new-per-frame": [
        RUN + 'RunService.RenderStepped:Connect(function() local p = Instance.new("Part") p.Parent = workspace end)',
        RUN + 'RunService.Heartbeat:Connect(function() for _, e in enemies do Instance.new("Part", e) end end)',
        RUN + 'RunService.Heartbeat:Connect(function() if enabled then Instance.new("Part") end end)',
        RUN + 'RunService.Stepped:Connect(function() local r = f() if not r then return end Instance.new("Beam") end)',
    ],
    "fireall-per-frame": [
        RUN + "RunService.Heartbeat:Connect(function() remote:FireAllClients(state) end)",
        RUN + "RunService.Heartbeat:Connect(function(dt) time += dt remote:FireAllClients(time) end)",
        RUN + "local function sync() remote:FireAllClients(1) end\nRunService.PostSimulation:Connect(sync)",
        RUN + "RunService.Heartbeat:Connect(function() if remote then remote:FireAllClients(state) end end)",
    ],
    "tween-never-played": [
        TWEEN + "local t = TweenService:Create(part, info, { Transparency = 1 })\nt.Completed:Wait()",
        TWEEN + "TweenService:Create(part, info, { Transparency = 1 })",
        'game:GetService("TweenService"):Create(part, info, goal)',
        TWEEN + "local function fade() local t = TweenService:Create(part, info, goal) t:Cancel() end",
        TWEEN + "TweenService:Create(part, info, goal).Completed:Wait()",
        "local tween\ntween = TweenService:Create(part, info, goal)",
    ],
    "load-animation-per-call": [
        "tool.Activated:Connect(function() local t = animator:LoadAnimation(slash) t:Play() end)",
        "UserInputService.InputBegan:Connect(function(input) animator:LoadAnimation(jump):Play() end)",
        "local function swing() local t = hum.Animator:LoadAnimation(a) t:Play() end\ntool.Activated:Connect(swing)",
        RUN + "RunService.Heartbeat:Connect(function() local t = animator:LoadAnimation(a) t:Play() end)",
        "part.Touched:Connect(function(hit) local track = getAnimator(hit):LoadAnimation(a) track:Play() end)",
    ],
}

SILENT = {
    "table-insert-front": [
        "table.insert(t, 1, x)",
        "for _, line in lines do table.insert(result, line) end",
        "for i = 1, 5 do table.insert(t, 1, i) end",
        "while true do table.insert(history, 1, f()) task.wait(1) end",
        "for _, x in xs do table.insert(t, 2, x) end",
        "for _, p in players do p.Chatted:Connect(function(m) table.insert(log, 1, m) end) end",
    ],
    "table-remove-front": [
        "local first = table.remove(queue, 1)",
        "while #queue > 0 do f(table.remove(queue)) end",
        "while #log > MAX do table.remove(log, 1) end",
        "while true do if #jobs > 0 then run(table.remove(jobs, 1)) end task.wait() end",
        "for _, m in messages do table.insert(log, m) if #log > 100 then table.remove(log, 1) end end",
        "for i = 1, 3 do f(table.remove(hand, 1)) end",
    ],
    "service-lookup-in-loop": [
        'for _, p in game:GetService("Players"):GetPlayers() do f(p) end',
        "for _, name in names do services[name] = game:GetService(name) end",
        'local Players = game:GetService("Players")\nwhile true do f(Players) task.wait() end',
        'for _, b in buttons do b.Activated:Connect(function() game:GetService("GuiService"):CloseInspectMenu() end) end',
        '-- while true do game:GetService("Players") end\nlocal s = 1',
        'local function get() return game:GetService("Players") end',
    ],
    "yield-in-per-frame-handler": [
        "while true do task.wait(1) print('tick') end",
        RUN + "RunService.Heartbeat:Connect(function() task.spawn(function() task.wait(1) end) end)",
        RUN + "RunService.Heartbeat:Connect(function() if not busy then busy = true task.wait(1) busy = false end end)",
        RUN + "RunService.Heartbeat:Once(function() task.wait(1) end)",
        RUN + "RunService.Heartbeat:Wait()\ntask.wait(1)",
        "part.Touched:Connect(function() task.wait(1) end)",
        "animation.Stepped:Connect(function() task.wait(1) end)",
        RUN + "RunService.Heartbeat:Connect(function(dt) acc += dt if acc < 5 then return end acc = 0 store:SetAsync(k, v) end)",
    ],
    "get-descendants-per-frame": [
        RUN + "local parts = workspace:GetDescendants()\nRunService.Heartbeat:Connect(function() f(parts) end)",
        RUN + "RunService.Heartbeat:Connect(function(dt) t += dt if t > 1 then t = 0 f(m:GetDescendants()) end end)",
        "part.Touched:Connect(function() f(m:GetDescendants()) end)",
        RUN + "RunService.Heartbeat:Connect(function() if os.clock() - last < 1 then return end f(m:GetDescendants()) end)",
        RUN + "RunService.Heartbeat:Connect(function() task.defer(function() f(m:GetDescendants()) end) end)",
    ],
    "instance-new-per-frame": [
        RUN + 'local p = Instance.new("Part")\nRunService.RenderStepped:Connect(function() p.CFrame = f() end)',
        RUN + 'RunService.Heartbeat:Connect(function() if not beam then beam = Instance.new("Beam") end end)',
        RUN + 'RunService.Heartbeat:Connect(function() if tick() - last > 2 then last = tick() Instance.new("Part") end end)',
        RUN + 'RunService.Heartbeat:Connect(function() while #pool < 10 do Instance.new("Part") end end)',
        RUN + 'RunService.Heartbeat:Connect(function() if state ~= "on" then return end p = p or Instance.new("Part") end)',
    ],
    "fireall-per-frame": [
        RUN + "RunService.Heartbeat:Connect(function(dt) e += dt if e >= 0.1 then e = 0 r:FireAllClients(s) end end)",
        "Players.PlayerAdded:Connect(function(p) r:FireAllClients(p.Name) end)",
        RUN + "RunService.Heartbeat:Connect(function() if dirty then dirty = false r:FireAllClients(s) end end)",
        RUN + "RunService.Heartbeat:Connect(function() local n = f() if n ~= shown then shown = n r:FireAllClients(n) end end)",
        RUN + "RunService.Heartbeat:Connect(function() if frame % 30 ~= 0 then return end r:FireAllClients(s) end)",
        RUN + "RunService.Heartbeat:Connect(function() r:FireClient(player, s) end)",
    ],
    "tween-never-played": [
        TWEEN + "TweenService:Create(part, info, goal):Play()",
        TWEEN + "local t = TweenService:Create(part, info, goal)\nt:Play()",
        TWEEN + "local function make() return TweenService:Create(part, info, goal) end",
        TWEEN + "tweens[part] = TweenService:Create(part, info, goal)",
        TWEEN + "local t = TweenService:Create(part, info, goal)\nplayAll(t)",
        TWEEN + "local t = TweenService:Create(part, info, goal)\nlocal list = { t }",
        TWEEN + "local t = (TweenService:Create(part, info, goal) :: Tween)\nbutton.Activated:Connect(function() t:Play() end)",
        TWEEN + "local tween\nlocal function go() tween = TweenService:Create(p, i, g) tween:Play() end",
        "local x = Factory:Create(1, 2, 3)",
        TWEEN + "local t = TweenService:Create(part, info, goal)\npcall(t.Play, t)",
    ],
    "load-animation-per-call": [
        "local t = animator:LoadAnimation(slash)\ntool.Activated:Connect(function() t:Play() end)",
        "tool.Equipped:Connect(function() track = animator:LoadAnimation(idle) track:Play() end)",
        "player.CharacterAdded:Connect(function(c) local t = c.Humanoid.Animator:LoadAnimation(a) t:Play() end)",
        "local t\ntool.Activated:Connect(function() if not t then t = animator:LoadAnimation(a) end t:Play() end)",
        "tool.Activated:Connect(function() local t = cache[a] or animator:LoadAnimation(a) t:Play() end)",
        "tool.Activated:Connect(function() local t = animator:LoadAnimation(a) cache[a] = t t:Play() end)",
        "local function load(a) return animator:LoadAnimation(a) end",
    ],
}
