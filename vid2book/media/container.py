"""Opening a media file, safely, and knowing what is in it.

FFmpeg opens playlists and URLs too: a file named .mp4 that is an HLS playlist could make it read
other files or the network. So only the `file` protocol and known containers are allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.container
import av.error
import av.stream

# Demuxer names of FFmpeg, as `ffmpeg -formats` lists them.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,mp3,wav,flac,aac"
EXTENSIONS = frozenset(
    [
        ".mp4",
        ".m4v",
        ".mov",
        ".mkv",
        ".webm",
        ".avi",
        ".ts",
        ".m2ts",
        ".mpg",
        ".mpeg",
        ".flv",
        ".wmv",
        ".ogv",
        ".3gp",
    ]
)
# A file may end a little before its header says: audio padding, edit lists, rounding.
_END_TOLERANCE = 2.0


class MediaError(ValueError):
    """A media file that cannot be used; the message says why."""


@dataclass(frozen=True)
class MediaInfo:
    """What a file's header says. Durations in seconds; 0 where there is no such stream."""

    duration: float
    audio_duration: float
    video_duration: float

    def first(self, seconds: float) -> MediaInfo:
        """The same for the first so many seconds."""
        durations = (self.duration, self.audio_duration, self.video_duration)
        return MediaInfo(*(min(seconds, d) for d in durations))


@contextmanager
def open_media(path: str | Path) -> Iterator[av.container.InputContainer]:
    """Open `path` for reading.

    Raises:
        MediaError: it is missing, empty, no known container, or damaged.
    """
    name = Path(path).name
    if not Path(path).is_file():
        raise MediaError(f"{path}: there is no such file")
    if Path(path).stat().st_size == 0:
        raise MediaError(f"{name}: the file is empty")
    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
    try:
        with av.open(str(path), options=options) as container:
            yield container
    except av.error.FFmpegError as error:
        raise MediaError(f"{name}: not a readable video ({error.strerror})") from None


def probe(path: str | Path) -> MediaInfo:
    """Duration and streams of `path`, from its header.

    Raises:
        MediaError: the file cannot be opened or holds neither sound nor picture.
    """
    with open_media(path) as container:
        video = [s for s in container.streams.video if not is_cover(s)]
        audio = container.streams.audio
        if not video and not audio:
            raise MediaError(f"{Path(path).name}: no sound and no picture in it")
        whole = float(container.duration or 0) / av.time_base
        sound = max((_duration(s, whole) for s in audio), default=0.0)
        picture = max((_duration(s, whole) for s in video), default=0.0)
        return MediaInfo(max(whole, sound, picture), sound, picture)


def examine(path: str | Path, until: float | None = None) -> MediaInfo:
    """Duration and streams of a video, of which only the first `until` seconds are looked at.

    Raises:
        MediaError: it cannot be opened, or there is no picture in it.
    """
    info = probe(path)
    if not info.video_duration:
        raise MediaError("no picture in it")
    return info if until is None else info.first(until)


def _duration(stream: av.stream.Stream, whole: float) -> float:
    """A stream's own duration; Matroska and others tell only that of the file."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return whole


def is_cover(stream: av.VideoStream) -> bool:
    """A still picture attached to a sound file is no video."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def decode(
    container: av.container.InputContainer, stream: av.VideoStream | av.AudioStream
) -> Iterator[Any]:
    """Frames of a stream. A damaged packet costs its own frames only; see `check_complete`."""
    try:
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue
            yield from frames
    except av.error.InvalidDataError:
        return  # the file itself breaks off


def check_complete(path: str | Path, reached: float, expected: float) -> None:
    """Raise when decoding ended well before the header said it would.

    Raises:
        MediaError: the file is truncated.
    """
    if expected - reached > max(_END_TOLERANCE, 0.05 * expected):
        raise MediaError(
            f"{Path(path).name}: truncated: it ends at {reached:.0f} s of {expected:.0f} s"
        )
