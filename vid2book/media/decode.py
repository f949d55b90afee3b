"""Decoded frames of one track, on the clock of the file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.container
import av.error
import av.packet
import av.stream

from .container import open_media
from .packets import counts, decode_packet, packets, stamps
from .survey import Track

# Seconds before the start at which to begin; the next value is tried if the first frame is late.
_BEFORE = (0.0, 10.0, 60.0)


def decode(
    path: str | Path,
    track: Track,
    start: float = 0.0,
    on_packet: Callable[[float], None] | None = None,
    wanted: Collection[int] | None = None,
) -> Iterator[tuple[Any, Any]]:
    """Frames of a track, in order of time, from the last one that begins at or before `start`.

    Their `pts` count from 0 on the file's clock. A damaged packet costs only its own frames.

    Args:
        path: of the file.
        track: from the survey of the file.
        start: seconds. Earlier frames may come too.
        on_packet: called with the time of each packet sent to the decoder.
        wanted: timestamps of the pictures that must come; others may be missing if no picture is
            predicted from them. None: all must come.

    Yields:
        A frame (`av.VideoFrame` or `av.AudioFrame`) and its stream.

    Raises:
        MediaError: the file cannot be opened.
        OSError: the file cannot be read now.
    """
    with open_media(path) as container:
        yield from decode_from(container, track, start, on_packet, wanted)


def decode_from(
    container: av.container.InputContainer,
    track: Track,
    start: float,
    on_packet: Callable[[float], None] | None = None,
    wanted: Collection[int] | None = None,
) -> Iterator[tuple[Any, Any]]:
    """The same as `decode`, from an open file at any position."""
    # Where timestamps jump, seeking by them is unreliable.
    if start > track.start and len(track.shifts) == 1:
        for before in _BEFORE:
            frames = _decode(container, track, start - before, on_packet, wanted)
            first = next(frames, None)
            if first is not None and first[0].time is not None and first[0].time <= start:
                yield first
                yield from frames
                return
            frames.close()
    yield from _decode(container, track, None, on_packet, wanted)


def _decode(
    container: av.container.InputContainer,
    track: Track,
    start: float | None,
    on_packet: Callable[[float], None] | None,
    wanted: Collection[int] | None,
) -> Generator[tuple[Any, Any]]:
    stream = container.streams[track.index]
    if isinstance(stream, av.VideoStream):
        # One thread: videos are processed in parallel, and a decoder's threads would only queue.
        if not stream.codec_context.is_open:
            stream.thread_type = "NONE"
        stream.codec_context.skip_frame = "DEFAULT"
    if start is not None and not _seek(container, stream, start - track.shifts[0][1]):
        return
    assert stream.time_base is not None
    base, all_of_them = float(stream.time_base), True
    try:
        for packet, stamp in _shifted_packets(container, stream, track):
            needed = wanted is None or stamp is None or stamp in wanted
            if needed is not all_of_them and isinstance(stream, av.VideoStream):
                stream.codec_context.skip_frame = "DEFAULT" if needed else "NONREF"
                all_of_them = needed
            if on_packet is not None and needed and packet.pts is not None and counts(packet):
                on_packet(packet.pts * base)
            for frame in decode_packet(packet):
                yield frame, stream
    except av.error.InvalidDataError:
        return  # the file breaks off


def _seek(container: av.container.InputContainer, stream: av.stream.Stream, time: float) -> bool:
    """Seek to a keyframe at or before `time`; False if the file does not allow it."""
    assert stream.time_base is not None
    try:
        if isinstance(stream, av.VideoStream) and not stream.codec_context.is_open:
            # Older x264 names its version only in the first packet; without that, FFmpeg decodes
            # its 4:4:4 to green noise.
            for _ in decode_packet(next(packets(container, [stream]))):
                pass
        container.seek(int(time / stream.time_base), stream=stream)
    except av.error.FFmpegError:
        return False
    return True


def _shifted_packets(
    container: av.container.InputContainer, stream: av.stream.Stream, track: Track
) -> Iterator[tuple[av.packet.Packet[Any], int | None]]:
    """Packets of a track with timestamps on the clock, each with its original timestamp."""
    assert stream.time_base is not None
    base = float(stream.time_base)
    shifts = dict(track.shifts)
    number, ticks = 0, 0
    for packet in packets(container, [stream]):
        if counts(packet):
            if number in shifts:
                ticks = round(Fraction(shifts[number]) / stream.time_base)
            number += 1
        decoding, showing = stamps(packet, base)
        packet.dts = None if decoding is None else decoding + ticks
        packet.pts = None if showing is None else showing + ticks
        yield packet, showing
