"""A loopback server for tests that speaks OpenAI's chat completions, with faults on demand.

A reply is drawn from a hash of the messages and the seed: the same seed gives the same text, as with a server that honours seeds.
"""

import hashlib
import json
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, cast

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to `times` requests (None for all) that fit `when`: a status with these headers and this body, or by name:

    - `slow`: the reply comes `seconds` later. `hang`: it never comes.
    - `reset`: the connection is reset before the reply. `cut`: it ends within the body.
    - `reply`: `body` is sent with status 200 as it is.
    """

    name: str = "status"
    status: int = 500
    body: bytes = b'{"error": {"message": "something broke", "type": "server_error"}}'
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    times: int | None = 1
    when: Callable[[Json], bool] = lambda _: True


def refusing(status: int, message: str, **changes: Any) -> Fault:
    """A refusal in OpenAI's words."""
    return Fault(status=status, body=json.dumps({"error": {"message": message}}).encode(), **changes)


def replying(reply: Json | bytes, **changes: Any) -> Fault:
    """A reply with status 200 that is sent as it is."""
    return Fault("reply", 200, reply if isinstance(reply, bytes) else json.dumps(reply).encode(), **changes)


def completion(message: Json, finish_reason: object = "stop", tokens: int = 3) -> Json:
    """A chat completion with one choice."""
    return {
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 5, "completion_tokens": tokens, "total_tokens": 5 + tokens},
    }


class OpenAIServer:
    """The server, as a context manager. Leaving it cuts every connection.

    Args:
        faults: Each request takes the first that fits it and is not used up.
        key: What it asks for; None for no key.
        program: What it calls itself in its headers.
        strict: Fields that it refuses as unknown.
        latency: Seconds that each reply takes.
        port: 0 for any free one.
    """

    def __init__(
        self,
        *faults: Fault,
        key: str | None = None,
        program: str = "uvicorn",
        strict: Iterable[str] = (),
        latency: float = 0.0,
        port: int = 0,
    ) -> None:
        self.key = key
        self.program = program
        self.strict = tuple(strict)
        self.latency = latency
        self.requests: list[Json] = []
        self.at_once = self.most_at_once = 0
        self.stopped = threading.Event()
        self._faults = [[fault, fault.times] for fault in faults]
        self._lock = threading.Lock()
        self._listener = _Listener(("127.0.0.1", port), _Handler)
        self._listener.api = self
        self.url = f"http://127.0.0.1:{self._listener.server_port}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stopped.set()
        self._listener.shutdown()
        self._listener.server_close()
        self._listener.hang_up()

    def take(self, body: Json) -> Fault | None:
        """Note a request; its fault."""
        with self._lock:
            self.requests.append(body)
            for row in self._faults:
                fault, left = cast(tuple[Fault, int | None], row)
                if left != 0 and fault.when(body):
                    row[1] = None if left is None else left - 1
                    return fault
        return None

    def working(self, change: int) -> None:
        """Count the requests under way."""
        with self._lock:
            self.at_once += change
            self.most_at_once = max(self.most_at_once, self.at_once)

    def answer(self, body: Json) -> tuple[int, Json]:
        """Status and body of a sound request's reply."""
        unknown = [name for name in self.strict if name in body]
        if unknown:
            return 400, {"error": {"message": f"Unrecognized request argument supplied: {unknown[0]}"}}
        said = hashlib.sha256(json.dumps([body["messages"], body.get("seed")]).encode()).hexdigest()
        return 200, completion({"content": said}, tokens=7)


class _Listener(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True
    block_on_close = False
    api: OpenAIServer

    def __init__(self, *arguments: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*arguments)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End all connections."""
        for connection in list(self._open):
            with suppress(OSError):  # it may end by itself at this moment
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def _api(self) -> OpenAIServer:
        return cast(_Listener, self.server).api

    def version_string(self) -> str:
        return self._api.program

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a test reads `requests`."""

    def do_GET(self) -> None:
        self._send(200, b'{"object": "list", "data": []}')

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self._api.key is not None and self.headers.get("authorization") != f"Bearer {self._api.key}":
            told = {"error": {"message": f"Incorrect API key provided: {self.headers.get('authorization')}"}}
            self._send(401, json.dumps(told).encode())
        elif self.path != "/v1/chat/completions":
            self._send(404, b'{"detail": "Not Found"}')
        else:
            self._api.working(+1)
            try:
                self._complete(body)
            finally:
                self._api.working(-1)

    def _complete(self, body: Json) -> None:
        fault = self._api.take(body)
        self._api.stopped.wait(self._api.latency + (fault.seconds if fault else 0.0))
        if fault is None or fault.name == "slow":
            status, reply = self._api.answer(body)
            self._send(status, json.dumps(reply).encode())
        elif fault.name == "hang":
            self._api.stopped.wait()
        elif fault.name == "reset":
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        else:
            self._send(fault.status, fault.body, fault.headers, cut=fault.name == "cut")

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut
