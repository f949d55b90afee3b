"""The local executor: processes that each have their models loaded once.

A video's speech and its screen are two tasks, and what joins them is a third, so that one core
transcribes while the other decodes and reads. Every result goes to the store at once: a run that
was stopped goes on where it was.
"""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from ..errors import UserError, machine_fault
from ..records import Video
from ..stage import Stage
from ..store import StoreError
from .corpus import Corpus
from .graph import ENDS, SCREEN, SPEECH, TEXT
from .processes import Message, Worker, tell
from .work import Failed

BRANCHES: dict[str, tuple[Stage[Any], ...]] = {"speech": SPEECH, "screen": SCREEN, "text": TEXT}
_LONGEST_REASON = 200  # characters
_POLL = 0.5  # seconds between looks at how far the processes are


@dataclass(frozen=True)
class Event:
    """A video is through: all its stages are in the store, or it failed."""

    video: Video
    duration: float = 0.0  # seconds of video worked on; 0 when it failed or was in the store
    seconds: float = 0.0  # of work, all its stages together
    failure: str = ""
    kept: bool = True  # the failure is in the store: it is the video's own
    bug: str = ""  # the traceback of what nobody foresaw, with stage and video


class _Done(NamedTuple):
    """What a process says of a task."""

    seconds: float
    duration: float = 0.0
    failure: str = ""
    kept: bool = True
    bug: str = ""


class Step(NamedTuple):
    """How far a video is: its stage has reached this second."""

    video_id: str
    stage: str
    second: float


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


def run(
    corpus: Corpus, workers: int, report: Callable[[Step], None] | None = None
) -> Iterator[Event]:
    """Fill the store with every video's results; an event for each video as it is through.

    Closing the iterator stops the work. A fault that is not the video's own (a process that was
    killed, say) fails the video for this run only; give such events to `Corpus.without`.

    Args:
        corpus: its videos are looked at one by one, so that the first is at work at once.
        workers: processes.
        report: told now and then how far a video is.
    """
    processes = Processes(corpus, workers, report or (lambda _: None))
    over = False
    try:
        yield from processes.events(corpus.videos)
        over = True
    finally:
        processes.close(give_up=not over)


class Processes:
    """Processes that stay, with their models, from one lot of videos to the next.

    Args:
        corpus: to which the videos belong.
        workers: processes.
        report: told now and then how far a video is.
        branches: what of each video is done here.
    """

    def __init__(
        self,
        corpus: Corpus,
        workers: int,
        report: Callable[[Step], None],
        branches: Sequence[str] = tuple(BRANCHES),
    ) -> None:
        self._corpus = corpus
        self._workers = workers
        self._report = report
        self._branches = branches
        self._inbox: SimpleQueue[Message] = SimpleQueue()
        self._idle: list[Worker] = []
        self._busy: dict[Worker, _Task] = {}
        self._todo: deque[_Task] = deque()
        self._progress: dict[str, _Progress] = {}

    def events(self, videos: Iterable[Video]) -> Iterator[Event]:
        """An event for each video as it is through here."""
        videos = iter(videos)
        more = True
        while more or self._busy or self._todo:
            more = yield from self._hand_out(videos)
            yield from self._collect()

    def _hand_out(self, videos: Iterator[Video]) -> Generator[Event, None, bool]:
        """Give tasks to processes, and look at a few videos ahead; whether there may be more."""
        while True:
            while self._todo and self._may_start(self._todo[0]):
                self._submit(self._todo.popleft())
            if len(self._todo) >= self._workers or not self._inbox.empty():
                return True
            if (video := next(videos, None)) is None:
                return False
            yield from self._begin(video)

    def _may_start(self, task: _Task) -> bool:
        """What killed its process may take the whole machine's memory, so it runs alone."""
        alone = task.again or any(other.again for other in self._busy.values())
        return len(self._busy) < (1 if alone else self._workers)

    def _begin(self, video: Video) -> Iterator[Event]:
        try:
            branches = self._missing(video)
        except Failed as failure:
            yield Event(video, failure=str(failure))
            return
        if not branches:
            last = "text" in self._branches
            yield Event(video, failure=self._corpus.work(video).failure(TEXT[-1]) if last else "")
            return
        self._progress[video.video_id] = _Progress(set(branches), Event(video))
        self._todo += [_Task(video, branch) for branch in branches]

    def _missing(self, video: Video) -> list[str]:
        """Branches to run before the last one; none where everything is in the store."""
        work = self._corpus.work(video)
        if all(map(work.is_done, ENDS)):
            return []
        first = [b for b in self._branches if b != "text" and not work.is_done(BRANCHES[b][-1])]
        return first or [b for b in self._branches if b == "text"]

    def _submit(self, task: _Task) -> None:
        # Begun anew, not forked: a fork copies the locks of threads that do not come with it.
        worker = self._idle.pop() if self._idle else Worker(_start, (self._corpus,), self._inbox)
        self._busy[worker] = task
        worker.send(_run, task.video, task.branch)

    def _collect(self) -> Iterator[Event]:
        """Events of the tasks that have ended by now."""
        wait = _POLL if self._busy else 0.0
        with suppress(Empty):
            while True:
                message = self._inbox.get(wait > 0, wait or None)
                wait = 0.0
                if message.kind == "told":
                    self._report(message.value)
                elif message.kind == "done":
                    self._idle.append(message.worker)
                    yield from self._advance(self._busy.pop(message.worker), message.value)
                elif message.kind == "raised":
                    raise message.value
                else:
                    yield from self._bury(message.worker)

    def _bury(self, worker: Worker) -> Iterator[Event]:
        """A process died. Its task is tried once more, alone."""
        worker.end(give_up=True)
        task = self._busy.pop(worker, None)
        if task is None:
            self._idle.remove(worker)
        elif task.again:
            lost = _Done(0.0, failure="its process died (out of memory?)", kept=False)
            yield from self._advance(task, lost)
        else:
            self._todo.appendleft(_Task(task.video, task.branch, again=True))

    def _advance(self, task: _Task, result: _Done) -> Iterator[Event]:
        """Note that a task has ended; queue what waited for it, or report the video."""
        video = self._progress[task.video.video_id]
        video.waits_for.discard(task.branch)
        event = video.event
        video.event = Event(
            task.video,
            max(event.duration, result.duration),
            event.seconds + result.seconds,
            event.failure or result.failure,
            event.kept and result.kept,
            event.bug or result.bug,
        )
        if video.waits_for:
            return
        del self._progress[task.video.video_id]
        # The last branch notes a fault of the video itself as its own, with no work.
        if task.branch == "text" or not video.event.kept or "text" not in self._branches:
            yield video.event
            return
        self._progress[task.video.video_id] = _Progress({"text"}, video.event)
        self._todo.appendleft(_Task(task.video, "text"))

    def close(self, give_up: bool) -> None:
        """End the processes; where the user stopped the run, without waiting for their work."""
        for worker in (*self._idle, *self._busy):
            worker.end(give_up)


# Of this worker process.
_corpus: Corpus | None = None


def _start(corpus: Corpus) -> None:
    import cv2

    global _corpus
    _corpus = corpus
    cv2.setNumThreads(1)


def _run(video: Video, branch: str) -> _Done:
    assert _corpus is not None
    started = time.monotonic()
    work = _corpus.work(video, _tell(video))
    try:
        for stage in BRANCHES[branch]:
            work.get(stage)
        return _Done(time.monotonic() - started, work.info.duration)
    except Failed as error:
        for stage in BRANCHES[branch]:  # noted for its last ones too, so that they count as done
            with suppress(Failed):
                work.failure(stage)
        return _Done(time.monotonic() - started, failure=str(error))
    except StoreError:
        raise  # ends the run
    except UserError as error:  # of a model or its settings: not the video's own, and no bug
        return _Done(time.monotonic() - started, failure=str(error), kept=False)
    except Exception as error:
        # It costs this video, this time.
        seconds = time.monotonic() - started
        if fault := machine_fault(error):
            told = f"a fault of the machine: {fault}; the next build tries again"
            return _Done(seconds, failure=told, kept=False)
        return _Done(seconds, failure=_reason(error), kept=False, bug=traceback.format_exc())


def _reason(error: Exception) -> str:
    """A fault in one short line, for the video's row."""
    told = " ".join(f"{type(error).__name__}: {error}".split())
    return told if len(told) <= _LONGEST_REASON else f"{told[: _LONGEST_REASON - 3]}..."


def _tell(video: Video) -> Callable[[str, float], None]:
    """Passes on how far a stage is, a few times a second at most."""
    told = 0.0

    def reached(stage: str, second: float) -> None:
        nonlocal told
        if time.monotonic() - told > _POLL:
            told = time.monotonic()
            tell(Step(video.video_id, stage, second))

    return reached
