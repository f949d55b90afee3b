"""Cuts audio into windows of speech for a model that takes 30 s at a time.

Silence is found by voice activity (`silero.py`) and cut down to a short pause; windows end at the
longest pauses. No speech is lost, and every word can be mapped back to its time in the audio.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..records import Word
from .silero import FRAME, Audio, speech_probability, speech_spans

RATE = 16_000  # samples per second, Whisper's own

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_PAD = 0.4  # seconds of quiet to keep around speech, so that no word loses its edges
_MAX_WINDOW = 29.0  # seconds
_MIN_WINDOW = 22.0  # seconds; the longest pause after this ends a window
_STEP = 0.2  # seconds; unit for measuring loudness if there is no pause


class Piece(NamedTuple):
    """Speech between two pauses, with half of each pause (at most `_PAD`)."""

    start: float  # seconds of the audio
    end: float
    pause: float  # seconds of silence after the speech


def find_pieces(audio: Audio, probability: NDArray[np.float32] | None = None) -> list[Piece]:
    """The speech in mono audio at `RATE`, in order of time.

    Args:
        probability: of speech (`speech_probability`), if already known.
    """
    if probability is None:
        probability = speech_probability(audio)
    length = len(audio) / RATE
    spans = [
        (first * FRAME / RATE, min(length, last * FRAME / RATE))
        for first, last in speech_spans(probability)
    ]
    pieces = []
    before = _PAD
    for n, (start, end) in enumerate(spans):
        pause = spans[n + 1][0] - end if n + 1 < len(spans) else math.inf
        after = min(_PAD, pause / 2)
        piece = Piece(max(0.0, start - before), min(length, end + after), pause)
        pieces += _cut_long(piece, audio)
        before = after
    return pieces


def _cut_long(piece: Piece, audio: Audio) -> list[Piece]:
    """Cut speech without a pause, or over music, where it is quietest."""
    cut = []
    while piece.end - piece.start > _MAX_WINDOW:
        first = int((piece.start + _MIN_WINDOW) * RATE)
        last = int((piece.start + _MAX_WINDOW) * RATE)
        step = int(_STEP * RATE)
        loudness = [float(np.square(audio[i : i + step]).sum()) for i in range(first, last, step)]
        at = (first + int(np.argmin(loudness)) * step + step // 2) / RATE
        cut.append(Piece(piece.start, at, 0.0))
        piece = piece._replace(start=at)
    return [*cut, piece]


def cut_windows(pieces: list[Piece]) -> list[list[Piece]]:
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


def halves(window: list[Piece]) -> list[list[Piece]]:
    """A window of two or more pieces, cut in two at the longest pause of its middle half."""
    lengths = np.cumsum([piece.end - piece.start for piece in window])
    off_centre = [abs(float(length / lengths[-1]) - 0.5) for length in lengths[:-1]]
    middle = [n for n, off in enumerate(off_centre) if off <= 0.25]
    cuts = middle or range(len(off_centre))
    at = max(cuts, key=lambda n: (window[n].pause, -off_centre[n])) + 1
    return [window[:at], window[at:]]


def sound(audio: Audio, window: list[Piece]) -> NDArray[np.float32]:
    """A window as samples."""
    return np.concatenate([audio[int(p.start * RATE) : int(p.end * RATE)] for p in window])


def place(words: list[Word], window: list[Piece]) -> list[Word]:
    """Map words from seconds of a window, where silence was cut out, back to the audio."""
    ends = np.cumsum([piece.end - piece.start for piece in window])
    placed = []
    for word in words:
        n = min(int(np.searchsorted(ends, (word.start + word.end) / 2)), len(window) - 1)
        shift = window[n].end - float(ends[n])
        start = min(max(word.start + shift, window[n].start), window[n].end)
        end = min(max(word.end + shift, start), window[n].end)
        placed.append(Word(round(start, 2), round(end, 2), word.text, round(word.probability, 4)))
    return placed
