"""The SDK's client: made on first use, because importing it takes over a second, and told to retry nothing."""

import os
from typing import TYPE_CHECKING

from judges.claude.settings import API_VERSION, ClaudeSettings
from judges.errors import JudgeConfigError

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

KEY_VARIABLE = "ANTHROPIC_API_KEY"
CONNECT_SECONDS = 5.0
HOW_TO_GO_ON = (
    f"Set {KEY_VARIABLE} (a key from console.anthropic.com), or judge without a provider: "
    'judge.backend = "mlx" (a local model) or "none" (tests and static scores alone).'
)


class Secret:
    """A key that shows nowhere: not in `repr`, not in a message, not in what is stored."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret()"

    def reveal(self) -> str:
        return self._text

    def scrub(self, data: bytes) -> bytes:
        """`data` without the key: a proxy or a server's error can repeat what was sent."""
        return data.replace(self._text.encode(), b"[key]") if self._text else data


def secret_of(api_key: str | None) -> Secret:
    """The key that was handed in, else the environment's; an empty one where there is none.

    Raises JudgeConfigError for a key that no header can hold: the HTTP library would show it in its error.
    """
    # A key that came out of a file often ends with a line break.
    text = (api_key or os.environ.get(KEY_VARIABLE) or "").strip()
    if not all("!" <= character <= "~" for character in text):
        raise JudgeConfigError(
            "the API key holds a space or a character that no key has", hint=f"Copy it again into {KEY_VARIABLE}."
        )
    return Secret(text)


def connect(settings: ClaudeSettings, secret: Secret) -> "AsyncAnthropic":
    """A client. Raises JudgeConfigError without the package, without a credential, or with one that cannot be loaded."""
    try:
        import anthropic
        import httpx2
    except ImportError as error:
        raise JudgeConfigError("the package anthropic is not installed", hint="pip install rft[claude]") from error
    try:
        client = anthropic.AsyncAnthropic(
            api_key=secret.reveal() or None,
            base_url=settings.address,
            max_retries=0,
            timeout=httpx2.Timeout(settings.timeout_seconds, connect=CONNECT_SECONDS),
            default_headers={"anthropic-version": API_VERSION},
        )
    except anthropic.AnthropicError as error:
        raise JudgeConfigError("the credential for Claude could not be loaded", hint=HOW_TO_GO_ON) from error
    # The SDK makes a client without any credential and fails at the first call (seen with 2.11).
    if client.api_key is None and client.auth_token is None and client.credentials is None:
        raise JudgeConfigError("there is no key for Claude", hint=HOW_TO_GO_ON)
    return client
