"""Precision and recall of the api scorer's errors and warnings over a table of snippets, good and bad.

A row is a source and the checks that should object to it. Each pair of a source and a check counts once.
"""

from scorers.checks import CHECKS
from scorers.checks.check import API, INFO
from scorers.language import parse

LEAST = 0.95

BAD: list[tuple[str, set[str]]] = [
    ('local Player = game:GetService("LocalPlayer")\nprint(Player)', {"unknown-service"}),
    ('local tween = game:GetService("TweensService")\nprint(tween)', {"unknown-service"}),
    ('local rs = game:GetService("ReplicateStorage")\nrs.Foo:Destroy()', {"unknown-service"}),
    ('local label = Instance.new("TextLable")\nlabel.Parent = script.Parent', {"unknown-class"}),
    ('local v = Instance.new("Value")\nv.Name = "Coins"', {"unknown-class"}),
    ('local part = workspace:FindFirstChildWhichIsA("Parts")\nprint(part)', {"unknown-class"}),
    ('local c = Instance.new("Character")\nprint(c)', {"unknown-class"}),
    ('local value = Instance.new("ValueBase")\nprint(value)', {"not-creatable-class"}),
    ('local light = Instance.new("Light", workspace.Lamp)\nprint(light)', {"not-creatable-class"}),
    ('local mouse = Instance.new("Mouse")\nprint(mouse)', {"not-creatable-class"}),
    ('local gyro = Instance.new("BodyGyro")\ngyro.Parent = workspace.Car', {"deprecated-class"}),
    ('local part = Instance.new("Part")\npart.Transparancy = 0.5', {"unknown-member"}),
    ('local part = Instance.new("Part")\npart.Size = Vector3.new(1, 1, 1)\npart:SetPosition(Vector3.zero)', {"unknown-member"}),
    (
        'local Players = game:GetService("Players")\nPlayers.PlayerAdded:Connect(function(player)\n\tplayer:AddCoins(5)\nend)',
        {"unknown-member"},
    ),
    (
        'local Players = game:GetService("Players")\nfor _, player in Players:GetAllPlayers() do print(player) end',
        {"unknown-member"},
    ),
    ('local humanoid = script.Parent:WaitForChild("Humanoid")\nhumanoid.Speed = 20', {"unknown-member"}),
    ('local humanoid = script.Parent:WaitForChild("Humanoid")\nhumanoid:Damage(20)', {"unknown-member"}),
    ('local gui = Instance.new("TextButton")\ngui.OnClick:Connect(print)\ngui.Colour3 = Color3.new()', {"unknown-member"}),
    ("workspace.Part.Touched:Connect(function(hit)\n\tprint(hit.name)\nend)", {"unknown-member"}),
    ("local d = (workspace.A :: Part).Position - Vector3.zero\nprint(d.Length, d:Normalized())", {"unknown-member"}),
    ("local sound: Sound = script.Sound\nsound:PlaySound()", {"unknown-member"}),
    ("workspace:Clear()", {"unknown-member"}),
    ('local tween = game:GetService("TweenService")\ntween:Play()', {"unknown-member"}),
    (
        'local UIS = game:GetService("UserInputService")\nUIS.InputBegan:Connect(function(input)\n\tprint(input.Keycode)\nend)',
        {"unknown-member"},
    ),
    ("local connection = (script.Parent :: Part).Touched:Connect(print)\nconnection:Stop()", {"unknown-member"}),
    ('local part = Instance.new("Part")\npart.CFrame.Position = Vector3.zero', {"read-only-property"}),
    ('local part = Instance.new("Part")\npart.Size.X += 1', {"read-only-property"}),
    ('local Players = game:GetService("Players")\nPlayers.LocalPlayer.UserId = 5', {"read-only-property"}),
    ('local frame = Instance.new("Frame")\nframe.AbsoluteSize = Vector2.new(1, 2)', {"read-only-property"}),
    ('local sound = Instance.new("Sound")\nsound.IsPlaying = true', {"read-only-property"}),
    ('local mesh = Instance.new("MeshPart")\nmesh.MeshId = "rbxassetid://1"\nmesh.Parent = workspace', {"restricted-member"}),
    ('game:GetService("RunService"):Stop()', {"restricted-member"}),
    ("local key = Enum.KeyCode.Esc\nprint(key)", {"unknown-enum-item"}),
    ("workspace.Part.Material = Enum.Material.Steel", {"unknown-enum-item"}),
    ("print(Enum.HumanoidState.Jumping)", {"unknown-enum"}),
    ("print(Enum.EasingDirection.OutIn)", {"unknown-enum-item"}),
    ("local part: BasPart = workspace.Part\nprint(part)", {"unknown-type"}),
    ("local E = Enum.Material\nprint(E.Foo)", {"unknown-enum-item"}),
    ("if typeof(workspace.Door) == 'Part' then print(1) end", {"unknown-type-name"}),
    ('local part = workspace.FindFirstChild("Part")\nprint(part)', {"method-call-with-dot"}),
    ('local tool = Instance.new("Tool")\ntool.Clone().Parent = workspace', {"method-call-with-dot"}),
    ('local remote = Instance.new("RemoteEvent")\nremote.FireAllClients("hi")', {"method-call-with-dot"}),
    ("print(CFrame:new(1, 2, 3))", {"colon-on-function"}),
    ("print(string:format('%d', 1))", {"colon-on-function"}),
    ("task:delay(1, print)", {"colon-on-function"}),
    ("local list = {}\ntable.push(list, 1)", {"unknown-library-member"}),
    ("print(string.split('a b', ' '), string.strip(' a '))", {"unknown-library-member"}),
    ("print(math.randomint(1, 2))", {"unknown-library-member"}),
    ("local s = 'a'\nprint(s:startsWith('a'))", {"unknown-library-member"}),
    ("local f = io.open('a.txt', 'r')\nprint(f)", {"unavailable-library"}),
    ("os.exit()", {"unavailable-library"}),
    ("print(debug.getinfo(1))", {"unavailable-library"}),
    ("print(Vector3.fromXYZ(1, 2, 3))", {"unknown-datatype-member"}),
    ("print(Color3.fromRBG(1, 2, 3))", {"unknown-datatype-member"}),
    ("print(Vector3(1, 2, 3), CFrame(1, 2, 3))", {"unknown-datatype-member"}),
    ("print(Color3.new(200, 100, 50))", {"color3-out-of-range"}),
    ("script.Parent.Position = UDim2.new(0.5, 0.5)", {"udim2-arguments"}),
    ("print(Vector2.new(0, 0, 0))", {"constructor-arguments"}),
    (
        'local ask = Instance.new("RemoteFunction")\nask.OnServerInvoke:Connect(function() return 1 end)',
        {"callback-used-as-event"},
    ),
    ('local e = Instance.new("RemoteEvent")\ne.OnServerEvent = function(player) print(player) end', {"event-assigned"}),
    ("wait(3)\nspawn(function() print(1) end)", {"deprecated-global"}),
    ("while wait() do\n\tdelay(1, print)\nend", {"deprecated-global"}),
    ("script.Parent.Touched:connect(print)", {"deprecated-member"}),
    ("local hit = workspace:FindPartOnRay(Ray.new())\nprint(hit)", {"deprecated-member"}),
    ('local humanoid = script.Parent:WaitForChild("Humanoid")\nhumanoid:LoadAnimation(script.A):Play()', {"deprecated-member"}),
    (
        'local part = Instance.new("Part")\npart.Velocity = Vector3.yAxis\npart.brickColor = BrickColor.Red()',
        {"deprecated-member"},
    ),
    ('local model = Instance.new("Model")\nmodel:SetPrimaryPartCFrame(CFrame.new())\nmodel:remove()', {"deprecated-member"}),
    ("print(table.getn({ 1 }))", {"deprecated-member"}),
    (
        'local me = game:GetService("Players").LocalPlayer\nlocal stores = game:GetService("DataStoreService")\n'
        'print(me, stores:GetDataStore("x"))',
        {"wrong-side-api"},
    ),
    # What no rule of forward inference sees yet counts against recall.
    ("local function paint(target)\n\ttarget.Colour = Color3.new()\nend\npaint(workspace.Part :: Part)", {"unknown-member"}),
]

GOOD = [
    """
local Players = game:GetService("Players")
local function onPlayerAdded(player: Player)
	local leaderstats = Instance.new("Folder")
	leaderstats.Name = "leaderstats"
	local coins = Instance.new("IntValue")
	coins.Name = "Coins"
	coins.Value = 0
	coins.Parent = leaderstats
	leaderstats.Parent = player
	player.leaderstats.Coins.Value += 1
end
Players.PlayerAdded:Connect(onPlayerAdded)
for _, player in Players:GetPlayers() do
	task.spawn(onPlayerAdded, player)
end
""",
    """
local Players = game:GetService("Players")
local player = Players.LocalPlayer
local character = player.Character or player.CharacterAdded:Wait()
local humanoid = character:WaitForChild("Humanoid")
humanoid.WalkSpeed = 20
humanoid.Died:Connect(function() print(character.HumanoidRootPart.Position.Y) end)
print(character.Head.Size.X, player.PlayerGui.Main.Frame.Label.Text)
""",
    """
local Signal = {}
Signal.__index = Signal
function Signal.new() return setmetatable({ handlers = {} }, Signal) end
function Signal:connect(handler) table.insert(self.handlers, handler) end
function Signal:remove(handler) self.handlers[handler] = nil end
function Signal:wait() return coroutine.yield() end
local changed = Signal.new()
changed:connect(print)
changed:remove(print)
changed:wait()
return Signal
""",
    """
local TweenService = game:GetService("TweenService")
local part: BasePart = script.Parent
local info = TweenInfo.new(1, Enum.EasingStyle.Quad, Enum.EasingDirection.Out, -1, true)
local tween = TweenService:Create(part, info, { Position = part.Position + Vector3.yAxis * 5, Color = Color3.fromRGB(255, 0, 0) })
tween:Play()
tween.Completed:Wait()
""",
    """
local params = RaycastParams.new()
params.IgnoreWater = true
local result = workspace:Raycast(Vector3.zero, -Vector3.yAxis * 100, params)
if result then
	print(result.Instance.Name, result.Position.Magnitude, result.Normal:Dot(Vector3.yAxis), result.Material.Name)
end
""",
    """
local UserInputService = game:GetService("UserInputService")
UserInputService.InputBegan:Connect(function(input, processed)
	if processed or input.KeyCode == Enum.KeyCode.Unknown then return end
	if input.UserInputType == Enum.UserInputType.MouseButton1 then print(input.Position.X) end
end)
""",
    """
local ReplicatedStorage = game:GetService("ReplicatedStorage")
local remotes = ReplicatedStorage.Remotes
local buy = remotes:WaitForChild("Buy") :: RemoteFunction
buy.OnServerInvoke = function(player, id: string)
	return player:GetAttribute("Coins") and id:sub(1, 3) == "it_"
end
remotes.Say.OnServerEvent:Connect(function(player, text) print(player.DisplayName, text) end)
""",
    """
local t = table
local trim = function(s: string) return s:match('^%s*(.-)%s*$') end
print(t.concat({ 1 }), trim(' a '))
""",
    "local vec = Vector3.new(1, 2, 3)\nprint(vec.Unit * vec.Magnitude, vec:Lerp(Vector3.one, 0.5), vec:Cross(vec).X)",
    """
local cf = CFrame.lookAt(Vector3.zero, Vector3.one) * CFrame.Angles(0, math.rad(90), 0)
print(cf.LookVector, cf:Inverse())
""",
    "script.Disabled = true\nprint(script.Name, script.Config.Value, script.Parent.Parent)",
    """
local camera = workspace.CurrentCamera
camera.CameraType = Enum.CameraType.Scriptable
camera.CFrame = CFrame.new()
""",
    """
for _, child in script.Parent:GetChildren() do
	if child:IsA('BasePart') then child.Anchored = true child.Color = Color3.new(1, 1, 1) end
end
""",
    """
local gui = script.Parent
gui.Button.Activated:Connect(function() gui.Frame.Visible = not gui.Frame.Visible end)
gui.Enabled = true
""",
    """
local Knit = require(script.Knit)
local S = Knit.CreateService({ Name = 'S', Client = {} })
function S:KnitStart() self.Client:Foo() end
return S
""",
    """
local maid = require(script.Maid).new()
maid:GiveTask(workspace.ChildAdded:Connect(print))
maid:Destroy()
maid.Touched = print
""",
    """
local Enemy = {}
Enemy.__index = Enemy
function Enemy:IsA(name) return name == 'Enemy' end
function Enemy:Destroy() end
print(Enemy:IsA('Boss'))
""",
    """
local store = game:GetService('DataStoreService'):GetDataStore('x')
local ok, data = pcall(store.GetAsync, store, 'key')
print(ok, data)
""",
    """
local list: { Player } = {}
for i, player in list do print(i, player.Name, player.Team, player.leaderstats) end
""",
    "local wait = task.wait\nwait(1)\nlocal delay = 3\nprint(delay)",
    """
local http = game:GetService('HttpService')
local body = http:JSONEncode({ a = 1 })
print(http:JSONDecode(body).a, http:GenerateGUID(false))
""",
    "local rng = Random.new(1)\nprint(rng:NextInteger(1, 6), rng:NextNumber(), math.random(), math.clamp(5, 0, 1))",
    """
local Collection = game:GetService('CollectionService')
for _, lava in Collection:GetTagged('Lava') do lava.Touched:Connect(print) end
""",
    """
local tool = script.Parent
tool.Equipped:Connect(function() tool.Handle.Sound:Play() end)
tool.Activated:Connect(print)
""",
    """
local function f(o: BasePart | Model) if o:IsA('Model') then o:PivotTo(CFrame.new()) else o.CFrame = CFrame.new() end end
print(f)
""",
    """
local model = workspace.Car:Clone()
model:PivotTo(CFrame.new(0, 5, 0))
model.PrimaryPart.Anchored = true
model.Parent = workspace
""",
    "print(Color3.new(255 / 255, 0, 0), UDim2.new(1, -10, 0, 5), UDim2.fromScale(1, 1), BrickColor.new('Red').Color)",
    """
local prompt = Instance.new('ProximityPrompt')
prompt.ActionText = 'Open'
prompt.Triggered:Connect(function(player) player:Kick('x') end)
""",
    """
local animator = script.Parent.Humanoid:WaitForChild('Animator')
local track = animator:LoadAnimation(script.Walk)
track:Play(0.1)
track.Looped = true
""",
    """
local buf = buffer.create(8)
buffer.writeu8(buf, 0, 255)
print(buffer.readu8(buf, 0), bit32.band(1, 3), utf8.len('a'), os.date('*t').hour)
""",
    """
local data = { Position = { X = 1 }, Enum = { A = 1 }, io = { open = print } }
data.Position.X = 5
print(data.Enum.A, data.io.open)
""",
    """
local sound = Instance.new('Sound')
sound.SoundId = 'rbxassetid://1'
sound.Volume = 0.5
sound.Parent = workspace
sound:Play()
sound.Ended:Wait()
""",
    """
local Market = game:GetService('MarketplaceService')
Market.ProcessReceipt = function(info) return Enum.ProductPurchaseDecision.PurchaseGranted end
""",
    """
local obj = Instance.new('ObjectValue')
obj.Value = workspace.Part
print(obj.Value.Name)
obj.Changed:Connect(function(value) print(value) end)
""",
]

CHECKED = [check for check in CHECKS if check.scorer == API and check.severity is not INFO]


def fired(code: str) -> set[str]:
    """Checks of the api scorer that find an error or a warning."""
    unit = parse(code)
    assert unit.errors == (), code
    return {check.id for check in CHECKED for finding in check.run(unit) if finding.severity is not INFO}


def test_precision_and_recall() -> None:
    assert len(BAD) + len(GOOD) >= 60
    rows = [*BAD, *((code, set()) for code in GOOD)]
    right = wrong = missed = 0
    for code, expected in rows:
        found = fired(code)
        right += len(found & expected)
        wrong += len(found - expected)
        missed += len(expected - found)
    assert right / (right + wrong) >= LEAST
    assert right / (right + missed) >= LEAST


def test_every_error_and_warning_has_a_bad_row() -> None:
    assert {check.id for check in CHECKED} - set().union(*(expected for _, expected in BAD)) == set()
