"""Whisper by openai-whisper (PyTorch), the reference implementation and the paper's own choice."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bounds import loading
from ..records import Word
from .error import ModelError
from .speech import RecognisedWindow, SpeechModelError
from .weights import file_hash


def identity(model: str) -> str:
    """All that the recognised text depends on besides the audio: weights and libraries.

    Raises:
        SpeechModelError: the package or the weights are missing.
    """
    try:
        libraries = f"openai-whisper {version('openai-whisper')}, torch {version('torch')}"
    except PackageNotFoundError:
        raise SpeechModelError(
            "transcribe.backend 'whisper' needs openai-whisper: pip install 'vid2book[whisper]'"
        ) from None
    # For named models, the library pins the hash of the weights.
    weights = file_hash(Path(model)) if Path(model).is_file() else ""
    return f"{Path(model).name} {weights}, {libraries}"


class OpenAIWhisper:
    """A Whisper model, loaded at the first call and kept.

    Args:
        model: one of `whisper.available_models()`, or the path of a checkpoint (.pt).
        beam_size: 1 is greedy decoding.
    """

    def __init__(self, model: str, beam_size: int) -> None:
        self.name = f"openai-whisper {Path(model).name}"
        self._model = model
        self._beam_size = beam_size

    @property
    def languages(self) -> Sequence[str]:
        from whisper.tokenizer import LANGUAGES

        return list(LANGUAGES) if self._whisper.is_multilingual else ["en"]

    @property
    def takes_prompt(self) -> bool:
        return True

    def identify(self, window: NDArray[np.float32]) -> Mapping[str, float]:
        """See `Engine`."""
        import whisper

        if not self._whisper.is_multilingual:
            return {"en": 1.0}
        spectrum = whisper.log_mel_spectrogram(
            whisper.pad_or_trim(window), self._whisper.dims.n_mels, device=self._whisper.device
        )
        _, likely = self._whisper.detect_language(spectrum)
        return dict(likely)

    def recognise(
        self, windows: Sequence[NDArray[np.float32]], language: str, prompt: str
    ) -> tuple[list[RecognisedWindow], str]:
        """See `Engine`. If the language is not given, the first window determines it."""
        results = []
        for samples in windows:
            result = self._whisper.transcribe(
                samples,
                language=language or None,
                initial_prompt=prompt or None,
                beam_size=self._beam_size if self._beam_size > 1 else None,
                temperature=0.0,  # higher ones sample, and the text would differ each time
                condition_on_previous_text=False,
                word_timestamps=True,
            )
            language = result["language"]
            results.append(_to_window(result["segments"]))
        return results, language

    @functools.cached_property
    @loading("the speech model")
    def _whisper(self) -> Any:
        import whisper

        try:
            return whisper.load_model(self._model)
        except Exception as error:
            cause = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(
                f"the speech model '{self._model}' of openai-whisper could not be loaded "
                f"({cause}); "
                f"name the path of a checkpoint, or one of {', '.join(whisper.available_models())}"
            ) from None


def _to_window(segments: list[dict[str, Any]]) -> RecognisedWindow:
    words = [
        Word(float(w["start"]), float(w["end"]), w["word"], float(w["probability"]))
        for segment in segments
        for w in segment.get("words", ())
    ]
    return RecognisedWindow(words, max((s["no_speech_prob"] for s in segments), default=1.0))
