"""Worker processes that do not import the main module.

`multiprocessing` imports the main module in every process that it spawns: a script without a main
guard runs again in each, and a script from standard input is not found. These processes import only
what they run. Tasks and answers are pickled through their standard input and output, and they end
when the process that started them does, however it ends.
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

_AHEAD = 4  # tasks per process that are sent before their results are needed

# With the `sys.path` of this process, whatever a script or a notebook has changed in it.
_START = (
    "import os, pickle, sys; requests = os.fdopen(os.dup(0), 'rb'); "
    f"sys.path[:] = pickle.load(requests); from {__name__} import _serve; _serve(requests)"
)


class Message(NamedTuple):
    """A message from a worker."""

    worker: Worker
    kind: Literal["told", "done", "raised", "died"]
    value: Any = None  # what the task passed to `tell`, its result, or its error


class Worker:
    """A process that does one task after another.

    Args:
        begin: a function of a module, run once at the start with `arguments`.
        arguments: of `begin`.
        inbox: receives the messages of this worker.
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
        """Have the worker run a function of a module. Its result or error arrives as a message."""
        # Pickled twice, so that a task that cannot be unpickled there does not spoil the next one.
        self._send(pickle.dumps((function, arguments)))

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self, give_up: bool) -> None:
        """End the process.

        Args:
            give_up: kill it instead of waiting for its task.
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
        # A process that is killed while it answers leaves half an answer.
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                inbox.put(Message(self, *pickle.load(answers)))
        inbox.put(Message(self, "died"))

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe


def cores() -> int:
    """Processors that this process may use; in a container, these are often not all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def each(
    function: Callable[[T], Any],
    tasks: Sequence[T],
    workers: int,
    listener: Callable[[Any], object] = lambda _: None,
    begin: tuple[Any, ...] = (),
) -> Iterator[Any]:
    """Run a function of a module on each task in several processes; yields results in task order.

    Closing the iterator stops the work. An error in a worker is raised here.

    Args:
        workers: number of processes; if 1, the work is done in this process.
        listener: called with whatever the function passes to `tell`.
        begin: a function of a module and its arguments, run at the start of each process.
    """
    workers = min(workers, len(tasks))
    first, *arguments = begin or (_nothing,)
    if workers <= 1:
        first(*arguments)
        with _listening(listener):
            yield from map(function, tasks)
        return
    inbox: SimpleQueue[Message] = SimpleQueue()
    processes: list[Worker] = []
    idle: list[Worker] = []
    busy: dict[Worker, int] = {}  # to the number of its task
    results: dict[int, Any] = {}  # by the number of their tasks
    sent, finished = 0, False
    try:
        for _ in range(workers):
            processes.append(Worker(first, tuple(arguments), inbox))
        idle += processes
        for number in range(len(tasks)):
            while number not in results:
                # Not far ahead of the caller, since results take memory.
                while idle and sent < min(len(tasks), number + _AHEAD * workers):
                    worker = idle.pop()
                    worker.send(function, tasks[sent])
                    busy[worker] = sent
                    sent += 1
                message = inbox.get()
                if message.kind == "told":
                    listener(message.value)
                elif message.kind == "done":
                    results[busy.pop(message.worker)] = message.value
                    idle.append(message.worker)
                elif message.kind == "raised":
                    raise message.value
                else:
                    raise MachineError("a process died: it was killed, or is out of memory")
            yield results.pop(number)
        finished = True
    finally:
        for worker in processes:
            worker.end(give_up=not finished)


def _nothing() -> None:
    """Does nothing, when `each` has no `begin`."""


@contextmanager
def _listening(listener: Callable[[Any], object]) -> Iterator[None]:
    """While `each` works in this process, pass what its function tells to the listener."""
    global _listener
    _listener, before = listener, _listener
    try:
        yield
    finally:
        _listener = before


def tell(value: Any) -> None:
    """Send a value to the process that waits for this task, before the task is done."""
    if _answers is not None:
        _answer("told", value)
    elif _listener is not None:
        _listener(value)


_answers: IO[bytes] | None = None  # set if this process is a worker
_listener: Callable[[Any], object] | None = None  # set while `each` works in this process
_answering = threading.Lock()  # the threads of a task may answer at the same time


def _answer(kind: str, value: Any) -> None:
    assert _answers is not None
    answer = pickle.dumps((kind, value))  # before writing: an error here must write nothing
    with _answering:
        _answers.write(answer)
        _answers.flush()


def _serve(requests: IO[bytes]) -> None:
    """Run tasks until the process that sends them is gone."""
    global _answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one handles it
    # What libraries print must not mix with answers, and their subprocesses must not read tasks.
    _answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    tasks: SimpleQueue[tuple[Callable[..., object], tuple[Any, ...]]] = SimpleQueue()
    threading.Thread(target=_read, args=(requests, tasks), daemon=True).start()
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


def _read(requests: IO[bytes], tasks: SimpleQueue[Any]) -> None:
    try:
        while True:
            task = pickle.load(requests)
            try:
                tasks.put(pickle.loads(task))
            except Exception as error:  # for example, a module that is not found here
                tasks.put((_fail, (error,)))
    except EOFError:
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _fail(error: Exception) -> None:
    raise error
