"""DataStore calls outside pcall."""

from collections.abc import Iterator

from scorers.blocks import Function, Outline
from scorers.lexer import Kind

_GETTERS = ("GetDataStore", "GetOrderedDataStore", "GetGlobalDataStore")
_CALLS = (
    "GetAsync",
    "SetAsync",
    "UpdateAsync",
    "RemoveAsync",
    "IncrementAsync",
    "GetSortedAsync",
    "GetVersionAsync",
    "ListKeysAsync",
    "ListVersionsAsync",
)
_PROTECTORS = frozenset({"pcall", "xpcall"})
# These run their function later or elsewhere, and an error in it is nobody's.
_RUN_LATER = """
Connect ConnectParallel Once spawn defer delay BindToClose BindToRenderStep BindAction wrap create
"""
_UNPROTECTED = frozenset(_RUN_LATER.split())


def unprotected_store_calls(out: Outline) -> Iterator[int]:
    """Indices of the method names of such calls, on receivers that this source got from a DataStoreService."""
    stores = {name for getter in _GETTERS for i in out.uses.get(getter, ()) if (name := _assigned_name(out, i))}
    functions = {function.opener: function for function in out.functions}
    for method in _CALLS:
        for index in out.uses.get(method, ()):
            called = out.text(index - 1) == ":" and out.text(index + 1) == "("
            if called and _is_store(out, index - 2, stores) and not _is_protected(out, index, functions):
                yield index


def _is_store(out: Outline, index: int, stores: set[str]) -> bool:
    if out.kind(index) is Kind.NAME:
        return out.texts[index] in stores
    return any(out.closer(i + 1) == index for getter in _GETTERS for i in out.uses.get(getter, ()))


def _assigned_name(out: Outline, index: int) -> str:
    """The name in `name = a:GetDataStore(...)` or `self.name = ...`, "" where the result goes elsewhere."""
    start = index
    while out.kind(start - 1) is Kind.NAME or out.text(start - 1) in (".", ":", ")"):
        start = start - 1 if out.text(start - 1) != ")" else _opening(out, start - 1)
    name = start - 2
    return out.texts[name] if out.text(start - 1) == "=" and out.kind(name) is Kind.NAME else ""


def _opening(out: Outline, closer: int) -> int:
    return next((opener for opener, end in out.pair.items() if end == closer), closer - 1)


def _is_protected(out: Outline, index: int, functions: dict[int, Function]) -> bool:
    around = out.opener[index]
    while around >= 0:
        if around in functions and _function_is_protected(out, functions[around]):
            return True
        around = out.opener[around]
    return False


def _function_is_protected(out: Outline, function: Function) -> bool:
    """Is the function handed to pcall, or to a helper that may call it in one?"""
    name = function.name.replace(":", ".").rpartition(".")[2]
    if not name and out.text(function.opener - 1) == "=" and out.kind(function.opener - 2) is Kind.NAME:
        name = out.texts[function.opener - 2]
    if name:
        return any(_is_handed_over(out, i) for i in out.uses[name])
    around = out.opener[function.opener]
    return around >= 0 and out.text(around) == "(" and out.callee(around) not in _UNPROTECTED


def _is_handed_over(out: Outline, index: int) -> bool:
    around = out.opener[index]
    passed = out.text(index + 1) in (",", ")") and out.text(index - 1) in ("(", ",", ".")
    if passed and out.callee(around) and out.callee(around) not in _UNPROTECTED and not _is_parameter_list(out, around):
        return True
    while around >= 0:
        if out.callee(around) in _PROTECTORS:
            return True
        around = out.opener[around]
    return False


def _is_parameter_list(out: Outline, paren: int) -> bool:
    closer = out.closer(paren)
    return any(function.opener < paren and closer < function.body for function in out.functions)
