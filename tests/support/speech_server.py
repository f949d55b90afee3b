"""A server with OpenAI's `/audio/transcriptions` on loopback: real HTTP, and a real model."""

from __future__ import annotations

import io
import json
import threading
import time
import wave
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vid2book.models.faster_whisper import FasterWhisper
from vid2book.models.speech import mean_logprob
from vid2book.records import Word

from .loopback import Loopback
from .sounds import RATE

MODEL = "served-tiny"


class SpeechServer(Loopback):
    """Hears by faster-whisper, and tells as much as it is made to.

    Args:
        tells: words (as OpenAI does, without punctuation), segments (vLLM), or text
            (`transformers serve`, which minds every field that it does not know).
        status: instead of an answer, if it is not 200.
        delay: seconds before an answer.
    """

    def __init__(
        self, whisper: FasterWhisper, tells: str = "words", status: int = 200, delay: float = 0.0
    ) -> None:
        super().__init__(_Handler)
        self.whisper, self.tells, self.status, self.delay = whisper, tells, status, delay
        self.asked: list[dict[str, list[str]]] = []
        self.lock = threading.Lock()

    @property
    def settings(self) -> dict[str, Any]:
        """For `transcribe.server`."""
        return {"base_url": f"{self.address}/v1", "retries": 0}


class _Handler(BaseHTTPRequestHandler):
    server: SpeechServer

    def do_GET(self) -> None:
        self._send(200, {"data": [{"id": MODEL}]})

    def do_POST(self) -> None:
        server = self.server
        fields, sound = self._form()
        with server.lock:
            server.asked.append(fields)
        time.sleep(server.delay)
        if self.path != "/v1/audio/transcriptions":
            return self._send(404, {"detail": "no such path"})
        if server.status != 200:
            return self._send(server.status, {"error": {"message": "not this time"}})
        if server.tells != "words" and "timestamp_granularities[]" in fields:
            return self._send(422, {"detail": "unexpected fields in the request"})
        if server.tells == "text" and fields.get("response_format") == ["verbose_json"]:
            return self._send(400, {"detail": "json is the only form"})
        with server.lock:
            [heard], _ = server.whisper.recognise([sound], *_told(fields))
        self._send(200, _answer(server.tells, fields, heard.words))

    def _form(self) -> tuple[dict[str, list[str]], NDArray[np.float32]]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parsed = BytesParser(_class=EmailMessage, policy=HTTP).parsebytes(head + body)
        fields: dict[str, list[str]] = {}
        sound = np.zeros(0, np.float32)
        for part in parsed.iter_parts():
            name, content = _name(part), part.get_payload(decode=True)
            assert isinstance(content, bytes)
            if name == "file":
                sound = _samples(content)
            else:
                fields.setdefault(name, []).append(content.decode())
        return fields, sound

    def _send(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        with suppress(BrokenPipeError):  # whoever asked did not wait
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _told(fields: dict[str, list[str]]) -> tuple[str, str]:
    return fields.get("language", [""])[0], fields.get("prompt", [""])[0]


def _name(part: Message) -> str:
    return str(part.get_param("name", header="content-disposition"))


def _samples(content: bytes) -> NDArray[np.float32]:
    with wave.open(io.BytesIO(content)) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (RATE, 1, 2)
        data = wav.readframes(wav.getnframes())
    return np.frombuffer(data, "<i2").astype(np.float32) / 32768


def _answer(tells: str, fields: dict[str, list[str]], words: Sequence[Word]) -> dict[str, Any]:
    answer: dict[str, Any] = {"text": "".join(word.text for word in words).strip()}
    if fields.get("response_format") != ["verbose_json"]:
        return answer
    segment = {
        "start": words[0].start if words else 0.0,
        "end": words[-1].end if words else 0.0,
        "text": answer["text"],
        "avg_logprob": mean_logprob(words) if words else 0.0,
        "no_speech_prob": None,
    }
    answer["segments"] = [segment] if words else []
    if "word" in fields.get("timestamp_granularities[]", ()):
        plain = [(w.text.strip().strip(".,;:?!"), w) for w in words]
        answer["words"] = [{"word": t, "start": w.start, "end": w.end} for t, w in plain]
    return answer
