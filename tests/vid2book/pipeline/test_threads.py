"""The same video gives the same words, however many threads NumPy has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from vid2book import config
from vid2book.pipeline.work import Work
from vid2book.records import Decision, Video
from vid2book.stage import Stage, StageInput
from vid2book.store import Store


def products(threads: int, folder: Path) -> tuple[list[int], str]:
    """The threads of OpenBLAS within a stage and after it, and what a product is there."""
    random = np.random.default_rng(0)
    left, right = (random.random(shape, np.float32) for shape in ((80, 201), (201, 3000)))
    seen: list[int] = []

    def compute(given: StageInput) -> tuple[str, list[Decision]]:
        seen.append(openblas())
        return (left @ right).tobytes().hex(), []

    video = folder / "lecture.mp4"
    video.write_bytes(b"this is no video")
    with threadpool_limits(threads, "blas"):
        stage = Stage(name="odd", result=str, compute=compute)
        work = Work(Video("v", str(video)), config.load(), Store(folder / f"store-{threads}"))
        product = work.get(stage)
        seen.append(openblas())
    return seen, product


def openblas() -> int:
    return max(one["num_threads"] for one in threadpool_info() if one["internal_api"] == "openblas")


def test_a_stage_computes_on_one_thread_and_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    if not any(one["internal_api"] == "openblas" for one in threadpool_info()):
        pytest.skip("this NumPy does not use OpenBLAS")
    (one, alone), (two, together) = products(1, tmp_path), products(2, tmp_path)
    assert (one, two) == ([1, 1], [1, 2])
    assert alone == together
