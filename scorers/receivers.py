"""Which Roblox class a local holds, where the source says so plainly."""

from collections.abc import Iterator

from scorers import api_table
from scorers.blocks import Outline
from scorers.lexer import Kind, string_value

_CLASS_GETTERS = """
GetService FindFirstChildOfClass FindFirstAncestorOfClass FindFirstChildWhichIsA FindFirstAncestorWhichIsA
"""
_CLASS_OF_ARGUMENT = frozenset(_CLASS_GETTERS.split())


def typed_locals(out: Outline) -> dict[str, str]:
    """Local name -> class, for names bound exactly once and never assigned again."""
    found: dict[str, str] = {}
    for name, bound in out.declared.items():
        if len(bound) == 1 and not _is_reassigned(out, name, bound[0]):
            class_name = _annotation(out, bound[0]) or _initialiser(out, bound[0])
            if class_name in api_table.classes() and not _is_own_type(out, class_name):
                found[name] = class_name
    return found


def instance_new(out: Outline) -> Iterator[tuple[int, str]]:
    """(index of the literal, class name) for each `Instance.new("...")` on the real Instance."""
    for index in out.global_uses("Instance"):
        if out.matches(index, "Instance", ".", "new", "(") and index + 4 < len(out.code):
            value = string_value(out.code[index + 4])
            if value is not None and out.text(index + 5) in (")", ","):
                yield index + 4, value


def _is_reassigned(out: Outline, name: str, bound: int) -> bool:
    return any(i != bound and out.text(i + 1) in ("=", ",") and not _is_argument(out, i) for i in out.uses[name])


def _is_argument(out: Outline, index: int) -> bool:
    inside = out.opener[index] >= 0 and out.text(out.opener[index]) in ("(", "{", "[")
    return out.is_field(index) or inside or out.text(index - 1) in ("return", "in", "=")


def _annotation(out: Outline, index: int) -> str:
    plain = out.text(index + 1) == ":" and out.kind(index + 2) is Kind.NAME
    continued = out.text(index + 3) in (".", "|", "&", "?", "<", "->")
    return out.texts[index + 2] if plain and not continued else ""


def _initialiser(out: Outline, index: int) -> str:
    if out.text(index - 1) != "local" or out.text(index + 1) != "=":
        return ""
    start = index + 2
    last = _chain_end(out, start)
    if out.text(last + 1) == "::":
        ends = out.kind(last + 2) is Kind.NAME and out.text(last + 3) not in (".", "|", "&", "?", "<", "->")
        return out.texts[last + 2] if ends else ""
    if out.text(last) != ")" or out.text(last + 1) in ("and", "or"):
        return ""
    paren = next((i for i in range(last - 1, start, -1) if out.pair.get(i) == last), -1)
    if paren < 0 or paren + 1 >= len(out.code):
        return ""
    value = string_value(out.code[paren + 1])
    names_class = out.text(paren - 2) == ":" and out.text(paren - 1) in _CLASS_OF_ARGUMENT
    makes = out.matches(paren - 3, "Instance", ".", "new") and paren - 3 == start and "Instance" not in out.declared
    return value if value and (names_class or makes) else ""


def _chain_end(out: Outline, index: int) -> int:
    """Index of the last token of the call and member chain that starts at `index`."""
    if out.kind(index) is not Kind.NAME:
        return index
    while True:
        if out.text(index + 1) in (".", ":") and out.kind(index + 2) is Kind.NAME:
            index += 2
        elif out.text(index + 1) in ("(", "["):
            index = out.closer(index + 1)
        else:
            return index


def _is_own_type(out: Outline, name: str) -> bool:
    return any(out.text(i - 1) == "type" for i in out.uses.get(name, ()))
