"""What the header of a file says of its duration."""

from __future__ import annotations

import re
from collections.abc import Iterable

import av
import av.container

# Containers whose header says how long each track is meant to be, or the longest of them. For
# others, FFmpeg takes the duration from the last packets that it finds.
_PER_TRACK = ("mov", "avi")
_LONGEST = ("matroska", "flv", "asf")
_DURATION = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d*)?)")


def told_ends(
    container: av.container.InputContainer, tracks: Iterable[int], origin: float
) -> tuple[dict[int, float], float | None]:
    """Where tracks are meant to end, in seconds as their timestamps have it.

    Args:
        container: the file.
        tracks: indices of streams.
        origin: the container's first timestamp, seconds.

    Returns:
        Ends by index, as far as the header says them, and that of the longest track, if it does.
    """
    kind = container.format.name
    whole = container.duration / av.time_base if container.duration else None
    if kind.startswith(_PER_TRACK):
        ends = {}
        for index in tracks:
            stream = container.streams[index]
            if kind == "avi":
                # It counts pictures; of the sound, which has no timestamps, it is often wrong.
                if stream.type == "video" and stream.frames and stream.time_base:
                    ends[index] = float(stream.frames * stream.time_base)
            elif stream.duration and stream.time_base:
                end = float(((stream.start_time or 0) + stream.duration) * stream.time_base)
                # The media of a track may be longer than what its edit list shows of it.
                ends[index] = end if whole is None else min(end, origin + whole)
        return ends, None
    if kind.startswith(_LONGEST):
        # Most writers of Matroska note the end of each track too.
        tags = {i: container.streams[i].metadata.get("DURATION", "") for i in tracks}
        found = {i: _DURATION.match(tag) for i, tag in tags.items()}
        return {i: _seconds(*match.groups()) for i, match in found.items() if match}, whole
    return {}, None


def _seconds(hours: str, minutes: str, seconds: str) -> float:
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
