"""The Python lines of the README run as they stand there, wherever somebody puts them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vid2book.manifest import read_manifest
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.graph import STAGES
from vid2book.store import Store

from ..support.library import Library

README = Path(__file__).parents[2] / "README.md"


def lines(after: str) -> str:
    """The first block of Python after these words of the README."""
    found = re.search(rf"{re.escape(after)}.*?```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def place(library: Library, store: Store, tmp_path: Path) -> Path:
    """A folder with what the lines name, and a store in which the last stages are missing."""
    folder = tmp_path / "place"
    (folder / "lectures").mkdir(parents=True)
    for file in library.manifest.parent.glob("*.mp4"):
        shutil.copy(file, folder / "lectures")
    shutil.copy(library.manifest, folder / "lectures")
    shutil.copy(library.video("sorting").path, folder / "lecture.mp4")
    corpus = library.corpus()
    videos = tuple(read_manifest(folder / "lectures"))
    corpus = Corpus(videos, corpus.config, store)
    for video in videos:
        corpus.work(video).shelf.remove(stage.name for stage in STAGES[-2:])
    return folder


@pytest.mark.parametrize("how", ["script", "standard input"])
def test_the_lines_run(place: Path, store: Store, how: str) -> None:
    code = lines("From Python:") + "\nprint(len(builder.as_dataset(split='train')), 'rows')\n"
    (place / "mine.py").write_text(code)
    env = os.environ | {
        "VID2BOOK_STORE": str(store.root),
        "HF_DATASETS_CACHE": str(place / "cache"),
        "HF_HUB_OFFLINE": "1",
    }
    done = subprocess.run(
        [sys.executable, "mine.py"] if how == "script" else [sys.executable],
        input=None if how == "script" else code,
        cwd=place, env=env, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "3 rows"
