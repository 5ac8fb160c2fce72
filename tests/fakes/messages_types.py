"""What the parts of the fake Messages API hand to one another: a request as it came in, and an error as the service words it."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]

Where = Literal["messages", "count_tokens", "models", "batches", "batch", "item", "other"]
"""What a request is for: `batches` creates a batch, `batch` asks about batches, `item` is one request within a batch."""


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces: equal requests give equal bytes, however they were sent."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it arrived. The key is not among the headers: a test may print this."""

    where: Where
    method: str
    path: str
    request_id: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """By lower-case name, without `authorization` and `x-api-key`."""
    body: bytes = b""
    json: Any = None
    sha256: str = ""
    """`digest` of the body, or "" without one."""
    custom_id: str = ""


class ApiError(Exception):
    """A reply that is not 200, as the service words it."""

    def __init__(
        self, status: int, kind: str, message: str, *, code: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.code = code
        self.retry_after = retry_after

    def body(self, request_id: str) -> Json:
        """The reply's JSON."""
        error: Json = {"type": self.kind, "message": self.message}
        if self.code is not None:
            error["details"] = {"error_code": self.code}
        return {"type": "error", "error": error, "request_id": request_id}


def bad_request(message: str) -> ApiError:
    """400, the client's fault."""
    return ApiError(400, "invalid_request_error", message)


def not_found(message: str) -> ApiError:
    """404."""
    return ApiError(404, "not_found_error", message)
