"""The local executor: results do not depend on workers, and a fault costs its video only."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from vid2book.pipeline.branch import BRANCHES
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.graph import STAGES
from vid2book.pipeline.local import Event, Processes, run
from vid2book.store import Store

from ...support.library import LECTURES, Library
from ...support.stored import files, objects, results

MINE = Path("/proc/self/fd")


def fill(corpus: Corpus, workers: int) -> dict[str, Event]:
    events = list(run(corpus, workers))
    assert len(events) == len(corpus.videos)
    return {event.video.video_id: event for event in events}


def test_one_worker_fills_the_store_as_two(library: Library, tmp_path: Path) -> None:
    corpus = replace(library.corpus(), store=Store(tmp_path))
    events = fill(corpus, 1)
    assert objects(Store(tmp_path)) == objects(Store(library.store))
    assert len(results(Store(tmp_path))) == len(STAGES) * len(LECTURES)
    assert len(objects(Store(tmp_path))) == 3 * len(LECTURES)  # speech, screen, text
    for video in corpus.videos:
        event = events[video.video_id]
        assert event.failure == "" and event.seconds > 0
        assert event.duration == pytest.approx(corpus.work(video).info.duration)
    again = fill(corpus, 2)
    assert {(e.seconds, e.duration, e.failure) for e in again.values()} == {(0, 0, "")}


def test_only_what_is_missing_is_run(library: Library, store: Store) -> None:
    corpus = replace(library.corpus(), store=store)
    before = sorted(results(store))
    corpus.work(corpus.videos[2]).shelf.remove(stage.name for stage in STAGES[-2:])
    kept = {p: p.stat().st_mtime_ns for p in files(store)}
    events = fill(corpus, 1)
    assert [video_id for video_id, e in events.items() if e.seconds] == ["sorting"]
    assert sorted(results(store)) == before
    assert all(p.stat().st_mtime_ns == at for p, at in kept.items())


def test_a_bad_video_costs_itself_only(library: Library, store: Store, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("this is no video")
    videos = list(library.corpus().videos)
    videos[1] = replace(videos[1], path=str(bad))
    videos[2] = replace(videos[2], problem="line 3: no path")
    corpus = replace(library.corpus(), videos=tuple(videos), store=store)
    events = fill(corpus, 2)
    assert events["physics"].failure == ""
    assert events["cells"].failure.startswith("bad.mp4: not a readable video")
    assert events["cells"].kept and events["sorting"].failure == "line 3: no path"


@contextmanager
def killer(path: Path, kills: int) -> Iterator[list[int]]:
    """Kills, as a kernel out of memory does, a process of ours that holds `path` open."""
    killed: list[int] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set() and len(killed) < kills:
            for child in children():
                if child not in killed and holds(child, path):
                    os.kill(child, signal.SIGKILL)
                    killed.append(child)
            time.sleep(0.002)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def children() -> list[int]:
    """Processes that this one started and that have not ended."""
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has just ended
            found += map(int, (task / "children").read_text().split())
    return found


def holds(pid: int, path: Path) -> bool:
    try:
        return any(os.readlink(fd) == str(path) for fd in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:  # it has just ended, or closed a file
        return False


@pytest.mark.skipif(not MINE.exists(), reason="which files a process holds is asked of /proc")
@pytest.mark.parametrize(("kills", "lost"), [(1, False), (100, True)], ids=["once", "always"])
def test_a_process_that_dies_costs_its_video_only(
    library: Library, store: Store, tmp_path: Path, kills: int, lost: bool
) -> None:
    poison = Path(shutil.copy(library.video("physics").path, tmp_path / "poison.mp4"))
    with poison.open("ab") as file:
        file.write(b"\0\0\0\x08free")  # other content, so not in the store
    other = Path(shutil.copy(library.video("sorting").path, tmp_path / "other.mp4"))
    with other.open("ab") as file:
        file.write(b"\0\0\0\x08free")
    videos = library.corpus().videos
    videos = (
        replace(videos[0], path=str(poison)),
        videos[1],
        replace(videos[2], path=str(other)),
    )
    corpus = replace(library.corpus(), videos=videos, store=store)
    with killer(poison.resolve(), kills) as killed:
        events = fill(corpus, 2)
    assert killed
    assert {v for v, e in events.items() if e.failure} == ({"physics"} if lost else set())
    if lost:
        assert events["physics"].failure == "its process died (out of memory?)"
        assert not events["physics"].kept
        failed = corpus.without({"physics": events["physics"].failure})
        assert failed.outcome(failed.videos[0]).status == "failed"
        assert failed.outcome(failed.videos[2]).status == "kept"


@pytest.mark.skipif(not MINE.exists(), reason="processes are asked of /proc")
def test_a_run_that_is_given_up_stops_its_processes(library: Library, tmp_path: Path) -> None:
    corpus = replace(library.corpus(), store=Store(tmp_path))
    others = set(children())  # what threads of earlier tests left running
    events = run(corpus, 1)
    next(events)
    assert len(set(children()) - others) == 1
    events.close()  # type: ignore[attr-defined]
    assert not set(children()) - others
    assert len(results(Store(tmp_path))) < len(STAGES) * len(LECTURES)


def with_a_bad_video(library: Library, store: Store, folder: Path) -> tuple[Corpus, str]:
    """The lectures, one of which is no video; and its id."""
    path = folder / "bad.mp4"
    path.write_text("this is no video")
    videos = list(library.corpus().videos)
    videos[1] = replace(videos[1], path=str(path))
    corpus = replace(library.corpus(), videos=tuple(videos), store=store)
    return corpus, videos[1].video_id


def test_a_known_failure_is_told_again_without_work(
    library: Library, store: Store, tmp_path: Path
) -> None:
    corpus, bad = with_a_bad_video(library, store, tmp_path)
    first, again = (fill(corpus, 2)[bad] for _ in range(2))
    assert "not a readable video" in first.failure == again.failure
    assert again.seconds == 0 and again.kept


def test_a_failure_is_tried_again_if_its_reason_is_named(
    library: Library, store: Store, tmp_path: Path
) -> None:
    corpus, bad = with_a_bad_video(library, store, tmp_path)
    fill(corpus, 2)
    for reason, tried in (("deadline", False), ("Not a readable", True), ("", True)):
        for video in corpus.videos:
            corpus.work(video).forget_failure(reason)
        event = fill(corpus, 2)[bad]
        assert "not a readable video" in event.failure and event.kept
        assert bool(event.seconds) == tried


def test_branches_apart_do_what_they_do_together(library: Library, tmp_path: Path) -> None:
    corpus = replace(library.corpus(), store=Store(tmp_path / "store"))
    video = min(corpus.videos, key=lambda video: Path(video.path).stat().st_size)
    for branch, stages in BRANCHES.items():
        processes = Processes(corpus, 1, lambda _: None, (branch,))
        try:
            [event] = processes.events([video])
            [again] = processes.events([video])
        finally:
            processes.close(give_up=True)
        assert not event.failure and event.duration and {s.name for s in stages} <= set(event.cpu)
        assert again == Event(video)
        assert all(corpus.work(video).is_done(stage) for stage in stages)
