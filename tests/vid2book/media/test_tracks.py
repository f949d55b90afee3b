"""Which track is the lecture, and what becomes of its channels and of its pictures' size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vid2book.media.audio import SAMPLE_RATE, read_audio
from vid2book.media.container import MediaError
from vid2book.media.frames import read_frames
from vid2book.media.mono import to_mono
from vid2book.media.survey import examine, probe

from ...support.clapper import CLAP, LENGTH, Pictures, Sound, later, tone, write
from ...support.screens import CELLS, PHYSICS, hold, keyframes_of, shown, slide, watch

SILENCE = np.zeros(round(LENGTH * 48_000), np.float32)
SMALL, LARGE = (160, 90), (320, 180)


def level(path: Path) -> float:
    """Root mean square of the sound while the tone is there; 0.21 as it is made."""
    audio = read_audio(path)[round((CLAP + 0.5) * SAMPLE_RATE) : round(5.5 * SAMPLE_RATE)]
    return float(np.sqrt(np.mean(audio**2)))


def width(path: Path) -> int:
    return next(read_frames(path, 1)).picture.width


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((SMALL, False), (LARGE, True), LARGE),
        ((LARGE, False), (SMALL, True), SMALL),
        ((SMALL, True), (LARGE, True), LARGE),
        ((SMALL, False), (LARGE, False), LARGE),
        ((LARGE, False), (SMALL, False), LARGE),
    ],
)
def test_the_default_picture_or_the_larger(
    tmp_path: Path,
    first: tuple[tuple[int, int], bool],
    second: tuple[tuple[int, int], bool],
    expected: tuple[int, int],
) -> None:
    tracks = [Pictures(size=size, default=default) for size, default in (first, second)]
    path = write(tmp_path / "a.mkv", *tracks, Sound())
    assert width(path) == expected[0]


@pytest.mark.parametrize("extension", ["mp4", "mkv", "ts"])
@pytest.mark.parametrize("silent_first", [True, False])
def test_a_silent_track_is_not_the_sound(
    tmp_path: Path, extension: str, silent_first: bool
) -> None:
    tracks = [Sound(samples=SILENCE), Sound()]
    path = write(
        tmp_path / f"a.{extension}", Pictures(), *(tracks if silent_first else tracks[::-1])
    )
    assert level(path) == pytest.approx(0.21, abs=0.03)
    assert examine(path).duration == pytest.approx(LENGTH, abs=0.1)


def test_the_default_sound_counts_unless_it_is_silent(tmp_path: Path) -> None:
    quiet = Sound(samples=tone() / 30, default=True)
    path = write(tmp_path / "a.mkv", Pictures(), Sound(default=False), quiet)
    assert level(path) == pytest.approx(0.21 / 30, rel=0.2)
    silent = Sound(samples=SILENCE, default=True)
    path = write(tmp_path / "b.mkv", Pictures(), silent, Sound(default=False))
    assert level(path) == pytest.approx(0.21, abs=0.03)


def test_a_cover_is_no_picture_track(tmp_path: Path) -> None:
    cover = Pictures(codec="mjpeg", size=LARGE, times=(0.0,), cover=True)
    path = write(tmp_path / "a.mp4", cover, Pictures(size=SMALL), Sound())
    assert width(path) == SMALL[0]
    with pytest.raises(MediaError, match="no picture in it"):
        examine(write(tmp_path / "b.mp4", cover, Sound()))
    poster = Pictures(size=LARGE, times=(0.0,), default=True)
    assert width(write(tmp_path / "c.mp4", poster, Pictures(size=SMALL), Sound())) == SMALL[0]


@pytest.mark.parametrize(
    ("left", "right"),
    [(1.0, 1.0), (1.0, -1.0), (1.0, -0.9), (1.0, 0.0), (0.0, 1.0), (0.01, 1.0)],
)
@pytest.mark.parametrize("codec", ["aac", "flac"])
def test_no_channel_cancels_another(tmp_path: Path, left: float, right: float, codec: str) -> None:
    path = tmp_path / ("a.mkv" if codec == "flac" else "a.mp4")
    stereo = np.stack([left * tone(), right * tone()])
    write(path, Sound(codec=codec, samples=stereo))
    assert level(path) == pytest.approx(0.21, abs=0.03)


@pytest.mark.parametrize(("count", "codec"), [(6, "aac"), (8, "flac")])
def test_the_voice_of_a_surround_sound_is_heard(tmp_path: Path, count: int, codec: str) -> None:
    channels = np.zeros((count, len(tone())), np.float32)
    channels[2] = tone()  # the centre
    path = write(tmp_path / "a.mkv", Sound(codec=codec, samples=channels))
    assert level(path) == pytest.approx(0.21, abs=0.03)


def test_two_voices_are_both_heard() -> None:
    random = np.random.default_rng(0)
    voices = random.normal(0, 0.1, (2, SAMPLE_RATE)).astype(np.float32)
    mixed = to_mono(voices)
    for voice in voices:
        assert np.corrcoef(mixed, voice)[0, 1] == pytest.approx(0.7, abs=0.05)
    assert np.array_equal(to_mono(voices[:1]), voices[0])
    assert not to_mono(np.zeros((2, 100), np.float32)).any()
    assert np.abs(to_mono(np.ones((3, 100), np.float32) * [[1.0], [0.5], [0.5]])).max() <= 1.0


def joined(path: Path, *sizes: tuple[int, int]) -> Path:
    """A shared window that is resized: sequences of several sizes in one transport stream."""
    parts = [
        write(path.with_suffix(f".{i}.ts"), Pictures(size=size, retime=later(6.0 * i)))
        for i, size in enumerate(sizes)
    ]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def test_pictures_have_the_size_of_their_time(tmp_path: Path) -> None:
    path = joined(tmp_path / "a.ts", LARGE, SMALL, (180, 180))
    sizes = [(f.time, f.rgb(400).shape[:2]) for f in read_frames(path, 1)]
    for time, size in sizes:
        assert size == {0: (180, 320), 1: (90, 160), 2: (180, 180)}[int(time // 6)]
    assert len(sizes) == pytest.approx(18, abs=1)


def test_the_slide_before_another_shape_is_kept(tmp_path: Path) -> None:
    one, other = slide("Work", PHYSICS), slide("Cells", CELLS)
    narrow = np.ascontiguousarray(other[:, :480])
    parts = []
    for i, picture in enumerate((one, narrow)):
        parts.append(tmp_path / f"{i}.ts")
        watch(parts[-1], hold(picture, 6))
    path = tmp_path / "a.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    for algorithm in ("writing", "ssim", "pixel"):
        found, decisions = keyframes_of(path, algorithm=algorithm)
        assert [(k.width, k.height) for k in found] == [(640, 360), (480, 360)]
        assert [k.start for k in found] == pytest.approx([0, 6], abs=0.6)
        assert shown(found[:1], [one, other]) == [0]
        assert "stands to the end" not in decisions[0].reason


def test_the_container_says_how_wide_pixels_are_at_its_own_size(tmp_path: Path) -> None:
    path = joined(tmp_path / "a.ts", LARGE, SMALL)
    assert {f.aspect for f in read_frames(path, 1)} == {1.0}
    assert probe(path).picture is not None
