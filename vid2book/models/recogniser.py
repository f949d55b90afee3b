"""Long audio through a speech model that hears 30 s at a time.

What comes back is checked by measure. Speech is found by voice activity and packed into windows
(`windows.py`), each recognised alone, so that a fault in one cannot run on. A window that comes
out as a loop, or with speech that has no words, is cut and tried again. Nothing is sampled, so
the same audio always gives the same text.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..languages import language_code
from ..records import Segment, Word
from .speech import Engine, Recognised, SpeechModelError
from .voice import voice, without_speech
from .windows import Piece, cut_windows, find_pieces, halves, place, sound

_MAX_HOLE = 3.0  # seconds of speech without a word that make a window a failure
_MAX_COMPRESSION = 2.4  # zlib ratio above which Whisper's authors call a text a loop
_NO_SPEECH = 0.6  # probability above which Whisper's authors call a window without words silent
_LONG_PAUSE = 2.0  # seconds; ends a segment
_ATTEMPTS = 3
_GROUP = 20  # windows per call; bounds memory


class _Heard(NamedTuple):
    """A window and what was recognised in it; words are in seconds of the audio."""

    window: list[Piece]
    words: list[Word]
    no_speech_prob: float


class Recogniser:
    """Recognises speech of any length.

    Args:
        engine: the speech model.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __call__(
        self, audio: NDArray[np.float32], language: str = "", prompt: str = ""
    ) -> Recognised:
        """What is said in mono float32 audio at 16 kHz, and in which language.

        Segments end where the model wrote the end of a sentence, and at pauses. A segment's
        `avg_logprob` is the mean over its own words, its `no_speech_prob` that of the window it was
        heard in, its `voice` that of the sound under its words. `prompt` holds words to expect; an
        empty `language` is found out.

        Raises:
            SpeechModelError: the model does not know the language.
        """
        language = self._name_of(language)
        pieces = find_pieces(audio)
        todo = cut_windows(pieces)
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
        segments = [segment for result in settled for segment in _segments(result)]
        voices = voice(audio, [(segment.start, segment.end) for segment in segments])
        found = [replace(s, voice=v) for s, v in zip(segments, voices, strict=True)]
        return Recognised(found, language, list(without_speech(audio, pieces)))

    def _name_of(self, language: str) -> str:
        """What the model calls a language: `jw` is Whisper's name of `jv`."""
        known = self.engine.languages
        name = next((name for name in known if language_code(name) == language_code(language)), "")
        if language and not name:
            raise SpeechModelError(
                f"the speech model {self.engine.name} does not know the language '{language}' (it "
                f"knows {', '.join(known[:3])}{', ...' if len(known) > 3 else ''}): name one that "
                "does under transcribe.model, such as packaged:base"
            )
        return name if language else ""

    def _recognise(
        self, audio: NDArray[np.float32], windows: list[list[Piece]], language: str, prompt: str
    ) -> tuple[list[_Heard], str]:
        found, language = self.engine.recognise(
            [sound(audio, w) for w in windows], language, prompt
        )
        heard = [
            _Heard(window, place(hearing.words, window), hearing.no_speech_prob)
            for window, hearing in zip(windows, found, strict=True)
        ]
        return heard, language


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
