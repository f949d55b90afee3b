"""Whose fault it is: a file's own is kept as its result, the machine's never is."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import av.error
import pytest

from vid2book.config import Config
from vid2book.media import container
from vid2book.media.audio import read_audio
from vid2book.media.container import MediaError, open_media
from vid2book.media.frames import read_frames
from vid2book.media.survey import examine, probe
from vid2book.pipeline.work import Failed, Work
from vid2book.records import Video
from vid2book.screen.keyframes import KEYFRAMES
from vid2book.speech.recognise import RECOGNISE
from vid2book.store import Store

from ...support.clapper import Pictures, Sound, later, tone, without, write


def test_a_disk_that_cannot_be_read(tmp_path: Path) -> None:
    """The kernel answers EIO to whoever reads the unmapped start of its own memory."""
    path = tmp_path / "a.mp4"
    path.symlink_to("/proc/self/mem")
    with pytest.raises(OSError, match=r"a\.mp4 cannot be read") as caught:
        probe(path)
    assert caught.value.errno == errno.EIO and str(tmp_path) not in str(caught.value)


@contextmanager
def no_more_files() -> Iterator[None]:
    """The process may open none."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_no_file_can_be_opened(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", Pictures(), Sound())
    with no_more_files(), pytest.raises(OSError, match="cannot be read") as caught:
        probe(path)
    assert caught.value.errno == errno.EMFILE


class Failing(container._Source):
    """A disk on which all but the beginning of the file has gone bad."""

    def read(self, size: int) -> bytes:
        if self.tell() > 60_000:
            self.fault = OSError(errno.EIO, os.strerror(errno.EIO))
            raise self.fault
        return super().read(min(size, 4096))


@pytest.mark.parametrize("extension", ["mkv", "ts", "flv", "mp4", "avi", "mpg"])
def test_a_disk_that_fails_midway(
    tmp_path: Path, extension: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = {"mpg": "mpeg2video", "flv": "flv"}.get(extension, "mpeg4")
    pictures = Pictures(codec=codec, rate=25)
    sound = Sound(codec="libmp3lame", rate=44_100, samples=tone(40.0, 44_100))
    options = {"movflags": "faststart"} if extension == "mp4" else {}
    path = write(tmp_path / f"a.{extension}", pictures, sound, options=options)
    assert path.stat().st_size > 200_000
    info = probe(path)
    monkeypatch.setattr(container, "_Source", Failing)
    for read in (
        lambda: probe(path),
        lambda: read_audio(path, info=info),
        lambda: list(read_frames(path, 5, info=info)),
    ):
        with pytest.raises(OSError, match="cannot be read") as caught:
            read()
        assert caught.value.errno == errno.EIO


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENOSPC])
def test_the_machine_is_out_of_something(
    tmp_path: Path, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.mkv", Pictures(), Sound())
    video = Video("a", str(path))
    real = av.open

    def refuse(*_: object, **__: object) -> None:
        raise av.error.classes[code](code, os.strerror(code), str(path))

    for stage in (KEYFRAMES, RECOGNISE):
        monkeypatch.setattr(av, "open", refuse)
        with pytest.raises(OSError) as caught:
            Work(video, Config(), Store(tmp_path / "store")).get(stage)
        assert caught.value.errno == code and str(path) not in str(caught.value)
        assert not Work(video, Config(), Store(tmp_path / "store")).is_done(stage)
        monkeypatch.setattr(av, "open", real)
    assert examine(path).duration == pytest.approx(6, abs=0.1)


def test_a_fault_of_the_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    whole = write(tmp_path / "whole.mkv", Pictures(), Sound()).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    video = Video("a", str(path))
    for stage in (KEYFRAMES, RECOGNISE):
        with pytest.raises(Failed, match="truncated"):
            Work(video, Config(), Store(tmp_path / "store")).get(stage)
        assert Work(video, Config(), Store(tmp_path / "store")).is_done(stage)


def test_metadata_in_any_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as target:
        target.metadata["title"] = "Mecanica quantica XYZ"
        packets = [p for t in (Pictures(), Sound()) for p in t.packets(target)]
        for _, packet in sorted(packets, key=lambda p: p[0]):
            target.mux(packet)
    data = path.read_bytes().replace(b"XYZ", "é é".encode("latin-1"))
    path.write_bytes(data)
    with pytest.raises(UnicodeDecodeError), av.open(str(path)):
        pass
    assert examine(path).duration == pytest.approx(6, abs=0.1)


def test_what_is_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "a.mp4"
    folder.mkdir()
    with pytest.raises(MediaError, match=r"a\.mp4: not a file"), open_media(folder):
        pass


def test_what_was_odd_is_decided_in_the_open(tmp_path: Path) -> None:
    """A hole in the sound, and a jump that was closed up."""
    jump = later(360_000, since=5.5)

    def odd(time: float) -> float | None:
        kept = without(2.5, 5.2)(time)
        return None if kept is None else jump(kept)

    path = write(tmp_path / "a.mkv", Pictures(retime=jump), Sound(retime=odd))
    work = Work(Video("a", str(path), language="en"), Config(), Store(tmp_path / "store"))
    told = {d.reason: d for d in work.decisions(RECOGNISE)}
    [hole] = [d for reason, d in told.items() if "a hole in the sound" in reason]
    assert (hole.start, hole.end) == pytest.approx((2.5, 5.2), abs=0.1) and not hole.kept
    [closed] = [d for reason, d in told.items() if "timestamps jump by 100.0 h" in reason]
    assert closed.start == pytest.approx(5.5, abs=0.1)


def test_pictures_that_cannot_be_decoded_are_told(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.mkv", Pictures(times=[i / 10 for i in range(200)]), Sound(samples=tone(20))
    )
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as source:
        for packet in source.demux(video=0):
            if packet.pts is not None and 5 < packet.pts * packet.time_base < 12:
                at = data.index(bytes(packet), packet.pos)
                data[at + 4 : at + packet.size] = b"\xff" * (packet.size - 4)
    path.write_bytes(data)
    work = Work(Video("a", str(path)), Config(), Store(tmp_path / "store"))
    lost = [d for d in work.decisions(KEYFRAMES) if "cannot be decoded" in d.reason]
    assert lost and not lost[0].kept
    assert (lost[0].start, lost[-1].end) == pytest.approx((5.1, 12), abs=1.1)
