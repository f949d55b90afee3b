"""Reads the format in which the Multimodal Textbook was released.

It is a JSON list of samples, whose images are paths into a folder with a subfolder for each video:
`VIDEO/VIDEO@CLIPSTART_CLIPEND#NUMBER.jpg`. See the card of DAMO-NLP-SG/multimodal_textbook.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from ..intake import IntakeError, Unread, read_rows
from ..intake.json_text import is_list
from ..names import inside
from .record import CorpusError

logger = logging.getLogger(__name__)

_NAME = re.compile(r"(?P<video>.+)@(?P<start>[\d.]+)_(?P<end>[\d.]+)#(?P<number>\d+)")
_YOUTUBE = re.compile(r"[\w-]{11}")

Row = dict[str, Any]
Position = dict[str, Any]


class ReleasedError(CorpusError, ValueError):
    """A file or a sample that is not of this format; the message says where."""


def read_released(annotations: str, images: str) -> Iterator[Row]:
    """The samples with the columns of a corpus; see `released_row` for the images.

    Args:
        annotations: the JSON file; it is read bit by bit.
        images: the folder with a subfolder for each video.

    Raises:
        ReleasedError: the file is not such a list.
    """
    ordinals = Counter[str]()
    missing = unread = 0
    for sample in released_samples(Path(annotations)):
        if isinstance(sample, Unread):
            unread += sample.rows or 1
            continue
        row, lost = released_row(sample, Path(images))
        missing += lost
        first = row["video_ids"][0] if row["video_ids"] else "sample"
        row["id"] = f"{first}_{ordinals[first]:04d}"
        ordinals[first] += 1
        yield row
    if missing:
        logger.warning("%s images of %s are not in %s", missing, annotations, images)
    if unread:
        logger.warning("%s samples of %s cannot be read", unread, annotations)


def released_samples(path: Path) -> Iterator[dict[str, Any] | Unread]:
    """The objects of a JSON list that may be larger than memory, and those that cannot be read.

    Raises:
        ReleasedError: the file is not a list of samples, or none of them can be read.
    """
    reason, read = "it is empty", 0
    try:
        if not is_list(path):
            raise ReleasedError(f"{path}: expected a JSON list of samples")
        for where, row in read_rows(path):
            if not isinstance(row, Unread) and not row.keys() >= {"images", "texts"}:
                row = Unread("a sample without 'images' and 'texts'")
            if isinstance(row, Unread):
                reason = reason if read else f"{where}: {row.reason}"
            else:
                read += 1
            yield row
    except (OSError, IntakeError) as error:
        raise ReleasedError(f"{path}: cannot be read: {error}") from error
    if not read:
        raise ReleasedError(f"{path}: no sample can be read: {reason}")


def released_row(sample: dict[str, Any], images: Path) -> tuple[Row, int]:
    """A row without its id, and how many images were not found.

    Whatever the JSON does not contain is empty. Images are paths. A position whose image is missing
    from the folder is left out.

    Raises:
        ReleasedError: the lists of the sample are not aligned.
    """
    if len(sample["images"]) != len(sample["texts"]):
        raise ReleasedError("'images' and 'texts' of a sample differ in length")
    metadata = sample.get("metadata") or []
    both = sample.get("text_ocr_list") or sample["texts"]
    columns: dict[str, list[Any]] = {
        name: [] for name in ("images", "texts", "ocr_texts", "text_ocr_list", "elements")
    }
    lost = 0
    clip: Position = {}
    for n, (image, text) in enumerate(zip(sample["images"], sample["texts"], strict=True)):
        known = metadata[n] if n < len(metadata) and isinstance(metadata[n], dict) else {}
        file = None
        if image is not None:
            clip = _clip(image)
            if (file := _find(image, images)) is None:
                lost += 1
                continue
        elif text is None:
            continue
        heard = None if image else text
        columns["images"].append(file)
        columns["texts"].append(heard)
        columns["ocr_texts"].append((known.get("ocr") or "") if image else None)
        columns["text_ocr_list"].append(None if image else both[n] or text)
        columns["elements"].append(_element(clip, known, image))
        if heard is not None:
            _spread_ocr(columns, known)
    videos = dict.fromkeys(e["video_id"] for e in columns["elements"] if e["video_id"])
    numbers = {name: sample.get(name) for name in ("text_num", "token_num")}
    urls = [f"https://www.youtube.com/watch?v={v}" if _YOUTUBE.fullmatch(v) else "" for v in videos]
    unknown = dict.fromkeys(("subject", "course", "knowledge_point", "language", "license"), "")
    image_num = sum(image is not None for image in columns["images"])
    row = {**columns, **numbers, **unknown, "image_num": image_num}
    return row | {"video_ids": list(videos), "source_urls": urls}, lost


def _clip(image: str) -> Position:
    """The video and times of a clip, from the name of one of its images."""
    match = _NAME.fullmatch(PurePosixPath(image).stem)
    if not match:
        return {"video_id": PurePosixPath(image).parent.name}
    start, end = float(match["start"]), float(match["end"])
    return {"video_id": match["video"], "clip_start": start, "clip_end": end}


def _element(clip: Position, known: Position, image: str | None) -> Position:
    """The element of a position; speech belongs to the clip of the image before it."""
    guess = {
        "kind": "image" if image else "text",
        "video_id": clip.get("video_id", ""),
        "start": clip.get("clip_start"),
        "end": clip.get("clip_end"),
        "clip_start": clip.get("clip_start"),
        "clip_end": clip.get("clip_end"),
        "name": PurePosixPath(image).name if image else "",
        "score": None,
        "drop": "",
    }
    return {name: known.get(name, value) for name, value in guess.items()}


def _spread_ocr(columns: dict[str, list[Any]], known: Position) -> None:
    """Move the text after the speech in `text_ocr_list` to the image before it."""
    text, both = columns["texts"][-1], columns["text_ocr_list"][-1]
    if "ocr" in known or len(columns["images"]) < 2 or columns["images"][-2] is None:
        return
    if both.startswith(text):
        columns["ocr_texts"][-2] = both[len(text) :].strip()


def _find(image: str, images: Path) -> str | None:
    """The file of an image, whose path begins with a folder of the machine that made it."""
    parts = PurePosixPath(image).parts
    for count in (2, 1, 3):  # of parts at the end
        path = inside(images, "/".join(parts[-count:]))
        if path is not None and path.is_file():
            return str(path)
    return None
