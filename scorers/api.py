"""The api scorer: does the code use the Roblox API as it is? Receivers of unknown class are never judged.

The score is 1 minus the penalties of `RULES` (see `scorers.diagnostics.penalised`).
"""

from collections.abc import Iterable, Iterator

from scorers import api_table
from scorers.blocks import Outline
from scorers.diagnostics import Diagnostic, Severity, rule_table
from scorers.lexer import Kind, string_value
from scorers.receivers import instance_new, typed_locals

RULES = rule_table(
    "api",
    (
        ("unknown-service", Severity.ERROR, 0.3),
        ("unknown-class", Severity.ERROR, 0.3),
        ("not-creatable", Severity.ERROR, 0.3),
        ("deprecated-class", Severity.WARNING, 0.1),
        ("deprecated-global", Severity.WARNING, 0.15),
        ("deprecated-member", Severity.WARNING, 0.1),
        ("renamed-member", Severity.INFO, 0.02),
        ("unknown-member", Severity.ERROR, 0.25),
        ("read-only-property", Severity.ERROR, 0.25),
        ("unknown-enum", Severity.ERROR, 0.3),
        ("unknown-enum-item", Severity.ERROR, 0.3),
        ("unknown-library-member", Severity.ERROR, 0.3),
        ("unavailable-library", Severity.ERROR, 0.3),
        ("unknown-datatype-member", Severity.ERROR, 0.3),
        ("service-direct-index", Severity.INFO, 0.03),
    ),
)

_REPLACED_GLOBALS = ("wait", "spawn", "delay", "ypcall", "elapsedTime")
_OWN_REPLACEMENT = {"ypcall": "pcall", "elapsedTime": "os.clock"}
_ENUM_METHODS = frozenset({"GetEnumItems", "FromName", "FromValue", "GetEnums"})
_ASSIGNMENTS = frozenset({"=", "+=", "-=", "*=", "/=", "//=", "%=", "^=", "..="})


def check(out: Outline) -> Iterator[Diagnostic]:
    """All findings about one source."""
    for part in (_services, _classes, _globals, _enums, _libraries, _datatypes, _members):
        yield from part(out)


def _services(out: Outline) -> Iterator[Diagnostic]:
    for index in out.uses.get("GetService", ()):
        literal = index + 2
        if not out.matches(index - 2, "game", ":", "GetService", "(") or literal >= len(out.code):
            continue
        name = string_value(out.code[literal])
        if name is not None and name not in api_table.services():
            hint = _did_you_mean(name, api_table.services())
            yield RULES["unknown-service"].at(out.code[literal], f"there is no service {name!r}", hint)
    for index in out.global_uses("game"):
        name = out.text(index + 2)
        if out.text(index + 1) == "." and name in api_table.services() and name != "Workspace":
            hint = f'game:GetService("{name}") also works where the service was renamed or not made yet'
            yield RULES["service-direct-index"].at(out.code[index + 2], f"{name} is indexed directly", hint)


def _classes(out: Outline) -> Iterator[Diagnostic]:
    for index, name in instance_new(out):
        flags = api_table.class_flags(name)
        if name not in api_table.classes():
            hint = _did_you_mean(name, api_table.classes())
            yield RULES["unknown-class"].at(out.code[index], f"there is no class {name!r}", hint)
        elif "C" not in flags:
            yield RULES["not-creatable"].at(out.code[index], f"{name} cannot be made with Instance.new")
        elif "D" in flags:
            replacement = api_table.class_replacement(name)
            yield RULES["deprecated-class"].at(out.code[index], f"{name} is deprecated", _use(replacement))


def _globals(out: Outline) -> Iterator[Diagnostic]:
    for name in _REPLACED_GLOBALS:
        uses = out.global_uses(name)
        if any(out.text(i - 1) == "function" or out.text(i + 1) == "=" for i in uses):
            continue  # the source defines its own
        replacement = api_table.deprecated_globals()[name] or _OWN_REPLACEMENT[name]
        for index in uses:
            if out.text(index + 1) == "(":
                yield RULES["deprecated-global"].at(out.code[index], f"{name} is deprecated", _use(replacement))


def _enums(out: Outline) -> Iterator[Diagnostic]:
    for index in out.global_uses("Enum"):
        if out.text(index + 1) != "." or out.kind(index + 2) is not Kind.NAME:
            continue
        name = out.texts[index + 2]
        items = api_table.enum_items(name)
        if items is None:
            hint = _did_you_mean(name, api_table.enums())
            yield RULES["unknown-enum"].at(out.code[index + 2], f"there is no Enum.{name}", hint)
        elif out.text(index + 3) == "." and out.kind(index + 4) is Kind.NAME:
            item = out.texts[index + 4]
            if item not in items and item not in _ENUM_METHODS:
                hint = _did_you_mean(item, items)
                yield RULES["unknown-enum-item"].at(out.code[index + 4], f"Enum.{name} has no item {item}", hint)


def _libraries(out: Outline) -> Iterator[Diagnostic]:
    for library, functions in api_table.libraries().items():
        for index in _dotted(out, library):
            name = out.texts[index]
            if name not in functions:
                hint = _did_you_mean(name, functions)
                yield RULES["unknown-library-member"].at(out.code[index], f"{library} has no {name}", hint)
            elif "D" in functions[name]:
                yield RULES["deprecated-member"].at(out.code[index], f"{library}.{name} is deprecated")
    for library in ("io", "package"):
        for index in _dotted(out, library):
            yield RULES["unavailable-library"].at(out.code[index], f"Roblox has no library {library}")


def _datatypes(out: Outline) -> Iterator[Diagnostic]:
    for datatype, names in api_table.datatypes().items():
        for index in _dotted(out, datatype):
            if out.texts[index] not in names:
                hint = _did_you_mean(out.texts[index], names)
                message = f"{datatype} has no {out.texts[index]}"
                yield RULES["unknown-datatype-member"].at(out.code[index], message, hint)


def _members(out: Outline) -> Iterator[Diagnostic]:
    classes = typed_locals(out)
    well_known = {"workspace": "Workspace", "game": "DataModel"}
    classes.update({name: known for name, known in well_known.items() if name not in out.declared})
    for local, class_name in classes.items():
        for index in out.uses.get(local, ()):
            if out.text(index + 1) in (".", ":") and out.kind(index + 2) is Kind.NAME and not out.is_field(index):
                yield from _member(out, index + 2, class_name)


def _member(out: Outline, index: int, class_name: str) -> Iterator[Diagnostic]:
    name, token = out.texts[index], out.code[index]
    member = api_table.find_member(class_name, name)
    assigned = out.text(index - 1) == "." and out.text(index + 1) in _ASSIGNMENTS
    called = out.text(index - 1) == ":" and out.text(index + 1) == "("
    if member is None:
        # Reading x.Name may reach a child of that name; a call or an assignment may not.
        if assigned or called:
            yield RULES["unknown-member"].at(token, f"{class_name} has no member {name}")
    elif "D" in member.flags:
        # A fresh rename (LoadCharacter -> LoadCharacterAsync) is no mistake yet.
        renamed = member.replacement.endswith(f"{name}Async")
        rule = RULES["renamed-member" if renamed else "deprecated-member"]
        yield rule.at(token, f"{class_name}.{name} is deprecated", _use(member.replacement))
    elif assigned and member.kind == "p" and "R" in member.flags:
        yield RULES["read-only-property"].at(token, f"{class_name}.{name} cannot be assigned")


def _dotted(out: Outline, name: str) -> Iterator[int]:
    """Indices of the names that follow `name.` where `name` is the global."""
    for index in out.global_uses(name):
        if out.text(index + 1) == "." and out.kind(index + 2) is Kind.NAME:
            yield index + 2


def _use(replacement: str) -> str | None:
    return f"use {replacement}" if replacement else None


def _did_you_mean(name: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches  # only where something is wrong: keeps the import of this module light

    names = sorted(known)
    same = [other for other in names if other.lower() == name.lower()]
    close = same or get_close_matches(name, names, n=1, cutoff=0.7)
    return f"did you mean {close[0]}?" if close else None
