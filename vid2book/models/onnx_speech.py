"""Parakeet, Canary and other speech models in ONNX, by onnx-asr: no Whisper, and no torch.

Parakeet gives a time for every token; Canary gives none, and its words are spread over the window.
Neither identifies the language or takes words to expect.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..records import Word
from .speech import RecognisedWindow, SpeechModelError
from .timing import TextSpan, words_of
from .weights import folder_hash
from .windows import RATE

# The languages of parakeet-tdt-0.6b-v3 and canary-1b-v2, by their model cards.
_EUROPEAN = (
    "en", "bg", "hr", "cs", "da", "nl", "et", "fi", "fr", "de", "el", "hu", "it", "lv", "lt", "mt",
    "pl", "pt", "ro", "sk", "sl", "es", "sv", "ru", "uk",
)  # fmt: skip
_LARGE = 4000  # tokens; the vocabularies of English-only models have about 1,000
_LONGEST_TOKEN = 0.4  # most seconds that the last token of a word lasts


def identity(model: str) -> str:
    """All that the recognised text depends on besides the audio: weights and libraries.

    Raises:
        SpeechModelError: the package is not installed.
    """
    try:
        libraries = f"onnx-asr {version('onnx-asr')}, onnxruntime {version('onnxruntime')}"
    except PackageNotFoundError:
        raise SpeechModelError(
            "transcribe.backend 'onnx-asr' needs onnx-asr: pip install 'vid2book[onnx]'"
        ) from None
    weights = f" {folder_hash(Path(model))}" if Path(model).is_dir() else ""
    return f"{Path(model).name}{weights}, {libraries}"


class OnnxSpeech:
    """A speech model, loaded at the first call and kept.

    Args:
        model: a folder with the files that onnx-asr needs and a config.json with `model_type`, or a
            name that it knows, such as `nemo-parakeet-tdt-0.6b-v3`.
        threads: CPU threads.
    """

    def __init__(self, model: str, threads: int = 1) -> None:
        self.name = f"onnx-asr {Path(model).name}"
        self._model = model
        self._threads = threads

    @property
    def languages(self) -> Sequence[str]:
        tokens = len(self._asr.asr._vocab)
        return _EUROPEAN if tokens > _LARGE else ("en",)

    @property
    def takes_prompt(self) -> bool:
        return False

    def identify(self, window: NDArray[np.float32]) -> Mapping[str, float]:
        """See `Engine`. The model cannot tell, so all languages are equally likely."""
        return dict.fromkeys(self.languages, 1 / len(self.languages))

    def recognise(
        self, windows: Sequence[NDArray[np.float32]], language: str, prompt: str
    ) -> tuple[list[RecognisedWindow], str]:
        """See `Engine`."""
        options = {"language": language} if language and self._is_canary else {}
        results = []
        for samples in windows:
            result = self._asr.recognize(samples, sample_rate=RATE, **options)
            words = _words(result, len(samples) / RATE)
            results.append(RecognisedWindow(words, 0.0 if words else 1.0))
        return results, language

    @property
    def _is_canary(self) -> bool:
        return type(self._asr.asr).__name__ == "NemoConformerAED"

    @functools.cached_property
    def _asr(self) -> Any:
        assert identity(self._model)
        import onnx_asr
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        try:
            name, folder = self._model, None
            if Path(self._model).is_dir():
                folder = Path(self._model)
                name = json.loads((folder / "config.json").read_text("utf-8"))["model_type"]
            return onnx_asr.load_model(name, folder, sess_options=options).with_timestamps()
        except Exception as error:
            cause = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise SpeechModelError(
                f"the speech model '{self._model}' of onnx-asr could not be loaded ({cause}); "
                "name a "
                "folder with a config.json that has its model_type, or a model that onnx-asr knows"
            ) from None


def _words(result: Any, seconds: float) -> list[Word]:
    """The words of a window that is `seconds` long."""
    if result.timestamps is None or result.tokens is None:
        whole = TextSpan(result.text, 0.0, seconds, _probability(result.logprobs))
        return words_of(result.text, [whole])
    words: list[list[int]] = []
    for n, token in enumerate(result.tokens):
        if not words or token.startswith((" ", "▁")):
            words.append([])
        words[-1].append(n)
    timed = []
    starts = [result.timestamps[word[0]] for word in words]
    for word, start, until in zip(words, starts, [*starts[1:], seconds], strict=False):
        last = result.timestamps[word[-1]]
        text = "".join(result.tokens[n] for n in word).replace("▁", " ")
        logprobs = [result.logprobs[n] for n in word] if result.logprobs else None
        end = max(start, min(until, last + _LONGEST_TOKEN, seconds))
        timed.append(Word(start, end, f" {text.strip()}", _probability(logprobs)))
    return [word for word in timed if word.text.strip()]


def _probability(logprobs: Sequence[float] | None) -> float:
    """The probability of a word, from its tokens; 1 if they have none."""
    if logprobs is None or not len(logprobs):
        return 1.0
    return min(1.0, math.exp(float(np.mean(logprobs))))
