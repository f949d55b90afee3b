"""The HTTP side: the endpoints that `huggingface_hub` 2 and `datasets` 5 use on a dataset.

Files are sent by Git LFS. The Xet protocol, which the clients prefer, is not spoken here: whoever
talks to this server sets HF_HUB_DISABLE_XET=1, the clients' own switch for it.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from .repo import Objects, Refused, Repo
from .routes import ROUTES

TOKEN = "hf_" + "standin" * 5


@dataclass
class Fault:
    """What happens to requests in place of an answer, `times` times once `after` were let by.

    With `landed`, what was asked for is done all the same, as behind a gateway that gave up.
    """

    method: str
    path: str  # a regular expression
    status: int = 0  # 0: no answer at all
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    after: int = 0
    body: str = ""
    landed: bool = False
    reached: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)


class Hub(ThreadingHTTPServer):
    """A Hub on loopback. `with Hub(folder) as hub: ... hub.url`"""

    daemon_threads = True
    block_on_close = False

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects = Objects(folder)
        self.repos: dict[str, Repo] = {}
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str, int]] = []  # method, path, bytes sent
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def cdn(self) -> str:
        """Where large files come from: another host, as a client sees it."""
        return f"http://localhost:{self.server_address[1]}"

    def __enter__(self) -> Hub:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for fault in self.faults:
            fault.release.set()
        self.shutdown()
        self.server_close()

    def fail(self, method: str, path: str, status: int = 0, **more: Any) -> Fault:
        """Answer requests to a path with an error, or let them hang."""
        self.faults.append(Fault(method, path, status, **more))
        return self.faults[-1]

    def sent(self, method: str, path: str) -> list[int]:
        """Sizes of the requests to a path."""
        return [size for m, p, size in self.requests if m == method and re.search(path, p)]

    def handle_error(self, *_: object) -> None:
        """A client that was killed is part of the tests."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    _fault: Fault | None = None
    wbufsize = 1 << 16

    def do(self) -> None:
        hub = cast(Hub, self.server)
        url = urlsplit(self.path)
        self.query = parse_qs(url.query)
        self.answered = False
        body = hub.objects.folder / f".{threading.get_ident()}"
        size = self._receive(body)
        hub.requests.append((self.command, unquote(url.path), size))
        try:
            self._fault = self._find_fault(hub, unquote(url.path))
            if self._fault and not self._fault.landed:
                self._answer_fault(self._fault)
            for method, pattern, action in ROUTES:
                # HEAD is GET without its body.
                match = re.fullmatch(pattern, url.path)
                if match and method == {"HEAD": "GET"}.get(self.command, self.command):
                    with hub.lock:
                        parts = {k: unquote(v or "") for k, v in match.groupdict().items()}
                        action(self, hub, body, **parts)
                    break
            else:
                raise Refused(404, f"no such endpoint: {self.command} {url.path}")
        except _Answered:
            pass
        except Refused as refused:
            headers = {"X-Error-Message": str(refused)}
            if refused.code:
                headers["X-Error-Code"] = refused.code
            self.answer({"error": str(refused)}, refused.status, headers)
        finally:
            body.unlink(missing_ok=True)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do  # noqa: N815

    def _receive(self, target: Path) -> int:
        """Write the request's body to a file; its size."""
        with target.open("wb") as out:
            if self.headers.get("Transfer-Encoding") == "chunked":
                while length := int(self.rfile.readline(), 16):
                    out.write(self.rfile.read(length))
                    self.rfile.readline()
                self.rfile.readline()
            else:
                left = int(self.headers.get("Content-Length") or 0)
                while left and (part := self.rfile.read(min(left, 1 << 20))):
                    out.write(part)
                    left -= len(part)
                if left:
                    raise ConnectionError("the client went away")
        return target.stat().st_size

    def _find_fault(self, hub: Hub, path: str) -> Fault | None:
        for fault in hub.faults:
            if fault.times and fault.method == self.command and re.search(fault.path, path):
                if fault.after:
                    fault.after -= 1
                    continue
                fault.times -= 1
                fault.reached.set()
                return fault
        return None

    def _answer_fault(self, fault: Fault) -> None:
        self._fault = None
        if not fault.status:
            fault.release.wait(60)
            self.close_connection = True
            raise _Answered
        self.answer({"error": fault.body or "made up"}, fault.status, fault.headers)
        raise _Answered

    def answer(
        self, value: Any = None, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        if self._fault:
            self._answer_fault(self._fault)
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_file(self, path: Path, headers: dict[str, str]) -> None:
        """A file, or the part of it that was asked for."""
        size = path.stat().st_size
        first, last = 0, size - 1
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range") or "")
        if asked:
            if asked[1]:
                first, last = int(asked[1]), min(int(asked[2] or last), last)
            else:
                first = max(0, size - int(asked[2]))
            if first > last:
                raise Refused(416, "Range Not Satisfiable")
            headers = {**headers, "Content-Range": f"bytes {first}-{last}/{size}"}
        self.send_response(206 if asked else 200)
        for name, text in {"Accept-Ranges": "bytes", **headers}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        if self.command != "HEAD":
            with path.open("rb") as file:
                file.seek(first)
                self.wfile.write(file.read(last - first + 1))

    @property
    def user(self) -> bool:
        """Whether the request carries the right token."""
        given = self.headers.get("Authorization")
        if given and given != f"Bearer {TOKEN}":
            raise Refused(401, "Invalid credentials in Authorization header")
        return bool(given)

    def writer(self) -> None:
        if not self.user:
            raise Refused(401, "Invalid username or password.")

    def repo(self, hub: Hub, name: str, content: bool = False) -> Repo:
        found = hub.repos.get(name)
        if found is None or (found.private and not self.user):
            status = 404 if self.user else 401
            raise Refused(status, "Repository not found", "RepoNotFound")
        if content and found.gated and not self.user:
            raise Refused(401, "Access to this dataset is restricted.", "GatedRepo")
        return found

    def log_message(self, *_: object) -> None:
        """Quiet."""


class _Answered(Exception):  # noqa: N818
    """A fault was sent as the answer."""
