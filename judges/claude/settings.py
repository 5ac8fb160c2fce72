"""How Claude is asked."""

import os
from dataclasses import dataclass
from typing import Literal

DEFAULT_MODEL = "claude-haiku-5-5"
API_VERSION = "2026-10-21"
"""Sent with each request and part of each key: another version can answer otherwise."""
ADDRESS = "https://api.anthropic.com"

Effort = Literal["low", "medium", "high", "xhigh", "max"]
View = Literal["stripped", "full"]


@dataclass(frozen=True, slots=True)
class ClaudeSettings:
    """What is asked of which model. `max_tokens` holds thinking too; tokens that are not used cost nothing.

    The key is not here: it is never written down.
    """

    model: str = DEFAULT_MODEL
    effort: Effort = "medium"
    max_tokens: int = 4096
    view: View = "stripped"
    base_url: str | None = None
    timeout_seconds: float = 120.0
    cache_ttl: Literal["5m", "1h"] = "5m"

    @property
    def address(self) -> str:
        """Where requests go: `base_url`, else what the SDK would take from the environment, else Anthropic."""
        return self.base_url or os.environ.get("ANTHROPIC_BASE_URL") or ADDRESS
