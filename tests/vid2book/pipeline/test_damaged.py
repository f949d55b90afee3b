"""Damaged files through all stages: each ends with a result or a fault of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vid2book.config import Bounds, Config
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.local import run
from vid2book.records import Video
from vid2book.store import Store

from ...support.clapper import Pictures, Sound, write
from ..media.test_fuzz import FILES, damage


def damaged(folder: Path, seeds: range) -> tuple[Video, ...]:
    """A file for each seed, the containers taking turns."""
    whole = {}
    for extension, (shown, heard) in FILES.items():
        path = folder / f"whole.{extension}"
        rate = 25 if extension == "mpg" else 10
        write(path, Pictures(codec=shown, rate=rate), Sound(codec=heard, rate=48_000))
        whole[extension] = path.read_bytes()
        path.unlink()
    videos = []
    for seed in seeds:
        extension = list(FILES)[seed % len(FILES)]
        path = folder / f"{seed}.{extension}"
        path.write_bytes(damage(whole[extension], np.random.default_rng(seed)))
        videos.append(Video(str(seed), str(path), language="en"))
    return tuple(videos)


@pytest.fixture
def check(tmp_path: Path) -> Callable[[range], None]:
    def through(seeds: range) -> None:
        config = Config(bounds=Bounds(least=300, pace=2))
        corpus = Corpus(damaged(tmp_path, seeds), config, Store(tmp_path / "store"))
        events = list(run(corpus, 2))
        assert len(events) == len(seeds)
        assert {e.video.video_id: e.bug or e.failure for e in events if not e.kept} == {}
        known = [event.failure for event in events if event.failure]
        assert len(known) < len(seeds) / 2
        assert not any("died" in reason or "deadline" in reason for reason in known)

    return through


def test_a_few(check: Callable[[range], None]) -> None:
    check(range(300, 307))


@pytest.mark.slow
def test_three_hundred(check: Callable[[range], None]) -> None:
    check(range(300))
