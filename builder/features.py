"""The columns of a corpus, and how records become rows.

A corpus has the tables `default` (a row per sample), `videos` (a row per input video, whatever
its outcome), `decisions` (a row per thing kept or dropped), `transcripts` (a row per kept video)
and, if the config asks for it, `clips` (a row per paragraph, with its video).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from datasets import Features, Image, Value

from vid2book.folder.record import CorpusError
from vid2book.languages import UNKNOWN
from vid2book.public import public_text, public_url, public_value, without_folders
from vid2book.records import Decision, Outcome, Sample, Transcript, Video

from .clips import CLIPS, clip_rows

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus

Row = dict[str, Any]

_STRING, _FLOAT, _INT = Value("string"), Value("float64"), Value("int64")

_ELEMENT = {
    "kind": _STRING,
    "video_id": _STRING,
    "start": _FLOAT,
    "end": _FLOAT,
    "clip_start": _FLOAT,
    "clip_end": _FLOAT,
    "name": _STRING,
    "score": _FLOAT,
    "drop": _STRING,
}

# Lists are written in the notation that datasets 3.6 also understands.
_SAMPLES = Features(
    {
        "id": _STRING,
        "images": [Image()],
        "texts": [_STRING],
        "ocr_texts": [_STRING],
        "text_ocr_list": [_STRING],
        "elements": [_ELEMENT],
        "image_num": _INT,
        "text_num": _INT,
        "token_num": _INT,
        "video_ids": [_STRING],
        "source_urls": [_STRING],
        "subject": _STRING,
        "course": _STRING,
        "knowledge_point": _STRING,
        "language": _STRING,
        "license": _STRING,
    }
)

_MANIFEST_FIELDS = (
    "video_id", "title", "description", "subject", "course", "sub_course", "knowledge_point",
    "language", "license", "source_url", "author", "split",
)  # fmt: skip
_FROM_MANIFEST = {"subject", "course", "knowledge_point", "license", "source_urls"}
_SCORES = ("relevance", "knowledge_density", "transcription_quality", "teaching_share")
_COUNTS = ("clips", "keyframes", "samples", "words", "marked")

_VIDEOS = Features(
    {
        **dict.fromkeys(_MANIFEST_FIELDS, _STRING),
        "metadata": _STRING,
        "duration_s": _FLOAT,
        "language_heard": _STRING,
        "status": _STRING,
        "reason": _STRING,
        **dict.fromkeys(_SCORES, _FLOAT),
        "judgement": _STRING,
        **dict.fromkeys(_COUNTS, _INT),
        "versions": _STRING,
        "digest": _STRING,
    }
)

_DECISIONS = Features(
    {
        "video_id": _STRING,
        "level": _STRING,
        "stage": _STRING,
        "start": _FLOAT,
        "end": _FLOAT,
        "kept": Value("bool"),
        "reason": _STRING,
        "score": _FLOAT,
        "threshold": _FLOAT,
        "text": _STRING,
        "raw": _STRING,
        "provisional": Value("bool"),
        "picture": Image(),
    }
)

_WORD = {"start": _FLOAT, "end": _FLOAT, "word": _STRING, "score": _FLOAT}
_SEGMENT = {"start": _FLOAT, "end": _FLOAT, "text": _STRING, "words": [_WORD]}
_TRANSCRIPTS = Features(
    {
        "video_id": _STRING,
        "language": _STRING,
        "language_score": _FLOAT,
        "source": _STRING,
        "segments": [_SEGMENT],
    }
)

FEATURES = {
    "default": _SAMPLES,
    "videos": _VIDEOS,
    "decisions": _DECISIONS,
    "transcripts": _TRANSCRIPTS,
    "clips": CLIPS,
}


def rows(corpus: Corpus, table: str, videos: Iterable[Video]) -> Iterator[tuple[str, Row]]:
    """The rows of one table for these videos, each with a key that is unique in the table.

    Raises:
        CorpusError: two samples have the same id, which `datasets` would not notice.
    """
    for video in videos:
        if table == "default":
            yield from _sample_rows(video, corpus.samples(video))
        elif table == "videos":
            yield video.video_id, video_row(corpus.outcome(video), corpus.samples(video))
        elif table == "transcripts":
            if (transcript := corpus.transcript(video)) is not None:
                yield video.video_id, transcript_row(transcript, video)
        elif table == "clips":
            yield from clip_rows(corpus, video, corpus.samples(video))
        else:
            for number, row in enumerate(_decision_rows(corpus, video)):
                yield f"{video.video_id}@{number}", row


def rows_of(corpus: Corpus, video: Video) -> Iterator[tuple[str, Row]]:
    """All rows of one video, each with its table.

    Raises:
        CorpusError: two samples have the same id.
    """
    samples = corpus.samples(video)
    yield from (("default", row) for _, row in _sample_rows(video, samples))
    yield "videos", video_row(corpus.outcome(video), samples)
    yield from (("decisions", row) for row in _decision_rows(corpus, video))
    if (transcript := corpus.transcript(video)) is not None:
        yield "transcripts", transcript_row(transcript, video)
    yield from (("clips", row) for _, row in clip_rows(corpus, video, samples))


def count(corpus: Corpus, table: str, videos: Iterable[Video]) -> int:
    """The number of rows of one table for these videos, without making the rows."""
    if table == "default":
        return sum(corpus.outcome(video).samples for video in videos)
    if table == "videos":
        return sum(1 for _ in videos)
    if table == "transcripts":
        return sum(corpus.outcome(video).status == "kept" for video in videos)
    if table == "clips":
        return sum(len(corpus.clips(video)) for video in videos)
    return sum(len(corpus.decisions(video)) for video in videos)


def _sample_rows(video: Video, samples: list[Sample]) -> Iterator[tuple[str, Row]]:
    ids: set[str] = set()
    for sample in samples:
        # Ids contain the unique `video_id`, so duplicates can only be within a video.
        if sample.id in ids:
            raise CorpusError(f"video '{video.video_id}': two samples have the id '{sample.id}'")
        if not sample.id.startswith(video.video_id):
            raise CorpusError(
                f"video '{video.video_id}': '{sample.id}' is not a valid id for its sample"
            )
        ids.add(sample.id)
        yield sample.id, sample_row(sample)


def sample_row(sample: Sample) -> Row:
    """A row of `default`. Images keep their names, which become the names of exported files."""
    images = [
        None if image is None else {"bytes": image, "path": element.name}
        for image, element in zip(sample.images, sample.elements, strict=True)
    ]
    values = {name: getattr(sample, name) for name in _SAMPLES}
    lists = {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
    elements = [{name: getattr(element, name) for name in _ELEMENT} for element in sample.elements]
    return values | lists | {"images": images, "elements": elements}


def video_row(outcome: Outcome, samples: list[Sample]) -> Row:
    """A row of `videos`, without any path of the machine that built it.

    `digest` is a hash of the video's samples, by which two versions of a corpus can be compared
    without their images.
    """
    video, judgement = outcome.video, outcome.judgement
    return {
        **manifest_row(video),
        "duration_s": outcome.duration,
        "language_heard": (judgement.language or UNKNOWN) if judgement else None,
        "status": outcome.status,
        "reason": public_text(without_paths(outcome.reason, video)),
        **{name: getattr(judgement, name, None) for name in _SCORES},
        "judgement": judgement.reason if judgement else "",
        **{name: getattr(outcome, name) for name in _COUNTS},
        "versions": _json(outcome.models),
        "digest": _digest(samples),
    }


def manifest_row(video: Video) -> Row:
    """The columns of a row of `videos` that come from the manifest."""
    return {
        **{name: getattr(video, name) for name in _MANIFEST_FIELDS},
        "source_url": public_url(video.source_url),
        "metadata": without_paths(_json(public_value(video.metadata)), video),
    }


def outcome_of(row: Row) -> Outcome:
    """The outcome in a row of `videos`, of this format or an older one, without the judgement."""
    manifest: Row = {name: row[name] or "" for name in _MANIFEST_FIELDS}
    counts: Row = {name: row.get(name) or 0 for name in _COUNTS}
    metadata = json.loads(row.get("metadata") or "{}")
    return Outcome(
        video=Video(path="", **manifest, metadata=metadata),
        status=row["status"],
        reason=row["reason"],
        duration=row["duration_s"],
        models=json.loads(row["versions"]),
        **counts,
    )


def current(table: str, row: Row) -> Row:
    """A row of this format or an older one, converted to this format."""
    if table == "default":
        for element in row["elements"]:
            element.setdefault("score", None)
            element["drop"] = element.get("drop") or ""
    elif table == "videos":
        row["marked"] = row.get("marked") or 0
        row.setdefault("language_heard", None)
    elif table == "decisions":
        row.setdefault("picture", None)
    return row


def _decision_rows(corpus: Corpus, video: Video) -> Iterator[Row]:
    decisions = corpus.decisions(video)
    left_out = corpus.left_out(video, decisions)
    for decision in decisions:
        against = decision.level == "keyframe" and not decision.kept
        # If there are two decisions against a picture, the first one shows it.
        picture = left_out.pop((decision.start, decision.end), b"") if against else b""
        yield decision_row(decision, video, picture)


def decision_row(decision: Decision, video: Video, picture: bytes = b"") -> Row:
    """A row of `decisions`.

    Args:
        picture: a thumbnail (JPEG) of what was left out; empty: none.
    """
    values = {name: getattr(decision, name) for name in _DECISIONS if name != "picture"}
    reason = public_text(without_paths(decision.reason, video))
    thumbnail = {"bytes": picture, "path": None} if picture else None
    return values | {"reason": reason, "picture": thumbnail}


def transcript_row(transcript: Transcript, video: Video) -> Row:
    """A row of `transcripts`. The words of captions have no times of their own."""
    return {
        "video_id": video.video_id,
        "language": transcript.language or UNKNOWN,
        "language_score": transcript.language_score,
        "source": transcript.model,
        "segments": [
            {
                "start": segment.start,
                "end": segment.end,
                "text": segment.text,
                "words": [
                    {
                        "start": word.start,
                        "end": word.end,
                        "word": word.text.strip(),
                        "score": word.probability,
                    }
                    for word in segment.words
                ],
            }
            for segment in transcript.segments
        ],
    }


def without_paths(text: str, video: Video) -> str:
    """`text` with local paths of the video and its captions cut down to the file's name."""
    for path in (video.path, video.captions):
        text = without_folders(text, [os.path.dirname(path)])
    return text


def _digest(samples: list[Sample]) -> str:
    """SHA-256 of what the samples say and show; empty without samples.

    What comes from the manifest is not part of it, since it has columns of its own.
    """
    digest = hashlib.sha256()
    for sample in samples:
        row = sample_row(sample)
        for image in row.pop("images"):
            digest.update(image["bytes"] if image else b"")
        content = {name: value for name, value in row.items() if name not in _FROM_MANIFEST}
        digest.update(_json(content).encode())
    return digest.hexdigest() if samples else ""


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
