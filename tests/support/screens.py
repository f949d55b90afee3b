"""Screens of lectures for tests, drawn with Pillow: slides, boards, pointers, presenters."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from vid2book import config
from vid2book.media.frames import Frame, read_frames
from vid2book.media.stills import read_stills
from vid2book.media.survey import probe
from vid2book.models.face import HaarFaces
from vid2book.records import Decision, Keyframe
from vid2book.screen.keyframes import keyframes
from vid2book.screen.keyframes.embedding import ImageEmbed
from vid2book.screen.keyframes.still import FindFaces

from .media import Picture, write_video

WIDTH, HEIGHT = 640, 360
FPS = 10
SAMPLES = 5  # a second, as the settings have it
PAPER = (250, 248, 240)
INK = (30, 30, 60)
BODY = 20  # pixels: about an 18th of the height, as most slides have it

PHYSICS = ("Work is force times distance", "Power is work per second", "Energy is never lost")
CELLS = ("The nucleus keeps the genes", "Ribosomes build proteins", "The membrane is selective")


def slide(
    title: str,
    lines: Sequence[str] = (),
    *,
    paper: tuple[int, int, int] = PAPER,
    ink: tuple[int, int, int] = INK,
    size: int = BODY,
) -> Picture:
    """A title and lines of text."""
    image = Image.new("RGB", (WIDTH, HEIGHT), paper)
    draw = ImageDraw.Draw(image)
    draw.text((40, 28), title, ink, ImageFont.load_default(32))
    for i, line in enumerate(lines):
        draw.text((56, 100 + i * int(2.2 * size)), line, ink, ImageFont.load_default(size))
    return np.array(image)


def hold(picture: Picture, seconds: float) -> list[Picture]:
    """The picture for so many seconds."""
    return [picture] * round(seconds * FPS)


def fade(before: Picture, after: Picture, seconds: float) -> list[Picture]:
    """A crossfade."""
    shares = np.linspace(0, 1, round(seconds * FPS) + 2)[1:-1]
    return [(before * (1 - share) + after * share).round().astype(np.uint8) for share in shares]


def pointer(picture: Picture, x: float, y: float) -> Picture:
    """The picture with a mouse pointer on it."""
    image = Image.fromarray(picture)
    shape = [(0, 0), (0, 17), (4, 13), (7, 19), (10, 18), (7, 12), (12, 12)]
    points = [(x + dx, y + dy) for dx, dy in shape]
    ImageDraw.Draw(image).polygon(points, fill=(255, 255, 255), outline=(0, 0, 0))
    return np.array(image)


def presenter(picture: Picture, time: float) -> Picture:
    """The picture with a talking, gesturing figure in the lower right corner."""
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    draw.rectangle((500, 240, 640, 360), fill=(70, 90, 80))
    x, y = 570 + 9 * np.sin(2.1 * time), 285 + 3 * np.sin(3.3 * time)
    draw.rectangle((x - 34, y + 24, x + 34, 360), fill=(40, 60, 140))
    draw.ellipse((x - 20, y - 26, x + 20, y + 26), fill=(220, 180, 150))
    draw.ellipse((x - 9, y + 8, x + 9, y + 10 + 6 * abs(np.sin(7 * time))), fill=(120, 40, 40))
    hand = (x - 40 - 14 * np.sin(4 * time), y + 30 + 22 * np.cos(3 * time))
    draw.line((x - 30, y + 40, *hand), fill=(220, 180, 150), width=9)
    return np.array(image)


def caption(picture: Picture, text: str) -> Picture:
    """The picture with a burned-in caption: white on black, centred, near the bottom."""
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(18)
    width = draw.textlength(text, font)
    left = (WIDTH - width) / 2
    draw.rectangle((left - 8, 318, left + width + 8, 346), fill=(0, 0, 0))
    draw.text((left, 320), text, (255, 255, 255), font)
    return np.array(image)


def luma(picture: Picture) -> NDArray[np.uint8]:
    """The luma plane of a picture."""
    return np.array(Image.fromarray(picture).convert("L"))


def noise(pictures: Iterable[Picture], sigma: float) -> Iterator[Picture]:
    """The pictures as a camera gives them."""
    random = np.random.default_rng(0)
    for picture in pictures:
        yield np.clip(picture + random.normal(0, sigma, picture.shape), 0, 255).astype(np.uint8)


def watch(
    path: Path,
    pictures: Iterable[Picture],
    times: Iterable[float] | None = None,
    fps: int = FPS,
    image_embed: ImageEmbed | None = None,
    **settings: object,
) -> tuple[list[Keyframe], list[Decision]]:
    """Encode the pictures and find the keyframes; `settings` are those of the section."""
    write_video(path, pictures, fps, times=times)
    return keyframes_of(path, image_embed, **settings)


def keyframes_of(
    path: Path, image_embed: ImageEmbed | None = None, **chosen: object
) -> tuple[list[Keyframe], list[Decision]]:
    """The keyframes of a file and what was decided; `chosen` are settings of the section."""
    settings = config.Keyframes(**chosen)
    info = probe(path)
    frames = read_frames(path, settings.sample_rate, info=info)
    read = partial(read_stills, path, info=info)
    return keyframes("v", frames, read, HaarFaces().persons, settings, image_embed)


def sampled(pictures: Iterable[Picture], rate: float = SAMPLES) -> list[Frame]:
    """Samples of a film that was never encoded; the pictures may be planes of luma."""
    return [
        Frame(i / rate, av.VideoFrame.from_ndarray(p, "gray" if p.ndim == 2 else "rgb24"), 1.0, 0)
        for i, p in enumerate(pictures)
    ]


def look(
    frames: Sequence[Frame], faces: FindFaces = lambda _: [], **chosen: object
) -> tuple[list[Keyframe], list[Decision]]:
    """The keyframes of samples, without a file; `chosen` are settings of the section."""
    times = [frame.time for frame in frames]

    def read(wanted: Sequence[float]) -> Iterator[Frame]:
        for time in wanted:
            yield frames[max(0, bisect_right(times, time + 1e-6) - 1)]

    return keyframes("v", frames, read, faces, config.Keyframes(**chosen))


def shown(found: Iterable[Keyframe], pictures: Sequence[Picture]) -> list[int]:
    """Which of the pictures each keyframe shows most closely."""
    grey = [picture.mean(axis=2) for picture in pictures]
    result = []
    for keyframe in found:
        image = np.asarray(Image.open(io.BytesIO(keyframe.image)).convert("L"), np.float32)
        result.append(int(np.argmin([np.abs(image - other).mean() for other in grey])))
    return result
