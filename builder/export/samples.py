"""The samples of a corpus for export, checked first, since a corpus may come from anyone."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from PIL import Image

from vid2book.folder.layout import by_split, shards
from vid2book.folder.reader import SAMPLES_AT_ONCE, read_rows
from vid2book.names import is_image_name, is_sample_id, is_video_id

from ..features import Row, current
from ..marked import without_marked

_ALIGNED = ("images", "texts", "ocr_texts", "text_ocr_list", "elements")
_SUFFIXES = {b"\x89PNG": ".png", b"RIFF": ".webp", b"GIF8": ".gif"}


def samples_of(
    corpus: Path, marked: bool, left_out: Counter[str]
) -> Iterator[tuple[str, Iterator[Row]]]:
    """The splits with the rows of their samples, only a few of which are in memory at a time.

    Args:
        corpus: the folder.
        marked: whether to include marked positions.
        left_out: counts the rows that cannot be exported, by reason.
    """
    for split, files in by_split(shards(corpus, "default")).items():
        all_rows = chain.from_iterable(read_rows(file, SAMPLES_AT_ONCE) for file in files)
        rows = _valid_rows(all_rows, left_out)
        yield split, rows if marked else without_marked(rows)


def suffix(image: bytes) -> str:
    """The file name suffix for an image, by its first bytes."""
    return _SUFFIXES.get(image[:4], ".jpg")


def _valid_rows(rows: Iterator[Row], left_out: Counter[str]) -> Iterator[Row]:
    for row in rows:
        if reason := fault(row):
            left_out[reason] += 1
        else:
            yield current("default", row)


def fault(row: Row) -> str:
    """Why a row cannot be exported; empty if it can.

    Its names become file names, so they must not lead out of the folder.
    """
    columns = [row.get(name) for name in _ALIGNED]
    if not all(isinstance(column, list) for column in columns):
        return "a list is missing"
    if len({len(column) for column in columns if column is not None}) != 1:
        return "the lists differ in length"
    if not is_sample_id(row.get("id")) or not all(map(is_video_id, row.get("video_ids") or [])):
        return "its id or that of its video cannot be a file name"
    for image, element in zip(row["images"], row["elements"], strict=True):
        if not isinstance(element, dict) or not is_video_id(element.get("video_id")):
            return "the id of a video cannot be a file name"
        if image is None:
            continue
        if not isinstance(image, dict) or not isinstance(image.get("bytes"), bytes):
            return "an image is missing"
        if not is_image_name(element.get("name")):
            return "the name of an image cannot be a file name"
        if not _is_picture(image["bytes"]):
            return "an image cannot be read"
    return ""


def _is_picture(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content)):  # reads the header only
            return True
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
