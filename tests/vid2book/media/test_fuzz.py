"""Damaged files of every container: an error of the file's own or a result in bounds, always."""

from __future__ import annotations

import errno
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from vid2book.media.audio import read_audio
from vid2book.media.clock import MOST_EMPTY
from vid2book.media.container import MediaError
from vid2book.media.frames import read_frames
from vid2book.media.survey import probe

from ...support.clapper import Pictures, Sound, later, write

FILES = {
    "mp4": ("libx264", "aac"),
    "mkv": ("libx264", "flac"),
    "ts": ("libx264", "aac"),
    "flv": ("libx264", "aac"),
    "avi": ("mpeg4", "libmp3lame"),
    "mpg": ("mpeg2video", "mp2"),
    "webm": ("libvpx", "libopus"),
}
ROUNDS = 8
USUAL = 10.0  # seconds that a packet may explain


def damage(data: bytes, random: np.random.Generator) -> bytes:
    """Bytes changed, a piece lost, doubled or moved, or the end cut off."""
    out = bytearray(data)
    one, other = sorted(int(i) for i in random.integers(0, len(data), 2))
    match int(random.integers(5)):
        case 0 | 1:
            reach = len(data) if random.random() < 0.5 else min(len(data), 2000)
            for at in random.integers(0, reach, int(random.integers(1, 40))):
                out[at] = int(random.integers(256))
        case 2:
            del out[one : min(other, one + 3000)]
        case 3:
            out[one:one] = data[one : min(other, one + 3000)]
        case 4:
            del out[other:]
    return bytes(out)


def read(path: Path, packets: int) -> None:
    """All that can be asked of a file."""
    info = probe(path)
    assert 0 <= info.duration <= MOST_EMPTY + 600 + packets * USUAL
    window = max(0.0, info.duration / 2 - 1)
    if info.sound:
        assert np.isfinite(read_audio(path, info=info)).all()
        read_audio(path, window, window + 2, info=info)
    if info.picture:
        times = [f.time for f in islice(read_frames(path, 2, info=info), 100)]
        assert times == sorted(times)
        for frame in read_frames(path, 2, window + 2, start=window, info=info):
            frame.luma(64)


@pytest.mark.parametrize("extension", FILES)
@pytest.mark.parametrize("offset", [0.0, 3600.0])
def test_damaged_files(tmp_path: Path, extension: str, offset: float) -> None:
    shown, heard = FILES[extension]
    rate = 25 if extension == "mpg" else 10
    retime = later(0.0 if extension == "avi" else offset)
    path = tmp_path / f"a.{extension}"
    write(
        path,
        Pictures(codec=shown, rate=rate, retime=retime),
        Sound(codec=heard, rate=48_000, retime=retime),
    )
    whole = path.read_bytes()
    random = np.random.default_rng(list(FILES).index(extension))
    for _ in range(ROUNDS):
        path.write_bytes(damage(whole, random))
        try:
            read(path, packets=600)
        except MediaError as error:
            assert str(error).startswith(path.name)
        except OSError as error:
            assert error.errno == errno.ENOMEM  # of a damaged length: nobody can tell it apart
