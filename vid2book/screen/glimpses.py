"""Glimpses: small pictures of what has no keyframe, for people who look at what was left out.

They are shown next to the reason why it was left out, and are not part of any sample.
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

SIDE, QUALITY = 256, 60  # pixels and JPEG quality: some 5 kB, enough for a small picture
SHORTEST = 1.0  # seconds; shorter stretches are transitions; set by eye
MOST = 60  # longest stretches per video; each picture takes a tenth of a second or two


def glimpses(
    decisions: Sequence[Decision], read: Callable[[Sequence[float]], Iterable[Frame]]
) -> list[Glimpse]:
    """A picture from the middle of each stretch that has no keyframe.

    Args:
        decisions: of the stage `keyframes`.
        read: decodes the pictures that are on screen at the given times, which ascend.
    """
    chosen = stretches(decisions)
    if not chosen:
        return []  # no need to open the file
    frames = read([(start + end) / 2 for start, end in chosen])
    return [
        Glimpse(start, end, frame.jpeg(SIDE, QUALITY)[0])
        for (start, end), frame in zip(chosen, frames, strict=True)
    ]


def stretches(decisions: Sequence[Decision]) -> list[tuple[float, float]]:
    """Start and end of the longest stretches without a keyframe, in order of time."""
    states = [(d.start, d.end) for d in decisions if d.kept]
    gaps = {
        (d.start, d.end)
        for d in decisions
        if not d.kept and d.stage == KEYFRAMES.name and d.end - d.start >= SHORTEST
    }
    alone = [s for s in gaps if not any(start < sum(s) / 2 < end for start, end in states)]
    return sorted(sorted(alone, key=lambda s: (s[0] - s[1], s[0]))[:MOST])


def _compute(given: StageInput) -> tuple[list[Glimpse], list[Decision]]:
    # If faces must be hidden, there are none: on small pictures, faces are easily missed.
    if not given.config.keyframes.enabled or given.config.privacy.faces != "keep":
        return [], []
    decisions = given.decisions(KEYFRAMES)
    try:
        return glimpses(decisions, lambda t: read_stills(given.at_hand.path, t, given.info)), []
    except MediaError as error:
        if machine_fault(error):
            raise
        return [], []  # a damaged stretch costs these pictures, not the video


GLIMPSES = Stage(
    name="glimpses",
    result=list[Glimpse],
    compute=_compute,
    needs=(KEYFRAMES,),
    settings=("keyframes.enabled", "privacy.faces"),
)
