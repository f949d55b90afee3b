"""Small lectures with speech, and a build of them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vid2book import config
from vid2book.manifest import read_manifest
from vid2book.pipeline.corpus import Corpus
from vid2book.pipeline.graph import STAGES
from vid2book.pipeline.work import Work
from vid2book.records import Video
from vid2book.store import Store

from .media import Picture, write_video
from .screens import CELLS, PHYSICS, slide
from .sounds import RATE, spoken

FPS = 5
END_CARD = slide("Thanks for watching", ("Open Lectures", "example.org/lectures"))

LECTURES: dict[str, list[tuple[Picture, str]]] = {
    "physics": [
        (
            slide("Work and energy", PHYSICS[:2]),
            "Work is the product of force and distance. When a force of ten newtons moves a box by "
            "two meters, the work is twenty joules.",
        ),
        (
            slide("Kinetic energy", ("E = m v v / 2", "Speed counts twice")),
            "The kinetic energy of a body grows with the square of its velocity, so that a car at "
            "double speed has four times the energy.",
        ),
        (END_CARD, ""),
    ],
    "cells": [
        (
            slide("Inside the cell", CELLS),
            "The nucleus of a cell stores the genes. Ribosomes read a copy of the genes and build "
            "proteins from amino acids.",
        ),
        (END_CARD, ""),
    ],
    "sorting": [
        (
            slide("Binary search", ("Look at the middle", "Halve the range", "Repeat")),
            "Binary search finds a value in a sorted list. It compares the value with the middle "
            "element and throws away one half of the list at every step.",
        ),
    ],
}


def film(path: Path, shots: list[tuple[Picture, str]]) -> Path:
    """A video of screens, each for as long as its text is spoken; three seconds without a text."""
    pictures: list[Picture] = []
    sounds: list[NDArray[np.float32]] = []
    for picture, text in shots:
        sound = spoken(text) if text else np.zeros(0, np.float32)
        seconds = round((len(sound) / RATE + 0.4 if text else 3.0) * FPS) / FPS
        pictures += [picture] * round(seconds * FPS)
        sounds.append(np.pad(sound, (0, round(seconds * RATE) - len(sound))))
    return write_video(path, pictures, FPS, sound=np.concatenate(sounds))


def manifest(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "manifest.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def vid2book(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-c", "from vid2book.cli import main; main()", *map(str, arguments)]


def corpus_bytes(folder: Path) -> dict[str, bytes]:
    """Every file of a corpus but the log."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "build.log.jsonl"
    }


@dataclass(frozen=True)
class Library:
    """Three lectures, and the corpus that `vid2book build` with two workers makes of them."""

    manifest: Path
    store: Path
    out: Path
    build: subprocess.CompletedProcess[str]

    def corpus(self, **settings: object) -> Corpus:
        videos = tuple(read_manifest(self.manifest))
        return Corpus(videos, config.Config(**settings), Store(self.store))  # type: ignore[arg-type]

    def video(self, video_id: str) -> Video:
        return next(v for v in read_manifest(self.manifest) if v.video_id == video_id)


def run_all(work: Work) -> None:
    for stage in STAGES:
        work.get(stage)
