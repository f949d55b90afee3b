"""Labelled transcripts: `data/passages/tune_*.yaml` the sentence model is fitted on, `held_*` not.

A passage has the manifest's fields, and parts in order of time: what is said, one sentence a line,
whether that is off topic, what the screen says meanwhile and how large a face it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import yaml

from vid2book.records import Keyframe, Sentence, Transcript, Video

FOLDER = Path(__file__).parent / "passages"
_WORDS_PER_SECOND = 2.5
_PAUSE = 0.3  # seconds after each sentence


@dataclass(frozen=True)
class Part:
    say: tuple[str, ...]
    off_topic: bool = False
    screen: str = ""
    face: float = 0.0


@dataclass(frozen=True)
class Passage:
    video: Video
    parts: tuple[Part, ...]
    vlog: bool = False  # teaches nothing


class Recording(NamedTuple):
    """A passage as the judge meets it, and the truth about each sentence."""

    video: Video
    sentences: list[Sentence]
    screen: list[tuple[Keyframe, str]]
    transcript: Transcript
    off_topic: npt.NDArray[np.bool_]
    words: npt.NDArray[np.int64]


def passages(prefix: str) -> list[Passage]:
    found = [_read(path) for path in sorted(FOLDER.glob(f"{prefix}_*.yaml"))]
    if not found:
        raise FileNotFoundError(f"{FOLDER}: no passage is named {prefix}_*.yaml")
    return found


def record(passage: Passage, *, manifest: bool = True, screen: bool = True) -> Recording:
    """Give every sentence a time; leave out what the manifest or the screen says if so asked."""
    video = passage.video if manifest else Video(passage.video.video_id, passage.video.path)
    sentences = list(_timed(passage.parts))
    ends = np.cumsum([len(part.say) for part in passage.parts])
    keyframes = []
    for part, first, last in zip(passage.parts, [0, *ends[:-1]], ends - 1, strict=True):
        start, end = sentences[first].start, sentences[last].end
        picture = Keyframe(end - 0.1, start, end, b"", 1280, 720, 0.5, 0.0, part.face, 0)
        keyframes.append((picture, part.screen))
    return Recording(
        video,
        sentences,
        keyframes if screen else [],
        Transcript((), "en", "", sentences[-1].end),
        np.array([part.off_topic for part in passage.parts for _ in part.say]),
        np.array([len(s.text.split()) for s in sentences]),
    )


def _timed(parts: Sequence[Part]) -> Iterator[Sentence]:
    clock = 0.0
    for text in (text for part in parts for text in part.say):
        end = clock + len(text.split()) / _WORDS_PER_SECOND + _PAUSE
        yield Sentence(clock, end, text, text)
        clock = end


def _read(path: Path) -> Passage:
    content = yaml.safe_load(path.read_text("utf-8"))
    parts = tuple(
        Part(
            tuple(part["say"].splitlines()),
            part.get("off_topic", False),
            part.get("screen", "").strip(),
            part.get("face", 0.0),
        )
        for part in content["parts"]
    )
    fields = ("title", "description", "subject", "knowledge_point")
    video = Video(path.stem, "/nowhere.mp4", **{k: content.get(k, "") for k in fields})
    return Passage(video, parts, content.get("vlog", False))
