"""Copies of remote files: bounded, shared, and gone when nobody reads them."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from vid2book.remote import scratch
from vid2book.remote.identity import ask
from vid2book.remote.scratch import Copy, copy_of

from ...support.web import Web


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scratch space of 1,000 bytes."""
    monkeypatch.setenv("VID2BOOK_SCRATCH", str(tmp_path / "scratch"))
    monkeypatch.setenv("VID2BOOK_SCRATCH_GB", "0.000001")
    monkeypatch.setattr(scratch, "_WAIT", 0.05)
    monkeypatch.setattr(scratch, "_PAUSE", 0.01)
    return tmp_path / "scratch"


def copy(web: Web, name: str, size: int = 400) -> Copy:
    url = web.put(f"/{name}", name.encode() * size)
    return copy_of(url, f"key of {name}", ask(url))


def held(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != "lock")


def test_a_copy_is_made_once_and_has_the_name_of_the_file(web: Web, small: Path) -> None:
    first, again = copy(web, "a"), copy(web, "a")
    assert first.path == again.path and first.path.name == "a"
    assert first.path.read_bytes() == b"a" * 400
    assert web.asked["GET /a"] == 1


def test_what_nobody_reads_makes_room_the_longest_unused_first(web: Web, small: Path) -> None:
    for name in "ab":
        copy(web, name).close()
    copy(web, "a").close()  # used again
    copy(web, "c").close()
    assert held(small) == ["a", "c"]


def test_what_is_read_stays_and_others_wait(web: Web, small: Path) -> None:
    first, second = copy(web, "a"), copy(web, "b")
    done: list[Copy] = []
    waiting = threading.Thread(target=lambda: done.append(copy(web, "c")))
    waiting.start()
    waiting.join(0.5)
    assert waiting.is_alive() and first.path.exists() and second.path.exists()
    first.close()
    waiting.join(20)
    assert done[0].path.exists() and held(small) == ["b", "c"]


def test_a_file_larger_than_the_space_is_told(web: Web, small: Path) -> None:
    with pytest.raises(OSError, match="set VID2BOOK_SCRATCH_GB"):
        copy(web, "a", size=1001)
    assert held(small) == []


def test_a_process_that_is_killed_holds_nothing(web: Web, small: Path) -> None:
    url = web.put("/a", b"a" * 900)
    code = (
        "import os, sys; from vid2book.remote.scratch import copy_of;"
        "from vid2book.remote.identity import ask;"
        f"copy = copy_of({url!r}, 'key of a', ask({url!r})); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert held(small) == ["a"]
    copy(web, "b", size=900).close()
    assert held(small) == ["b"]
    scratch.clean()
    assert not small.exists()


def test_cleaning_leaves_what_is_read(web: Web, small: Path) -> None:
    read = copy(web, "a")
    copy(web, "b").close()
    scratch.clean()
    assert held(small) == ["a"] and read.path.read_bytes() == b"a" * 400


@pytest.mark.parametrize("status", [503, 0])
def test_what_passes_is_tried_again(web: Web, status: int) -> None:
    url = web.put("/a", b"a" * 400, statuses=[status, status])
    assert copy_of(url, "k", ask(url)).path.read_bytes() == b"a" * 400
    assert web.asked["GET /a"] == 3


def test_half_a_file_is_never_taken_for_it(web: Web, small: Path) -> None:
    url = web.put("/a", b"a" * 400, statuses=[0, 0, 0])
    with pytest.raises(OSError):
        copy_of(url, "k", ask(url))
    assert held(small) == []


def test_a_file_that_changed_is_not_copied_under_its_old_name(web: Web, small: Path) -> None:
    url = web.put("/a", b"a" * 400)
    before = ask(url)
    web.put("/a", b"b" * 400)
    with pytest.raises(OSError, match="changed while"):
        copy_of(url, "k", before)
    assert held(small) == []
