"""Glimpses: small pictures of what was shown and has no keyframe, so that people see what was left
out.

They are looked at beside the reason for which it was left out, and are no part of a sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..errors import machine_fault
from ..media.container import MediaError
from ..media.frames import Frame
from ..media.stills import read_stills
from ..records import Decision, Glimpse
from ..stage import Stage, StageInput
from .keyframes import KEYFRAMES

SIDE, QUALITY = 256, 60  # pixels and JPEG: some 5 kB, for a picture that is looked at small
_SHORTEST = 1.0  # seconds; what is shown for less is a transition; set by eye
_MOST = 60  # pictures of a video, each of which takes a tenth of a second or two: the longest


def glimpses(
    decisions: Sequence[Decision], read: Callable[[Sequence[float]], Iterable[Frame]]
) -> list[Glimpse]:
    """A picture from the middle of each stretch that has no keyframe.

    Args:
        decisions: of the stage `keyframes`.
        read: gives the pictures that stand at times in rising order.
    """
    chosen = stretches(decisions)
    if not chosen:
        return []  # the file need not be opened
    frames = read([(start + end) / 2 for start, end in chosen])
    return [
        Glimpse(start, end, frame.jpeg(SIDE, QUALITY)[0])
        for (start, end), frame in zip(chosen, frames, strict=True)
    ]


def stretches(decisions: Sequence[Decision]) -> list[tuple[float, float]]:
    """Start and end of the longest stretches without a keyframe, in order of time."""
    shown = [(d.start, d.end) for d in decisions if d.kept]
    found = {
        (d.start, d.end)
        for d in decisions
        if not d.kept and d.stage == KEYFRAMES.name and d.end - d.start >= _SHORTEST
    }
    alone = [s for s in found if not any(start < sum(s) / 2 < end for start, end in shown)]
    return sorted(sorted(alone, key=lambda s: (s[0] - s[1], s[0]))[:_MOST])


def _compute(given: StageInput) -> tuple[list[Glimpse], list[Decision]]:
    # Where faces are to be hidden there are none: on a small picture faces are easily missed.
    if not given.config.keyframes.enabled or given.config.privacy.faces != "keep":
        return [], []
    decisions = given.decisions(KEYFRAMES)
    try:
        return glimpses(decisions, lambda t: read_stills(given.at_hand.path, t, given.info)), []
    except MediaError as error:
        if machine_fault(error):
            raise
        return [], []  # a damaged stretch costs these pictures, and not the video


GLIMPSES = Stage(
    name="glimpses",
    result=list[Glimpse],
    compute=_compute,
    needs=(KEYFRAMES,),
    settings=("keyframes.enabled", "privacy.faces"),
)
