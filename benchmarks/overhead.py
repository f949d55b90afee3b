"""What a build costs beside its models: python benchmarks/overhead.py SOURCE [--config NAME]

CPU seconds of a whole build of SOURCE by one worker in a fresh store, as a multiple of what nobody
can do without: to decode every picture once, and the calls of the speech model and of the OCR. A
second run, in this process, tells how the work is spread over the stages and what the models took.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from keyframes import decode
from rich.console import Console
from rich.table import Table

from vid2book.config import load
from vid2book.manifest import read_manifest
from vid2book.models.lazy import models_of
from vid2book.pipeline.graph import STAGES
from vid2book.pipeline.work import Failed, Work
from vid2book.store import Store

T = TypeVar("T")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("--config", default="offline")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as scratch:
        build = _build(args.source, args.config, Path(scratch))
        seconds = _stages(args.source, args.config, Path(scratch) / "again")
    bare = seconds["decode"] + seconds["speech model"] + seconds["OCR model"]
    table = Table(title=f"a build: {build:.1f} CPU seconds, {build / bare:.2f} of what it must")
    table.add_column("")
    for column in ("CPU seconds", "share of the build"):
        table.add_column(column, justify="right")
    for name, taken in seconds.items():
        table.add_row(name, f"{taken:.2f}", f"{taken / build:.3f}")
    Console().print(table)


def _build(source: Path, config: str, scratch: Path) -> float:
    """CPU seconds of the command, its worker included."""
    command = [
        *(sys.executable, "-c", "from vid2book.cli import main; main()", "build", str(source)),
        *("-o", str(scratch / "corpus"), "--config", config, "--workers", "1"),
    ]
    environment = os.environ | {"VID2BOOK_STORE": str(scratch / "store")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _stages(source: Path, name: str, folder: Path) -> Counter[str]:
    """CPU seconds of a plain decode, of the model calls, and of each stage with its models."""
    config, store, seconds = load(name), Store(folder), Counter[str]()
    models = models_of(config)
    models.ocr([np.zeros((64, 64, 3), np.uint8)])  # loads the weights
    models.speech.engine.recognise([np.zeros(16000, np.float32)], "en", "")
    for model, method, label in (
        (models.speech.engine, "recognise", "speech model"),
        (models.speech.engine, "identify", "speech model"),
        (models.ocr, "__call__", "OCR model"),
    ):
        kind = type(model)
        setattr(kind, method, _timed(label, getattr(kind, method), seconds))
    for video in read_manifest(source):
        _timed("decode", decode, seconds)(Path(video.path))
        work = Work(video, config, store)
        for stage in STAGES:
            with suppress(Failed):
                _timed(stage.name, work.get, seconds)(stage)
    return seconds


def _timed(name: str, function: Callable[..., T], seconds: Counter[str]) -> Callable[..., T]:
    def run(*arguments: Any) -> T:
        started = time.process_time()
        try:
            return function(*arguments)
        finally:
            seconds[name] += time.process_time() - started  # type: ignore[assignment]

    return run


if __name__ == "__main__":
    main()
