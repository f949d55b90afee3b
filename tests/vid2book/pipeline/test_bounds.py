"""What passes a deadline or its memory is ended, and costs its video this run alone."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from vid2book import bounds
from vid2book.bounds import Began, Ended, loading, within
from vid2book.config import Bounds, Config
from vid2book.pipeline import local
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.faults import Faults, StoppedError
from vid2book.pipeline.local import Event, run
from vid2book.pipeline.watch import Watch, memory_of, share_of_memory
from vid2book.records import Video
from vid2book.store import Store

from ...support.llm import Reply, Stub
from ...support.small_videos import small_video
from .test_local import children, holds

LINUX = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="which files a process holds is asked of /proc"
)


class Clock:
    """Set by hand."""

    time = 0.0

    def now(self) -> float:
        return self.time


def test_a_deadline_grows_with_the_length_and_the_innermost_is_told() -> None:
    clock = Clock()
    watch = Watch(Bounds(least=10, pace=2), clock)  # type: ignore[arg-type]
    watch.note(Began(0, "stage 'read'", 100.0, 0.0))
    watch.note(Began(1, "the OCR model", 0.0, 5.0))
    clock.time = 15.0
    assert watch.late() == ""
    clock.time = 15.1
    assert watch.late() == "the OCR model passed its deadline of 15 s"
    watch.note(Ended(1))
    assert watch.late() == ""
    clock.time = 210.1
    assert watch.late() == "stage 'read' passed its deadline of 210 s"


def test_what_takes_its_time_is_told_from_any_thread() -> None:
    said: list[Began | Ended] = []

    def work(name: str) -> None:
        with within(name, 3.0), pytest.raises(ZeroDivisionError), within("inner"):
            _ = 1 / 0

    bounds.watched_by(said.append)
    try:
        threads = [threading.Thread(target=work, args=(f"outer {n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        before = bounds.spent_loading()
        with loading("a model"), loading("a part of it"):
            sum(range(3_000_000))
    finally:
        bounds.watched_by(None)
    began = [word for word in said if isinstance(word, Began)]
    assert {b.number for b in began} == {e.number for e in said if isinstance(e, Ended)}
    assert len({b.number for b in began}) == len(began) == 18
    assert 0 < bounds.spent_loading() - before < 5


def test_memory_is_shared_among_workers() -> None:
    assert share_of_memory(Bounds(memory=3.5), 8) == 3.5
    assert share_of_memory(Bounds(), 1) > share_of_memory(Bounds(), 2)
    assert share_of_memory(Bounds(), 10_000) == 2.0
    assert 0.005 < memory_of(os.getpid()) < 50
    assert memory_of(2**22 + 1) == 0


def corpus_of(folder: Path, **limits: float) -> Corpus:
    """Two videos; the second is the poison."""
    videos = (small_video(folder, "energy"), small_video(folder, "genes"))
    return Corpus(videos, Config(bounds=Bounds(**limits)), Store(folder / "store"))


@contextmanager
def stopping(path: Path) -> Iterator[None]:
    """Stops every process of ours that holds `path` open, so that it hangs."""
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            for child in children():
                if holds(child, path):
                    os.kill(child, signal.SIGSTOP)
            time.sleep(0.002)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@LINUX
def test_a_process_that_hangs_is_ended_and_the_next_run_tries_again(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path)
    first, second = corpus.videos
    assert not [e.failure for e in run(replace(corpus, videos=(first,)), 1) if e.failure]
    short = replace(corpus, config=Config(bounds=Bounds(least=2.0, pace=0.0)))
    with stopping(Path(second.path)):
        fine, lost = run(short, 2)
    assert not fine.failure and fine.seconds == 0
    assert "going through the file passed its deadline of" in lost.failure
    assert "bounds.least" in lost.failure and not lost.kept and not lost.bug
    failed = corpus.without({second.video_id: lost.failure})
    assert failed.outcome(failed.videos[1]).reason == lost.failure
    again = {event.video.video_id: event for event in run(corpus, 2)}
    assert not again[second.video_id].failure and again[second.video_id].seconds > 0


@LINUX
def test_too_much_memory_is_ended_and_told(tmp_path: Path) -> None:
    events = list(run(corpus_of(tmp_path, memory=0.03), 2))
    assert len(events) == 2
    for lost in events:
        assert "of memory, more than 0.0 GB" in lost.failure and not lost.kept


@LINUX
def test_what_had_to_share_memory_has_all_of_it_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared: list[int] = []

    def share(_: Bounds, workers: int) -> float:
        shared.append(workers)
        return 0.03 if workers > 1 else 100.0

    monkeypatch.setattr(local, "share_of_memory", share)
    assert not [event.failure for event in run(corpus_of(tmp_path), 2) if event.failure]
    assert 1 in shared


def test_lots_of_processes_on_one_machine_share_its_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared: list[int] = []

    def share(_: Bounds, workers: int) -> float:
        shared.append(workers)
        return 100.0

    monkeypatch.setattr(local, "share_of_memory", share)
    corpus = corpus_of(tmp_path)
    processes = local.Processes(corpus, 1, lambda _: None, beside=3)
    assert not [event.failure for event in processes.events(corpus.videos) if event.failure]
    processes.close(give_up=False)
    assert set(shared) == {3}


def test_the_same_fault_of_many_videos_stops_the_run() -> None:
    faults = Faults()
    for fault in ["full", "", *["full"] * 4, "dead", *["full"] * 4]:
        faults.count(fault, "")
    with pytest.raises(
        StoppedError, match=r"5 videos in a row .* has nothing to do with them: full\. Fix that"
    ):
        faults.count("full", "")


def test_a_disk_that_fails_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def content(self: Store, path: object) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Store, "content", content)
    videos = tuple(Video(f"v{n}", str(tmp_path / f"{n}.mp4")) for n in range(20))
    corpus = Corpus(videos, Config(), Store(tmp_path / "store"))
    events: list[Event] = []
    with pytest.raises(StoppedError, match=os.strerror(errno.EIO)):
        events.extend(run(corpus, 1))


def test_files_that_may_not_be_read_stop_nothing(tmp_path: Path) -> None:
    videos = tuple(Video(f"v{n}", str(tmp_path / f"{n}.mp4")) for n in range(8))
    events = list(run(Corpus(videos, Config(), Store(tmp_path / "store")), 1))
    assert len(events) == 8 and all("No such file" in event.failure for event in events)


def test_a_server_that_is_dead_stops_the_run(tmp_path: Path) -> None:
    with Stub(lambda body, n: Reply(status=503)) as stub:
        llm = {"model": "stub", "base_url": stub.url, "retries": 0}
        config = Config.model_validate({"refine": {"llm": llm}, "judge": {"enabled": False}})
        video = small_video(tmp_path)
        videos = []
        for n in range(8):
            path = Path(shutil.copy(video.path, tmp_path / f"{n}.mp4"))
            with path.open("ab") as file:
                file.write(b"\0\0\0\x08free" * (n + 1))  # other content
            videos.append(replace(video, video_id=f"v{n}", path=str(path)))
        corpus = Corpus(tuple(videos), config, Store(tmp_path / "store"))
        through = []
        with pytest.raises(StoppedError, match=r"a back end failed on 5 videos in a row: .*503"):
            through.extend(event.video.video_id for event in run(corpus, 1))
