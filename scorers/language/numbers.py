"""What a number literal stands for."""

from scorers.language.expressions import Expr, Group, Number, Unary


def number_value(node: Expr | None) -> float | None:
    """The value of a number literal, with a minus or parentheses too; None for other expressions and malformed numbers."""
    sign = 1.0
    while isinstance(node, Group) or (isinstance(node, Unary) and node.op == "-"):
        if isinstance(node, Unary):
            sign, node = -sign, node.operand
        else:
            node = node.value
    if not isinstance(node, Number):
        return None
    text = node.text.replace("_", "").lower().removesuffix("i")
    try:
        return sign * (int(text, 0) if text.startswith(("0x", "0b")) else float(text))
    except ValueError:
        return None
