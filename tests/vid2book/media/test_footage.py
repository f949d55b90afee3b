"""A stretch of a video as a small file: what is seen and heard in it, and that it stays small."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book.media.container import MediaError
from vid2book.media.footage import encode
from vid2book.media.survey import probe

from ...support.media import plain, write_video

RATE = 16_000


def made(path: Path, start: float, end: float, **settings: Any) -> bytes:
    given = {"sound": True, "max_height": 480, "rate": 10.0, "max_kbps": 400} | settings
    return encode(path, start, end, info=probe(path), **given)


def seen(data: bytes) -> list[NDArray[np.uint8]]:
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def heard(data: bytes) -> NDArray[np.float32]:
    with av.open(io.BytesIO(data)) as container:
        parts = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    return np.concatenate(parts)


def tone(seconds: float, begin: float, end: float) -> NDArray[np.float32]:
    time = np.arange(round(seconds * RATE)) / RATE
    sound = 0.5 * np.sin(2 * np.pi * 440 * time) * ((time >= begin) & (time < end))
    return sound.astype(np.float32)


@pytest.fixture(scope="module")
def lecture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds that grow brighter with each, and a tone from 5 to 6 s."""
    folder = tmp_path_factory.mktemp("lecture")
    pictures = [plain(40 + 20 * (i // 10)) for i in range(100)]
    return write_video(folder / "lecture.mp4", pictures, 10, sound=tone(10, 5, 6))


def test_it_shows_the_stretch_at_an_even_rate(lecture: Path) -> None:
    frames = seen(made(lecture, 2.5, 7.0))
    assert len(frames) == 45
    levels = [round((float(frame.mean()) - 40) / 20) for frame in frames]
    assert levels == [2] * 5 + [3] * 10 + [4] * 10 + [5] * 10 + [6] * 10
    assert len(seen(made(lecture, 2.5, 7.0, rate=4.0))) == 18


def test_it_is_heard_when_it_is_seen(lecture: Path) -> None:
    loud = np.abs(heard(made(lecture, 2.5, 7.0))) > 0.2
    times = np.flatnonzero(loud) / RATE
    assert times[0] == pytest.approx(2.5, abs=0.05) and times[-1] == pytest.approx(3.5, abs=0.05)


def test_without_sound_there_is_no_track(lecture: Path) -> None:
    with av.open(io.BytesIO(made(lecture, 2.5, 7.0, sound=False))) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_the_same_stretch_is_the_same_bytes(lecture: Path) -> None:
    assert made(lecture, 1.0, 6.0) == made(lecture, 1.0, 6.0)


@pytest.mark.parametrize(
    ("width", "height", "aspect", "size"),
    [
        (640, 360, None, (320, 180)),
        (100, 74, None, (100, 74)),
        (180, 320, None, (100, 180)),
        (720, 576, Fraction(16, 15), (240, 180)),
    ],
    ids=["shrunk", "small", "upright, of odd width", "pixels that are not square"],
)
def test_its_size(
    tmp_path: Path, width: int, height: int, aspect: Fraction | None, size: tuple[int, int]
) -> None:
    pictures = [plain(90, width, height)] * 10
    video = write_video(tmp_path / "v.mp4", pictures, 10, aspect=aspect)
    frame = seen(made(video, 0.0, 1.0, max_height=180))[0]
    assert (frame.shape[1], frame.shape[0]) == size


def test_colours_stay(tmp_path: Path) -> None:
    picture = np.zeros((180, 320, 3), np.uint8)
    for n, colour in enumerate(((200, 30, 30), (30, 160, 40), (20, 40, 180), (240, 240, 240))):
        picture[:, 80 * n : 80 * (n + 1)] = colour
    shown = seen(made(write_video(tmp_path / "v.mp4", [picture] * 10, 10), 0.0, 1.0))[-1]
    middles = shown[90, [40, 120, 200, 280]].astype(int)
    assert np.abs(middles - picture[90, [40, 120, 200, 280]]).max() < 20


def test_noise_takes_no_more_than_it_may(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 255, (40, 90, 160, 3), np.uint8)
    video = write_video(tmp_path / "noise.mp4", pictures, 10)
    kilobytes = len(made(video, 0.0, 4.0, max_kbps=100)) / 1000
    assert kilobytes < (4 + 2) * 100 / 8  # what the buffer of the rate control lets by, at most
    assert len(made(video, 0.0, 4.0, max_kbps=1000)) / 1000 > 2 * kilobytes


def test_a_picture_stands_until_the_next_one(tmp_path: Path) -> None:
    """One frame a slide; the stretch begins and ends between frames."""
    video = write_video(
        tmp_path / "v.mp4", [plain(40), plain(120), plain(200)], 10, times=[0, 8, 16]
    )
    levels = [round(float(frame.mean()) / 40) for frame in seen(made(video, 4.0, 12.0))]
    assert levels == [1] * 40 + [3] * 40


def test_pictures_that_change_their_size_are_fitted(tmp_path: Path) -> None:
    parts = [write_video(tmp_path / f"{n}.ts", [plain(200, *size)] * 10, 10)
             for n, size in enumerate(((320, 180), (180, 180)))]  # fmt: skip
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    frames = seen(made(joined, 0.0, 2.0))
    assert {frame.shape for frame in frames} == {(180, 320, 3)}
    assert frames[-1][90, 10].max() < 30 and frames[-1][90, 160].min() > 170


def test_where_nothing_is_shown_it_says_so(lecture: Path) -> None:
    with pytest.raises(MediaError, match=r"no picture from 20\.0 to 25\.0 s"):
        made(lecture, 20.0, 25.0)
