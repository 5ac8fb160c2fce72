"""A loopback server that answers like the Hub for one model, and can fail in the ways that the Hub does."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

NAME = "owner/small-model"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
CHUNK = 65_536


@dataclass
class FakeHub:
    """`files` by name; `sizes` tells other sizes than they have. `status` answers everything with an error and `code`, as
    the Hub's X-Error-Code. `cut` ends the body of a file after so many bytes, once."""

    files: dict[str, bytes]
    status: int | None = None
    code: str = ""
    cut: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    url: str = ""

    def fetched(self) -> list[str]:
        """The files whose bytes were asked for, in that order."""
        return [path.rpartition("/")[2] for method, path, _ in self.asked if method == "GET" and "/resolve/" in path]


@contextmanager
def serving(hub: FakeHub) -> Iterator[FakeHub]:
    """Serve it on a free port of the loopback; `hub.url` is then the endpoint."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: what was asked is in `hub.asked`."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append((self.command, path, self.headers.get("Range", "")))
        if self.hub.status is not None:
            self._send(self.hub.status, b'{"error": "no"}', {"X-Error-Code": self.hub.code, "X-Error-Message": "no"})
        elif path.startswith(f"/api/models/{NAME}/tree/"):
            self._send(200, json.dumps([self._entry(name) for name in self.hub.files]).encode())
        elif path.startswith(f"/api/models/{NAME}"):
            siblings = [{"rfilename": name, "size": self._size(name)} for name in self.hub.files]
            self._send(200, json.dumps({"id": NAME, "sha": COMMIT, "siblings": siblings}).encode())
        elif path.startswith(f"/{NAME}/resolve/") and (name := path.rpartition("/")[2]) in self.hub.files:
            self._file(name)
        else:
            self._send(404, b'{"error": "not found"}', {"X-Error-Code": "RepoNotFound"})

    def _size(self, name: str) -> int:
        return self.hub.sizes.get(name, len(self.hub.files[name]))

    def _entry(self, name: str) -> dict[str, Any]:
        return {"type": "file", "path": name, "size": self._size(name), "oid": _etag(self.hub.files[name])}

    def _file(self, name: str) -> None:
        body, start = self.hub.files[name], 0
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{_etag(body)}"', "Accept-Ranges": "bytes"}
        if self.command == "HEAD":
            self._send(200, b"", headers, length=self._size(name))
            return
        if asked := self.headers.get("Range"):
            start = int(asked.removeprefix("bytes=").partition("-")[0])
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        cut = self.hub.cut.pop(name, None)
        self._send(206 if asked else 200, body[start:cut], headers, length=len(body) - start)
        self.close_connection = cut is not None

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None, *, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _etag(body: bytes) -> str:
    return hashlib.sha1(body).hexdigest()
