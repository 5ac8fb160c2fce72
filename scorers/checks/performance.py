"""Work that is done far more often than needed: in each round of a loop, or in each frame."""

from collections.abc import Iterator

from scorers.checks.check import BUGS, INFO, WARNING, Finding, at, check
from scorers.checks.frames import frame_of, has_frames, is_limited
from scorers.language.exits import loop_around
from scorers.language.expressions import Binary, Call, MethodCall
from scorers.language.numbers import number_value
from scorers.language.operators import ungrouped
from scorers.language.rounds import is_small
from scorers.language.statements import If, Local, Stat, While
from scorers.language.unit import Unit
from scorers.roblox.inference import literal


@check("table-insert-front", BUGS, INFO)
def table_insert_front(unit: Unit) -> Iterator[Finding]:
    """`table.insert(t, 1, x)` moves every element up; in a loop that takes quadratic time.

    Loops of a few rounds and loops that wait in each round are left alone.

    Bad:
        for _, line in ipairs(lines) do table.insert(result, 1, line) end
    Good:
        for _, line in ipairs(lines) do table.insert(result, line) end
    Source: docs, performance optimization; practice.
    """
    for call in unit.calls("table.insert"):
        if len(call.args) == 3 and number_value(call.args[1]) == 1 and _is_repeated(unit, call):
            message = f"each insertion at the front of `{unit.text(call.args[0])}` moves all its elements"
            yield at(call, message, "append, and go over the table backwards or reverse it once")


@check("table-remove-front", BUGS, INFO)
def table_remove_front(unit: Unit) -> Iterator[Finding]:
    """`table.remove(t, 1)` moves every element down; a queue that is emptied this way takes quadratic time.

    Trimming to a length, and loops that wait in each round, are left alone.

    Bad:
        while #queue > 0 do
            local node = table.remove(queue, 1)
            print(node)
        end
    Good:
        local head = 1
        while queue[head] do
            print(queue[head])
            head += 1
        end
    Source: docs, performance optimization; practice.
    """
    for call in unit.calls("table.remove"):
        if len(call.args) == 2 and number_value(call.args[1]) == 1 and _is_repeated(unit, call) and not _trims(unit, call):
            message = f"each removal at the front of `{unit.text(call.args[0])}` moves all its elements"
            yield at(call, message, "keep the index of the first element in a variable")


def _is_repeated(unit: Unit, node: Call) -> bool:
    loop = loop_around(unit, node)
    while loop is not None and is_small(unit, loop):
        loop = loop_around(unit, loop)
    return loop is not None and not _waits(unit, loop)


def _waits(unit: Unit, loop: Stat) -> bool:
    """Whether a loop yields: then the waiting costs more than the work."""
    memo: dict[Stat, bool] = unit.memo.setdefault("loops that wait", {})
    if loop not in memo:
        memo[loop] = any(loop.start <= call.start < loop.end for call in _yields(unit))
    return memo[loop]


def _yields(unit: Unit) -> list[Call | MethodCall]:
    """The calls that yield."""
    found: list[Call | MethodCall] | None = unit.memo.get("yields")
    if found is None:
        methods = (call for name, calls in unit.method_calls.items() if _yielding(name) for call in calls)
        found = unit.memo["yields"] = [*unit.calls("task.wait"), *unit.calls("wait"), *methods]
    return found


def _yielding(method: str) -> bool:
    return method in ("Wait", "wait", "InvokeServer", "InvokeClient") or method.endswith("Async")


def _trims(unit: Unit, call: Call) -> bool:
    """Whether a test of the length around a removal keeps it to the surplus: `while #log > 100 do`."""
    length = f"#{unit.text(call.args[0])}"
    for around in unit.ancestors(call):
        conditions = around.conditions if isinstance(around, If) else [around.condition] if isinstance(around, While) else []
        for condition in conditions:
            test = ungrouped(condition)
            if isinstance(test, Binary) and test.op in (">", ">=") and unit.text(test.left) == length:
                return number_value(test.right) != 0
    return False


@check("service-lookup-in-loop", BUGS, INFO)
def service_lookup_in_loop(unit: Unit) -> Iterator[Finding]:
    """A service never changes: fetch it once, at the top of the script, instead of in each round or frame.

    Bad:
        while true do
            print(#game:GetService("Players"):GetPlayers())
            task.wait(1)
        end
    Good:
        local Players = game:GetService("Players")
        while true do
            print(#Players:GetPlayers())
            task.wait(1)
        end
    Source: Roblox Lua style guide (services at the top of the file).
    """
    for call in unit.methods("GetService"):
        if type(unit.parents.get(call)) is Local and unit.parents.get(unit.parents[call]) is unit.tree:
            continue  # the usual place, passed over for speed
        service = literal(call.args[0]) if call.args else None
        if service is not None and (loop_around(unit, call) is not None or frame_of(unit, call) is not None):
            message = f"`{service}` is looked up again in each round"
            yield at(call, message, f'write `local {service} = game:GetService("{service}")` at the top of the script')


@check("yield-in-per-frame-handler", BUGS, WARNING)
def yield_in_per_frame_handler(unit: Unit) -> Iterator[Finding]:
    """A handler that waits is started again in the next frame all the same: dozens of them pile up.

    Bad:
        local RunService = game:GetService("RunService")
        RunService.Heartbeat:Connect(function()
            task.wait(1)
            print("tick")
        end)
    Good:
        task.spawn(function()
            while true do
                task.wait(1)
                print("tick")
            end
        end)
    Source: docs, performance optimization (RunService events).
    """
    if not has_frames(unit):
        return
    for call in _yields(unit):
        yield from _each_frame(
            unit, call, "yields while the next frames start it again", "use a loop with `task.wait()` for this"
        )


@check("get-descendants-per-frame", BUGS, WARNING)
def get_descendants_per_frame(unit: Unit) -> Iterator[Finding]:
    """`GetDescendants` makes a table of everything below an object; sixty times a second that costs more than the game.

    Bad:
        local RunService = game:GetService("RunService")
        RunService.Heartbeat:Connect(function()
            for _, part in workspace:GetDescendants() do print(part) end
        end)
    Good:
        local RunService = game:GetService("RunService")
        local parts = workspace:GetDescendants()
        RunService.Heartbeat:Connect(function()
            for _, part in parts do print(part) end
        end)
    Source: docs, performance optimization (script computation).
    """
    if has_frames(unit):
        for call in unit.methods("GetDescendants"):
            yield from _each_frame(unit, call, "lists all descendants", "list them once and keep the list with DescendantAdded")


@check("instance-new-per-frame", BUGS, WARNING)
def instance_new_per_frame(unit: Unit) -> Iterator[Finding]:
    """Making an object in each frame fills the memory and keeps the engine busy; make it once and reuse it.

    Bad:
        local RunService = game:GetService("RunService")
        RunService.RenderStepped:Connect(function()
            local part = Instance.new("Part")
            part.Parent = workspace
        end)
    Good:
        local RunService = game:GetService("RunService")
        local part = Instance.new("Part")
        part.Parent = workspace
        RunService.RenderStepped:Connect(function(delta)
            part.CFrame *= CFrame.Angles(0, delta, 0)
        end)
    Source: docs, performance optimization (memory and script computation).
    """
    if has_frames(unit):
        for call in unit.calls("Instance.new"):
            yield from _each_frame(unit, call, "makes a new object", "make it once outside and reuse it")


@check("fireall-per-frame", BUGS, WARNING)
def fireall_per_frame(unit: Unit) -> Iterator[Finding]:
    """A message to all players in each frame fills the network; send at a fixed rate, or when something changes.

    Bad:
        local RunService = game:GetService("RunService")
        RunService.Heartbeat:Connect(function() remote:FireAllClients(state) end)
    Good:
        local RunService = game:GetService("RunService")
        local elapsed = 0
        RunService.Heartbeat:Connect(function(delta)
            elapsed += delta
            if elapsed >= 0.1 then
                elapsed = 0
                remote:FireAllClients(state)
            end
        end)
    Source: docs, performance optimization (networking and replication).
    """
    if has_frames(unit):
        for call in unit.methods("FireAllClients"):
            yield from _each_frame(unit, call, "sends to all players", "send at a fixed rate: add up the time and test it")


def _each_frame(unit: Unit, call: Call | MethodCall, what: str, hint: str) -> Iterator[Finding]:
    frame = frame_of(unit, call)
    if frame is not None and not is_limited(unit, call, frame[0]):
        name = f":{call.name}" if isinstance(call, MethodCall) else unit.text(call.function)
        yield at(call, f"`{name}` in a handler of {frame[1]} {what} in every frame", hint)
