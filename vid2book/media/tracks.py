"""Chooses the lecture among several picture and sound tracks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import av
import av.container
import av.error
import numpy as np
from av.stream import Disposition

from .packets import decode_packet, packets

# Not the lecture itself, if there is another track.
_SIDE = (
    Disposition.dub
    | Disposition.comment
    | Disposition.karaoke
    | Disposition.hearing_impaired
    | Disposition.visual_impaired
    | Disposition.still_image
    | Disposition.dependent
)
# How these were chosen is not on record; they were not swept.
_LISTEN = 8  # places at which to compare several sound tracks
_FRAMES = 60  # of sound at each place: one to two seconds
_SILENT = 1e-3  # peak, -60 dB
_FAINT = 0.1  # of the loudest track: 20 dB below


def best_picture(container: av.container.InputContainer) -> av.VideoStream | None:
    """The default picture track, or the largest if there are several; covers do not count.

    If there is a camera beside slides, players show the track that the file calls its default. If
    the file names none, the slides are the larger one.
    """
    candidates = [s for s in container.streams.video if s.codec_context and not _is_cover(s)]
    return max(
        candidates,
        key=lambda s: (s.frames != 1, _rank(s), s.width * s.height, -s.index),
        default=None,
    )


def best_sound(
    container: av.container.InputContainer, picture: av.VideoStream | None
) -> av.AudioStream | None:
    """The default sound track unless it is silent, or the first that is not faint beside others.

    Args:
        container: its position moves if several tracks have to be compared.
        picture: in a broadcast with several programmes, sound of the same programme is preferred.
    """
    candidates = [s for s in container.streams.audio if s.codec_context]
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    related = container.streams.best("audio", related=picture) if picture else None
    candidates.sort(key=lambda s: (_rank(s), s is related), reverse=True)
    peaks, loudness = _listen(container, candidates)
    default = candidates[0]
    alone = _rank(default) > _rank(candidates[1])
    if peaks[default.index] > _SILENT and alone:
        return default
    least = max(loudness.values()) * _FAINT
    return next(s for s in candidates if loudness[s.index] >= least)


def _is_cover(stream: av.VideoStream) -> bool:
    """Whether a track is a still picture attached to a sound file."""
    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def _rank(stream: av.VideoStream | av.AudioStream) -> tuple[bool, bool, bool]:
    """Rank a track by its flags. One without packets at the start may be empty."""
    flags = stream.disposition
    return (stream.start_time is not None, not flags & _SIDE, bool(flags & Disposition.default))


def _listen(
    container: av.container.InputContainer, streams: list[av.AudioStream]
) -> tuple[dict[int, float], dict[int, float]]:
    """Peak and root mean square of each track, by index, measured at a few places."""
    peaks = {s.index: 0.0 for s in streams}
    squares: dict[int, list[float]] = {s.index: [] for s in streams}
    begin, length = container.start_time or 0, container.duration or 0
    places = [begin + length * i // _LISTEN for i in range(_LISTEN if length else 1)]
    for place in places:
        for stream in streams:
            for samples in _samples(container, stream, place):
                peaks[stream.index] = max(peaks[stream.index], float(np.abs(samples).max()))
                squares[stream.index].append(float(np.mean(samples**2)))
    loudness = {i: float(np.sqrt(np.mean(s))) if s else 0.0 for i, s in squares.items()}
    return peaks, loudness


def _samples(
    container: av.container.InputContainer, stream: av.AudioStream, place: int
) -> Iterator[np.ndarray]:
    """A second or two of a track's sound as float32, from about `place` (microseconds)."""
    try:
        container.seek(place)
    except av.error.FFmpegError:
        return  # seeking to this place fails
    frames = (f for packet in packets(container, [stream]) for f in decode_packet(packet))
    try:
        for frame in islice(frames, _FRAMES):
            for out in av.AudioResampler(format="flt").resample(frame):
                if out.samples:
                    yield out.to_ndarray().astype(np.float32, copy=False)
    except av.error.InvalidDataError:
        return  # the file breaks off there
