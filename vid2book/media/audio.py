"""The sound of a video: a stretch as an array, or all of it in a file that is read in parts."""

from __future__ import annotations

import math
import os
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from .clock import Note
from .container import MediaError
from .decode import decode
from .mono import Samples, to_mono
from .survey import MediaInfo, probe

SAMPLE_RATE = 16_000  # hertz, what speech models take
_SAMPLE = 4  # bytes
_DRIFT = 0.1  # seconds that sound may be off its timestamps, as FFmpeg's aresample allows
_HOLE = 2.0  # seconds; longer holes are reported


def read_audio(
    path: str | Path,
    start: float = 0.0,
    end: float | None = None,
    *,
    info: MediaInfo | None = None,
    tell: Callable[[Note], None] | None = None,
) -> Samples:
    """The sound of `path` from `start` to `end`: mono, 16 kHz, float32 in [-1, 1].

    Sound lies where its timestamps put it on the file's clock, with silence in the gaps: sample i
    is at `start` + i / 16,000 s of the video. An hour takes 230 MB; for long sound use
    `open_audio`.

    Args:
        path: a media file.
        start: seconds.
        end: seconds; None, or a time beyond the sound, means the end of the sound.
        info: from `probe`, if known; pass it when reading many stretches.
        tell: called with each hole of more than two seconds, and with overlaps.

    Raises:
        MediaError: the file has no sound, or its sound cannot be decoded.
        OSError: the file cannot be read now.
    """
    info = info or probe(path, end)
    first, last, stop = _seconds(path, start, end, info)
    if start >= stop:
        return np.zeros(0, np.float32)
    samples = np.zeros((last - first) * SAMPLE_RATE, np.float32)
    _place(path, info, samples, first, last, stop, tell)
    begin = round((start - first) * SAMPLE_RATE)
    return samples[begin : begin + round((stop - start) * SAMPLE_RATE)]


def open_audio(
    path: str | Path,
    start: float = 0.0,
    end: float | None = None,
    *,
    info: MediaInfo | None = None,
    tell: Callable[[Note], None] | None = None,
) -> StoredAudio:
    """Like `read_audio`, but decoded into a temporary file, with only parts in memory."""
    info = info or probe(path, end)
    first, last, stop = _seconds(path, start, end, info)
    if start >= stop:
        return StoredAudio(0)
    samples = StoredAudio((last - first) * SAMPLE_RATE)
    _place(path, info, samples, first, last, stop, tell)
    samples.narrow(round((start - first) * SAMPLE_RATE), round((stop - start) * SAMPLE_RATE))
    return samples


class StoredAudio:
    """Samples in an unnamed temporary file that is deleted with this object. Zero at first.

    Args:
        length: in samples.
    """

    def __init__(self, length: int) -> None:
        self._begin, self._length = 0, length
        file = tempfile.TemporaryFile(prefix="vid2book-")  # noqa: SIM115 - closed by the finalizer
        weakref.finalize(self, file.close)
        self._file = file.fileno()
        os.truncate(self._file, length * _SAMPLE)

    def narrow(self, begin: int, length: int) -> None:
        """Reduce this to a part of itself, in samples."""
        self._begin, self._length = self._begin + begin, length

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice) -> Samples:
        first, last, _ = part.indices(self._length)
        size = max(0, last - first) * _SAMPLE
        data = os.pread(self._file, size, (self._begin + first) * _SAMPLE)
        return np.frombuffer(data, np.float32)

    def __setitem__(self, part: slice, samples: Samples) -> None:
        data = memoryview(samples.astype(np.float32, copy=False).tobytes())
        at = (self._begin + part.start) * _SAMPLE
        while data:
            written = os.pwrite(self._file, data, at)
            data, at = data[written:], at + written


def _seconds(
    path: str | Path, start: float, end: float | None, info: MediaInfo
) -> tuple[int, int, float]:
    """The first and last whole second to decode, and where the stretch ends.

    Whole seconds, so that the channels of a stretch are mixed as in the whole sound.

    Raises:
        MediaError: there is no sound.
    """
    if info.sound is None:
        raise MediaError(f"{Path(path).name}: no sound in it")
    stop = info.sound.end if end is None else min(end, info.sound.end)
    return max(0, math.floor(start) - 1), math.ceil(stop) + 1, stop


def _place(
    path: str | Path,
    info: MediaInfo,
    samples: Samples | StoredAudio,
    first: int,
    last: int,
    stop: float,
    tell: Callable[[Note], None] | None,
) -> None:
    """Decode the sound between two seconds into its place in `samples`."""
    assert info.sound is not None
    placement = _Placement(samples, first, last, tell or (lambda _: None))
    for frame, _ in decode(path, info.sound, first):
        if not placement.put(frame):
            break
    placement.close(stop)
    if not placement.anything:
        raise MediaError(f"{Path(path).name}: its sound cannot be decoded")


class _Placement:
    """Sound between two seconds, each frame in its place."""

    def __init__(
        self, samples: Samples | StoredAudio, first: int, last: int, tell: Callable[[Note], None]
    ) -> None:
        self._samples = samples
        self.anything = False
        self._first = first
        self._last = last
        self._tell = tell
        self._overlap = 0.0
        self._covered = float(first)  # any holes before this were reported
        self._resampler: av.AudioResampler | None = None
        self._shape: tuple[str, str, int] | None = None  # of the resampler's input
        self._due = 0.0  # when the next frame begins if it follows the last without a gap
        self._at = 0  # where the next sample goes
        self._channels = np.zeros((1, 0), np.float32)  # of the second being filled
        self._second: int | None = None
        self._filled = (0, 0)

    def put(self, frame: av.AudioFrame) -> bool:
        """Place a frame; False if it lies after the end."""
        time = self._due if frame.time is None else frame.time
        if time >= self._last:
            return False
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape or abs(time - self._due) > _DRIFT:
            self._flush()
            self._note_hole(time)
            self._overlap += max(0.0, self._due - time)
            self._resampler = av.AudioResampler("flt", frame.layout, SAMPLE_RATE)
            self._shape, self._due = shape, time
            self._at = round((time - self._first) * SAMPLE_RATE)
        self.anything = True
        self._due += frame.samples / frame.sample_rate
        self._covered = max(self._covered, self._due)
        frame.pts = None  # the resampler must not decide where sound lies
        assert self._resampler is not None
        for out in self._resampler.resample(frame):
            self._add(out)
        return True

    def close(self, stop: float) -> None:
        """Finish after the last frame; there should be sound up to `stop`."""
        self._flush()
        self._note_hole(stop)
        if self._overlap > _HOLE:
            text = f"{self._overlap:.0f} s of sound lie on other sound by their timestamps: lost"
            self._tell(Note(self._first, stop, text))

    def _note_hole(self, time: float) -> None:
        if time - self._covered > _HOLE:
            text = "a hole in the sound, or damage: silence stands there"
            self._tell(Note(self._covered, time, text))

    def _flush(self) -> None:
        if self._resampler is not None:
            for out in self._resampler.resample(None):
                self._add(out)
        self._resampler = None
        self._mix()

    def _add(self, frame: av.AudioFrame) -> None:
        """Put resampled channels in their place, second by second."""
        # Interleaved: PyAV reads beyond the planes of a frame with eight.
        samples = frame.to_ndarray().astype(np.float32, copy=False)
        channels = samples.reshape(-1, frame.layout.nb_channels).T
        while channels.shape[1]:
            second, offset = divmod(self._at, SAMPLE_RATE)
            if second != self._second or len(channels) != len(self._channels):
                self._mix()
                self._second = second
                self._channels = np.zeros((len(channels), SAMPLE_RATE), np.float32)
            part = channels[:, : SAMPLE_RATE - offset]
            reached = offset + part.shape[1]
            self._channels[:, offset:reached] = part
            low, high = self._filled
            self._filled = (min(low, offset), reached) if high else (offset, reached)
            self._at += part.shape[1]
            channels = channels[:, part.shape[1] :]

    def _mix(self) -> None:
        """Add the second being filled to the result."""
        if self._second is None:
            return
        low, high = self._filled
        self._filled = (0, 0)
        begin = self._second * SAMPLE_RATE
        low, high = max(low, -begin), min(high, len(self._samples) - begin)
        if low < high:
            self._samples[begin + low : begin + high] = to_mono(self._channels[:, low:high])
