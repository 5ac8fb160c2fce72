"""What the ledger writes down of a request before it is sent: enough to know it again, and neither prompt nor secret."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from judges.calls import Context, PreparedCall

_SECRETS = re.compile(
    rb"""sk-ant-[\w-]+|bearer\s+[^\s"'<,;]+|(?:x-api-key|authorization)["']?\s*[:=]\s*["']?(?:bearer\s+)?[^\s"'<,;]+""",
    re.IGNORECASE,
)
FAILED_BODY_BYTES = 64 * 1024
MESSAGE_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Intent:
    """A request to be sent, as its row shows it."""

    key: str
    context: Context
    provider: str
    model: str
    sample_index: int
    params: str
    body_sha: str
    code_sha: str
    worst_pico: int | None

    @classmethod
    def of(cls, prepared: PreparedCall, context: Context) -> "Intent":
        return cls(
            key=prepared.key,
            context=context,
            provider=prepared.provider,
            model=prepared.model,
            sample_index=prepared.request.sample_index,
            params=json.dumps(_params(prepared)),
            body_sha=_sha(json.dumps(prepared.body, sort_keys=True, ensure_ascii=False)),
            code_sha=_sha(prepared.request.code),
            worst_pico=prepared.worst_pico,
        )


def without_secrets(said: bytes) -> bytes:
    """What a proxy or a server wrote in place of a reply: some write back the headers that they were sent."""
    return _SECRETS.sub(b"[removed]", said[:FAILED_BODY_BYTES])


def message_without_secrets(message: str) -> str:
    return without_secrets(_bytes(message)).decode(errors="replace")[:MESSAGE_CHARACTERS]


def _params(prepared: PreparedCall) -> Mapping[str, Any]:
    output = prepared.body.get("output_config")
    effort = output.get("effort") if isinstance(output, Mapping) else None
    return {"model": prepared.model, "effort": effort, "max_tokens": prepared.body.get("max_tokens")}


def _sha(text: str) -> str:
    return hashlib.sha256(_bytes(text)).hexdigest()


def _bytes(text: str) -> bytes:
    # Half a surrogate pair, from a reply that was cut, has no UTF-8.
    return text.encode(errors="surrogatepass")
