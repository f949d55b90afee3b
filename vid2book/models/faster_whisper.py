"""Whisper by faster-whisper (CTranslate2): the default, on CPU or GPU.

Weights come from a package (`packaged:...`), a folder with a CTranslate2 model, or the Hub.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bounds import loading
from ..records import Word
from .packaged_whisper import packaged_hash, packaged_model
from .speech import RecognisedWindow, SpeechModelError
from .weights import file_hash
from .windows import RATE

_MULTILINGUAL_VOCABULARY = 51865  # tokens; the English-only models have one less


def identity(model: str) -> str:
    """All that the recognised text depends on besides the audio: weights and libraries.

    Raises:
        SpeechModelError: the weights are missing, or packaged ones are damaged.
    """
    libraries = f"faster-whisper {version('faster-whisper')}, ctranslate2 {version('ctranslate2')}"
    if _is_packaged(model):
        return f"{model} {packaged_hash(model)[:16]}, {libraries}"
    return f"{Path(model).name} {file_hash(_folder(model) / 'model.bin')}, {libraries}"


def knows_english_alone(model: str) -> bool:
    """Whether a model has the English-only vocabulary; loads nothing."""
    if not Path(model).is_dir():
        return model.endswith(".en")
    for name in ("vocabulary.txt", "vocabulary.json"):
        path = Path(model) / name
        if path.is_file():
            text = path.read_text("utf-8")
            count = len(json.loads(text)) if name.endswith(".json") else text.count("\n")
            return count < _MULTILINGUAL_VOCABULARY
    return False


class FasterWhisper:
    """A Whisper model, loaded at the first call and kept.

    Args:
        model: `packaged:tiny.en`, `packaged:base`, a folder with a CTranslate2 model, or a name on
            the Hub.
        beam_size: 1 is greedy decoding.
        batch_size: windows recognised at once; None means 16 on a GPU, and 1 on a CPU, where
            batches are no faster.
        threads: CPU threads.
    """

    def __init__(
        self, model: str, beam_size: int, batch_size: int | None = None, threads: int = 1
    ) -> None:
        self.name = Path(model).name if Path(model).is_dir() else model
        self._model = model
        self._beam_size = beam_size
        self._batch_size = batch_size
        self._threads = threads

    @property
    def languages(self) -> Sequence[str]:
        codes: list[str] = self._whisper.model.supported_languages
        return codes

    @property
    def takes_prompt(self) -> bool:
        return True

    def identify(self, window: NDArray[np.float32]) -> Mapping[str, float]:
        """See `Engine`."""
        if len(self.languages) == 1:
            return {self.languages[0]: 1.0}
        _, _, likely = self._whisper.model.detect_language(window)
        return dict(likely)

    def recognise(
        self, windows: Sequence[NDArray[np.float32]], language: str, prompt: str
    ) -> tuple[list[RecognisedWindow], str]:
        """See `Engine`. All windows go to the model as one audio with their borders as cuts."""
        if not windows:
            return [], language
        ends = np.cumsum([len(samples) for samples in windows]) / RATE
        starts = [0.0, *ends[:-1].tolist()]
        segments, info = self._whisper.transcribe(
            np.concatenate(windows),
            language=language or None,
            clip_timestamps=[
                {"start": start, "end": end} for start, end in zip(starts, ends, strict=True)
            ],
            beam_size=self._beam_size,
            word_timestamps=True,
            initial_prompt=prompt or None,
            batch_size=self._batch_size or (16 if self._on_gpu else 1),
        )
        words: list[list[Word]] = [[] for _ in windows]
        no_speech = [1.0] * len(windows)
        for segment in segments:
            # A segment identifies its window by the window's start, in frames of 10 ms.
            n = int(np.argmin([abs(segment.seek / 100 - start) for start in starts]))
            no_speech[n] = segment.no_speech_prob
            words[n] += [
                Word(w.start - starts[n], w.end - starts[n], w.word, w.probability)
                for w in segment.words or []
            ]
        return [
            RecognisedWindow(*fields) for fields in zip(words, no_speech, strict=True)
        ], info.language

    @functools.cached_property
    @loading("the speech model")
    def _whisper(self) -> Any:
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        packaged = _is_packaged(self._model)
        folder, files = packaged_model(self._model) if packaged else (_folder(self._model), None)
        model = WhisperModel(
            str(folder),
            device="cuda" if self._on_gpu else "cpu",
            compute_type="float16" if self._on_gpu else "int8",
            cpu_threads=self._threads,
            files=files,
        )
        return BatchedInferencePipeline(model)

    @functools.cached_property
    def _on_gpu(self) -> bool:
        import ctranslate2

        return bool(ctranslate2.get_cuda_device_count() > 0)


def _is_packaged(model: str) -> bool:
    return model.startswith("packaged:")


@functools.lru_cache
def _folder(model: str) -> Path:
    if Path(model).is_dir():
        if not (Path(model) / "model.bin").is_file():
            raise SpeechModelError(f"{model}: this folder has no model.bin of CTranslate2")
        return Path(model)
    from faster_whisper.utils import download_model

    try:
        try:
            return Path(download_model(model, local_files_only=True))
        except Exception:
            return Path(download_model(model))
    except Exception as error:
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SpeechModelError(
            f"the speech model '{model}' is not a folder, and could not be loaded from the Hub "
            f"({cause}); "
            "without a network use packaged:tiny.en"
        ) from None
