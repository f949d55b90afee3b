"""What keyframes cost against a plain decode: python benchmarks/keyframes.py VIDEO ... [--rounds N]

CPU seconds of one thread, as a multiple of what PyAV needs to decode every frame of the same file
in the same round: the stage with a fresh store, the stage with the paper's algorithm (SSIM), and
AdaptiveDetector of PySceneDetect, if that can be imported (`pip install --no-deps scenedetect click
platformdirs tqdm`: it would bring a second OpenCV). All run turn and turn about, and the least of
the rounds counts, since whoever else works on the machine only adds to it.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

# Read when OpenCV and the numerical libraries are loaded.
os.environ |= {"OPENCV_FFMPEG_CAPTURE_OPTIONS": "threads;1", "OMP_NUM_THREADS": "1"}

import av
import cv2
from rich.console import Console
from rich.table import Table

from vid2book.config import Config, load
from vid2book.pipeline.work import Work
from vid2book.records import Video
from vid2book.screen.keyframes import KEYFRAMES
from vid2book.store import Store

Run = Callable[[Path], object]

_STILL = 0.01  # size of the median packet against that of a keyframe: most of the screen stands
_FAR = 10.5  # seconds between keyframes


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    runs = _runs()
    table = Table(title="CPU time, in plain decodes")
    table.add_column("video")
    table.add_column("kind")
    for column in ("decode, s", *list(runs)[1:]):
        table.add_column(column, justify="right")
    for video in args.videos:
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(args.rounds):
            for name, run in runs.items():
                seconds[name].append(_timed(run, video))
        decode, *others = (min(taken) for taken in seconds.values())
        ratios = (f"{taken / decode:.2f}" for taken in others)
        table.add_row(video.stem, _kind(video), f"{decode:.2f}", *ratios)
    Console().print(table)


def _runs() -> dict[str, Run]:
    """What is compared; the first is what the others are measured in."""
    runs: dict[str, Run] = {"decode": decode}
    for algorithm in ("writing", "ssim"):
        config = load("offline")
        keyframes = config.keyframes.model_copy(update={"algorithm": algorithm})
        config = config.model_copy(update={"keyframes": keyframes})
        runs[algorithm] = lambda video, config=config: _keyframes(video, config)
    if importlib.util.find_spec("scenedetect"):
        runs["AdaptiveDetector"] = _adaptive
    return runs


def _timed(run: Run, video: Path) -> float:
    started = time.process_time()
    run(video)
    return time.process_time() - started


def decode(video: Path) -> int:
    """All frames, by one thread; how many there are."""
    with av.open(str(video)) as container:
        container.streams.video[0].thread_type = "NONE"
        return sum(1 for _ in container.decode(video=0))


def _keyframes(video: Path, config: Config) -> object:
    with tempfile.TemporaryDirectory() as scratch:
        row = Video(video_id="v", path=str(video.resolve()))
        return Work(row, config, Store(Path(scratch))).get(KEYFRAMES)


def _adaptive(video: Path) -> object:
    from scenedetect import AdaptiveDetector, detect

    return detect(str(video), AdaptiveDetector())


def _kind(video: Path) -> str:
    """Whether most of the screen stands, and how far keyframes lie apart, by the packets."""
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        packets = [p for p in container.demux(stream) if p.size and p.pts is not None]
    key = [p for p in packets if p.is_keyframe]
    others = [p.size for p in packets if not p.is_keyframe] or [0]
    if median(others) > _STILL * median(p.size for p in key):
        return "moving"
    times = sorted(float(p.pts * p.time_base) for p in key)
    end = max(float(p.pts * p.time_base) for p in packets)
    apart = max(b - a for a, b in zip(times, [*times[1:], end], strict=True))
    return "mostly still, keys far apart" if apart > _FAR else "mostly still"


if __name__ == "__main__":
    main()
