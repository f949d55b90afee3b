"""Published labels of real lectures, as truths: MaViLS (slide of each sentence) and M3AV (text of
each slide, and speech).

MaViLS (Anderer et al., 2024): `data/ground_truth_files/*.xlsx` of github.com/andererka/MaViLS, a
row a sentence with the time of its end, the number of the slide that is shown then (-1: none) and
its text. M3AV (Chen et al., 2024): in a folder a talk, `ocr/seg_speech_ocr.json` of
github.com/Jack-ZC8/M3AV-dataset, a row a slide with its stretch, its text and what is said over it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any


class LabelError(ValueError):
    """A file of labels that is not of the published form; the message says where."""


@dataclass(frozen=True)
class Said:
    """A sentence, or all that is said over a slide. `slide` is None where none is shown."""

    start: float  # seconds
    end: float
    text: str
    slide: int | None


@dataclass(frozen=True)
class Shown:
    """A stretch in which a slide stands, with its text where that is known."""

    start: float
    end: float
    slide: int
    text: str = ""


@dataclass(frozen=True)
class Lecture:
    """One lecture; its id is what the video is to be called."""

    id: str
    said: tuple[Said, ...]
    shown: tuple[Shown, ...]

    def truth(self) -> dict[str, Any]:
        """As `vid2book.eval.truth` scores it."""
        return {
            "id": self.id,
            "sentences": [{"start": s.start, "end": s.end, "text": s.text} for s in self.said],
            "states": [
                {"start": s.start, "end": s.end, "text": s.text.splitlines()} for s in self.shown
            ],
        }

    def slide_at(self, time: float) -> int | None:
        """The slide that stands at a time; None where there is none."""
        return next((s.slide for s in self.shown if s.start <= time <= s.end), None)


def read_labels(path: Path) -> list[Lecture]:
    """The lectures of a folder of either kind, or of one file.

    Raises:
        LabelError: there are no labels.
    """
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    found = [mavils(file) for file in files if file.suffix == ".xlsx"]
    found += [m3av(file) for file in files if file.name == "seg_speech_ocr.json"]
    if not found:
        raise LabelError(f"{path}: neither .xlsx of MaViLS nor seg_speech_ocr.json of M3AV")
    return found


def mavils(path: Path) -> Lecture:
    """A lecture of MaViLS. Rows without a time or a slide number are left out."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    rows = book.worksheets[0].iter_rows(values_only=True)
    head = [str(name) for name in next(rows, ())]
    time_name = next((name for name in ("Time", "Key") if name in head), "")
    if not time_name or "Slidenumber" not in head or "Value" not in head:
        raise LabelError(f"{path}: expected columns Time, Slidenumber and Value, found {head}")
    places = [head.index(name) for name in (time_name, "Slidenumber", "Value")]
    labelled = [
        (float(time), int(slide), " ".join(str(text).split()))
        for time, slide, text in ([row[place] for place in places] for row in rows)
        if isinstance(time, int | float) and isinstance(slide, int | float) and text
    ]
    starts = [0.0, *(time for time, _, _ in labelled)]
    said = tuple(
        Said(start, time, text, slide if slide >= 0 else None)
        for start, (time, slide, text) in zip(starts, labelled, strict=False)
        if time > start
    )
    return Lecture(path.stem.removeprefix("ground_truth_"), said, tuple(_runs(said)))


def m3av(path: Path) -> Lecture:
    """A talk of M3AV; its id is the name of its folder."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    try:
        said = tuple(
            Said(float(row["start"]), float(row["end"]), row["speech_text"], number)
            for number, row in enumerate(rows)
        )
        shown = tuple(
            Shown(s.start, s.end, number, rows[number]["ocr_text"]) for number, s in enumerate(said)
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LabelError(
            f"{path}: expected start, end, ocr_text and speech_text: {error}"
        ) from None
    return Lecture(path.parents[1].name, said, shown)


def _runs(said: Sequence[Said]) -> Iterator[Shown]:
    """Where the same slide stands over several sentences."""
    for slide, run in groupby(said, key=lambda sentence: sentence.slide):
        sentences = list(run)
        if slide is not None:
            yield Shown(sentences[0].start, sentences[-1].end, slide)
