"""Where sound and pictures lie. In each file the picture turns light when a tone begins."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from vid2book.media.audio import SAMPLE_RATE, read_audio
from vid2book.media.clock import MOST_EMPTY, Note
from vid2book.media.container import MediaError
from vid2book.media.frames import read_frames
from vid2book.media.survey import examine

from ...support.clapper import (
    CLAP,
    LENGTH,
    Pictures,
    Retime,
    Sound,
    as_it_is,
    later,
    tone,
    without,
    write,
)

FORMATS = {
    "mp4": ("libx264", "aac"),
    "mkv": ("libx264", "aac"),
    "ts": ("libx264", "aac"),
    "flv": ("libx264", "aac"),
    "webm": ("libvpx", "libopus"),
    "mov": ("libx264", "pcm_s16le"),
    "mpg": ("mpeg2video", "mp2"),
}
TIMED = tuple(FORMATS)
HOUR = 3600.0


def clapper(
    path: Path,
    pictures: Retime = as_it_is,
    sound: Retime = as_it_is,
    options: dict[str, str] | None = None,
) -> Path:
    shown, heard = FORMATS[path.suffix[1:]]
    rate = 25 if shown == "mpeg2video" else 10
    tracks = Pictures(codec=shown, rate=rate, retime=pictures), Sound(codec=heard, retime=sound)
    return write(path, *tracks, options=options)


def onset(path: Path) -> float:
    """When the tone begins."""
    return float(np.argmax(np.abs(read_audio(path)) > 0.05)) / SAMPLE_RATE


def light(path: Path) -> float:
    """When the picture turns light."""
    return next(f.time for f in read_frames(path, 25) if f.luma(160).mean() > 120)


def holes(path: Path) -> list[Note]:
    found: list[Note] = []
    read_audio(path, tell=found.append)
    return found


@pytest.mark.parametrize("extension", TIMED)
@pytest.mark.parametrize("offset", [0.0, HOUR])
def test_any_clock_begins_at_0(tmp_path: Path, extension: str, offset: float) -> None:
    path = clapper(tmp_path / f"a.{extension}", later(offset), later(offset))
    assert onset(path) == pytest.approx(CLAP, abs=0.03)
    assert light(path) == pytest.approx(CLAP, abs=0.05)
    assert examine(path).duration == pytest.approx(LENGTH, abs=0.1)


@pytest.mark.parametrize("extension", TIMED)
def test_a_track_may_begin_later(tmp_path: Path, extension: str) -> None:
    pictures = clapper(tmp_path / f"p.{extension}", later(6), as_it_is)
    assert onset(pictures) == pytest.approx(CLAP, abs=0.03)
    assert light(pictures) == pytest.approx(CLAP + 6, abs=0.05)
    assert next(read_frames(pictures, 5)).time == pytest.approx(6, abs=0.05)
    sound = clapper(tmp_path / f"s.{extension}", as_it_is, later(6))
    assert onset(sound) == pytest.approx(CLAP + 6, abs=0.03)
    assert light(sound) == pytest.approx(CLAP, abs=0.05)
    last = [f.time for f in read_frames(sound, 5)][-1]
    assert last == pytest.approx(11.7, abs=0.2)  # the last picture stands while there is sound


@pytest.mark.parametrize("extension", ["mp4", "mkv", "ts", "flv", "webm", "mpg"])
def test_a_hole_in_the_sound_is_silence(tmp_path: Path, extension: str) -> None:
    small = clapper(tmp_path / f"a.{extension}", as_it_is, without(0.5, 1.5))
    assert onset(small) == pytest.approx(CLAP, abs=0.03) and not holes(small)
    large = clapper(tmp_path / f"b.{extension}", as_it_is, without(2.5, 5.5))
    [hole] = holes(large)
    assert (hole.start, hole.end) == pytest.approx((2.5, 5.5), abs=0.1)
    assert np.abs(read_audio(large, 2.7, 5.3)).max() < 1e-3
    assert np.abs(read_audio(large, 5.6, 5.9)).max() > 0.1


@pytest.mark.parametrize("extension", ["mp4", "mkv", "ts", "flv", "webm"])
def test_a_pause_of_both_is_kept(tmp_path: Path, extension: str) -> None:
    path = clapper(tmp_path / f"a.{extension}", later(100, since=1), later(100, since=1))
    assert onset(path) == pytest.approx(CLAP + 100, abs=0.03)
    assert light(path) == pytest.approx(CLAP + 100, abs=0.05)
    assert not examine(path).notes


@pytest.mark.parametrize("extension", ["mkv", "ts", "flv", "webm"])
@pytest.mark.parametrize("alone", [False, True])
def test_a_jump_of_100_000_hours_is_closed_up(tmp_path: Path, extension: str, alone: bool) -> None:
    jump = later(100_000 * HOUR, since=1)
    path = clapper(tmp_path / f"a.{extension}", as_it_is if alone else jump, jump)
    assert onset(path) == pytest.approx(CLAP, abs=0.05)
    assert light(path) == pytest.approx(CLAP, abs=0.15)
    info = examine(path)
    assert info.duration == pytest.approx(LENGTH, abs=0.2)
    [note] = info.notes
    assert "timestamps jump by" in note.text and note.start < LENGTH


@pytest.mark.parametrize("extension", ["mp4", "mkv", "ts", "webm"])
@pytest.mark.parametrize("late", ["pictures", "sound"])
def test_an_offset_of_a_day_asks_for_no_memory(tmp_path: Path, extension: str, late: str) -> None:
    path = clapper(tmp_path / f"a.{extension}", **{late: later(26 * HOUR)})
    tracemalloc.start()
    assert onset(path) == pytest.approx(CLAP, abs=0.05)
    assert light(path) == pytest.approx(CLAP, abs=0.05)
    assert tracemalloc.get_traced_memory()[1] < 64e6
    tracemalloc.stop()
    [note] = examine(path).notes
    assert "to begin 26.0 h from the start" in note.text


def test_pictures_say_nothing_for_longer_than_a_file_may(tmp_path: Path) -> None:
    slides = Pictures(times=(0.0, 30.0, 1500.0, 200_000.0), light=lambda time: time > 1000)
    path = write(tmp_path / "a.mkv", slides)
    info = examine(path)
    assert info.duration < 1500 + MOST_EMPTY
    assert "closed up" in info.notes[0].text
    assert light(path) == pytest.approx(1500, abs=0.05)


@pytest.mark.parametrize("extension", ["ts", "mpg"])
def test_recordings_joined_are_one(tmp_path: Path, extension: str) -> None:
    """As `cat` joins them: timestamps begin anew."""
    one = clapper(tmp_path / f"a.{extension}")
    both = tmp_path / f"b.{extension}"
    both.write_bytes(one.read_bytes() * 2)
    info = examine(both)
    assert info.duration == pytest.approx(2 * LENGTH, abs=0.3)
    audio = np.abs(read_audio(both)) > 0.05
    again = np.argmax(audio[int(6.5 * SAMPLE_RATE) :]) / SAMPLE_RATE + 6.5
    assert again == pytest.approx(LENGTH + CLAP, abs=0.3)
    seen = [(f.time, f.luma(160).mean() > 120) for f in read_frames(both, 25)]
    assert next(t for t, on in seen if t > 6.5 and on) == pytest.approx(again, abs=0.15)
    assert "timestamps jump" in info.notes[0].text


def test_the_counter_of_a_transport_stream_runs_over(tmp_path: Path) -> None:
    wraps = 2**33 / 90_000
    path = clapper(tmp_path / "a.ts", later(wraps - 4), later(wraps - 4))
    assert onset(path) == pytest.approx(CLAP, abs=0.05)
    assert light(path) == pytest.approx(CLAP, abs=0.05)
    assert examine(path).duration == pytest.approx(LENGTH, abs=0.2)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("live.webm", {"live": "1"}),
        ("fragmented.mp4", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
        ("negative.mp4", {"movflags": "negative_cts_offsets"}),
    ],
)
def test_headers_without_a_duration(tmp_path: Path, name: str, options: dict[str, str]) -> None:
    path = clapper(tmp_path / name, options=options)
    assert onset(path) == pytest.approx(CLAP, abs=0.03)
    assert light(path) == pytest.approx(CLAP, abs=0.05)
    assert examine(path).duration == pytest.approx(LENGTH, abs=0.1)


def test_avi_has_no_timestamps(tmp_path: Path) -> None:
    path = write(tmp_path / "a.avi", Pictures(codec="mpeg4"), Sound(codec="libmp3lame"))
    assert onset(path) == pytest.approx(CLAP, abs=0.05)
    assert light(path) == pytest.approx(CLAP, abs=0.15)
    reordered = write(tmp_path / "b.avi", Pictures(options={"bf": "2"}), Sound(codec="libmp3lame"))
    assert light(reordered) == pytest.approx(CLAP, abs=0.25)


@pytest.mark.parametrize("rates", [(48_000, 44_100), (22_050, 48_000)])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_shape_of_the_sound_may_change(
    tmp_path: Path, rates: tuple[int, int], channels: int
) -> None:
    """A programme with another sampling rate or layout follows in one transport stream."""
    first = write(tmp_path / "a.ts", Sound(rate=rates[0], codec="aac"))
    second = write(
        tmp_path / "b.ts",
        Sound(rate=rates[1], samples=np.tile(tone(rate=rates[1]), (channels, 1)), retime=later(6)),
    )
    path = tmp_path / "c.ts"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    audio = read_audio(path)
    for begin in (0, 6):
        part = audio[round((begin + 3) * SAMPLE_RATE) : round((begin + 4) * SAMPLE_RATE)]
        peak = np.argmax(np.abs(np.fft.rfft(part)))
        assert peak == pytest.approx(440, abs=2)
        assert np.abs(audio[round((begin + 1) * SAMPLE_RATE) :][:8000]).max() < 0.05


@pytest.mark.parametrize("extension", ["mp4", "mkv", "ts", "webm", "mpg", "flv"])
def test_a_stretch_is_that_of_the_whole(tmp_path: Path, extension: str) -> None:
    noise = np.random.default_rng(0).normal(0, 1, (2, 12 * 48_000)).astype(np.float32)
    noise = np.array([np.convolve(n, np.ones(4000) / 400, "same") for n in noise], np.float32)
    shown, heard = FORMATS[extension]
    rate = 25 if extension == "mpg" else 10
    pictures = Pictures(
        codec=shown,
        rate=rate,
        times=[i / rate for i in range(12 * rate)],
        light=lambda time: int(time) % 2 == 1,
        retime=as_it_is if extension == "mpg" else later(1.5),
    )
    path = write(tmp_path / f"a.{extension}", pictures, Sound(codec=heard, samples=noise))
    info = examine(path)
    whole = read_audio(path, info=info)
    assert whole[5 * SAMPLE_RATE :].std() > 0.05
    seen = {round(f.time, 3): f.luma(160).mean() > 120 for f in read_frames(path, 4, info=info)}
    for start, end in ((0.0, 2.0), (5.25, 7.5), (10.0, 40.0)):
        part = read_audio(path, start, end, info=info)
        expected = whole[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
        assert len(part) == len(expected)
        assert correlation(part, expected) > 0.97  # timestamps in milliseconds are that near
        frames = list(read_frames(path, 4, end, start=start, info=info))
        assert frames[0].time == pytest.approx(max(start, info.picture.start), abs=1e-3)
        for frame in frames:
            near = min(seen, key=lambda time: abs(time - frame.time))
            changes = abs((frame.time - info.picture.start) % 1)
            if min(changes, 1 - changes) > 0.3:  # the two grids are not the same
                assert (frame.luma(160).mean() > 120) == seen[near]


def correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def test_the_first_minutes_need_no_more_than_them(tmp_path: Path) -> None:
    whole = clapper(tmp_path / "a.mkv")
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.5)])
    with pytest.raises(MediaError, match="truncated"):
        examine(cut)
    info = examine(cut, 3.0)
    assert (info.duration, info.video_duration, info.audio_duration) == (3.0, 3.0, 3.0)
    assert len(read_audio(cut, end=3.0)) == 3 * SAMPLE_RATE
    assert [f.time for f in read_frames(cut, 2, 3.0)] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5])
    for extension in ("ts", "webm", "mp4"):
        path = clapper(tmp_path / f"b.{extension}", later(HOUR), later(HOUR))
        assert examine(path, 2.5).duration == 2.5
        assert len(read_audio(path, end=2.5)) == 2.5 * SAMPLE_RATE


@pytest.mark.parametrize("extension", ["mp4", "mkv", "webm", "ts", "flv", "mov"])
@pytest.mark.parametrize("with_sound", [True, False])
def test_a_frame_a_slide_is_a_whole_video(tmp_path: Path, extension: str, with_sound: bool) -> None:
    shown, heard = FORMATS[extension]
    slides = Pictures(codec=shown, times=(0.0, 20.0), light=lambda time: time > 10)
    sound = Sound(codec=heard, samples=tone(40.0))
    path = write(tmp_path / f"a.{extension}", slides, *([sound] if with_sound else []))
    seen = [(f.time, f.luma(160).mean() > 120) for f in read_frames(path, 2)]
    assert all(on == (time > 19.9) for time, on in seen)
    if with_sound:
        assert seen[-1][0] == pytest.approx(39.5, abs=0.6)
    until = [f.time for f in read_frames(path, 2, 12.0)]
    assert until == pytest.approx(np.arange(24) / 2, abs=0.1)


def test_a_slide_stands_as_long_as_the_header_says(tmp_path: Path) -> None:
    """The last packet of a slide show says nothing of how long it stands."""
    path = write(tmp_path / "a.mkv", Pictures(times=(0.0, 20.0, 40.0)))
    data = bytearray(path.read_bytes())
    at = data.index(bytes.fromhex("4489 88")) + 3  # Duration, a float of 8 bytes, milliseconds
    data[at : at + 8] = np.array([58_000.0], ">f8").tobytes()
    path.write_bytes(data.replace(b"DURATION", b"DURATIOM"))
    assert examine(path).duration == pytest.approx(58)
    data[at : at + 8] = np.array([580_000.0], ">f8").tobytes()
    path.write_bytes(data.replace(b"DURATION", b"DURATIOM"))
    with pytest.raises(MediaError, match="truncated"):
        examine(path)


@pytest.mark.parametrize("extension", ["mp4", "mkv", "flv", "avi"])
def test_what_is_cut_short_is_noticed(tmp_path: Path, extension: str) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 20 * 48_000).astype(np.float32)
    pictures = Pictures(
        codec="mpeg4" if extension == "avi" else "libx264", times=[i / 10 for i in range(200)]
    )
    sound = Sound(codec="libmp3lame" if extension == "avi" else "aac", samples=noise)
    options = {"movflags": "faststart"} if extension == "mp4" else {}
    path = write(tmp_path / f"a.{extension}", pictures, sound, options=options)
    assert examine(path).duration == pytest.approx(20, abs=0.2)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MediaError, match=r"truncated: its (picture|sound) ends at"):
        examine(path)


def test_sound_that_lies_behind_the_cut_is_missed(tmp_path: Path) -> None:
    """In a long interleaving, all that is left may be pictures, and the header has the sound."""
    late = Sound(samples=tone(70.0), retime=without(-1.0, 30.0))
    options = {"movflags": "faststart"}
    path = write(
        tmp_path / "a.mp4", Pictures(times=[i / 10 for i in range(200)]), late, options=options
    )
    assert examine(path).audio_duration == pytest.approx(70, abs=0.1)
    with av.open(str(path)) as source:
        first = next(p for p in source.demux(audio=0) if p.size)
    path.write_bytes(path.read_bytes()[: first.pos])
    with pytest.raises(MediaError, match="truncated: its sound ends at 0 s of 70 s"):
        examine(path)
