"""What the tests of Claude and of asking share: a question, a time that costs none, the fake server behind the real SDK."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from judges.budget import Limits
from judges.calls import Context, Provider, RawReply
from judges.claude import ClaudeProvider, ClaudeSettings
from judges.ledger import Ledger
from judges.prices import Prices
from judges.retry import Answer, Circuit, ask
from judges.verdict import CandidateFacts, JudgeRequest, JudgeTask
from tests.fakes.messages_api import GOOD_KEY, MessagesServer

T = TypeVar("T")

CONTEXT = Context("run", "1", "add", "candidate")
ADD = JudgeTask("add", "Write add(a, b).", "return function(a, b) return a + b end", ("adds two numbers",))
FACTS = CandidateFacts(compiles=True, passed=2, total=2)
NO_LIMITS = Limits()


def question(number: int = 0, *, sample_index: int = 0) -> JudgeRequest:
    return JudgeRequest(ADD, f"c{number}", f"local n = {number}\nreturn function(a, b) return a + b end", FACTS, sample_index)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def circuit(time: Time, concurrency: int = 8) -> Circuit:
    return Circuit(concurrency, clock=time.clock, sleep=time.sleep, chance=lambda: 0.5)


def provider_for(server: MessagesServer, *, key: str = GOOD_KEY, **changes: Any) -> ClaudeProvider:
    return ClaudeProvider(ClaudeSettings(**{"base_url": server.url, **changes}), Prices({}), key)


def sent(provider: ClaudeProvider) -> RawReply:
    async def once() -> RawReply:
        try:
            return await provider.call(provider.prepare(question()))
        finally:
            await provider.close()

    return asyncio.run(once())


class World:
    """One server, one ledger, one circuit."""

    def __init__(self, server: MessagesServer, ledger: Ledger, provider: Provider, concurrency: int = 8) -> None:
        self.server = server
        self.ledger = ledger
        self.provider = provider
        self.time = Time()
        self.circuit = circuit(self.time, concurrency)

    async def ask(self, request: JudgeRequest, limits: Limits = NO_LIMITS) -> Answer:
        return await ask(self.provider, self.ledger, self.provider.prepare(request), CONTEXT, limits, self.circuit)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        async def whole() -> T:
            try:
                return await work
            finally:
                await self.provider.close()

        return asyncio.run(whole())

    def one(self, number: int = 0) -> Answer:
        return self.run(self.ask(question(number)))

    def states(self) -> list[str]:
        return [row.state for row in self.ledger.attempts()]

    def kinds(self) -> list[str]:
        return [row.error_kind for row in self.ledger.attempts()]

    def assert_balanced(self) -> None:
        """What the ledger knows is what the server billed, but for what is marked lost."""
        known = {row.request_id: row.cost_pico for row in self.ledger.attempts() if row.state == "done"}
        assert sum(1 for row in self.ledger.attempts() if row.state == "inflight") == 0
        heard = sum(call.pico or 0 for call in self.server.billed if call.request_id in known)
        unheard = sum(call.pico or 0 for call in self.server.billed if call.request_id not in known)
        spent = self.ledger.spent("run", "run")
        assert spent.known_pico == heard
        assert unheard <= spent.possibly_lost_pico


def hermetic(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Nothing of this machine's environment reaches the SDK, and no proxy stands between it and loopback."""
    for name in ("API_KEY", "AUTH_TOKEN", "BASE_URL", "PROFILE", "CUSTOM_HEADERS", "LOG"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(folder))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
