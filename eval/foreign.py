"""Converts rows of other corpora to the shape of OBELICS: aligned `images` and `texts`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from tempfile import NamedTemporaryFile
from typing import Any

from vid2book.intake.json_text import BadJson, parse
from vid2book.media.container import MediaError
from vid2book.media.stills import read_stills
from vid2book.media.survey import examine

Row = dict[str, Any]

_LONGEST_SIDE = 1280  # pixels of a frame
_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)")


class ForeignError(ValueError):
    """A row that does not have its corpus' format; the message says what is wrong."""


def in_shape(row: Row) -> Row:
    """A row of MMC4, OmniCorpus or FineVideo in the shape of OBELICS; others are unchanged.

    Raises:
        ForeignError: it does not have its corpus' format.
    """
    if isinstance(row.get("text_list"), list):
        return _from_mmc4(row)
    if "mp4" in row and "json" in row:
        return _from_finevideo(row)
    if isinstance(row.get("general_metadata"), dict):
        return _from_omnicorpus(row)
    return row


def page_of(row: Row) -> str:
    """The page that a row of a web corpus comes from; empty if unknown."""
    general = row.get("general_metadata")
    if isinstance(general, str):
        try:
            general = parse(general)
        except BadJson:
            general = None
    metadata = general if isinstance(general, dict) else row
    return str(metadata.get("url") or "")


def _from_mmc4(row: Row) -> Row:
    """MMC4's sentences, with each image before the sentence that it was matched to."""
    sentences = row["text_list"]
    before: dict[int, list[Any]] = {}
    try:
        for info in row.get("image_info") or []:
            image = info.get("image") or info.get("image_name") or info.get("raw_url")
            before.setdefault(int(info.get("matched_text_index") or 0), []).append(image)
    except (AttributeError, TypeError, ValueError):
        raise ForeignError("'image_info' of a row is not as MMC4 has it") from None
    images: list[Any] = []
    texts: list[str | None] = []
    for number, sentence in enumerate(sentences):
        preceding = before.get(number, [])
        images += [*preceding, None]
        texts += [*[None] * len(preceding), sentence]
    return row | {"images": images, "texts": texts}


def _from_omnicorpus(row: Row) -> Row:
    """OmniCorpus has empty texts where OBELICS has nulls, and its metadata is not JSON text."""
    lists = [row.get("images"), row.get("texts")]
    if not all(isinstance(column, list) for column in lists):
        return row  # without lists, it cannot be converted
    images, texts = ([value or None for value in column or []] for column in lists)
    return row | {"images": images, "texts": texts, "id": row["general_metadata"].get("id")}


def _from_finevideo(row: Row) -> Row:
    """FineVideo's scenes: a frame from the middle of each, and the speech during it."""
    facts = row["json"]
    if isinstance(facts, str):
        try:
            facts = parse(facts)
        except BadJson:
            facts = None
    if not isinstance(facts, dict) or not isinstance(row["mp4"], bytes):
        raise ForeignError("'json' or 'mp4' of a row is not as FineVideo has it")
    try:
        scenes = sorted(_span(s["timestamps"]) for s in facts["content_metadata"]["scenes"])
        speech = [
            (*_span(part, "start", "end"), str(part["text"]))
            for part in facts.get("timecoded_text_to_speech") or []
        ]
    except (KeyError, TypeError, AttributeError):
        raise ForeignError("a row without scenes or times as FineVideo has them") from None
    video_id = PurePosixPath(str(facts.get("original_video_filename") or "")).stem
    frames = _frames(row["mp4"], [(start + end) / 2 for start, end in scenes])
    images: list[bytes | None] = []
    texts: list[str | None] = []
    elements: list[Row] = []
    for number, ((start, end), frame) in enumerate(zip(scenes, frames, strict=True)):
        last = number + 1 == len(scenes)
        # Speech belongs to the scene in which it begins, so none is repeated; the rest to the last.
        first = 0.0 if number == 0 else start
        until = scenes[number + 1][0] if not last else float("inf")
        text = " ".join(text.strip() for at, _, text in speech if first <= at < until)
        place = {"video_id": video_id, "clip_start": start, "clip_end": end, "name": ""}
        if frame:
            images.append(frame)
            texts.append(None)
            elements.append({**place, "kind": "image", "start": (start + end) / 2, "end": end})
        if text:
            images.append(None)
            texts.append(text)
            elements.append({**place, "kind": "text", "start": start, "end": end})
    return {
        "id": video_id,
        "video_ids": [video_id] if video_id else [],
        "images": images,
        "texts": texts,
        "elements": elements,
        "subject": facts.get("content_parent_category"),
        "language": "en",
    }


def _span(
    times: Row, first: str = "start_timestamp", last: str = "end_timestamp"
) -> tuple[float, float]:
    return _seconds(times[first]), _seconds(times[last])


def _seconds(text: object) -> float:
    match = _TIME.fullmatch(str(text).strip())
    if not match:
        raise ForeignError(f"'{text}' is no time as FineVideo has them")
    hours, minutes, seconds = match.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)


def _frames(mp4: bytes, times: Sequence[float]) -> Iterator[bytes]:
    """The frame at each time, as a JPEG.

    Raises:
        ForeignError: it is not a video.
    """
    with NamedTemporaryFile(suffix=".mp4") as file:
        file.write(mp4)
        file.flush()
        try:
            for frame in read_stills(file.name, times, examine(file.name)):
                yield frame.jpeg(_LONGEST_SIDE, 90)[0]
        except MediaError:
            raise ForeignError("a row whose video cannot be read") from None
