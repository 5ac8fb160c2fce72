"""Tweens and animation tracks that are made and not used, or made again and again."""

from collections.abc import Iterator

from scorers.checks.check import BUGS, WARNING, Finding, at, check
from scorers.checks.frames import EVENTS
from scorers.language.expressions import Binary, Cast, Expr, Group, Index, MethodCall, Name
from scorers.language.node import Node
from scorers.language.statements import Assign, CallStatement, Local
from scorers.language.unit import Unit, Variable
from scorers.roblox.inference import handler_of, service_of

_INPUT_EVENTS = frozenset((
    "InputBegan", "InputEnded", "InputChanged", "Activated", "Touched", "Triggered", "MouseClick", "MouseButton1Click",
    "MouseButton1Down", "Button1Down", "Running", "Jumping",
))  # fmt: skip


@check("tween-never-played", BUGS, WARNING)
def tween_never_played(unit: Unit) -> Iterator[Finding]:
    """`TweenService:Create` only makes a tween; nothing moves before `:Play()`.

    A tween that is returned, stored or handed on may be played elsewhere.

    Bad:
        local TweenService = game:GetService("TweenService")
        local tween = TweenService:Create(part, TweenInfo.new(1), { Transparency = 1 })
        tween.Completed:Wait()
    Good:
        local TweenService = game:GetService("TweenService")
        local tween = TweenService:Create(part, TweenInfo.new(1), { Transparency = 1 })
        tween:Play()
        tween.Completed:Wait()
    Source: docs, TweenService:Create.
    """
    for call in unit.methods("Create"):
        if len(call.args) == 3 and _is_tween_service(unit, call.object):
            around, node = _holder(unit, call)
            variable = _variable(unit, around, node)
            if isinstance(around, CallStatement) or _is_looked_at(around, node) or (variable and not _is_used(unit, variable)):
                name = f"`{variable.name}`" if variable is not None else "this tween"
                yield at(call, f"{name} is made and never played", "call `:Play()` on it")


def _is_tween_service(unit: Unit, node: Expr) -> bool:
    return service_of(unit, node) == "TweenService" or (isinstance(node, Name | Index) and node.name == "TweenService")


def _holder(unit: Unit, node: Node) -> tuple[Node | None, Node]:
    """What an expression is part of, and the part, without parentheses and casts."""
    around = unit.parents.get(node)
    while isinstance(around, Group | Cast):
        node, around = around, unit.parents.get(around)
    return around, node


def _variable(unit: Unit, around: Node | None, value: Node) -> Variable | None:
    """The local variable that a value is given to."""
    if isinstance(around, Local):
        variables: dict[Expr, Variable] | None = unit.memo.get("variables of values")
        if variables is None:
            known = ((found.value, found) for found in unit.variables if not found.position)
            variables = unit.memo["variables of values"] = {given: found for given, found in known if given is not None}
        return variables.get(value) if isinstance(value, Expr) else None
    if isinstance(around, Assign) and len(around.targets) == 1 and isinstance(target := around.targets[0], Name):
        return unit.variable_of.get(target)
    return None


def _is_used(unit: Unit, variable: Variable) -> bool:
    """Whether a tween is played or handed on: any use but of its other members."""
    return variable.is_exported or any(not _is_looked_at(*_holder(unit, read)) for read in variable.reads)


def _is_looked_at(around: Node | None, tween: Node) -> bool:
    """Whether only a member of a tween is used, which does not play it: `tween.Completed`."""
    return isinstance(around, MethodCall | Index) and around.object is tween and around.name != "Play"


@check("load-animation-per-call", BUGS, WARNING)
def load_animation_per_call(unit: Unit) -> Iterator[Finding]:
    """Each `LoadAnimation` makes a new track; in a handler of input they pile up to the limit of 256 and stop playing.

    Bad:
        tool.Activated:Connect(function()
            local track = animator:LoadAnimation(slash)
            track:Play()
        end)
    Good:
        local track = animator:LoadAnimation(slash)
        tool.Activated:Connect(function()
            track:Play()
        end)
    Source: docs, Animator:LoadAnimation; DevForum (AnimationTrack limit of 256).
    """
    for call in unit.methods("LoadAnimation"):
        function = unit.function_of(call)
        handled = handler_of(unit, function) if function is not None else None
        if handled is not None and (handled[1] in _INPUT_EVENTS or handled[1] in EVENTS) and not _is_cached(unit, call):
            message = f"a new animation track is made each time `{handled[1]}` fires"
            yield at(call, message, "load it once outside of the handler and play that track")


def _is_cached(unit: Unit, call: MethodCall) -> bool:
    """Whether the track is kept beyond the call: stored in a field or an outer variable, or the second choice of `or`."""
    around, node = _holder(unit, call)
    if isinstance(around, Binary):
        return True
    if isinstance(around, Assign):
        variable = _variable(unit, around, node)
        return variable is None or variable.function is not unit.function_of(call)
    variable = _variable(unit, around, node)
    reads = variable.reads if variable is not None else ()
    return any(isinstance(_holder(unit, read)[0], Assign) and read is not node for read in reads)
