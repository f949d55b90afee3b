"""Labelled transcripts: on `tune` the sentence models are fitted, and on `held` they are tested.
In `asides`, `talks`, `talks2` and `talks3`, remarks and questions interrupt the lesson: the reader
of remarks is fitted to `asides` and measured on the others.

English ones are passages/tune_*.yaml, passages/asides_en.yaml and so on; those of another
language stand together, passages/LANGUAGE/tune.yaml and so on.

A passage has the manifest's fields, and parts in order of time: what is said, one sentence a line,
whether that is off topic, what the screen says meanwhile and how large a face it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import yaml

from vid2book.records import Keyframe, Sentence, Transcript, Video
from vid2book.teaching.wording import Example
from vid2book.words import count_words

FOLDER = Path(__file__).parent / "passages"
_WORDS_PER_SECOND = 2.5
_PAUSE = 0.3  # seconds after each sentence
_EVERY = 7  # sentences between two remarks


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


def passages(prefix: str, language: str = "en") -> list[Passage]:
    """The passages of one language (ISO 639-1): `tune`, `held`, `asides` or one of `talks`."""
    if language == "en":
        paths = sorted(FOLDER.glob(f"{prefix}_*.yaml"))
    else:
        paths = sorted(FOLDER.glob(f"{language}/{prefix}.yaml"))
    if not paths:
        raise FileNotFoundError(f"{FOLDER}: no {prefix} passages in {language}")
    return [
        _read(content, f"{path.stem}-{number}", language)
        for path in paths
        for number, content in enumerate(yaml.safe_load_all(path.read_text("utf-8")), 1)
    ]


def languages() -> list[str]:
    """The languages other than English that there are passages in."""
    return sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def record(passage: Passage, *, manifest: bool = True, screen: bool = True) -> Recording:
    """Give every sentence a time; leave out what the manifest or the screen says if so asked."""
    known = passage.video
    video = known if manifest else Video(known.video_id, known.path, language=known.language)
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
        Transcript((), known.language, "", sentences[-1].end),
        np.array([part.off_topic for part in passage.parts for _ in part.say]),
        np.array([count_words(s.text) for s in sentences]),
    )


def with_remarks(
    lessons: Sequence[Passage], sentences: Sequence[Example], rng: Random
) -> Iterator[Passage]:
    """Lessons with a remark after every `_EVERY`th sentence, and after every second of these a
    sentence that teaches and sounds like a remark."""
    remarks = [e.text for e in sentences if e.kind != "teaching"]
    teaching = [e.text for e in sentences if e.kind == "teaching"]
    for lesson in lessons:
        parts: list[Part] = []
        said = 0
        for part in lesson.parts:
            for text in part.say:
                parts.append(replace(part, say=(text,)))
                said += not part.off_topic
                if part.off_topic or said % _EVERY:
                    continue
                parts.append(replace(part, say=(rng.choice(remarks),), off_topic=True))
                if said // _EVERY % 2:
                    parts.append(replace(part, say=(rng.choice(teaching),)))
        yield replace(lesson, parts=tuple(parts))


def _timed(parts: Sequence[Part]) -> Iterator[Sentence]:
    clock = 0.0
    for text in (text for part in parts for text in part.say):
        end = clock + count_words(text) / _WORDS_PER_SECOND + _PAUSE
        yield Sentence(clock, end, text, text)
        clock = end


def _read(content: dict[str, Any], name: str, language: str) -> Passage:
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
    known = {k: content.get(k, "") for k in fields}
    video = Video(name, "/nowhere.mp4", language=language, **known)
    return Passage(video, parts, content.get("vlog", False))
