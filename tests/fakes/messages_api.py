"""A loopback server for tests that speaks Anthropic's Messages, token counting, models and Message Batches protocols.

It keeps a billing meter of its own, simulates prompt caching and makes faults on demand. Its verdicts are drawn from
hashes: they say nothing about the code that they judge. By hand:

    python -m tests.fakes.messages_api --faults '[{"name": "overloaded", "times": 3}]' --meter billed.jsonl
    ANTHROPIC_API_KEY=key-of-the-fake ANTHROPIC_BASE_URL=<the address that it prints> ...

`GET /fake/state`, without a key, tells how many requests are being worked on and what was billed: a killed client is audited when
`in_flight` is 0.
"""

import argparse
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from io import TextIOBase
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from tests.fakes.messages_batches import Batches
from tests.fakes.messages_cache import Clock, PromptCache
from tests.fakes.messages_engine import Engine
from tests.fakes.messages_faults import Fault, Script, fault, faults_of
from tests.fakes.messages_http import Listener
from tests.fakes.messages_meter import BilledCall, Meter, Tokens, cost, read_meter
from tests.fakes.messages_models import info, listing
from tests.fakes.messages_rules import check_message
from tests.fakes.messages_tokens import prompt_tokens
from tests.fakes.messages_types import Json, Seen, digest, not_found
from tests.fakes.messages_verdicts import Decide, by_hash, by_marker

__all__ = [
    "GOOD_KEY", "BilledCall", "Clock", "Fault", "MessagesServer", "Meter", "Seen", "Tokens", "by_hash", "by_marker", "cost",
    "digest", "fault", "read_meter",
]  # fmt: skip

GOOD_KEY = "key-of-the-fake"


class MessagesServer:
    """The server, as a context manager. All of it may be used from any thread. Leaving it cuts every connection.

    Args:
        faults: The script to begin with; `script` appends to it.
        seed: Of the faults with a chance.
        decide: What it answers (`messages_verdicts`).
        latency: Seconds that each message takes. Work is billed when it begins.
        clock: Of the prompt cache and the batches; `clock.advance(seconds)`.
        keys: The keys that it takes.
        batch_polls: How many times a batch is still in progress when asked for.
        absolute_results: Whether `results_url` names the host.
        meter: A file for the bill.
        keep: Whether `requests` keeps what arrived.

    Raises:
        RuntimeError: On leaving, when the fake itself failed, so that a client that lives with a 500 does not hide it.
    """

    def __init__(
        self,
        *faults: Fault,
        seed: int = 0,
        decide: Decide = by_hash,
        latency: float = 0.0,
        clock: Clock | None = None,
        keys: Iterable[str] = (GOOD_KEY,),
        batch_polls: int = 2,
        absolute_results: bool = True,
        meter: TextIOBase | None = None,
        keep: bool = True,
        port: int = 0,
    ) -> None:
        self.keys = frozenset(keys)
        self.clock = clock or Clock()
        self.billed = Meter(meter)
        self._latency = latency
        self._keep = keep
        self._script = Script(faults, seed)
        self._requests: list[Seen] = []
        self._problems: list[BaseException] = []
        self._numbers = count()
        self._in_flight = 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._listener = Listener(port, self)
        self.url = f"http://127.0.0.1:{self._listener.server_port}"
        self._engine = Engine(decide, PromptCache(self.clock), self.billed)
        base = self.url if absolute_results else ""
        self._batches = Batches(self._engine, self._script, self.clock, batch_polls, base)

    def __enter__(self) -> Self:
        threading.Thread(target=self._listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopped.set()
        self._listener.shutdown()
        self._listener.server_close()
        self._listener.hang_up()
        if self._problems and error is None:
            raise RuntimeError("the fake itself failed, and answered 500") from self._problems[0]

    def script(self, *faults: Fault) -> None:
        """Append faults to the script."""
        self._script.add(*faults)

    @property
    def requests(self) -> list[Seen]:
        """All requests so far, in order of arrival."""
        with self._lock:
            return list(self._requests)

    def state(self) -> Json:
        """What is going on and what was billed."""
        with self._lock:
            in_flight = self._in_flight
        return {"in_flight": in_flight, "calls": len(self.billed), "pico": self.billed.pico, "tokens": asdict(self.billed.tokens)}

    @contextmanager
    def busy(self) -> Iterator[None]:
        """While a request is worked on."""
        with self._lock:
            self._in_flight += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1

    def next_request_id(self) -> str:
        """A new one."""
        return f"req_fake{next(self._numbers):08d}"

    def record(self, seen: Seen) -> None:
        """Note a request that arrived."""
        if self._keep:
            with self._lock:
                self._requests.append(seen)

    def failed(self, error: BaseException) -> None:
        """Note a failure of the fake itself."""
        with self._lock:
            self._problems.append(error)

    def take(self, seen: Seen) -> Fault:
        """The fault of a request."""
        return self._script.take(seen)

    def serve(self, seen: Seen, fault: Fault) -> Json | bytes:
        """The reply to a request that is not refused. Raises ApiError."""
        reply = self._served(seen, fault)
        if seen.where != "messages" and fault.seconds:
            self._stopped.wait(fault.seconds)
        return reply

    def _served(self, seen: Seen, fault: Fault) -> Json | bytes:
        match seen.where:
            case "messages":
                return self._message(seen, fault)
            case "count_tokens":
                check_message(seen.json, counting=True)
                return {"input_tokens": prompt_tokens(seen.json)}
            case "batches":
                return self._batches.create(seen)
            case "batch":
                return self._batch(seen)
            case "models":
                name = seen.path.removeprefix("/v1/models").strip("/")
                return info(name) if name else listing()
        raise not_found(f"{seen.path}: there is no such resource")

    def _message(self, seen: Seen, fault: Fault) -> Json:
        work = self._engine.work(seen, fault)
        self._stopped.wait(self._latency + fault.seconds)
        self._engine.cache.commit(work.plan)
        return work.message

    def _batch(self, seen: Seen) -> Json | bytes:
        parts = seen.path.strip("/").split("/")[3:]
        doing: dict[tuple[str, str], Callable[[str], Json | bytes]] = {
            ("GET", ""): self._batches.retrieve,
            ("DELETE", ""): self._batches.delete,
            ("GET", "results"): self._batches.results,
            ("POST", "cancel"): self._batches.cancel,
        }
        if not parts:
            return self._batches.listing(seen.query)
        do = doing.get((seen.method, "/".join(parts[1:])))
        if do is None:
            raise not_found(f"{seen.path}: there is no such resource")
        return do(parts[0])


def _faults(value: str) -> tuple[list[Fault], int]:
    return faults_of(value if value.lstrip()[:1] in ("[", "{") else Path(value).read_text())


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.messages_api", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    parser.add_argument("--faults", type=_faults, default=([], 0), help="JSON, or a file with it")
    parser.add_argument("--meter", type=Path, help="file that the bill is appended to, a line of JSON a call")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each message takes")
    chosen = parser.parse_args(arguments)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    stream = cast(TextIOBase, chosen.meter.open("a")) if chosen.meter else None
    faults, seed = chosen.faults
    with MessagesServer(*faults, seed=seed, latency=chosen.latency, meter=stream, keep=False, port=chosen.port) as server:
        print(server.url, flush=True)
        over.wait()


if __name__ == "__main__":
    main()
