"""What an exception of the SDK is.

The stable `error_code` decides first, then the type, then the status; the wording only for the two 400s that have no code. Which
failures are not billed is from memory of the provider's pages, not measured; in doubt `may_be_billed` is true.
"""

from collections.abc import Callable
from typing import Any

from judges.calls import CallFailed, FailureKind
from judges.claude.replies import KEPT_BYTES

_BY_CODE: dict[str, FailureKind] = {
    "organization_on_hold": "billing",
    "linked_organization_billing_unavailable": "billing",
    "ramp_limit_exceeded": "rate",
    "parent_organization_required": "auth",
    "organization_type_not_supported": "auth",
    "sandbox_egress_restricted": "auth",
    "cmek_key_disabled": "auth",
    "cmek_key_unreachable": "server",
    "cmek_key_network_blocked": "auth",
    "cmek_context_unavailable": "server",
    "request_body_too_large_after_decoding": "too_large",
}
_SPEND_LIMIT = "spend_limit_reached"

_BY_TYPE: dict[str, FailureKind] = {
    "billing_error": "billing",
    "authentication_error": "auth",
    "permission_error": "auth",
    "not_found_error": "model",
    "request_too_large": "too_large",
    "rate_limit_error": "rate",
    "overloaded_error": "overloaded",
    "timeout_error": "timeout",
    "conflict_error": "server",
    "api_error": "server",
}
_BY_STATUS: dict[int, FailureKind] = {
    401: "auth",
    402: "billing",
    403: "auth",
    404: "model",
    408: "server",
    409: "server",
    413: "too_large",
    429: "rate",
    504: "timeout",
    524: "timeout",
    529: "overloaded",
}
_GATEWAYS = frozenset({502, 504, 520, 522, 524})
"""What stands between us and the service gave up; the service may have answered."""
_BILLING_WORDS = ("api usage limits", "credit balance is too low")


def classified(error: Exception, scrub: Callable[[bytes], bytes] = bytes) -> CallFailed:
    """The failure that an exception of the SDK means; another exception is raised as it is. `scrub` takes secrets out of what the
    server said."""
    import anthropic

    if isinstance(error, anthropic.APIStatusError):
        return _answered(error, scrub)
    if isinstance(error, anthropic.APIConnectionError):
        return _unanswered(error)
    if isinstance(error, anthropic.CredentialsError):
        return CallFailed("auth", "the credential could not be loaded")
    raise error


def _answered(error: Any, scrub: Callable[[bytes], bytes]) -> CallFailed:
    words = scrub(str(error.api_message or f"HTTP status {error.status_code}").encode()).decode(errors="replace")
    kind = kind_of(error.status_code, str(error.type or ""), str(error.error_code or ""), words)
    return CallFailed(
        kind,
        words,
        may_be_billed=error.status_code in _GATEWAYS or kind == "timeout",
        retry_after=retry_after(error.response.headers),
        http_status=error.status_code,
        error_type=str(error.type or ""),
        error_code=str(error.error_code or ""),
        request_id=error.request_id or "",
        body=scrub(error.response.content[:KEPT_BYTES]),
    )


def kind_of(status: int, error_type: str, code: str, words: str) -> FailureKind:
    if code.endswith(_SPEND_LIMIT):
        return "billing"
    if code in _BY_CODE:
        return _BY_CODE[code]
    if status == 400 and any(part in words.lower() for part in _BILLING_WORDS):
        return "billing"
    if error_type in _BY_TYPE:
        return _BY_TYPE[error_type]
    return _BY_STATUS.get(status, "server" if status >= 500 else "bad_request")


def retry_after(headers: Any) -> float | None:
    """Seconds that a server asks to wait; None without such a header, or with a date in it, which the service does not send."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return None


def _unanswered(error: Exception) -> CallFailed:
    import httpx2

    never_sent = (
        httpx2.ConnectError,
        httpx2.ConnectTimeout,
        httpx2.PoolTimeout,
        httpx2.ProxyError,
        httpx2.UnsupportedProtocol,
    )
    cause = error.__cause__
    name = "no cause given" if cause is None else str(cause) or type(cause).__name__
    if isinstance(cause, never_sent):
        return CallFailed("connect", f"no connection ({name})")
    if isinstance(cause, httpx2.TimeoutException):
        return CallFailed("timeout", f"no answer in time ({name})", may_be_billed=True)
    if isinstance(cause, httpx2.RequestError):
        return CallFailed("cut", f"the connection broke before the answer was whole ({name})", may_be_billed=True)
    return CallFailed("protocol", f"the answer could not be read ({name})", may_be_billed=True)
