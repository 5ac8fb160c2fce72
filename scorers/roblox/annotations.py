"""What a type annotation says of a value, in the notation of the API table."""

from typing import NamedTuple

from scorers.language.types import GroupType, NamedType, OptionalType, TableType, Type, UnionType
from scorers.language.unit import Unit
from scorers.roblox import table

_PRIMITIVES = frozenset(("string", "number", "boolean", "table", "function", "thread", "buffer", "vector"))


class Inferred(NamedTuple):
    """A name of a class, a data type or a simple type, or `{name}` for a list; `is_optional` where it may be nil."""

    name: str
    is_optional: bool = False


def annotated(unit: Unit, annotation: Type) -> Inferred | None:
    """The type that an annotation names, where it is one of Roblox's or a simple one and the source does not redefine it."""
    found = declared(unit, annotation)
    return None if found is None or found.name == "Instance" else found


def declared(unit: Unit, annotation: Type) -> Inferred | None:
    """As `annotated`, and `Instance` where it says no more than that."""
    if isinstance(annotation, GroupType):
        return declared(unit, annotation.type)
    if isinstance(annotation, OptionalType):
        return _optional(unit, annotation.type)
    if isinstance(annotation, UnionType):
        parts = [part for part in annotation.parts if not (isinstance(part, NamedType) and part.name == "nil")]
        return _optional(unit, parts[0]) if len(parts) == 1 < len(annotation.parts) else None
    if isinstance(annotation, TableType):
        return _listed(unit, annotation)
    if isinstance(annotation, NamedType) and annotation.prefix is None and annotation.name not in unit.declared_types:
        name = annotation.name
        if name == "RBXScriptSignal" or name in _PRIMITIVES or name in table.datatypes() or name in table.classes():
            return Inferred(name)
    return None


def _optional(unit: Unit, annotation: Type) -> Inferred | None:
    inner = declared(unit, annotation)
    return inner and Inferred(inner.name, is_optional=True)


def _listed(unit: Unit, annotation: TableType) -> Inferred:
    """`{Player}` is a list, every other table a table."""
    indexer = annotation.indexer
    if indexer is None or annotation.properties or not (isinstance(indexer.key, NamedType) and indexer.key.name == "number"):
        return Inferred("table")
    inner = declared(unit, indexer.type)
    return Inferred("{" + inner.name + "}") if inner is not None and not inner.is_optional else Inferred("table")
