"""The table `clips`: a row per kept paragraph, with its video."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import datasets
from datasets import Features, Value

from vid2book.assemble.marks import span
from vid2book.records import Footage, Sample, Video

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus

Row = dict[str, Any]
Place = tuple[Sample, int]  # a sample, and a position in it

_STRING, _FLOAT = Value("string"), Value("float64")

CLIPS = Features(
    {
        "id": _STRING,
        "sample_id": _STRING,
        "video_id": _STRING,
        "clip_start": _FLOAT,
        "clip_end": _FLOAT,
        "start": _FLOAT,
        "end": _FLOAT,
        "text": _STRING,
        "ocr_text": _STRING,
        "score": _FLOAT,
        "language": _STRING,
        "license": _STRING,
        "source_url": _STRING,
        "has_sound": Value("bool"),
        "video": datasets.Video(),
    }
)


def clip_rows(corpus: Corpus, video: Video, samples: Iterable[Sample]) -> Iterator[tuple[str, Row]]:
    """The rows of one video, each with its id; only one video file is in memory at a time."""
    places = _places(samples)
    for clip in corpus.clips(video):
        row = clip_row(clip, places[span(clip)], corpus.footage(video, clip))
        yield row["id"], row


def clip_row(clip: Footage, places: Sequence[Place], data: bytes) -> Row:
    """A row of `clips`. Its id is the name of the speech in `elements`.

    Args:
        places: the positions in the samples where its unmarked parts are.
        data: its MP4 file.
    """
    sample = places[-1][0]  # the speech of a clip comes after its pictures
    clip_id = f"{sample.video_ids[0]}@{span(clip)}"
    speech = [(s.texts[n], s.elements[n].score) for s, n in places if s.texts[n]]
    text, score = speech[0] if speech else ("", None)
    return {
        "id": clip_id,
        "sample_id": sample.id,
        "video_id": sample.video_ids[0],
        **{name: getattr(clip, name) for name in ("clip_start", "clip_end", "start", "end")},
        "text": text,
        "ocr_text": "\n".join(filter(None, (s.ocr_texts[n] for s, n in places))),
        "score": score,
        "language": sample.language,
        "license": sample.license,
        "source_url": sample.source_urls[0],
        "has_sound": clip.has_sound,
        "video": {"bytes": data, "path": f"{clip_id}.mp4"},
    }


def _places(samples: Iterable[Sample]) -> dict[str, list[Place]]:
    """The unmarked positions of each clip, in order."""
    places: dict[str, list[Place]] = {}
    for sample in samples:
        for n, element in enumerate(sample.elements):
            if not element.drop:
                places.setdefault(span(element), []).append((sample, n))
    return places
