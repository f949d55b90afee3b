"""Nothing is lost and nothing is there twice, whenever a build is killed or its disk fails."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from vid2book.pipeline.graph import STAGES
from vid2book.store.shelf import stages_of

from ..support.library import Library, command, corpus_bytes, vid2book
from ..support.small_disk import can_be_had, on_small_disk
from ..support.small_videos import small_library

TALKS = 2


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_library(tmp_path_factory.mktemp("talks"))


@pytest.fixture(scope="module")
def whole(talks: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The corpus that a build makes that nobody disturbs."""
    folder = tmp_path_factory.mktemp("whole")
    built = vid2book("build", talks, "-o", folder / "corpus", "--store", folder / "store")
    assert built.returncode == 0, built.stderr
    return corpus_bytes(folder / "corpus")


def files(*folders: Path) -> int:
    """How many there are by now; it rises as a build goes on."""
    return sum(len(names) for folder in folders for _, _, names in os.walk(folder))


def killed(arguments: list[object], now: Callable[[], bool]) -> bool:
    """Kill a build with all its processes as soon as `now` says so; false: it was through."""
    process = subprocess.Popen(
        command(*arguments),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not now():
            if process.poll() is not None:
                return False
            time.sleep(0.001)
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait() == -signal.SIGKILL
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_build_that_is_killed_again_and_again_ends_as_any_other(
    talks: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """At random moments of its way, by what it has written so far."""
    out, store = tmp_path / "corpus", tmp_path / "store"
    arguments: list[object] = ["build", talks, "-o", out, "--store", store, "--workers", 2]
    chance, kills = random.Random(0), 0
    for _ in range(4):
        wanted = files(store, out) + chance.randint(1, 2 * len(STAGES) * TALKS // 4)
        kills += killed(arguments, lambda wanted=wanted: files(store, out) >= wanted)
    done = vid2book(*arguments)
    assert done.returncode == 0, done.stderr
    assert kills >= 2
    assert corpus_bytes(out) == whole


MOMENTS = [*(stage.name for stage in STAGES), "writing", "moving", *(f"seed {n}" for n in range(6))]


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_build_that_was_killed_is_made_whole(
    library: Library, tmp_path: Path, moment: str
) -> None:
    """As each stage has given its first result, as the corpus is written or takes its place, and at
    random moments."""
    out, store = tmp_path / "corpus", tmp_path / "store"
    arguments: list[object] = [
        "build", library.manifest, "-o", out, "--store", store, "--workers", 2,
    ]  # fmt: skip
    due = time.monotonic() + random.Random(moment).uniform(2, 25)

    def now() -> bool:
        match moment.split():
            case ["writing"]:
                return any(out.glob(".new*/*"))
            case ["moving"]:
                return (out / ".ready").exists() or (out / ".old").exists()
            case ["seed", _]:
                return time.monotonic() > due
        return any(moment in stages_of(name) for _, _, names in os.walk(store) for name in names)

    was = killed(arguments, now)
    assert was or moment == "moving" or moment.startswith("seed")  # that may be over too soon
    done = vid2book(*arguments)
    assert done.returncode == 0, done.stderr
    assert corpus_bytes(out) == corpus_bytes(library.out)


# A store on a disk that has only so many kB left, or that may not be written; and once more with
# room. The disk is there for this process alone.
FAILING = """
import os, subprocess, sys
from pathlib import Path
from vid2book.pipeline.graph import STAGES
disk, out, manifest, *steps = sys.argv[1:]
disk = Path(disk)
build = [sys.executable, "-c", "from vid2book.cli import main; main()", "build", manifest,
         "-o", out, "--store", str(disk / "store"), "--workers", "2"]
def remount(how): subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)
def run():
    done = subprocess.run(build, capture_output=True, text=True)
    print(done.returncode, *(l for l in done.stderr.splitlines() if "Error" in l or "Trace" in l))
for step in steps:
    if step == "ro":
        (disk / "store").mkdir(exist_ok=True)
        remount("ro")
        run()
        remount("rw")
        continue
    room = os.statvfs(disk)
    with open(disk / "filler", "wb") as file:
        file.write(bytes(max(0, room.f_bavail * room.f_bsize - 1024 * int(step))))
    run()
    (disk / "filler").unlink()
run()
"""


def _on_a_failing_disk(folder: Path, talks: Path, *steps: object) -> list[str]:
    disk = folder / "disk"
    if not can_be_had(disk):
        pytest.skip("no disk of one's own can be mounted here (unshare -rm, mount)")
    done = on_small_disk(
        20, disk, sys.executable, "-c", FAILING, disk, folder / "corpus", talks, *steps
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def _check(lines: list[str], out: Path, whole: dict[str, bytes]) -> None:
    *failed, last = lines
    for line in failed:
        assert line.startswith("2 Error: the store ") and line.count("Error") == 1
        assert "No space left" in line or "Read-only file system" in line
    assert last == "0"
    assert corpus_bytes(out) == whole


def test_a_store_that_fails_ends_the_build_in_one_line(
    talks: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    _check(_on_a_failing_disk(tmp_path, talks, "ro", 60), tmp_path / "corpus", whole)


@pytest.mark.slow
def test_a_store_may_fail_at_each_step(
    talks: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """What is there stays from one try to the next, so each fails a little later than the last."""
    lines = _on_a_failing_disk(tmp_path, talks, 0, 4, 8, 16, 24, 32, 48, "ro", 8)
    _check(lines, tmp_path / "corpus", whole)
