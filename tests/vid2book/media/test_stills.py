"""Single pictures are the very ones that sampling gives."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book.media.container import MediaError
from vid2book.media.decode import decode
from vid2book.media.frames import read_frames
from vid2book.media.stills import read_stills
from vid2book.media.survey import probe

SECONDS, FPS = 30, 12
KINDS = {
    "short groups": ("libx264", "mp4", {"g": "12"}),
    "one group": ("libx264", "mp4", {"g": "9999", "sc_threshold": "0"}),
    "open groups": ("libx264", "mkv", {"g": "24", "x264-params": "open-gop=1:bframes=3"}),
    "transport stream": ("libx264", "ts", {"g": "48", "bf": "2"}),
    "mpeg4": ("mpeg4", "avi", {"g": "60"}),
}


def picture(number: int) -> NDArray[np.uint8]:
    """A picture that says which one it is: twelve bits in black and white."""
    image = np.full((48, 96, 3), 60, np.uint8)
    for bit in range(12):
        x, y = bit % 6 * 16, bit // 6 * 24
        image[y : y + 24, x : x + 16] = 230 if number >> bit & 1 else 20
    return image


def number(plane: NDArray[np.uint8]) -> int:
    small = cv2.resize(plane, (6, 2), interpolation=cv2.INTER_AREA) > 125
    return int(sum(1 << bit for bit in range(12) if small[bit // 6, bit % 6]))


def write(path: Path, times: list[float], codec: str, options: dict[str, str]) -> Path:
    """A video of numbered pictures, each from its time on."""
    base = Fraction(1, 1200) if codec == "libx264" else Fraction(1, FPS)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=FPS, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 96, 48, "yuv420p"
        stream.codec_context.time_base = base
        stream.codec_context.thread_count = 1
        for i, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(i), format="rgb24")
            frame.pts, frame.time_base = round(time / base), base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def compare(path: Path, random: np.random.Generator) -> None:
    """Near times and far ones, in several draws."""
    info = probe(path)
    samples = [(f.time, number(f.luma(640))) for f in read_frames(path, 5, info=info)]
    assert len({n for _, n in samples}) > 20
    for count in (1, 2, 5, 40):
        chosen = sorted(random.choice(len(samples), count, replace=False))
        times = [samples[i][0] for i in chosen]
        stills = list(read_stills(path, times, info))
        assert [f.time for f in stills] == times
        assert [number(f.luma(640)) for f in stills] == [samples[i][1] for i in chosen]


@pytest.mark.parametrize("kind", KINDS)
def test_stills_are_the_samples_of_their_times(tmp_path: Path, kind: str) -> None:
    codec, ending, options = KINDS[kind]
    times = [i / FPS for i in range(SECONDS * FPS)]
    path = write(tmp_path / f"v.{ending}", times, codec, options)
    compare(path, np.random.default_rng(len(kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_samples_are_the_same_where_no_other_picture_is_decoded(tmp_path: Path, kind: str) -> None:
    codec, ending, options = KINDS[kind]
    path = write(tmp_path / f"v.{ending}", [i / FPS for i in range(120)], codec, options)
    info = probe(path)
    assert info.picture is not None and info.picture.shown is not None
    every = replace(info, picture=replace(info.picture, shown=None))
    for rate, start, end in ((5, 0.0, None), (2.3, 3.1, 8.0), (30, 0.0, None)):
        read = partial(read_frames, path, rate, end, start=start)
        some, all_of_them = (
            [(f.time, number(f.luma(640))) for f in read(info=known)] for known in (info, every)
        )
        assert some == all_of_them


def test_pictures_that_nothing_needs_are_not_decoded(tmp_path: Path) -> None:
    times = [i / FPS for i in range(120)]
    path = write(tmp_path / "v.mp4", times, "libx264", {"bf": "3", "b_strategy": "0"})
    track = probe(path).picture
    assert track is not None and track.shown is not None
    wanted = track.shown.standing([1.0, 5.0])
    assert [stamp * track.shown.base for stamp in sorted(wanted)] == [1.0, 5.0]
    some = {frame.time for frame, _ in decode(path, track, wanted=wanted)}
    assert {1.0, 5.0} <= some and len(some) < 0.7 * len(times)


@pytest.mark.parametrize("group", ["5", "9999"])
def test_so_are_those_of_a_variable_frame_rate(tmp_path: Path, group: str) -> None:
    random = np.random.default_rng(1)
    steps = random.choice([0.04, 0.1, 0.5, 3, 6], 60)
    times = np.round(np.cumsum([0, *steps]), 2).tolist()
    path = write(tmp_path / "v.mp4", times, "libx264", {"g": group})
    compare(path, random)


def test_a_moment_before_the_first_picture_and_one_after_the_last(tmp_path: Path) -> None:
    path = write(tmp_path / "v.mp4", [i / FPS for i in range(24)], "libx264", {})
    first, last = read_stills(path, [0.0, 500.0], probe(path))
    assert number(first.luma(640)) == 0 and number(last.luma(640)) == 23
    assert list(read_stills(path, [], probe(path))) == []


def test_a_picture_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "v.mp4", [i / FPS for i in range(24)], "libx264", {})
    info = probe(path)
    data = bytearray(path.read_bytes())
    at = data.index(b"mdat") + 4
    data[at:] = bytes(len(data) - at)
    path.write_bytes(data)
    with pytest.raises(MediaError, match=r"v\.mp4"):
        list(read_stills(path, [1.0], info))
