"""The key of a request: equal for requests that must have the same answer, so that nobody pays for an answer twice."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

SCHEMA_VERSION = 1
"""Raised when the meaning of a key changes: answers under the old keys are then asked for again."""


def canonical_json(value: Any) -> str:
    """The one JSON text of a value: sorted names, no spaces, no NaN. Raises ValueError for what JSON cannot hold."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def origin(url: str) -> str:
    """Scheme, host and port of an address, without a user's name, password or path.

    An answer of a test server or a gateway must never pass for the provider's. Raises ValueError without a scheme or a host.
    """
    parts = urlsplit(url)
    if not parts.scheme or not parts.hostname:
        raise ValueError("an address needs a scheme and a host, as in https://api.example.com")
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{parts.hostname}:{port}"


def request_key(*, provider: str, address: str, version: str, rubric: str, body: Mapping[str, Any], sample_index: int) -> str:
    """64 hex digits over all that can change an answer, and over nothing else: neither a run nor a task nor a time is in it.

    Args:
        provider: Its name.
        address: Where requests go; its origin counts.
        version: Of the provider's API.
        rubric: Of the rubric and of how answers are read (`rubric.RUBRIC_VERSION`).
        body: All of the request.
        sample_index: Which opinion in turn.

    Raises:
        ValueError: The address has no host.
    """
    parts = {
        "schema": SCHEMA_VERSION,
        "provider": provider,
        "origin": origin(address),
        "version": version,
        "rubric": rubric,
        "body": body,
        "sample_index": sample_index,
    }
    # Surrogates can stand in a candidate's text; they get bytes of their own here instead of an error.
    return hashlib.sha256(canonical_json(parts).encode("utf-8", "surrogatepass")).hexdigest()
