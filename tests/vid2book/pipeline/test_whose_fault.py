"""A fault of the file is kept with its content, without a name; one of the machine never is."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vid2book import config
from vid2book.errors import MachineError, machine_fault
from vid2book.media.container import MediaError
from vid2book.pipeline import branch, local
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.work import Work
from vid2book.records import Decision, Video
from vid2book.screen.keyframes import KEYFRAMES
from vid2book.stage import Stage, StageInput
from vid2book.store import Store, StoreError
from vid2book.store.packs import Pack

from ...support import stored


def fails(error: Callable[[], Exception]) -> Stage[int]:
    """A stage that ends with an error."""

    def compute(given: StageInput) -> tuple[int, list[Decision]]:
        raise error()

    return Stage(name="odd", result=int, compute=compute)


@pytest.fixture
def video(tmp_path: Path) -> Video:
    (tmp_path / "old home").mkdir()
    path = tmp_path / "old home" / "lecture.mp4"
    path.write_bytes(b"this is no video")
    return Video("v", str(path))


def work(video: Video, store: Store) -> Work:
    return Work(video, config.load(), store)


def reason(video: Video, store: Store) -> str:
    return work(video, store).failure(KEYFRAMES)


def kept(store: Store) -> str:
    """All that a store holds, as text."""
    packs = [Pack(path.read_bytes()) for path in stored.files(store)]
    told = (data for pack in packs for r in pack.results() for _, data in pack.files(*r))
    return b"".join(told).decode()


def test_a_reason_names_the_file_that_is_asked_about(video: Video, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    first = reason(video, store)
    assert "lecture.mp4" in first and "old home" not in first
    moved = tmp_path / "new home" / "talk (1).mp4"
    moved.parent.mkdir()
    Path(video.path).rename(moved)
    again = reason(Video("w", str(moved)), store)
    assert again == first.replace("lecture.mp4", "talk (1).mp4")
    assert "home" not in kept(store) and "lecture" not in kept(store)


def test_decisions_name_no_folder_either(video: Video, tmp_path: Path) -> None:
    captions = tmp_path / "old home" / "lecture.en.vtt"
    captions.write_text("WEBVTT\n")
    told = f"{captions} has no cue, so {video.path} is heard; see {tmp_path / 'old home'}/x.srt"

    def compute(given: StageInput) -> tuple[int, list[Decision]]:
        return 1, [Decision("v", "video", "odd", 0.0, 0.0, True, told)]

    stage = Stage(name="odd", result=int, compute=compute)
    store = Store(tmp_path / "store")
    video = Video("v", video.path, captions=str(captions))
    work(video, store).get(stage)
    assert "home" not in kept(store)
    (found,) = work(video, store).decisions(stage)
    assert found.reason == "lecture.en.vtt has no cue, so lecture.mp4 is heard; see x.srt"


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENOSPC])
def test_a_fault_of_the_machine_is_never_kept(video: Video, tmp_path: Path, number: int) -> None:
    store = Store(tmp_path / "store")
    for error in (lambda: OSError(number, os.strerror(number), video.path), MemoryError):
        stage = fails(error)
        with pytest.raises((OSError, MemoryError)) as raised:
            work(video, store).get(stage)
        assert machine_fault(raised.value)
        assert not work(video, store).is_done(stage)


def test_a_media_error_that_the_machine_caused_is_the_machines(
    video: Video, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")

    def compute(given: StageInput) -> Any:
        try:
            raise OSError(errno.EIO, "Input/output error", video.path)
        except OSError:
            raise MediaError("not a readable video") from None

    stage = Stage(name="odd", result=int, compute=compute)
    with pytest.raises(MachineError, match="Input/output error"):
        work(video, store).get(stage)
    assert not work(video, store).is_done(stage)


def test_a_worker_tells_a_fault_of_the_machine_apart(
    video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = Corpus((video,), config.load(), Store(tmp_path / "store"))
    monkeypatch.setattr(branch, "_corpus", corpus)
    monkeypatch.setitem(branch.BRANCHES, "screen", (fails(lambda: OSError(errno.EMFILE, "x")),))
    done = branch.run(video, "screen", None)
    assert not done.kept and not done.bug and "Too many open files" in done.failure
    assert str(tmp_path) not in done.failure


def test_a_store_that_cannot_be_written_blames_no_video(video: Video, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match=r"the store .* cannot be (read|written)"):
        reason(video, Store(tmp_path / "store"))
    with pytest.raises(StoreError):
        list(local.run(Corpus((video,), config.load(), Store(tmp_path / "store")), 1))


def test_a_result_that_cannot_be_read_is_not_deleted(
    video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "store")
    told = reason(video, store)
    real = Path.read_bytes

    def broken(path: Path) -> bytes:
        if path.name.endswith(".zip"):
            raise OSError(errno.EIO, "Input/output error")
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", broken)
        with pytest.raises(StoreError, match="cannot be read: Input/output error"):
            reason(video, store)
    assert work(video, store).is_done(KEYFRAMES) and reason(video, store) == told


def test_new_content_is_noticed_though_its_time_is_set_back(tmp_path: Path) -> None:
    store, path = Store(tmp_path / "store"), tmp_path / "v.mp4"
    path.write_bytes(b"one")
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    first = store.content(path)
    path.write_bytes(b"two")
    os.utime(path, ns=times)
    assert store.content(path) != first
