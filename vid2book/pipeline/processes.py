"""Processes that run functions of this package and nothing else.

`multiprocessing` imports the main module in every process that it spawns: a script without a main
guard runs again in each, and one from standard input is not found. These processes import what they
run. Tasks and answers are pickled through their standard input and output; they end when the
process that started them does, however that ends.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import IO, Any, Literal, NamedTuple, TypeVar

from ..errors import MachineError

T = TypeVar("T")

_AHEAD = 4  # tasks for each process

# The same modules are found as here, whatever a script or a notebook did to `sys.path`.
_START = (
    "import os, pickle, sys; asked = os.fdopen(os.dup(0), 'rb'); "
    f"sys.path[:] = pickle.load(asked); from {__name__} import _serve; _serve(asked)"
)


class Message(NamedTuple):
    """What a worker says."""

    worker: Worker
    kind: Literal["told", "done", "raised", "died"]
    value: Any = None  # what was told, the result, or the error


class Worker:
    """A process that does one task after another.

    Args:
        begin: run once at its start, with `arguments`; a function of a module.
        arguments: of it.
        inbox: where its messages go.
    """

    def __init__(
        self,
        begin: Callable[..., object],
        arguments: tuple[Any, ...],
        inbox: SimpleQueue[Message],
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._send(sys.path)
        self.send(begin, *arguments)
        self._listener = threading.Thread(target=self._listen, args=(inbox,), daemon=True)
        self._listener.start()

    def send(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have a function of a module run. What it returns or raises is a message."""
        # Pickled twice: what cannot be read there does not spoil what comes after.
        self._send(pickle.dumps((function, arguments)))

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self, give_up: bool) -> None:
        """End the process.

        Args:
            give_up: without waiting for its task, whatever it is in.
        """
        if give_up:
            self._process.kill()
        with suppress(OSError):
            self._pipe(self._process.stdin).close()
        self._process.wait()
        self._listener.join()
        self._pipe(self._process.stdout).close()

    def _send(self, value: Any) -> None:
        pipe = self._pipe(self._process.stdin)
        with suppress(BrokenPipeError):  # a message says that it died
            pickle.dump(value, pipe)
            pipe.flush()

    def _listen(self, inbox: SimpleQueue[Message]) -> None:
        answers = self._pipe(self._process.stdout)
        # Killed in the middle of an answer, it leaves half of one.
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                inbox.put(Message(self, *pickle.load(answers)))
        inbox.put(Message(self, "died"))

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe


def cores() -> int:
    """Processors that this process may use, which in a container are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def each(
    function: Callable[[T], Any],
    tasks: Sequence[T],
    workers: int,
    told: Callable[[Any], object] = lambda _: None,
    begin: tuple[Any, ...] = (),
) -> Iterator[Any]:
    """What a function of a module makes of each task, in their order, done by several processes.

    Closing the iterator stops the work. An error in a worker is raised here.

    Args:
        workers: processes; with one, the work is done in this one.
        told: given whatever the function passes to `tell`.
        begin: a function of a module and its arguments, for the start of each process.
    """
    workers = min(workers, len(tasks))
    first, *arguments = begin or (_nothing,)
    if workers <= 1:
        first(*arguments)
        with _listening(told):
            yield from map(function, tasks)
        return
    inbox: SimpleQueue[Message] = SimpleQueue()
    started: list[Worker] = []
    idle: list[Worker] = []
    busy: dict[Worker, int] = {}  # to the number of its task
    done: dict[int, Any] = {}
    sent, over = 0, False
    try:
        for _ in range(workers):
            started.append(Worker(first, tuple(arguments), inbox))
        idle += started
        for number in range(len(tasks)):
            while number not in done:
                # Not far ahead of what is asked for, since results take memory.
                while idle and sent < min(len(tasks), number + _AHEAD * workers):
                    worker = idle.pop()
                    worker.send(function, tasks[sent])
                    busy[worker] = sent
                    sent += 1
                message = inbox.get()
                if message.kind == "told":
                    told(message.value)
                elif message.kind == "done":
                    done[busy.pop(message.worker)] = message.value
                    idle.append(message.worker)
                elif message.kind == "raised":
                    raise message.value
                else:
                    raise MachineError("a process died: it was killed, or is out of memory")
            yield done.pop(number)
        over = True
    finally:
        for worker in started:
            worker.end(give_up=not over)


def _nothing() -> None:
    """A worker of `each` needs no start."""


@contextmanager
def _listening(told: Callable[[Any], object]) -> Iterator[None]:
    """Where the work is done in this process, whoever waits because it is told here."""
    global _told
    _told, before = told, _told
    try:
        yield
    finally:
        _told = before


def tell(value: Any) -> None:
    """Send something before the task is done, to whoever waits for it."""
    if _answers is not None:
        _answer("told", value)
    elif _told is not None:
        _told(value)


# Of this process, if it is a worker, or if it does the work of `each` itself.
_answers: IO[bytes] | None = None
_told: Callable[[Any], object] | None = None
_answering = threading.Lock()  # threads of a task speak, too


def _answer(kind: str, value: Any) -> None:
    assert _answers is not None
    answer = pickle.dumps((kind, value))  # whole: not half of what cannot be pickled
    with _answering:
        _answers.write(answer)
        _answers.flush()


def _serve(asked: IO[bytes]) -> None:
    """Do what is asked until there is nobody left to ask."""
    global _answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this one decides
    # What libraries print is no answer, and what they start may not read the tasks.
    _answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    tasks: SimpleQueue[tuple[Callable[..., object], tuple[Any, ...]]] = SimpleQueue()
    threading.Thread(target=_read, args=(asked, tasks), daemon=True).start()
    begin, arguments = tasks.get()
    try:
        begin(*arguments)
    except Exception as error:
        _answer_error(error)
        return
    while True:
        function, arguments = tasks.get()
        try:
            _answer("done", function(*arguments))
        except Exception as error:
            _answer_error(error)


def _answer_error(error: Exception) -> None:
    error.add_note("".join(traceback.format_exception(error)))
    _answer("raised", error)


def _read(asked: IO[bytes], tasks: SimpleQueue[Any]) -> None:
    try:
        while True:
            task = pickle.load(asked)
            try:
                tasks.put(pickle.loads(task))
            except Exception as error:  # such as a module that is not found here
                tasks.put((_fail, (error,)))
    except EOFError:
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _fail(error: Exception) -> None:
    raise error
