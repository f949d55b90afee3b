"""Single pictures of a video, each decoded from the keyframe before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .container import MediaError, open_media
from .frames import Frame, read_pictures
from .survey import MediaInfo, Track

_NEAR = 4.0  # seconds to decode through rather than seek over if keyframes are unknown


def read_stills(path: str | Path, times: Sequence[float], info: MediaInfo) -> Iterator[Frame]:
    """The picture on screen at each of `times`, which are seconds in rising order.

    It is the picture that `read_frames` gives for a sample at that time.

    Raises:
        MediaError: a picture cannot be decoded.
        OSError: the file cannot be read now.
    """
    track = info.picture
    assert track is not None, "stills are asked for where samples were found"
    wanted = track.shown.standing(times) if track.shown else None
    with open_media(path) as container:
        pictures: Iterator[Frame] = iter(())
        current: Frame | None = None
        ahead: Frame | None = None
        reached: float | None = None
        for due in times:
            if reached is None or _jumps(track, ahead, reached, due):
                end = info.duration + 1
                pictures = read_pictures(container, track, due, end, wanted=wanted)
                current, ahead = next(pictures, None), next(pictures, None)
            while ahead is not None and ahead.time <= due + 1e-6:
                current, ahead = ahead, next(pictures, None)
            if current is None:
                raise MediaError(f"{Path(path).name}: its picture at {due:.1f} s cannot be decoded")
            yield replace(current, time=due)
            reached = due


def _jumps(track: Track, ahead: Frame | None, reached: float, due: float) -> bool:
    """Whether seeking is cheaper than decoding on."""
    if track.shown is None:
        return due - reached > _NEAR
    return ahead is not None and track.shown.key_between(ahead.time, due)
