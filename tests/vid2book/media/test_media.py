from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from vid2book.media.audio import SAMPLE_RATE, read_audio
from vid2book.media.container import MediaError
from vid2book.media.frames import read_frames
from vid2book.media.survey import probe

from ...support.media import plain, write_video


def tone(seconds: float) -> np.ndarray:
    t = np.arange(int(seconds * 16_000)) / 16_000
    return (0.3 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)


def test_a_video_is_probed_and_read(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "a.mp4", [plain(g) for g in [40] * 20 + [200] * 20], sound=tone(4)
    )
    info = probe(path)
    assert info.video_duration == pytest.approx(4, abs=0.2)
    assert info.audio_duration == pytest.approx(4, abs=0.2)
    frames = [(f.time, f.luma(320).mean()) for f in read_frames(path, 5)]
    assert [t for t, _ in frames[:3]] == pytest.approx([0, 0.2, 0.4], abs=0.01)
    dark = [mean for t, mean in frames if t < 1.95]
    light = [mean for t, mean in frames if t > 2.05]
    assert max(dark) < 60 and min(light) > 170
    audio = read_audio(path)
    assert audio.dtype == np.float32 and len(audio) == pytest.approx(4 * SAMPLE_RATE, rel=0.05)
    assert np.sqrt(np.mean(audio**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)
    assert len(read_audio(path, end=1.0)) == SAMPLE_RATE


def test_pixels_that_are_not_square_are_set_right(tmp_path: Path) -> None:
    wide = write_video(tmp_path / "w.mp4", [plain(90, 360, 240)] * 5, aspect=Fraction(4, 3))
    tall = write_video(tmp_path / "t.mp4", [plain(90, 360, 240)] * 5, aspect=Fraction(8, 9))
    assert next(read_frames(wide, 5)).rgb(1280).shape == (180, 360, 3)
    assert next(read_frames(tall, 5)).rgb(1280).shape == (240, 320, 3)
    assert next(read_frames(tall, 5)).rgb(160).shape == (120, 160, 3)


def test_a_rotated_video_comes_upright(tmp_path: Path) -> None:
    picture = plain(0, 320, 180)
    picture[:, :160] = 255  # its left half is white
    path = write_video(tmp_path / "r.mp4", [picture] * 5)
    data = bytearray(path.read_bytes())
    # The display matrix of the track, turned by a quarter: {0, 1, -1, 0} in 16.16 fixed point.
    at = data.index(b"tkhd") + 4 + 40
    turned = [0, 1 << 16, 0, (1 << 32) - (1 << 16), 0, 0]
    for i, value in enumerate(turned):
        data[at + 4 * i : at + 4 * i + 4] = value.to_bytes(4, "big")
    path.write_bytes(data)
    image = next(read_frames(path, 5)).rgb(1280)
    assert image.shape == (320, 180, 3)
    halves = image[:150].mean(), image[170:].mean()
    assert max(halves) > 230 and min(halves) < 30
    with av.open(str(path)) as container:
        expected = next(container.decode(video=0)).rotation
    assert expected in (90, -90)
    assert (halves[0] > halves[1]) == (expected == -90)


def test_times_of_a_variable_frame_rate_are_kept_and_gaps_are_filled(tmp_path: Path) -> None:
    times = [0.0, 0.1, 2.0, 2.1, 2.2]
    path = write_video(tmp_path / "v.mp4", [plain(g) for g in (40, 40, 200, 200, 200)], times=times)
    seen = [(f.time, f.luma(320).mean() > 120) for f in read_frames(path, 5)]
    assert all(light == (t > 1.99) for t, light in seen)
    assert len(seen) == pytest.approx(2.2 * 5 + 1, abs=1)


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "empty"), (b"just text\n" * 50, "not a readable video")],
)
def test_files_that_are_no_video(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=told):
        probe(path)
    with pytest.raises(FileNotFoundError, match=r"none\.mp4 cannot be read"):
        probe(tmp_path / "none.mp4")


def test_a_playlist_named_mp4_opens_nothing_else(tmp_path: Path) -> None:
    write_video(tmp_path / "secret.ts", [plain(90)] * 10)
    path = tmp_path / "x.mp4"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(MediaError):
        probe(path)


def test_a_truncated_video_is_noticed(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (60, 90, 160, 3), np.uint8)
    whole = write_video(tmp_path / "a.mkv", noise, sound=tone(6))
    assert probe(whole).video_duration == pytest.approx(6, abs=0.1)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    with pytest.raises(MediaError, match=r"cut\.mkv: truncated: its picture ends at 2 s of 6 s"):
        probe(cut)
    assert probe(cut, until=1.0).duration == 1.0


def test_no_sound_and_no_picture(tmp_path: Path) -> None:
    silent = write_video(tmp_path / "s.mp4", [plain(90)] * 5)
    assert probe(silent).audio_duration == 0
    with pytest.raises(MediaError, match="no sound"):
        read_audio(silent)
    with av.open(str(tmp_path / "p.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone(1)[None, :1024], format="fltp", layout="mono")
        frame.rate = 16_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert probe(tmp_path / "p.mp4").video_duration == 0
    with pytest.raises(MediaError, match="no picture"):
        next(read_frames(tmp_path / "p.mp4", 5))
