"""Sizes and shares of a source, for reports. No score depends on them but the small credit for doc comments."""

from scorers.language import Unit


def measure(unit: Unit) -> dict[str, float]:
    """The metrics of one source by name."""
    return {"statements": float(len(unit.tree.statements))}


def documented(unit: Unit) -> float:
    """How far the functions are documented, from 0 to 1."""
    return 1.0 if unit.comments else 0.0
