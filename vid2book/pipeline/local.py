"""The local executor: processes that each have their models loaded once.

A video's speech and its screen are two tasks, and what joins them is a third, so that one core
transcribes while the other decodes and reads. Every result goes to the store at once, so a
run that was stopped continues where it stopped. Whatever exceeds its deadline or its memory is
ended (`watch.py`), and a fault that fails every video stops the run (`faults.py`).
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

_POLL = 0.5  # seconds between looks at how far the processes are


@dataclass(frozen=True)
class Event:
    """A video is through: all its stages are in the store, or it failed.

    Attributes:
        duration: seconds of video worked on; 0 when it was in the store, or cannot be opened.
        seconds: of work, all its stages together.
        failure: why it failed.
        kept: the failure is in the store: it is the video's own.
        bug: the traceback of what nobody foresaw, with stage and video.
        fault: what of the machine or of the installation failed it.
        cpu: CPU seconds by stage, and of starting processes and loading models.
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
    again: bool = False  # its process was ended; one more try, alone


@dataclass
class _Progress:
    """A video between its first task and its last.

    Attributes:
        next: branches that wait for those of `waits_for`.
    """

    waits_for: set[str]
    next: list[str]
    event: Event
    info: MediaInfo | None = None
    missed: str = ""

    def add(self, done: BranchResult) -> None:
        """What came of one of its branches."""
        before, self.info = self.event, self.info or done.info
        self.missed = self.missed or done.missed
        self.event = Event(
            before.video,
            self.info.duration if self.info else 0.0,
            before.seconds + done.seconds,
            before.failure or done.failure,
            before.kept and done.kept,
            before.bug or done.bug,
            before.fault or done.fault,
            sum_by_name(before.cpu, done.cpu),
            sum_by_name(before.wall, done.wall),
        )


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

    Raises:
        StoreError: the store cannot be read or written.
        StoppedError: one video after the other fails by the same fault of the machine.
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
        beside: such lots of processes, this one among them, that share the machine's memory.
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
        """An event for each video as it is through here.

        Raises:
            StoreError, StoppedError: as `run` does.
        """
        videos = iter(videos)
        more = True
        while more or self._busy or self._todo:
            more = yield from self._hand_out(videos)
            yield from self._collect()
            yield from self._end_what_is_late()

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
        return len(self._busy) < (1 if self._alone(task) else self._workers)

    def _alone(self, task: _Task) -> bool:
        return task.again or any(other.again for other in self._busy.values())

    def _begin(self, video: Video) -> Iterator[Event]:
        try:
            branches = self._missing(video)
        except Failed as failure:
            yield from self._through(Event(video, failure=str(failure), fault=_fault(failure)))
            return
        if not branches:
            last = "text" in self._branches
            yield Event(video, failure=self._corpus.work(video).failure(TEXT[-1]) if last else "")
            return
        self._progress[video.video_id] = _Progress({LOOK}, branches, Event(video))
        self._todo.append(_Task(video, LOOK))

    def _missing(self, video: Video) -> list[str]:
        """Branches to run before the last one; none where everything is in the store."""
        work = self._corpus.work(video)
        if all(map(work.is_done, ENDS)):
            return []
        first = [b for b in self._branches if b != "text" and not work.is_done(BRANCHES[b][-1])]
        return first or [b for b in self._branches if b == "text"]

    def _submit(self, task: _Task) -> None:
        # Begun again, not forked: a fork copies the locks of threads that do not come with it.
        worker = (
            self._idle.pop() if self._idle else Worker(branch.start, (self._corpus,), self._inbox)
        )
        self._busy[worker] = task
        self._watches[worker] = Watch(self._corpus.config.bounds, self._clock)
        info = self._progress[task.video.video_id].info
        worker.send(branch.run, task.video, task.branch, info)

    def _collect(self) -> Iterator[Event]:
        """Events of the tasks that have ended by now."""
        wait = _POLL if self._busy else 0.0
        with suppress(Empty):
            while True:
                message = self._inbox.get(wait > 0, wait or None)
                wait = 0.0
                yield from self._receive(message)

    def _receive(self, message: Message) -> Iterator[Event]:
        worker = message.worker
        if worker not in self._busy and worker not in self._idle:
            return  # it was ended, and these are its last words
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

    def _end_what_is_late(self) -> Iterator[Event]:
        """Ends processes that passed a bound. What took too much memory has one more try, alone."""
        bounds = self._corpus.config.bounds
        for worker, task in list(self._busy.items()):
            workers = 1 if self._alone(task) else self._workers
            most = share_of_memory(bounds, workers * self._beside)
            if late := self._watches[worker].late():
                yield from self._bury(
                    worker, BranchResult(failure=f"{late}; {_LONGER}"), final=True
                )
            elif (held := memory_of(worker.pid)) > most:
                told = f"its process took {held:.1f} GB of memory, more than {most:.1f} GB; {_MORE}"
                final = bounds.memory is not None
                yield from self._bury(worker, BranchResult(failure=told), final)

    def _bury(self, worker: Worker, lost: BranchResult, final: bool = False) -> Iterator[Event]:
        """A process died, or has to. Its task is tried once more, alone, unless that is `final`."""
        worker.end(give_up=True)
        task = self._busy.pop(worker, None)
        if task is None:
            self._idle.remove(worker)
        elif task.again or final:
            yield from self._advance(task, replace(lost, kept=False))
        else:
            self._todo.appendleft(_Task(task.video, task.branch, again=True))

    def _advance(self, task: _Task, result: BranchResult) -> Iterator[Event]:
        """Note that a task has ended; queue what waited for it, or report the video."""
        video = self._progress[task.video.video_id]
        video.waits_for.discard(task.branch)
        video.add(result)
        if video.waits_for:
            return
        if not video.next and task.branch != "text" and "text" in self._branches:
            video.next = ["text"]
        # The last branch notes a fault of the video itself as its own, with no work.
        if not video.next or not video.event.kept:
            del self._progress[task.video.video_id]
            yield from self._through(video.event, video.missed)
            return
        then, video.next = video.next, []
        video.waits_for = set(then)
        self._todo.extendleft(_Task(task.video, name) for name in reversed(then))

    def _through(self, event: Event, missed: str = "") -> Iterator[Event]:
        yield event
        self._faults.count(event.fault, missed)

    def close(self, give_up: bool) -> None:
        """End the processes; where the user stopped the run, without waiting for their work."""
        for worker in (*self._idle, *self._busy):
            worker.end(give_up)


def sum_by_name(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Seconds of one and of the other, by name."""
    return {name: one.get(name, 0.0) + other.get(name, 0.0) for name in {**one, **other}}


_LONGER = "the next build tries again, for longer with bounds.least and bounds.pace in the config"
_MORE = "the next build tries again, with more if bounds.memory in the config says so"


def _fault(failure: Failed) -> str:
    """The disk or the network that failed, where a file cannot be read. One that may not be read
    tells nothing of the next."""
    cause = failure.__cause__
    return "" if isinstance(cause, PermissionError) else machine_fault(cause)
