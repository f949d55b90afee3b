"""Videos of a few seconds with captions, which go through all stages in a moment."""

from __future__ import annotations

from pathlib import Path

from vid2book.records import Video

from .library import manifest
from .media import write_video
from .screens import CELLS, PHYSICS, slide

_TALKS = {
    "energy": (
        slide("Work and energy", PHYSICS[:2]),
        "The kinetic energy of a body grows with the square of its velocity, so a car at double "
        "speed has four times the energy.",
    ),
    "genes": (
        slide("Inside the cell", CELLS),
        "The nucleus of a cell stores the genes, and ribosomes read a copy of the genes to build "
        "proteins from amino acids.",
    ),
}


def small_video(folder: Path, name: str = "energy") -> Video:
    """One of them: a slide for eight seconds, without sound."""
    picture, said = _TALKS[name]
    path = write_video(folder / f"{name}.mp4", [picture] * 40, 5)
    captions = path.with_suffix(".vtt")
    captions.write_text(f"WEBVTT\n\n00:00.500 --> 00:07.500\n{said}\n")
    return Video(
        name, str(path), title=f"A talk on {name}", language="en", license="CC BY 4.0",
        captions=str(captions), captions_language="en",
    )  # fmt: skip


def small_library(folder: Path) -> Path:
    """A manifest of all of them."""
    videos = [small_video(folder, name) for name in _TALKS]
    names = ("video_id", "path", "title", "language", "license", "captions", "captions_language")
    return manifest(folder, [{name: getattr(video, name) for name in names} for video in videos])
