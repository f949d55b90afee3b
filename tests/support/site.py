"""A web site on loopback: pages, feeds, interfaces and media, with what can go wrong on the way."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import unquote, urlsplit

MEDIA = {".mp4": "video/mp4", ".vtt": "text/vtt", ".html": "text/html", ".xml": "text/xml"}


@dataclass
class Fault:
    """What comes in place of an answer, `times` times. Status 0: half of it, and then nothing."""

    status: int
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    reached: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)


@dataclass
class Thing:
    """What stands at a path."""

    body: bytes
    kind: str
    headers: dict[str, str] = field(default_factory=dict)


class Site(ThreadingHTTPServer):
    """`with Site() as site: site.put("/a.html", "<html>"); ... site.url`"""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.things: dict[str, Thing] = {}
        self.faults: dict[str, Fault] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []  # path with query, headers

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def put(self, path: str, body: Any, kind: str = "", **headers: str) -> str:
        """Put something at a path; what is no text and no bytes becomes JSON. Its address."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if not isinstance(body, str | bytes):
            body, kind = json.dumps(body), kind or "application/json"
        found = re.search(r"\.\w+$", path)
        kind = kind or MEDIA.get(found[0] if found else "", "text/plain")
        data = body.encode() if isinstance(body, str) else body
        self.things[path] = Thing(data, kind, told)
        return self.url + path

    def fail(self, path: str, status: int, **more: Any) -> Fault:
        self.faults[path] = Fault(status, **more)
        return self.faults[path]

    def asked(self) -> Counter[str]:
        """How often each path was asked for, queries left out."""
        return Counter(unquote(urlsplit(path).path) for path, _ in self.requests)

    def __enter__(self) -> Site:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for fault in self.faults.values():
            fault.release.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """A client that was killed is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site = cast(Site, self.server)
        path = unquote(urlsplit(self.path).path)
        told = {name.lower(): value for name, value in self.headers.items()}
        site.requests.append((self.path, told))
        # A thing may stand at a path with its query too, such as a page of a list.
        thing = site.things.get(unquote(self.path)) or site.things.get(path)
        fault = site.faults.get(path)
        if fault and fault.times and self.command == "GET":
            fault.times -= 1
            fault.reached.set()
            if fault.status:
                return self._send(Thing(b"made up", "text/plain", fault.headers), fault.status)
        else:
            fault = None
        if thing is None:
            return self._send(Thing(b"nothing here", "text/plain"), 404)
        return self._send(thing, 200, fault)

    do_HEAD = do_GET  # noqa: N815

    def _send(self, thing: Thing, status: int, fault: Fault | None = None) -> None:
        body, more = thing.body, dict(thing.headers)
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if asked and status == 200:
            first, last = int(asked[1]), int(asked[2] or len(body) - 1)
            status = 206 if first < len(body) else 416
            more["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
            body = body[first : last + 1]
        self.send_response(status)
        for name, text in {"Content-Type": thing.kind, "Accept-Ranges": "bytes", **more}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            fault.release.wait(60)
            self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""
