"""An hour of video is pushed in memory that does not grow with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vid2book.builder.write import write_corpus

from ..support.hub.server import Hub

# Peaks of a process in kB: with its libraries loaded, and once the push is over. `getrusage` would
# tell the peak of the process that started this one, where that is higher.
PUSH = """
import re, sys
import datasets, huggingface_hub, pyarrow.parquet
from vid2book.cli import main
def peak():
    return re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]
sys.argv[1:] = ["push", sys.argv[1], "org/name", "--version", "1.0.0"]
before = peak()
try:
    main()
except SystemExit as end:
    assert not end.code
print(before, peak())
"""


@pytest.fixture
def hour(make, tmp_path: Path) -> Path:
    """A corpus of 240 clips of 15 s, each with a picture of 1 MB, the most that one may have."""
    random = np.random.default_rng(0)
    corpus = make.corpus(*(make.video(f"v{n}") for n in range(6)), samples=20)
    for video in corpus.videos:
        samples = corpus.samples(video)
        for n, sample in enumerate(samples):
            pictures = [None if i is None else random.bytes(1_000_000) for i in sample.images]
            samples[n] = make.changed(sample, images=tuple(pictures))
    written = write_corpus(corpus, tmp_path / "out")
    assert sum(written.files.values()) > 240_000_000
    return tmp_path / "out"


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")
def test_an_hour_is_pushed_in_bounded_memory(hour: Path, hub: Hub, env: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PUSH, str(hour)], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    before, peak = map(int, done.stdout.splitlines()[-1].split())
    assert "1.0.0" in hub.repos["org/name"].tags
    print(before, peak)
    assert peak - before < 60_000
