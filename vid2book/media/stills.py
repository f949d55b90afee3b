"""Single pictures of a video, each decoded from the keyframe before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .container import MediaError
from .frames import Frame, read_pictures
from .survey import MediaInfo

_NEAR = 4.0  # seconds to the next still that are decoded rather than jumped over


def read_stills(path: str | Path, times: Sequence[float], info: MediaInfo) -> Iterator[Frame]:
    """The picture that stands at each of `times`, which are seconds in rising order.

    The same picture that `read_frames` gives for a sample at that time.

    Raises:
        MediaError: a picture cannot be decoded.
        OSError: the file cannot be read now.
    """
    track = info.picture
    assert track is not None, "stills are asked for where samples were found"
    near: list[float] = []
    for i, time in enumerate(times):
        near.append(time)
        if i + 1 < len(times) and times[i + 1] - time <= _NEAR:
            continue
        pictures = read_pictures(path, track, near[0], info.duration + 1)
        held = next(pictures, None)
        ahead = next(pictures, None)
        for due in near:
            while ahead is not None and ahead.time <= due + 1e-6:
                held, ahead = ahead, next(pictures, None)
            if held is None:
                raise MediaError(f"{Path(path).name}: its picture at {due:.1f} s cannot be decoded")
            yield replace(held, time=due)
        near = []
