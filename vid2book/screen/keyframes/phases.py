"""The phases of a filmed scene: where something begins to happen, or something else does.

Each second of a scene has a pattern of unrest: the cells in which something moves. While a ball
rolls down a ramp again and again, the same cells move. Another ball or another slope moves others,
and before the first roll none moves. A phase ends where the seconds before and after share little.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .follow import History

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_WINDOW = 5  # seconds before and after that are compared
_LEAST = 8  # seconds of a phase: a hand that sets something in motion is not one
_MOVES = 0.2  # share of a second in motion from which on a cell counts as moving
_OFTEN = 0.5  # share of the window in which a cell must move to count in full
_OTHERWISE = 0.8  # share of the moving cells that move in only one of the two windows
_CELLS = 8.0  # cells that must differ; otherwise nothing began
_NEAR = 2.0  # seconds around a cut within which its exact time is looked for
_COMMOTION = 2.0  # times the usual change from one sample to the next
_LIT = 16.0  # grey levels by which a part of the picture gets lighter or darker for good
_THUMB_NOISE = 1.5  # times the variation within the windows


def phases(history: History, start: float, end: float) -> list[tuple[float, float]]:
    """Start and end of each phase of a stretch, in seconds."""
    origin = float(history.times[0])
    first = round(start - origin)
    seconds = min(round(end - origin), len(history.unsettled)) - first
    if seconds < 2 * _WINDOW:
        return [(start, end)]
    moves = history.unsettled[first : first + seconds] > _MOVES
    begins = np.maximum(_activity(moves) / _CELLS, _light(history, first, seconds) / _LIT)
    cuts = [start]
    for second in _peaks(begins):
        turn = _turn(history, origin + first + second)
        if turn - cuts[-1] >= _LEAST and end - turn >= _LEAST:
            cuts.append(turn)
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _activity(moves: NDArray[np.bool_]) -> NDArray[np.float64]:
    """seconds: cells that move only before or only after it; 0 unless these are most cells."""
    total = np.concatenate(
        [np.zeros((1, moves.shape[1]), np.int32), np.cumsum(moves, axis=0, dtype=np.int32)]
    )
    differs = np.zeros(len(moves))
    for second in range(_WINDOW, len(moves) - _WINDOW + 1):
        before = total[second] - total[second - _WINDOW]
        after = total[second + _WINDOW] - total[second]
        before, after = (np.minimum(1, x / (_OFTEN * _WINDOW)) for x in (before, after))
        apart, either = np.abs(before - after).sum(), np.maximum(before, after).sum()
        if apart >= max(_CELLS, _OTHERWISE * either):
            differs[second] = apart
    return differs


def _light(history: History, first: int, seconds: int) -> NDArray[np.float64]:
    """seconds: grey levels by which some part of the picture gets lighter or darker for good.

    Changes of the whole picture are ignored: they come from the lamp or the camera.
    """
    second = (history.times[:-1] - history.times[0]).astype(np.int64) - first
    differs = np.zeros(seconds)
    for at in range(_WINDOW, seconds - _WINDOW + 1):
        windows = (
            history.thumbs[(second >= since) & (second < since + _WINDOW)].astype(np.float32)
            for since in (at - _WINDOW, at)
        )
        (before, noise), (after, more) = ((w.mean(axis=0), w.std(axis=0)) for w in windows)
        change = after - before
        apart = np.abs(change - np.median(change))
        apart[apart < _THUMB_NOISE * np.maximum(noise, more)] = 0
        differs[at] = apart.max()
    return differs


def _turn(history: History, time: float) -> float:
    """When the commotion begins that ends the previous phase: a hand comes in."""
    near = np.flatnonzero(np.abs(history.times[:-1] - time) <= _NEAR)
    at = int(near[history.unrest[near].argmax()])
    since = np.searchsorted(history.times, history.times[at] - _WINDOW)
    usual = max(
        _COMMOTION * float(np.median(history.unrest[since : at + 1])), _CELLS / history.grid.size
    )
    while at > since and history.unrest[at - 1] > usual:
        at -= 1
    return float(history.times[at])


def _peaks(begins: NDArray[np.float64]) -> list[int]:
    """Local maxima, in order, at least one shortest phase apart."""
    peaks: list[int] = []
    for at in np.argsort(-begins, kind="stable"):
        if begins[at] < 1:
            break
        if all(abs(at - other) >= _LEAST for other in peaks):
            peaks.append(int(at))
    return sorted(peaks)
