"""The exit codes are those that `vid2book --help` names, on real runs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ..support.library import Library, command, vid2book


def test_the_help_names_them() -> None:
    told = " ".join(vid2book("--help").stdout.split())
    assert "0, all well" in told and "1, done, but some of it failed" in told
    assert "2, nothing was done" in told and "130, you stopped it" in told


def test_0_all_well(library: Library, tmp_path: Path) -> None:
    assert library.build.returncode == 0
    assert vid2book("export", library.out, tmp_path / "out", "--to", "obelics").returncode == 0


def test_1_some_failed_and_the_corpus_is_whole(library: Library, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "bad.mp4").write_text("no video")
    (tmp_path / "more" / "half.mp4.part").touch()
    shutil.copytree(library.store, tmp_path / "store")
    built = ["build", library.manifest, tmp_path / "more", "--store", tmp_path / "store"]
    told = vid2book(*built, "-o", tmp_path / "out", "--dry-run")
    assert told.returncode == 1 and "3 of 4 videos can be used" in told.stdout
    done = vid2book(*built, "-o", tmp_path / "out")
    assert done.returncode == 1
    words = " ".join(done.stdout.replace("│", " ").split())
    assert "bad failed bad.mp4: not a readable video" in words
    assert "half.mp4.part passed over a download that did not finish" in words
    early = "Passed over: half.mp4.part: a download that did not finish"
    assert early in " ".join(done.stderr.split())
    assert (tmp_path / "out" / "README.md").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "bad.mp4", "-o", "out"],
        ["build", "bad.mp4", "-o", "out", "--dry-run"],
        ["build", "nowhere", "-o", "out"],
        ["build"],
        ["view", "nowhere"],
        ["remove", "nowhere", "a"],
        ["export", "nowhere", "out", "--to", "obelics"],
        ["push", "nowhere", "org/name", "--version", "1.0.0"],
        ["measure", "nowhere", "-o", "out"],
        ["no-such-command"],
        ["diff", "nowhere", "nowhere", "--no-such-option"],
    ],
    ids=" ".join,
)
def test_2_nothing_was_done(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_text("no video")
    done = vid2book(*arguments, cwd=tmp_path, env=os.environ | {"COLUMNS": "200"})
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_2_what_was_not_agreed_to(library: Library, tmp_path: Path) -> None:
    shutil.copytree(library.store, tmp_path / "store")
    asked = ["store", "prune", "--store", tmp_path / "store", "--stage", "read"]
    for answer in ("n\n", ""):
        done = vid2book(*asked, input=answer)
        assert done.returncode == 2 and "Nothing was deleted" in done.stderr


def test_2_a_bug(tmp_path: Path) -> None:
    """Python itself would say 1, which stands for a corpus that is whole."""
    code = "from vid2book import cli\ncli.app = lambda **_: 1 / 0\ncli.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "ZeroDivisionError" in done.stderr


def test_130_stopped(library: Library, tmp_path: Path) -> None:
    """Every process gets the signal, as from a terminal; none has more to say than how to go on."""
    arguments = ["build", library.manifest, "-o", tmp_path / "out", "--store", tmp_path / "st"]
    process = subprocess.Popen(
        command(*arguments, "--workers", 1), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stderr and "1/3" in process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    lines = [line for line in said.splitlines() if " min of video" not in line]
    assert len(lines) == 1 and lines[0].startswith("Stopped"), said
    assert not (tmp_path / "out" / "README.md").exists()
