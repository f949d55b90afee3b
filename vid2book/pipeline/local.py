"""The local executor: worker processes, each of which loads its models once.

A video's speech and its screen are two tasks, and whatever needs both is a third, so one core can
transcribe while the other decodes and reads. Every result goes to the store at once, so a run that
was stopped continues where it stopped. Processes that exceed a deadline or their memory are ended
(`watch.py`), and a fault that fails every video stops the run (`faults.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue

from ..errors import machine_fault
from ..media.survey import MediaInfo
from ..records import Video
from . import branch
from .branch import BRANCHES, LOOK, BranchResult, Step
from .corpus import Corpus
from .faults import Faults
from .graph import ENDS, TEXT
from .processes import Message, Worker
from .watch import Clock, Watch, memory_of, share_of_memory
from .work import Failed

_POLL = 0.5  # seconds between checks on the processes


@dataclass(frozen=True)
class Event:
    """A video is finished: all its results are in the store, or it failed.

    Attributes:
        duration: seconds of video processed; 0 if it was in the store or cannot be opened.
        seconds: time worked, over all its stages.
        failure: why it failed; empty if it did not.
        kept: whether the failure is in the store, because the video itself is at fault.
        bug: the traceback of an unexpected error, with stage and video.
        fault: the fault of the machine or the installation that failed it, if any.
        cpu: CPU seconds by stage, and for starting processes and loading models.
        wall: seconds by stage.
    """

    video: Video
    duration: float = 0.0
    seconds: float = 0.0
    failure: str = ""
    kept: bool = True
    bug: str = ""
    fault: str = ""
    cpu: Mapping[str, float] = field(default_factory=dict)
    wall: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Task:
    video: Video
    branch: str
    again: bool = False  # its process died or was ended: this is a second try, which runs alone


@dataclass
class _Progress:
    """A video between its first task and its last."""

    waits_for: set[str]  # branches that are queued or running
    next: list[str]  # branches to queue when those are done
    event: Event
    info: MediaInfo | None = None
    missed: str = ""

    def add(self, result: BranchResult) -> None:
        """Add the result of one of its branches."""
        before, self.info = self.event, self.info or result.info
        self.missed = self.missed or result.missed
        self.event = Event(
            before.video,
            self.info.duration if self.info else 0.0,
            before.seconds + result.seconds,
            before.failure or result.failure,
            before.kept and result.kept,
            before.bug or result.bug,
            before.fault or result.fault,
            sum_by_name(before.cpu, result.cpu),
            sum_by_name(before.wall, result.wall),
        )


def run(
    corpus: Corpus, workers: int, report: Callable[[Step], None] | None = None
) -> Iterator[Event]:
    """Fill the store with every video's results; yields an event as each video is finished.

    Closing the iterator stops the work. A fault that is not the video's own (a process that was
    killed, say) fails the video for this run only; pass such events to `Corpus.without`.

    Args:
        corpus: its videos are looked up one by one, so work on the first begins at once.
        workers: number of processes.
        report: called now and then with the progress on a video.

    Raises:
        StoreError: the store cannot be read or written.
        StoppedError: several videos in a row fail because of the same fault of the machine.
    """
    processes = Processes(corpus, workers, report or (lambda _: None))
    finished = False
    try:
        yield from processes.events(corpus.videos)
        finished = True
    finally:
        processes.close(give_up=not finished)


class Processes:
    """Worker processes that stay alive, with their models, between calls of `events`.

    Args:
        corpus: the corpus of the videos.
        workers: number of processes.
        report: called now and then with the progress on a video.
        branches: the branches of each video that are run here.
        beside: how many such groups of processes, this one included, share the machine's memory.
    """

    def __init__(
        self,
        corpus: Corpus,
        workers: int,
        report: Callable[[Step], None],
        branches: Sequence[str] = tuple(BRANCHES),
        beside: int = 1,
    ) -> None:
        self._corpus = corpus
        self._workers = workers
        self._report = report
        self._branches = branches
        self._beside = beside
        self._inbox: SimpleQueue[Message] = SimpleQueue()
        self._idle: list[Worker] = []
        self._busy: dict[Worker, _Task] = {}
        self._watches: dict[Worker, Watch] = {}
        self._clock = Clock()
        self._faults = Faults()
        self._todo: deque[_Task] = deque()
        self._progress: dict[str, _Progress] = {}

    def events(self, videos: Iterable[Video]) -> Iterator[Event]:
        """Run the branches of the videos; yields an event as each video is finished.

        Raises:
            StoreError, StoppedError: as `run` does.
        """
        videos = iter(videos)
        more = True
        while more or self._busy or self._todo:
            more = yield from self._hand_out(videos)
            yield from self._collect()
            yield from self._end_late_workers()

    def _hand_out(self, videos: Iterator[Video]) -> Generator[Event, None, bool]:
        """Give tasks to processes, looking a few videos ahead; returns whether there may be
        more."""
        while True:
            while self._todo and self._may_start(self._todo[0]):
                self._submit(self._todo.popleft())
            if len(self._todo) >= self._workers or not self._inbox.empty():
                return True
            if (video := next(videos, None)) is None:
                return False
            yield from self._begin(video)

    def _may_start(self, task: _Task) -> bool:
        """Whether a process is free. A second try may need the whole machine's memory, so it runs
        alone."""
        return len(self._busy) < (1 if self._alone(task) else self._workers)

    def _alone(self, task: _Task) -> bool:
        return task.again or any(other.again for other in self._busy.values())

    def _begin(self, video: Video) -> Iterator[Event]:
        try:
            branches = self._missing(video)
        except Failed as error:
            yield from self._finish(Event(video, failure=str(error), fault=_fault(error)))
            return
        if not branches:
            ends_here = "text" in self._branches
            failure = self._corpus.work(video).failure(TEXT[-1]) if ends_here else ""
            yield Event(video, failure=failure)
            return
        self._progress[video.video_id] = _Progress({LOOK}, branches, Event(video))
        self._todo.append(_Task(video, LOOK))

    def _missing(self, video: Video) -> list[str]:
        """The branches to run first; none if everything is in the store."""
        work = self._corpus.work(video)
        if all(map(work.is_done, ENDS)):
            return []
        first = [b for b in self._branches if b != "text" and not work.is_done(BRANCHES[b][-1])]
        return first or [b for b in self._branches if b == "text"]

    def _submit(self, task: _Task) -> None:
        # A new process, not a fork: a fork copies the locks of threads that it does not have.
        worker = (
            self._idle.pop() if self._idle else Worker(branch.start, (self._corpus,), self._inbox)
        )
        self._busy[worker] = task
        self._watches[worker] = Watch(self._corpus.config.bounds, self._clock)
        info = self._progress[task.video.video_id].info
        worker.send(branch.run, task.video, task.branch, info)

    def _collect(self) -> Iterator[Event]:
        """Process the messages that have arrived; yields the events that follow from them."""
        wait = _POLL if self._busy else 0.0
        with suppress(Empty):
            while True:
                message = self._inbox.get(wait > 0, wait or None)
                wait = 0.0
                yield from self._receive(message)

    def _receive(self, message: Message) -> Iterator[Event]:
        worker = message.worker
        if worker not in self._busy and worker not in self._idle:
            return  # sent before it was ended
        if message.kind == "raised":
            raise message.value
        if message.kind == "done":
            self._idle.append(worker)
            yield from self._advance(self._busy.pop(worker), message.value)
        elif message.kind == "told" and isinstance(message.value, Step):
            self._report(message.value)
        elif message.kind == "told" and worker in self._busy:
            self._watches[worker].note(message.value)
        elif message.kind == "died":
            yield from self._bury(worker, BranchResult(failure="its process died (out of memory?)"))

    def _end_late_workers(self) -> Iterator[Event]:
        """End processes that exceed a bound. A task that took too much memory is tried once more,
        alone."""
        bounds = self._corpus.config.bounds
        for worker, task in list(self._busy.items()):
            workers = 1 if self._alone(task) else self._workers
            most = share_of_memory(bounds, workers * self._beside)
            if late := self._watches[worker].late():
                yield from self._bury(
                    worker, BranchResult(failure=f"{late}; {_LONGER}"), final=True
                )
            elif (used := memory_of(worker.pid)) > most:
                reason = (
                    f"its process took {used:.1f} GB of memory, more than {most:.1f} GB; {_MORE}"
                )
                final = bounds.memory is not None
                yield from self._bury(worker, BranchResult(failure=reason), final)

    def _bury(self, worker: Worker, lost: BranchResult, final: bool = False) -> Iterator[Event]:
        """End a process that died or has to be ended. Its task is tried once more, alone, unless
        this failure is `final`."""
        worker.end(give_up=True)
        task = self._busy.pop(worker, None)
        if task is None:
            self._idle.remove(worker)
        elif task.again or final:
            yield from self._advance(task, replace(lost, kept=False))
        else:
            self._todo.appendleft(_Task(task.video, task.branch, again=True))

    def _advance(self, task: _Task, result: BranchResult) -> Iterator[Event]:
        """Record that a task has ended; queue what waited for it, or yield the video's event."""
        video = self._progress[task.video.video_id]
        video.waits_for.discard(task.branch)
        video.add(result)
        if video.waits_for:
            return
        if not video.next and task.branch != "text" and "text" in self._branches:
            video.next = ["text"]
        # After a fault of the video itself the last branch runs too: it only records the fault.
        if not video.next or not video.event.kept:
            del self._progress[task.video.video_id]
            yield from self._finish(video.event, video.missed)
            return
        branches, video.next = video.next, []
        video.waits_for = set(branches)
        self._todo.extendleft(_Task(task.video, name) for name in reversed(branches))

    def _finish(self, event: Event, missed: str = "") -> Iterator[Event]:
        yield event
        self._faults.count(event.fault, missed)

    def close(self, give_up: bool) -> None:
        """End the processes; with `give_up`, without waiting for their work."""
        for worker in (*self._idle, *self._busy):
            worker.end(give_up)


def sum_by_name(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """The sums of seconds with the same name."""
    return {name: one.get(name, 0.0) + other.get(name, 0.0) for name in {**one, **other}}


_LONGER = "the next build tries again, for longer with bounds.least and bounds.pace in the config"
_MORE = "the next build tries again, with more if bounds.memory in the config says so"


def _fault(failure: Failed) -> str:
    """The fault of the disk or network that made a file unreadable. A file without read permission
    does not count: it says nothing about the next file."""
    cause = failure.__cause__
    return "" if isinstance(cause, PermissionError) else machine_fault(cause)
