"""When things happen: with a phrase of the speech, or some seconds into the part."""

from __future__ import annotations

import math
from collections.abc import Callable

from rendering.shot import Stretch
from rendering.timeline import Timed

Cue = str | float | None
"""A phrase (the moment at which it is said), seconds from the part's start, or its start."""


def when(cue: Cue, timed: Timed, fps: int) -> float:
    """Seconds of the lecture, on the frame grid.

    Raises:
        ValueError: nobody says the phrase in this part.
    """
    if cue is None:
        return timed.stable
    if not isinstance(cue, str):
        return snap(timed.start + cue, fps)
    for said in timed.spoken:
        at = said.sentence.text.lower().find(cue.lower())
        if at >= 0:
            share = at / len(said.sentence.text)
            return snap(said.start + share * (said.end - said.start), fps)
    raise ValueError(f"nobody says {cue!r} in the part that begins at {timed.start:.1f} s")


def snap(time: float, fps: int) -> float:
    """The next frame's time."""
    return math.ceil(round(time * fps, 4)) / fps


def clear_of(
    start: float, end: float, fps: int, covered: Callable[[float], bool]
) -> tuple[Stretch, ...]:
    """The stretches of [start, end) in which nothing covers the screen, to the frame."""
    found: list[Stretch] = []
    begun: float | None = None
    for number in range(round(start * fps), round(end * fps) + 1):
        free = number < round(end * fps) and not covered(number / fps)
        if free and begun is None:
            begun = number / fps
        if not free and begun is not None:
            found.append(Stretch(begun, number / fps))
            begun = None
    return tuple(found)


def ease(share: float) -> float:
    """From 0 to 1, slow at both ends."""
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)
