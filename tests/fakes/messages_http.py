"""The wire of the fake Messages API: one request in, one reply out, and the ways in which a connection breaks."""

import json
import os
import socket
import struct
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.messages_faults import NAMED, Fault
from tests.fakes.messages_types import ApiError, Json, Seen, Where, bad_request, digest

if TYPE_CHECKING:
    from tests.fakes.messages_api import MessagesServer

_SECRET = {"authorization", "x-api-key"}
_LARGEST: dict[Where, int] = {"batches": 256_000_000}
_LARGEST_OTHERS = 32_000_000
_HTML = b"<!doctype html><title>Welcome</title><p>Please sign in to use this network.</p>"
_WITHOUT_REPLY = {"cut_after", "lost_batch"}


class Listener(ThreadingHTTPServer):
    """The listening socket. Its queue holds the burst of a client that opens many connections at once."""

    request_queue_size = 256
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, api: "MessagesServer") -> None:
        self.api = api
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """The next connection, remembered until it ends."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """End a connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End all connections. Otherwise those kept alive would be served on."""
        for connection in list(self._open):
            with suppress(OSError):  # it may end by itself at this moment
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what went wrong; a client that went away is no error of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection, kept alive."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def _api(self) -> "MessagesServer":
        return cast(Listener, self.server).api

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a test reads `requests`."""

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def _handle(self) -> None:
        path = urlsplit(self.path).path
        if path == "/fake/state":
            self._send(200, json.dumps(self._api.state()).encode())
            return
        with self._api.busy():
            request_id = self._api.next_request_id()
            where = place(self.command, path)
            try:
                if (body := self._body(where)) is not None:
                    self._answer(self._seen(where, path, request_id, body))
            except ApiError as error:
                self._refuse(error, request_id)
            except OSError:
                raise
            except Exception as error:
                self._api.failed(error)
                self._refuse(ApiError(500, "api_error", f"the fake failed: {error!r}"), request_id)

    def _answer(self, seen: Seen) -> None:
        self._api.record(seen)
        self._check_headers(seen)
        fault = self._api.take(seen)
        if fault.status and not fault.billed:
            raise fault.error()
        if fault.name == "cut_before":
            self._reset()
            return
        reply = self._api.serve(seen, fault)
        if fault.status:
            raise fault.error()
        if fault.name in _WITHOUT_REPLY:
            self._reset()
            return
        self._deliver(seen, fault, reply)

    def _deliver(self, seen: Seen, fault: Fault, reply: Json | bytes) -> None:
        body = reply if isinstance(reply, bytes) else json.dumps(_spoiled(reply, fault)).encode()
        kind = "application/x-jsonl" if isinstance(reply, bytes) else "application/json"
        if fault.name == "html":
            body, kind = _HTML, "text/html; charset=utf-8"
        if fault.name == "broken_json":
            body = body[: len(body) // 2]
        cut = len(body) // 2 if fault.name in ("cut_mid", "cut_short") else None
        self._send(200, body, request_id=seen.request_id, kind=kind, cut=cut)
        if fault.name == "cut_mid":
            self._reset()

    def _body(self, where: Where) -> bytes | None:
        """The body, or None when the client went away while sending it."""
        length = int(self.headers.get("content-length") or 0)
        if length > _LARGEST.get(where, _LARGEST_OTHERS):
            self.close_connection = True
            raise NAMED["too_large"].error()
        body = self.rfile.read(length)
        if len(body) == length:
            return body
        self.close_connection = True
        return None

    def _seen(self, where: Where, path: str, request_id: str, body: bytes) -> Seen:
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() not in _SECRET}
        try:
            read = json.loads(body) if body else None
            sha256 = "" if read is None else digest(read)
        except ValueError as error:  # no JSON, or text that is no Unicode
            raise bad_request("The request body is not valid JSON") from error
        query = dict(parse_qsl(urlsplit(self.path).query))
        return Seen(where, self.command, path, request_id, query, headers, body, read, sha256)

    def _check_headers(self, seen: Seen) -> None:
        scheme, _, key = (self.headers.get("authorization") or "").partition(" ")
        if scheme != "Bearer" or key not in self._api.keys:
            raise NAMED["unauthorized"].error()
        if "anthropic-version" not in seen.headers:
            raise bad_request("anthropic-version: header is required")
        if seen.body and not seen.headers.get("content-type", "").startswith("application/json"):
            raise bad_request("content-type: must be application/json")

    def _refuse(self, error: ApiError, request_id: str) -> None:
        more = {} if error.retry_after is None else {"retry-after": f"{error.retry_after:g}"}
        self._send(error.status, json.dumps(error.body(request_id)).encode(), request_id=request_id, more=more)

    def _send(
        self,
        status: int,
        body: bytes,
        *,
        request_id: str = "",
        kind: str = "application/json",
        more: dict[str, str] | None = None,
        cut: int | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in {
            "content-type": kind,
            "content-length": str(len(body)),
            "request-id": request_id,
            **(more or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:cut])
        if cut is not None:
            self.close_connection = True

    def _reset(self) -> None:
        """Close at once with RST, so that the client sees a broken connection and not an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


def place(method: str, path: str) -> Where:
    """What a request is for."""
    parts = path.strip("/").split("/")
    match parts:
        case ["v1", "messages"]:
            return "messages"
        case ["v1", "messages", "count_tokens"]:
            return "count_tokens"
        case ["v1", "messages", "batches"] if method == "POST":
            return "batches"
        case ["v1", "messages", "batches", *_]:
            return "batch"
        case ["v1", "models", *_]:
            return "models"
    return "other"


def _spoiled(reply: Json, fault: Fault) -> Json:
    if fault.name == "no_usage":
        return {name: value for name, value in reply.items() if name != "usage"}
    return {**reply, "type": "completion"} if fault.name == "wrong_type" else reply
