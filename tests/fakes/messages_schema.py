"""The part of JSON Schema that structured outputs know: is a schema within it, does a value fit, and a value that fits."""

import hashlib
from typing import Any

from tests.fakes.messages_types import Json, bad_request

_KNOWN = {
    "type", "properties", "required", "additionalProperties", "enum", "const", "items", "anyOf", "$ref", "$defs",
    "description", "title", "default", "format", "minItems",
}  # fmt: skip
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
    "null": (type(None),),
}  # fmt: skip


def check_schema(schema: Any, root: Json | None = None, at: str = "schema") -> None:
    """Raise 400 for a schema that the service would not take."""
    if not isinstance(schema, dict):
        raise bad_request(f"output_config.format.{at}: must be an object")
    if unknown := sorted(set(schema) - _KNOWN):
        raise bad_request(f"output_config.format.{at}: For '{schema.get('type')}' type, {unknown[0]!r} is not supported")
    root = schema if root is None else root
    if "$ref" in schema:
        _resolved(schema, root)
        return
    if not schema.keys() & {"type", "enum", "const", "anyOf"}:
        raise bad_request(f"output_config.format.{at}: Schema type is required")
    if schema.get("type") == "object":
        _check_object(schema, at)
    for name, part in _children(schema):
        check_schema(part, root, f"{at}.{name}")


def violation(schema: Json, value: Any, root: Json | None = None, at: str = "$") -> str | None:
    """Where a value breaks the schema, or None."""
    root = schema if root is None else root
    schema = _resolved(schema, root)
    if "anyOf" in schema:
        return None if any(violation(s, value, root, at) is None for s in schema["anyOf"]) else f"{at}: fits none of anyOf"
    if "const" in schema and value != schema["const"]:
        return f"{at}: not the constant"
    if "enum" in schema and not any(value == e and type(value) is type(e) for e in schema["enum"]):
        return f"{at}: {value!r} is not in the enum"
    if "type" in schema and not _is(schema["type"], value):
        return f"{at}: not of type {schema['type']}"
    if isinstance(value, dict):
        return _object_violation(schema, value, root, at)
    if isinstance(value, list) and "items" in schema:
        found = (violation(schema["items"], v, root, f"{at}[{i}]") for i, v in enumerate(value))
        return next((v for v in found if v), None)
    return None


def example(schema: Json, seed: str, root: Json | None = None) -> Any:
    """A value that fits: the same for the same seed, and spread over the enums for different ones. Lists are empty."""
    root = schema if root is None else root
    schema = _resolved(schema, root)
    pick = int(hashlib.sha256(seed.encode()).hexdigest(), 16)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][pick % len(schema["enum"])]
    if "anyOf" in schema:
        return example(schema["anyOf"][pick % len(schema["anyOf"])], seed, root)
    if schema["type"] == "object":
        return {name: example(part, f"{seed}/{name}", root) for name, part in schema.get("properties", {}).items()}
    if schema["type"] == "array":
        return [example(schema["items"], f"{seed}/{i}", root) for i in range(schema.get("minItems", 0))]
    plain: Json = {"string": f"Text {pick % 1_000_000}.", "integer": pick % 5, "number": pick % 9 / 2, "boolean": pick % 2 == 0}
    return plain.get(schema["type"])


def _check_object(schema: Json, at: str) -> None:
    if schema.get("additionalProperties") is not False:
        raise bad_request(f"output_config.format.{at}: For 'object' type, 'additionalProperties' must be explicitly set to false")
    missing = set(schema.get("required", [])) - set(schema.get("properties", {}))
    if missing:
        raise bad_request(f"output_config.format.{at}: required names no property: {sorted(missing)}")


def _children(schema: Json) -> list[tuple[str, Any]]:
    named = [(f"properties.{name}", part) for name, part in schema.get("properties", {}).items()]
    named += [(f"$defs.{name}", part) for name, part in schema.get("$defs", {}).items()]
    named += [(f"anyOf.{i}", part) for i, part in enumerate(schema.get("anyOf", []))]
    return [*named, ("items", schema["items"])] if "items" in schema else named


def _resolved(schema: Json, root: Json) -> Json:
    if "$ref" not in schema:
        return schema
    name = str(schema["$ref"]).removeprefix("#/$defs/")
    if name not in root.get("$defs", {}):
        raise bad_request(f"output_config.format.schema: {schema['$ref']} is not defined")
    found: Json = root["$defs"][name]
    return found


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def _object_violation(schema: Json, value: Json, root: Json, at: str) -> str | None:
    properties = schema.get("properties", {})
    if missing := [name for name in schema.get("required", []) if name not in value]:
        return f"{at}: {missing[0]} is missing"
    if extra := [name for name in value if name not in properties]:
        return f"{at}: {extra[0]} is not a property"
    found = (violation(properties[name], part, root, f"{at}.{name}") for name, part in value.items())
    return next((v for v in found if v), None)
