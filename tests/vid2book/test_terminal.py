"""Commands in the surroundings that scripts, pipes and other systems give them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from ..support.library import command

LIST = ["taxonomy", "show", "--of", "Physics"]


def shell(line: str, *arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which "$@" is the command."""
    return subprocess.run(
        ["/bin/bash", "-c", line, "-", *command(*arguments)],
        capture_output=True, text=True, errors="replace", timeout=100, check=False,
        env=os.environ | settings,
    )  # fmt: skip


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["words", "json"])
def test_a_reader_that_stops_early_is_no_failure(options: list[str]) -> None:
    done = shell('"$@" | head -1; echo ${PIPESTATUS[0]}', *LIST, *options)
    assert done.stdout.splitlines()[-1] == "141" and done.stderr == ""


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["words", "json"])
def test_a_full_disk_is_one_line(options: list[str]) -> None:
    done = shell('"$@" > /dev/full', *LIST, *options)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: No space left") and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("closed", "told"), [("<&-", True), (">&-", False), ("2>&-", True), ("<&- >&- 2>&-", False)]
)
def test_closed_streams(closed: str, told: bool) -> None:
    done = shell(f'"$@" {closed}', *LIST)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("Mechanics" in done.stdout) == told


def test_a_question_with_nobody_to_answer(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.yaml").touch()
    done = shell('"$@" <&-', "store", "prune", "--stage", "read", "--store", tmp_path)
    assert done.returncode == 0 and "Nothing in the store matches" in done.stdout


def test_an_encoding_that_lacks_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_text("subject: Physik\ncourses:\n  Übungen:\n    Wärme:\n      - Wärmekapazität\n")
    latin = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    done = shell('"$@"', "taxonomy", "show", path, "--of", "Physik", **latin)
    assert done.returncode == 0 and "W?rmekapazit?t" in done.stdout
    told = shell('"$@"', "taxonomy", "show", path, "--of", "Physik", "--json", **latin)
    assert json.loads(told.stdout)["points"][0]["name"] == "Wärmekapazität"


def test_a_narrow_terminal_loses_no_letter() -> None:
    wide = shell('"$@"', "taxonomy", "show", COLUMNS="200").stdout
    narrow = shell('"$@"', "taxonomy", "show", COLUMNS="30").stdout
    assert "…" not in narrow and max(map(len, narrow.splitlines())) <= 30
    assert "Computer science" in wide or "Mathematics" in wide


def test_a_file_has_no_bar_whatever_the_colours(tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_text("no video")
    asked = ["build", tmp_path, "-o", tmp_path / "out", "--store", tmp_path / "store"]
    done = shell('"$@"', *asked, FORCE_COLOR="1")
    assert done.returncode == 2 and "\r" not in done.stderr and "\x1b[?25l" not in done.stderr
    assert "1/1 bad" in done.stderr
