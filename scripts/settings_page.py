"""docs/configuration.md, out of the settings' own definitions. `python -m scripts.build_docs` writes it."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from rft.config import RftConfig
from rft.config_view import meanings
from rft.recipes import recipe_names, recipe_text
from rft.sections import Section

NAME = "configuration.md"

_HEAD = """\
# Configuration

<!-- workspace: tiny -->

Made by `python -m scripts.build_docs` from the settings themselves: do not edit.

`rft run` reads `rft.toml` in the folder you work in, or the file of `--config`. The order is: defaults, the recipe that the file
names (`recipe = "quickstart"` as its first line), the file, the command line. Without a file the recipe `quickstart` is used. A
setting that does not exist is an error that names the nearest one; a value outside its range is one, too.

`rft config show` prints every setting with the value it has here; what it prints is itself a configuration file. "Unset" has no
value in TOML: leave the line out. [Recipes](recipes.md) tells what each recipe is for.

```sh
rft config list
rft config show
rft config show qwen3.5-4b
```
"""
_WORDS = {"integer": "whole number", "number": "number", "string": "text", "boolean": "`true` or `false`"}
_FIRST_SECTION = "At the top of the file"


def page() -> str:
    """The whole page."""
    recipes = {name: dict(_flat(tomllib.loads(recipe_text(name)), "")) for name in recipe_names()}
    return "\n".join([_HEAD, *_section(RftConfig, "", _FIRST_SECTION, recipes)])


def _section(section: type[Section], prefix: str, title: str, recipes: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The section's own settings, then the sections in it."""
    yield f"## {title}\n\n{' '.join((section.__doc__ or '').split())}\n"
    schema, says, inner = section.model_json_schema(), meanings(section), []
    for name, property_ in schema["properties"].items():
        below = _section_of(section, name)
        if below is not None:
            inner.append((name, below))
            continue
        key = f"{prefix}{name}"
        default = "no default" if name in schema.get("required", ()) else f"default {_default(section, name)}"
        yield f"### {key}\n\n{_type(property_)}; {default}\n\n{says[name]}\n"
        changes = {recipe: settings[key] for recipe, settings in recipes.items() if key in settings}
        if changed := list(_changed(changes, section.model_fields[name].default)):
            yield f"Recipes: {'; '.join(changed)}.\n"
    for name, below in inner:
        by_name = isinstance(section.model_fields[name].default, dict)
        home = f"{prefix}{name}." + ('"NAME".' if by_name else "")
        yield from _section(below, home, f"[{home.removesuffix('.')}]", recipes)


def _changed(values: Mapping[str, Any], default: Any) -> Iterator[str]:
    """Each value other than the default, with the recipes that have it."""
    by_value: dict[str, list[str]] = {}
    for recipe, value in values.items():
        if value != default:
            by_value.setdefault(_value(value), []).append(f"`{recipe}`")
    yield from (f"{value} in {', '.join(names)}" for value, names in by_value.items())


def _section_of(section: type[Section], name: str) -> type[Section] | None:
    """The section that a field holds, be it optional or one of many; None for a plain setting."""
    found = section.model_fields[name].annotation
    candidates = [found, *getattr(found, "__args__", ())]
    return next((kind for kind in candidates if isinstance(kind, type) and issubclass(kind, Section)), None)


def _type(schema: Mapping[str, Any]) -> str:
    """What may stand there, in words."""
    if "anyOf" in schema:
        # TOML has no null, so "unset" is said of the default alone.
        return " or ".join(_type(each) for each in schema["anyOf"] if each.get("type") != "null")
    if "enum" in schema:
        return f"one of {', '.join(_value(each) for each in schema['enum'])}"
    if schema["type"] == "array":
        return f"list of {_WORDS[schema['items']['type']]}s"
    return f"{_WORDS[schema['type']]}{_range(schema)}"


def _range(schema: Mapping[str, Any]) -> str:
    bounds = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    said = [f"{word} {schema[bound]:g}" for bound, word in bounds.items() if bound in schema]
    return "".join(f", {words}" for words in said) + (", not empty" if schema.get("minLength") else "")


def _default(section: type[Section], name: str) -> str:
    value = section.model_fields[name].default
    return "unset" if value is None else _value(value)


def _value(value: Any) -> str:
    return f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(each) for each in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else f"{value}"


def _flat(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
