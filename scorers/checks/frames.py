"""Which code runs each frame: handlers of the frame events of RunService."""

from scorers.language.exits import ends
from scorers.language.expressions import (
    Binary,
    Call,
    Expr,
    Function,
    Group,
    IfElse,
    Index,
    MethodCall,
    Name,
    Nil,
    Subscript,
    Unary,
)
from scorers.language.node import Node
from scorers.language.operators import ORDERINGS
from scorers.language.statements import Assign, Block, CompoundAssign, If, Stat, While
from scorers.language.unit import Unit
from scorers.roblox.inference import service_of

EVENTS = frozenset(("Heartbeat", "RenderStepped", "Stepped", "PreSimulation", "PostSimulation", "PreRender", "PreAnimation"))
_CONNECTS = ("Connect", "connect", "ConnectParallel")


def frame_of(unit: Unit, node: Node) -> tuple[Function, str] | None:
    """The function around a node that runs each frame, with the event that runs it; None outside of one.

    Code in another function inside, such as one that is handed to `task.spawn`, runs in its own time.
    """
    handlers = _frame_handlers(unit)
    if not handlers:
        return None
    function = unit.function_of(node)
    event = handlers.get(function) if function is not None else None
    return (function, event) if function is not None and event is not None else None


def has_frames(unit: Unit) -> bool:
    """Whether anything in the source runs each frame."""
    return bool(_frame_handlers(unit))


def _frame_handlers(unit: Unit) -> dict[Function, str]:
    handlers: dict[Function, str] | None = unit.memo.get("frame handlers")
    if handlers is None:
        handlers = unit.memo["frame handlers"] = {}
        for connect in unit.methods(*_CONNECTS):
            signal = connect.object
            if isinstance(signal, Index) and signal.name in EVENTS and connect.args and _is_run_service(unit, signal):
                _add(unit, handlers, connect.args[0], signal.name)
        for bind in unit.methods("BindToRenderStep"):
            if len(bind.args) > 2:
                _add(unit, handlers, bind.args[2], "BindToRenderStep")
    return handlers


def _add(unit: Unit, handlers: dict[Function, str], handler: Expr, event: str) -> None:
    if isinstance(handler, Name) and (variable := unit.variable_of.get(handler)) and not variable.writes and variable.value:
        handler = variable.value
    if isinstance(handler, Function):
        handlers[handler] = event


def _is_run_service(unit: Unit, signal: Index) -> bool:
    """`Stepped` is a name that others use too; the rest are unmistakable."""
    return signal.name != "Stepped" or service_of(unit, signal.object) == "RunService" or unit.text(signal.object) == "RunService"


def is_limited(unit: Unit, node: Node, function: Function) -> bool:
    """Whether something in a per-frame function keeps it from reaching a node in every frame.

    A timer, an accumulator, a change or a flag that the function sets itself; a test that something exists does not.
    """
    below = node
    for around in unit.ancestors(node):
        if around is function:
            return False
        if isinstance(around, Block):
            if _has_guard_before(unit, around, below, function):
                return True
        elif any(_limits(unit, condition, function) for condition in _conditions(around, below)):
            return True
        below = around
    return False


def _conditions(around: Node, below: Node) -> list[Expr]:
    """What decides whether control gets from a node to the one below it."""
    if isinstance(around, If):
        return around.conditions if isinstance(below, Block) else []
    return [around.condition] if isinstance(around, While | IfElse) and below is not around.condition else []


def _has_guard_before(unit: Unit, block: Block, below: Node, function: Function) -> bool:
    """Whether an earlier statement leaves by a limiting condition: `if now - last < 1 then return end`."""
    memo: dict[Block, Node | None] = unit.memo.setdefault("guards in frames", {})
    if block not in memo:
        memo[block] = next((statement for statement in block.statements if _is_guard(unit, statement, function)), None)
    guard = memo[block]
    return guard is not None and guard.start < below.start


def _is_guard(unit: Unit, statement: Stat, function: Function) -> bool:
    return isinstance(statement, If) and any(
        ends(unit, branch) and _limits(unit, condition, function)
        for condition, branch in zip(statement.conditions, statement.blocks, strict=True)
    )


def _limits(unit: Unit, condition: Expr, function: Function) -> bool:
    """Whether a condition is true only now and then."""
    pending = [condition]
    while pending:
        part = pending.pop()
        if isinstance(part, Binary):
            if part.op in ("and", "or"):
                pending += (part.left, part.right)
            elif part.op in ORDERINGS or not (isinstance(part.left, Nil) or isinstance(part.right, Nil)):
                return True
            else:
                pending += (part.left, part.right)
        elif isinstance(part, Unary | Group):
            pending.append(part.operand if isinstance(part, Unary) else part.value)
        elif (isinstance(part, Name | Index | Subscript) and _is_set_in(unit, part, function)) or (
            isinstance(part, Call | MethodCall) and not _looks_only(part)
        ):
            return True
    return False


def _looks_only(call: Call | MethodCall) -> bool:
    """`FindFirstChild` and `IsA` say what is there, not when."""
    return isinstance(call, MethodCall) and call.name.startswith(("FindFirst", "IsA", "IsDescendantOf"))


def _is_set_in(unit: Unit, place: Expr, function: Function) -> bool:
    """Whether the function assigns to a variable or field of this name, and the variable is not its own."""
    if isinstance(place, Name) and (variable := unit.variable_of.get(place)) is not None:
        return variable.function is not function and any(
            function.start <= write.start < function.end for write in variable.writes
        )
    return unit.text(place) in _assigned_in(unit, function)


def _assigned_in(unit: Unit, function: Function) -> frozenset[str]:
    memo: dict[Function, frozenset[str]] = unit.memo.setdefault("assigned in frames", {})
    if function not in memo:
        inside: list[Assign | CompoundAssign] = [*unit.within(Assign, function), *unit.within(CompoundAssign, function)]
        targets = [target for one in inside for target in _targets(one)]
        memo[function] = frozenset(unit.text(target) for target in targets)
    return memo[function]


def _targets(statement: Assign | CompoundAssign) -> list[Expr]:
    return statement.targets if isinstance(statement, Assign) else [statement.target]
