"""Claude as judge, through the official SDK. Nothing is sent before the first call, and no retry is the SDK's."""

from judges.claude.batches import BatchJudge, BatchResult
from judges.claude.preflight import Preflight, preflight
from judges.claude.provider import ClaudeProvider
from judges.claude.settings import DEFAULT_MODEL, ClaudeSettings

__all__ = ["DEFAULT_MODEL", "BatchJudge", "BatchResult", "ClaudeProvider", "ClaudeSettings", "Preflight", "preflight"]
