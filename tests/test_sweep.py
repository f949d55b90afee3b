"""`benchmarks/sweep.py` prints what each value of a key is worth."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.accuracy import changed
from vid2book.config import Config
from vid2book.config.commented import yaml_value
from vid2book.config.reference import Key, keys

from .support.library import Library, manifest

SWEEP = Path(__file__).parents[1] / "benchmarks" / "sweep.py"


def sweep(*arguments: object, store: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SWEEP, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | ({"VID2BOOK_STORE": str(store)} if store else {}),
        timeout=200,
    )


@pytest.fixture
def folder(library: Library, tmp_path: Path) -> Path:
    """One of the library's lectures, as its build knows it, and its truth."""
    shutil.copy(library.video("cells").path, tmp_path / "cells.mp4")
    rows = [json.loads(line) for line in library.manifest.read_text().splitlines()]
    manifest(tmp_path, [row for row in rows if row["video_id"] == "cells"])
    said = "The nucleus of a cell stores the genes."
    truth = {
        "id": "cells",
        "sentences": [{"start": 0.0, "end": 3.0, "text": said, "off_topic": False}],
        "states": [{"start": 0.0, "end": 60.0, "text": ["Inside the cell"]}],
    }
    (tmp_path / "cells.truth.json").write_text(json.dumps(truth))
    return tmp_path


def test_a_row_for_each_value(library: Library, folder: Path) -> None:
    store = Path(shutil.copytree(library.store, folder.with_name(f"{folder.name}-store")))
    done = sweep("judge.min_words", 20, 500, "--folder", folder, store=store)
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines()]
    head, one, other = (row for row in rows if row and not row[0].startswith("-"))
    assert head[:3] == ["judge.min_words", "kept", "states"]
    assert one[:3] == ["20 (default)", "1/1", "1/1"] and "0" not in one[-3:-1] and one[-1] == "0"
    assert other[:3] == ["500", "0/1", "0/1"] and other[-3:-1] == ["0", "0"]
    assert int(other[-1]) >= 1, "the decision on the video is another"


@pytest.mark.parametrize("key", list(keys(Config())), ids=lambda key: key.name)
def test_every_key_can_be_swept(key: Key) -> None:
    assert changed(Config(), [f"{key.name}={yaml_value(key.value)}"]) == Config()
    if isinstance(key.value, int | float) and not isinstance(key.value, bool):
        other = key.value + (1 if isinstance(key.value, int) else 0.01)
        assert changed(Config(), [f"{key.name}={other}"]) != Config()


def test_a_key_that_is_not_there_is_told(folder: Path) -> None:
    done = sweep("align.min_relatd", 0.1, "--folder", folder)
    assert done.returncode == 1
    assert "unknown key 'align.min_relatd' (did you mean 'min_related'?)" in done.stderr
    done = sweep("judge.min_teaching", 5, "--folder", folder)
    assert "judge.min_teaching: must be at most 1" in done.stderr
