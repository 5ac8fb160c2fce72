"""How the fake counts tokens, and how a request falls into the blocks that the prompt cache knows.

The count is our own, so that anybody can do it by hand: a text has one token for each 3 bytes of UTF-8, rounded up, and each
message has 4 more. The schema of the output format and the tools count with their canonical JSON, ahead of everything else;
whether the service counts the schema into the cached prefix is not known.
"""

from dataclasses import dataclass
from typing import Any, Literal

from tests.fakes.messages_types import Json, canonical

BYTES_PER_TOKEN = 3
TOKENS_PER_MESSAGE = 4

Ttl = Literal["5m", "1h"]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the prompt. `ttl` is set where the client ends a cached prefix with it."""

    identity: bytes
    """What must be equal for a cached prefix to hold."""
    tokens: int
    ttl: Ttl | None = None


def count(text: str) -> int:
    """Tokens of a text."""
    return -(-len(text.encode()) // BYTES_PER_TOKEN)


def prompt(body: Json) -> list[Block]:
    """The blocks of a request in the order in which they are cached: format and tools, system, messages."""
    blocks = _head(body) + [_block("system", part) for part in _parts(body.get("system"))]
    thinking = canonical(body.get("thinking")).decode()
    for message in body["messages"]:
        for i, part in enumerate(_parts(message["content"])):
            blocks.append(_block(f"{message['role']} {thinking}", part, TOKENS_PER_MESSAGE if i == 0 else 0))
    if (everywhere := body.get("cache_control")) is not None and blocks:
        last = blocks[-1]
        blocks[-1] = Block(last.identity, last.tokens, _ttl(everywhere))
    return blocks


def prompt_tokens(body: Json) -> int:
    """All tokens of a request, cached or not."""
    return sum(block.tokens for block in prompt(body))


def _head(body: Json) -> list[Block]:
    parts = [body.get("tools"), (body.get("output_config") or {}).get("format")]
    texts = [canonical(part).decode() for part in parts if part]
    return [Block(text.encode(), count(text)) for text in texts]


def _parts(content: Any) -> list[Json]:
    if content is None:
        return []
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _block(role: str, part: Json, extra: int = 0) -> Block:
    text = part["text"] if part.get("type") == "text" else canonical(part).decode()
    control = part.get("cache_control")
    return Block(f"{role}\n{text}".encode(), count(text) + extra, None if control is None else _ttl(control))


def _ttl(control: Json) -> Ttl:
    return "1h" if control.get("ttl") == "1h" else "5m"
