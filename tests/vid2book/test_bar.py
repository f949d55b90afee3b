"""The bar keeps what matters in a narrow terminal, and leaves nothing behind."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pyte
import pytest
from rich.cells import cell_len
from rich.console import Console

from vid2book.bar import Bar

RUN = """
import sys, time
from rich.console import Console
from vid2book.bar import Bar
console = Console(stderr=True)
print("before")
with Bar(console, "videos", 44) as bar:
    for n in range(1, 9):
        bar.show(n, now=f"physics-{n:02}: keyframes 1:{n:02}", more=["failed: 3 no sound in it"])
        if n == 2:
            console.print("lecture-9: failed")
        time.sleep(0.25)
print("after")
"""


class Window:
    """A program in a terminal of its own, and what stands on the screen."""

    def __init__(self, columns: int, *command: str) -> None:
        self.screen = pyte.Screen(columns, 24)
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._at = pty.fork()
        if not self.pid:
            os.environ |= {"COLUMNS": "80", "TERM": "xterm-256color", "PYTHONUNBUFFERED": "1"}
            os.execv(command[0], command)
        self.resize(columns)

    def resize(self, columns: int) -> None:
        size = struct.pack("HHHH", 24, columns, 0, 0)
        fcntl.ioctl(self._at, termios.TIOCSWINSZ, size)  # which sends SIGWINCH
        self.screen.resize(24, columns)

    def read(self, seconds: float, until: str = "") -> str:
        """What stands on the screen after so long, or once it shows this."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (until and until in self.text):
            if select.select([self._at], [], [], 0.05)[0]:
                try:
                    self._stream.feed(os.read(self._at, 65536))
                except OSError:  # the program has ended
                    break
        return self.text

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@contextmanager
def window(columns: int, *command: str) -> Iterator[Window]:
    opened = Window(columns, *command)
    try:
        yield opened
    finally:
        with suppress(ProcessLookupError):
            os.kill(opened.pid, signal.SIGKILL)


def shown(width: int, **values: object) -> str:
    out = io.StringIO()
    bar = Bar(Console(file=out, force_terminal=True, width=width, no_color=True), "videos", 12_345)
    bar.show(678, left=45_000.0, **values)  # type: ignore[arg-type]
    return "".join(segment for segment in bar._parts(width))


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_count_time_left_and_the_video_stay(width: int) -> None:
    told = shown(
        width,
        now="a-lecture-with-quite-a-long-name-part-2: keyframes 1:02:03",
        more=["failed: 3 no sound in it, 12 truncated", "12.5 h of video per hour", "1:00:00"],
    )
    assert "678/12,345" in told
    assert "12:30:00 left" in told
    assert "a-lec" in told
    assert len(told) <= width


def test_what_else_there_is_fills_the_room() -> None:
    more = ["failed: 3 no sound", "12.5 h of video per hour", "1:00:00 so far"]
    assert all(told in shown(180, now="cell: read", more=more) for told in more)
    narrow = shown(120, now="cell: read", more=more)
    assert more[0] in narrow and more[1] not in narrow
    assert "━" in shown(80, now="cell: read") and "━" not in shown(42, now="cell: read")


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_no_column_moves_or_goes_while_it_counts(width: int) -> None:
    out = io.StringIO()
    bar = Bar(Console(file=out, force_terminal=True, width=width, no_color=True), "videos", 12_345)
    seen: set[tuple[int, ...]] = set()
    long = "a-lecture-with-quite-a-long-name-of-a-course-part-2: keyframes 1:02:03"
    for done, now, left, failed in (
        (0, "cell: transcribe", None, ""),
        (1, long, 350_000.0, ""),
        (2, "", 45_000.0, "failed: 1 no sound"),
        (999, "线性代数第十二讲矩阵的特征值: keyframes", 59.0, "failed: 3 no sound, 12 truncated"),
        (12_345, "cell: read", 0.0, "failed: 3 no sound, 12 truncated"),
    ):
        bar.show(done, now=now, left=left, more=[failed, "1:00:00 so far"])
        line = "".join(bar._parts(width))
        seen.add((line.index("/12,345"), line.index("━"), line.rindex("━"), line.index(" left")))
        assert cell_len(line) <= width and now[:5] in line
        assert "so far" in line or "1:00:00" not in line
    assert len(seen) == 1


def test_wide_characters_count_twice() -> None:
    assert cell_len(shown(60, now="线性代数第十二讲矩阵的特征值与特征向量: keyframes")) <= 60


def test_resizing_leaves_nothing_behind() -> None:
    with window(80, sys.executable, "-c", RUN) as opened:
        wide = opened.read(20, until="videos  3/44")
        assert "left" in wide and "physics-03" in wide
        opened.resize(50)
        narrow = opened.read(20, until="videos 5/44")
        assert "left" in narrow and "physics-05" in narrow
        assert narrow.count("videos") == 1
        opened.resize(110)
        opened.read(20, until="after")
        assert opened.wait() == 0
        assert opened.text.splitlines() == ["before", "lecture-9: failed", "after"]


def test_a_line_that_the_terminal_breaks_anew_is_erased_whole() -> None:
    """As tmux and most other terminals do it: the cursor stays with its character."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80, no_color=True)
    with Bar(console, "videos", 44) as bar:
        bar.show(3, now="physics-03: keyframes 1:03", left=60.0)
        bar._live.refresh()
        written = out.getvalue()
        out.seek(0), out.truncate()
        screen = pyte.Screen(40, 24)  # where the line of 79 columns takes two
        stream = pyte.Stream(screen)
        line = written.rpartition("\x1b[J")[2].replace("\r", "")
        stream.feed(line)
        screen.cursor_position(1, 1)
        console.width = 40
        bar._live.refresh()
        stream.feed(out.getvalue())
    assert sum("videos" in row for row in screen.display) == 1
    assert not "".join(screen.display[1:]).strip()


@pytest.mark.parametrize("setting", [{"TERM": "dumb"}, {}])
def test_without_a_terminal_there_is_no_bar(setting: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN.replace("0.25", "0.01")],
        capture_output=True, text=True, check=True, env=os.environ | setting,
    )  # fmt: skip
    assert done.stderr == "lecture-9: failed\n"
    with window(80, "/usr/bin/env", "TERM=dumb", sys.executable, "-c", RUN) as opened:
        assert opened.read(20, until="after") == "before\nlecture-9: failed\nafter"
