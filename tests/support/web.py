"""A web server on loopback, with files that may be as odd as those of others."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass
class File:
    """What a server answers.

    Attributes:
        data: the body.
        tagged: an ETag is told, of the content.
        kind: the type that is told.
        statuses: of the first answers, before all is well; 0: the connection ends in mid-body.
        head: whether HEAD is allowed.
    """

    data: bytes
    tagged: bool = True
    kind: str = "application/octet-stream"
    statuses: list[int] = field(default_factory=list)
    head: bool = True


@dataclass
class Web:
    """A server that runs."""

    url: str
    files: dict[str, File] = field(default_factory=dict)  # by path, without quoting
    asked: Counter[str] = field(default_factory=Counter)  # `GET /a.mp4`

    def put(self, path: str, data: bytes, **how: Any) -> str:
        """Have a file served; its URL."""
        self.files[path] = File(data, **how)
        return f"{self.url}{path}"


@contextmanager
def serving() -> Iterator[Web]:
    """A server for as long as it is needed."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            path = unquote(urlsplit(self.path).path)
            web.asked[f"{self.command} {path}"] += 1
            file = web.files.get(path)
            if file is None or not (body or file.head):
                self.send_error(404 if file is None else 403)
                return
            status = file.statuses.pop(0) if file.statuses and body else 200
            if status not in (0, 200):
                self.send_error(status)
                return
            self.send_response(200)
            self.send_header("Content-Type", file.kind)
            if file.tagged:
                self.send_header("ETag", f'"{hashlib.md5(file.data).hexdigest()}"')
            self.send_header("Content-Length", str(len(file.data)))
            self.end_headers()
            if body:
                self.wfile.write(file.data if status else file.data[: len(file.data) // 2])
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web = Web(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
