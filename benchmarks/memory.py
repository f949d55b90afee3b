"""What memory a worker takes: python benchmarks/memory.py [--hours H] [--video FILE]

A lecture of 1080p with a new slide of twelve lines every half minute, and a voice throughout, goes
through all stages in one process, as in a worker. A short one goes first, so that the models are
loaded. Printed is, for each stage, the most that the process held beyond that, and the seconds.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from lectures import ELEMENTS
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.table import Table

from vid2book import config
from vid2book.pipeline.branch import LOOK
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.graph import STAGES
from vid2book.pipeline.work import Work
from vid2book.records import Video
from vid2book.store import Store

CACHE = Path(tempfile.gettempdir()) / "vid2book-benchmarks"
SIZE = (1920, 1080)
FPS = 2
SLIDE = 30  # seconds
RATE = 24_000  # samples a second, of the voice
SPOKEN = 300.0  # seconds of speech, which come again


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--video", type=Path, help="measure this one instead")
    args = parser.parse_args()
    video = args.video or rendered(CACHE / f"long-{args.hours:g}.mp4", args.hours * 3600)
    short = rendered(CACHE / "short.mp4", 60)
    with tempfile.TemporaryDirectory() as store:
        corpus = Corpus((), config.load(), Store(Path(store)))
        for _ in measured(corpus.work(Video("short", str(short)))):
            pass
        before = held("VmRSS")
        table = Table(title=f"{video.name}; {before:.2f} GB with the models")
        for column in ("stage", "GB beyond the models", "seconds"):
            table.add_column(column, justify="left" if column == "stage" else "right")
        for stage, peak, seconds in measured(corpus.work(Video("long", str(video)))):
            table.add_row(stage, f"{peak - before:.2f}", f"{seconds:.0f}")
        Console().print(table)


def measured(work: Work):  # type: ignore[no-untyped-def]
    """Each stage with the most memory held, GB, and the seconds."""
    for stage in (None, *STAGES):
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        started = time.monotonic()
        _ = work.get(stage) if stage else work.info
        yield stage.name if stage else LOOK, held("VmHWM"), time.monotonic() - started


def held(what: str) -> float:
    """VmRSS, what this process holds, or VmHWM, the most that it held; GB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1e6


def rendered(path: Path, seconds: float) -> Path:
    """The lecture, made if it is not there."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new.mp4")
    with av.open(str(new), "w", format="mp4") as container:
        shown = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        shown.width, shown.height, shown.pix_fmt = *SIZE, "yuv420p"
        shown.codec_context.gop_size = FPS * SLIDE
        heard = container.add_stream("aac", rate=RATE, layout="mono")
        voice = speech()
        for start in range(0, round(seconds), SLIDE):
            frame = av.VideoFrame.from_ndarray(slide(start // SLIDE), format="rgb24").reformat(
                format="yuv420p"
            )
            for n in range(FPS * min(SLIDE, round(seconds) - start)):
                frame.pts, frame.time_base = start * FPS + n, Fraction(1, FPS)
                container.mux(shown.encode(frame))
            for at in range(start * RATE, min(start + SLIDE, round(seconds)) * RATE, 1000):
                part = np.take(voice, range(at, at + 1000), mode="wrap")[None]
                chunk = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
                chunk.rate, chunk.pts = RATE, at
                container.mux(heard.encode(chunk))
        container.mux(shown.encode())
        container.mux(heard.encode())
    return new.replace(path)


def slide(number: int) -> NDArray[np.uint8]:
    """No two are alike."""
    chance = random.Random(number)
    picture = Image.new("RGB", SIZE, chance.choice(["white", "#14213d", "#fdf6e3"]))
    ink = "white" if picture.getpixel((0, 0)) == (20, 33, 61) else "black"
    draw = ImageDraw.Draw(picture)
    for line in range(12):
        name, symbol, *_ = chance.choice(ELEMENTS)
        text = f"{name} ({symbol}): {chance.randint(1, 999)} g take {chance.randint(1, 999)} kJ"
        draw.text((100 + chance.randint(0, 60), 60 + 80 * line), text, ink, _font(44))
    return np.asarray(picture)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def speech() -> NDArray[np.float32]:
    """Five minutes of it."""
    from hibari import Hibari

    speak, parts, length = Hibari(), [], 0
    while length < SPOKEN * RATE:
        for name, symbol, number, mass, *_ in ELEMENTS:
            text = f"{name} is element number {number}. Its symbol is {symbol}, its mass is {mass}."
            parts += [np.asarray(speak(text, seed=0), np.float32), np.zeros(RATE // 2, np.float32)]
            length += sum(map(len, parts[-2:]))
    return np.concatenate(parts)


if __name__ == "__main__":
    main()
