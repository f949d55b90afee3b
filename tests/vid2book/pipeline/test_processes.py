"""Worker processes: tasks in order, what they tell and raise, and how they end."""

from __future__ import annotations

import importlib
import operator
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from queue import SimpleQueue

import pytest

from vid2book.pipeline.processes import Message, Worker, tell


@pytest.fixture
def inbox() -> SimpleQueue[Message]:
    return SimpleQueue()


def test_tasks_are_done_in_order_and_errors_come_back(inbox: SimpleQueue[Message]) -> None:
    worker = Worker(int, (), inbox)
    worker.send(operator.add, 1, 2)
    worker.send(operator.truediv, 1, 0)
    worker.send(tell, "so far")
    found = [inbox.get(timeout=30) for _ in range(4)]
    worker.end(give_up=False)
    assert [m.kind for m in found] == ["done", "raised", "told", "done"]
    assert found[0].value == 3 and found[2].value == "so far"
    assert (
        isinstance(found[1].value, ZeroDivisionError) and "Traceback" in found[1].value.__notes__[0]
    )
    assert inbox.get(timeout=30).kind == "died"


def test_what_is_printed_is_no_answer(inbox: SimpleQueue[Message]) -> None:
    worker = Worker(int, (), inbox)
    worker.send(print, "something that a library says")
    worker.send(sys.getrecursionlimit)
    assert [inbox.get(timeout=30).value for _ in range(2)] == [None, sys.getrecursionlimit()]
    worker.end(give_up=False)


def test_a_worker_that_is_killed_says_so(inbox: SimpleQueue[Message]) -> None:
    worker = Worker(int, (), inbox)
    worker.send(os.getpid)
    os.kill(inbox.get(timeout=30).value, signal.SIGKILL)
    assert inbox.get(timeout=30) == Message(worker, "died")
    worker.send(os.getpid)  # nobody is there
    worker.end(give_up=True)


def test_a_worker_that_cannot_begin_says_why(inbox: SimpleQueue[Message]) -> None:
    worker = Worker(int, ("no number",), inbox)
    message = inbox.get(timeout=30)
    assert message.kind == "raised" and "no number" in str(message.value)
    assert inbox.get(timeout=30).kind == "died"
    worker.end(give_up=True)


def test_what_a_worker_cannot_import_is_its_error(
    inbox: SimpleQueue[Message], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "of_the_script.py").write_text("def f(): return 1\n")
    worker = Worker(int, (), inbox)
    worker.send(os.getpid)
    inbox.get(timeout=30)
    monkeypatch.syspath_prepend(tmp_path)  # after the worker has taken over the path
    worker.send(importlib.import_module("of_the_script").f)
    message = inbox.get(timeout=30)
    assert isinstance(message.value, ModuleNotFoundError) and "of_the_script" in str(message.value)
    worker.end(give_up=False)


PARENT = """
import os, signal, time
from queue import SimpleQueue
from vid2book.pipeline.processes import Worker
inbox = SimpleQueue()
worker = Worker(int, (), inbox)
worker.send(os.getpid)
print(inbox.get().value, flush=True)
worker.send(time.sleep, 600)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are asked of /proc")
def test_a_worker_ends_with_its_parent_in_the_middle_of_a_task() -> None:
    done = subprocess.run([sys.executable, "-c", PARENT], capture_output=True, timeout=60)
    status = Path(f"/proc/{int(done.stdout)}/status")
    for _ in range(300):
        if not status.exists() or "Z (zombie)" in status.read_text():
            return
        time.sleep(0.1)
    pytest.fail("it goes on")
