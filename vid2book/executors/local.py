"""The local executor: a pool of processes, each with its models loaded once.

A video's speech and its screen are two tasks, and what joins them is a third, so that one core
transcribes while the other decodes and reads. Every result goes to the store at once: a run that
was stopped goes on where it was.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..corpus import Corpus
from ..pipeline import SCREEN, SPEECH, TEXT, Failed, Stage
from ..records import Video

_BRANCHES: dict[str, tuple[Stage[Any], ...]] = {"speech": SPEECH, "screen": SCREEN, "text": TEXT}
_AHEAD = 2  # tasks handed out per process, so that none waits for the next


@dataclass(frozen=True)
class Event:
    """A video is through: all its stages are in the store, or it failed."""

    video: Video
    duration: float = 0.0  # seconds of video worked on; 0 when it failed or was in the store
    seconds: float = 0.0  # of work, all its stages together
    failure: str = ""
    kept: bool = True  # the failure is in the store: it is the video's own


class _Done(NamedTuple):
    """What a process says of a task."""

    seconds: float
    duration: float = 0.0
    failure: str = ""
    kept: bool = True


@dataclass(frozen=True)
class _Task:
    video: Video
    branch: str
    again: bool = False  # its process died; one more try, alone


@dataclass
class _Progress:
    """A video between its first task and its last."""

    waits_for: set[str]
    event: Event


def run(corpus: Corpus, workers: int) -> Iterator[Event]:
    """Fill the store with every video's results; an event for each video as it is through.

    Closing the iterator stops the work. A fault that is not the video's own (a process that was
    killed, say) fails the video for this run only; give such events to `Corpus.without`.
    """
    todo: list[_Task] = []
    progress: dict[str, _Progress] = {}
    for video in corpus.videos:
        try:
            branches = _missing(corpus, video)
        except Failed as failure:
            yield Event(video, failure=str(failure))
            continue
        if not branches:
            yield Event(video)
            continue
        progress[video.video_id] = _Progress(set(branches), Event(video))
        todo += [_Task(video, branch) for branch in branches]
    if todo:
        yield from _work_off(corpus, todo, progress, workers)


def _missing(corpus: Corpus, video: Video) -> list[str]:
    """Branches to run before the last one; none where everything is in the store."""
    work = corpus.work(video)
    if work.is_done(TEXT[-1]):
        return []
    return [b for b in ("speech", "screen") if not work.is_done(_BRANCHES[b][-1])] or ["text"]


def _work_off(
    corpus: Corpus, todo: list[_Task], progress: dict[str, _Progress], workers: int
) -> Iterator[Event]:
    pool = _pool(corpus, workers)
    running: dict[Future[_Done], _Task] = {}
    over = False
    try:
        while todo or running:
            lonely = bool(todo) and todo[0].again
            room = 1 if lonely else workers * _AHEAD
            while todo and len(running) < room and todo[0].again == lonely:
                task = todo.pop(0)
                running[pool.submit(_run, task.video, task.branch)] = task
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            died = []
            for future in done:
                task = running.pop(future)
                try:
                    result = future.result()
                except BrokenProcessPool:
                    died.append(task)
                    continue
                yield from _advance(task, result, progress, todo)
            if died:
                # All tasks in flight die with a process. Which one killed it shows when alone.
                died += running.values()
                running.clear()
                pool.shutdown(wait=True, cancel_futures=True)
                pool = _pool(corpus, workers)
                for task in died:
                    if task.again:
                        result = _Done(0.0, failure="its process died (out of memory?)", kept=False)
                        yield from _advance(task, result, progress, todo)
                    else:
                        todo.insert(0, _Task(task.video, task.branch, again=True))
        over = True
    finally:
        if not over:  # stopped by the user: what is in hand is given up, not waited for
            for process in list((pool._processes or {}).values()):
                process.terminate()
        pool.shutdown(cancel_futures=True)


def _advance(
    task: _Task, result: _Done, progress: dict[str, _Progress], todo: list[_Task]
) -> Iterator[Event]:
    """Note that a task has ended; queue what waited for it, or report the video."""
    video = progress[task.video.video_id]
    video.waits_for.discard(task.branch)
    event = video.event
    video.event = Event(
        task.video,
        max(event.duration, result.duration),
        event.seconds + result.seconds,
        event.failure or result.failure,
        event.kept and result.kept,
    )
    if video.waits_for:
        return
    if task.branch == "text" or video.event.failure:
        yield video.event
        return
    video.waits_for = {"text"}
    todo.insert(0, _Task(task.video, "text"))


_corpus: Corpus | None = None  # of this worker process


def _pool(corpus: Corpus, workers: int) -> ProcessPoolExecutor:
    # Spawned, not forked: a fork copies the locks of threads that do not come with it.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, context, initializer=_start, initargs=(corpus,))


def _start(corpus: Corpus) -> None:
    import cv2

    global _corpus
    _corpus = corpus
    cv2.setNumThreads(1)


def _run(video: Video, branch: str) -> _Done:
    assert _corpus is not None
    started = time.monotonic()
    work = _corpus.work(video)
    try:
        for stage in _BRANCHES[branch]:
            work.get(stage)
        return _Done(time.monotonic() - started, work.info.duration)
    except Failed as error:
        return _Done(time.monotonic() - started, failure=str(error))
    except Exception as error:
        # A fault of ours or of the machine: it costs this video, this time.
        failure = f"{type(error).__name__}: {error}"
        return _Done(time.monotonic() - started, failure=failure, kept=False)
