"""The duration that the header of a file gives."""

from __future__ import annotations

import re
from collections.abc import Iterable

import av
import av.container

# Containers whose header gives the length of each track, or of the longest one. For others, FFmpeg
# derives the duration from the last packets that it finds.
_PER_TRACK = ("mov", "avi")
_LONGEST = ("matroska", "flv", "asf")
_DURATION = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d*)?)")


def header_ends(
    container: av.container.InputContainer, tracks: Iterable[int], origin: float
) -> tuple[dict[int, float], float | None]:
    """Where tracks end by the header, in seconds, on the scale of their timestamps.

    Args:
        container: the file.
        tracks: indices of streams.
        origin: the container's first timestamp, seconds.

    Returns:
        Ends by index, as far as the header has them, and the end of the longest track, if given.
    """
    kind = container.format.name
    whole = container.duration / av.time_base if container.duration else None
    if kind.startswith(_PER_TRACK):
        ends = {}
        for index in tracks:
            stream = container.streams[index]
            if kind == "avi":
                # AVI counts pictures; for sound, which has no timestamps, it is often wrong.
                if stream.type == "video" and stream.frames and stream.time_base:
                    ends[index] = float(stream.frames * stream.time_base)
            elif stream.duration and stream.time_base:
                end = float(((stream.start_time or 0) + stream.duration) * stream.time_base)
                # A track's media may be longer than the part that its edit list shows.
                ends[index] = end if whole is None else min(end, origin + whole)
        return ends, None
    if kind.startswith(_LONGEST):
        # Most Matroska muxers also tag the end of each track.
        tags = {i: container.streams[i].metadata.get("DURATION", "") for i in tracks}
        matches = {i: _DURATION.match(tag) for i, tag in tags.items()}
        return {i: _seconds(*match.groups()) for i, match in matches.items() if match}, whole
    return {}, None


def _seconds(hours: str, minutes: str, seconds: str) -> float:
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
