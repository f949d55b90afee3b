"""A speech model on a server with OpenAI's API: vLLM, Speaches, `transformers serve`.

It uses `/audio/transcriptions`. Servers differ in their output: a time for each word, or for each
sentence, or only the text. The most is requested first, and less if a server refuses. Words without
times share those of their sentence or window in proportion to their letters. The server is not
asked for the language.
API: https://platform.openai.com/docs/api-reference/audio/createTranscription
"""

from __future__ import annotations

import io
import math
import wave
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import Served
from .api import Api, RefusedError
from .chat import ChatError
from .speech import RecognisedWindow
from .timing import TextSpan, words_of
from .windows import RATE

# Whisper's, which knows more than other models; a server refuses any that its model lacks.
_LANGUAGES = (
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw "
    "he hi hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my "
    "ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt "
    "uk ur uz vi yi yo zh yue "
).split()
_ALL = {"timestamp_granularities[]": ["word", "segment"]}
_FORMS: tuple[dict[str, Any], ...] = (
    {"response_format": "verbose_json", **_ALL},
    {"response_format": "verbose_json"},
    {"response_format": "json"},
    {},
)


def identity(model: str) -> str:
    """All that is known of what the recognised text depends on besides the audio: the name.

    If other weights are served under the same name, the store still returns the old results.
    """
    return f"{model} behind a server"


class ServedSpeech:
    """A speech model on a server, sent `settings.concurrency` windows at a time.

    Args:
        model: as the server names it.
        settings: where the server is.
    """

    def __init__(self, model: str, settings: Served) -> None:
        self.name = model
        self._api = Api(settings, model, "transcribe.server", "transcribe.model")
        self._form = 0  # the first of `_FORMS` that the server does not refuse

    def check(self) -> None:
        """Make sure that the server is there and has the model.

        Raises:
            BackendError: it is not there, or does not have the model.
        """
        self._api.check()

    @property
    def languages(self) -> Sequence[str]:
        return _LANGUAGES

    @property
    def takes_prompt(self) -> bool:
        return True

    def identify(self, window: NDArray[np.float32]) -> Mapping[str, float]:
        """See `Engine`. The server is not asked, so all languages are equally likely."""
        return dict.fromkeys(_LANGUAGES, 1 / len(_LANGUAGES))

    def recognise(
        self, windows: Sequence[NDArray[np.float32]], language: str, prompt: str
    ) -> tuple[list[RecognisedWindow], str]:
        """See `Engine`.

        Raises:
            ChatError: the server fails, or refuses this sound.
        """
        parameters = {"model": self.name, "language": language, "prompt": prompt}
        fields = {name: value for name, value in parameters.items() if value}
        results = []
        for result in self._api.each(windows, lambda window: self._hear(window, fields)):
            if isinstance(result, ChatError):
                raise result
            results.append(result)
        return results, language

    def _hear(self, window: NDArray[np.float32], fields: dict[str, str]) -> RecognisedWindow:
        seconds = len(window) / RATE
        files = {"file": ("speech.wav", _wav(window), "audio/wav")}
        for form in range(self._form, len(_FORMS)):
            try:
                result = self._api.request(
                    "POST",
                    "/audio/transcriptions",
                    lambda reply: _window(reply, seconds),
                    data=fields | _FORMS[form],
                    files=files,
                )
            except RefusedError:
                if form + 1 == len(_FORMS):
                    raise
                continue
            self._form = form
            return result
        raise AssertionError("unreachable")


def _wav(samples: NDArray[np.float32]) -> bytes:
    """A 16-bit WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()


def _window(reply: Any, seconds: float) -> RecognisedWindow:
    """The recognised words in a reply about a window that is `seconds` long.

    Raises:
        LookupError, TypeError, ValueError: the reply does not have the expected form.
    """
    text, parts = reply["text"], reply.get("segments") or ()
    if not isinstance(text, str):
        raise TypeError("the text is none")
    segments = [
        TextSpan(
            s["text"],
            *_span(s, seconds),
            1.0 if s.get("avg_logprob") is None else min(1.0, math.exp(s["avg_logprob"])),
        )
        for s in parts
    ]
    whole = [TextSpan(text, 0.0, seconds)]
    words = [
        TextSpan(w["word"], *_span(w, seconds), _probability(w, segments))
        for w in reply.get("words") or _inner_words(reply)
    ]
    silent = [s.get("no_speech_prob") or 0.0 for s in parts]
    timed = words_of(text, words or segments or whole)
    return RecognisedWindow(timed, max(silent, default=0.0) if timed else 1.0)


def _inner_words(reply: Any) -> list[Any]:
    """The words of a server that puts them inside segments, as Whisper's own code does."""
    return [word for segment in reply.get("segments") or () for word in segment.get("words") or ()]


def _span(part: Any, seconds: float) -> tuple[float, float]:
    """Start and end, limited to the window, since models misplace words at its end."""
    start = min(max(0.0, float(part["start"])), seconds)
    return start, min(max(start, float(part["end"])), seconds)


def _probability(word: Any, segments: Sequence[TextSpan]) -> float:
    """The probability of a word: its own, or else its segment's, or else 1."""
    if word.get("probability") is not None:
        return float(word["probability"])
    middle = (float(word["start"]) + float(word["end"])) / 2
    return next((s.probability for s in segments if s.start <= middle <= s.end), 1.0)
