"""Locals that a `continue` may jump over."""

from scorers.language.expressions import Name
from scorers.language.node import Node
from scorers.language.problem import SyntaxProblem
from scorers.language.statements import Continue, GenericFor, NumericFor, Repeat, While
from scorers.language.unit import Unit, Variable


def jumped_over(unit: Unit, loop: Repeat, used: list[tuple[Name, Variable]]) -> list[SyntaxProblem]:
    """Names in the condition of a `repeat` whose local stands after a `continue` of that loop: the compiler refuses them.

    `used` is what the condition names. Only what was visited so far is looked at: `unit` is still being filled.
    """
    jump = next((one for one in unit.within(Continue, loop) if _loop_of(unit, one) is loop), None)
    if jump is None:
        return []
    message = "the local `{}` may not exist here: `continue` on line {} jumps over it"
    return [
        SyntaxProblem(name.start, name.end, message.format(name.name, jump.line), "declare it before the loop")
        for name, variable in used
        if variable.scope is loop.body and variable.start > jump.start
    ]


def _loop_of(unit: Unit, node: Node) -> Node | None:
    return next((around for around in unit.ancestors(node) if isinstance(around, While | Repeat | NumericFor | GenericFor)), None)
