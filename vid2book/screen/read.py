"""Read: the on-screen text of keyframes, by an OCR model.

A separate stage, `legible`, decides which lines were written for the lecture, so changing a
threshold needs no model.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
from PIL import Image as Pil

from .. import config
from ..models.chat import BackendError, ChatError
from ..models.ocr import Image, Ocr
from ..privacy import mask_decisions, mask_lines
from ..records import Decision, Keyframe, OcrLine
from ..stage import Stage, StageInput
from .keyframes import KEYFRAMES
from .places import meet

Lines = tuple[OcrLine, ...]


_Rect = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels, ends excluded

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_PIXEL_CHANGE = 20  # levels of 255, after a 3 x 3 mean: more than JPEG noise, less than faint text
_CELL = 8  # pixels: JPEG errors stay within such a block
_MARGIN = 16  # pixels around an area that is read again
_AT_ONCE = 64  # pictures per call of a back end; a server answers several at once
_FULL_READ = 0.6  # share of the screen above which reading only the changes saves nothing


def read(
    video_id: str,
    keyframes: Sequence[Keyframe],
    ocr: Ocr,
    embedded: Ocr,
    settings: config.Read,
) -> tuple[list[Lines], list[Decision]]:
    """The raw lines of every keyframe, boxes in pixels of its image, and decisions on fallbacks.

    With `settings.reuse`, areas that are the same as on the previous keyframe are not read again,
    if the back end reports where its lines are.

    Args:
        ocr: the back end.
        embedded: one that does not fail, for keyframes on which `ocr` does.
        settings: section `read` of the config.
    """
    if settings.reuse and ocr.finds_places:
        return _read_changes(map(_image, keyframes), ocr), []
    all_lines: list[Lines] = []
    decisions = []
    for keyframe, image, lines in _read_each(keyframes, ocr):
        if not isinstance(lines, ChatError):
            all_lines.append(tuple(lines))
            continue
        all_lines.append(_one(embedded, image))
        reason = f"read by {embedded.identity.split()[0]} instead: {lines}"
        decisions.append(
            Decision(
                video_id, "keyframe", "read", keyframe.start, keyframe.end, True, reason,
                provisional=isinstance(lines, BackendError),
            )
        )  # fmt: skip
    return all_lines, decisions


def _image(keyframe: Keyframe) -> Image:
    return np.asarray(Pil.open(io.BytesIO(keyframe.image)).convert("RGB"))


def _read_each(
    keyframes: Sequence[Keyframe], ocr: Ocr
) -> Iterator[tuple[Keyframe, Image, Sequence[OcrLine] | ChatError]]:
    """Keyframes with their lines, in batches: a long lecture would take gigabytes, decoded."""
    for start in range(0, len(keyframes), _AT_ONCE):
        part = keyframes[start : start + _AT_ONCE]
        images = [_image(keyframe) for keyframe in part]
        yield from zip(part, images, ocr(images), strict=True)


def _read_changes(images: Iterable[Image], ocr: Ocr) -> list[Lines]:
    all_lines: list[Lines] = []
    before: Image | None = None
    for image in images:
        if before is not None and before.shape == image.shape:
            all_lines.append(_update(before, all_lines[-1], image, ocr))
        else:
            all_lines.append(_one(ocr, image))
        before = image
    return all_lines


def _one(ocr: Ocr, image: Image) -> Lines:
    (lines,) = ocr([image])
    if isinstance(lines, ChatError):
        raise lines
    return tuple(lines)


def _update(before: Image, known: Lines, image: Image, ocr: Ocr) -> Lines:
    """The lines of `image`, given the `known` lines of the screen `before`, which may share areas.

    Shared areas are painted over, not cut off: the model gets the rest in the same place and at the
    same scale as in a full read, so it reads the same text.
    """
    height, width = image.shape[:2]
    areas = _areas_to_read(_changed_areas(before, image), known, (width, height))
    if not areas:
        return known
    if sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in areas) > _FULL_READ * width * height:
        return _one(ocr, image)
    unread = np.empty_like(image)
    unread[:] = np.median(image[::_CELL, ::_CELL], axis=(0, 1))
    for x0, y0, x1, y1 in areas:
        unread[y0:y1, x0:x1] = image[y0:y1, x0:x1]
    lines = [line for line in known if not any(meet(line.box, area) for area in areas)]
    lines += _one(ocr, unread)
    return tuple(sorted(lines, key=lambda line: (line.box[1] + line.box[3], line.box[0])))


def _changed_areas(before: Image, image: Image) -> list[_Rect]:
    """Rectangles around differing pixels, with a margin of one JPEG block."""
    difference = cv2.blur(cv2.absdiff(before, image), (3, 3)).max(axis=2)
    changed = (difference > _PIXEL_CHANGE).astype(np.uint8)
    changed = cv2.dilate(changed, np.ones((2 * _CELL + 1, 2 * _CELL + 1), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(changed)
    return [(x, y, x + w, y + h) for x, y, w, h in stats[1:, :4].tolist()]


def _areas_to_read(areas: list[_Rect], known: Lines, size: tuple[int, int]) -> list[_Rect]:
    """Areas, grown until they neither cut through a known line nor overlap one another."""
    width, height = size
    pending = [(x0 - _MARGIN, y0 - _MARGIN, x1 + _MARGIN, y1 + _MARGIN) for x0, y0, x1, y1 in areas]
    done: list[_Rect] = []
    while pending:
        area = pending.pop()
        cut_lines = [_room(line) for line in known if meet(_room(line), area)]
        overlapping = [other for other in (*pending, *done) if meet(other, area)]
        larger = _union([area, *cut_lines, *overlapping])
        pending = [other for other in pending if other not in overlapping]
        done = [other for other in done if other not in overlapping]
        if larger == area:
            done.append(area)
        else:
            pending.append(larger)
    clipped = ((max(0, x0), max(0, y0), min(width, x1), min(height, y1)) for x0, y0, x1, y1 in done)
    return sorted(clipped)


def _room(line: OcrLine) -> _Rect:
    """The box of a line, with room on both sides in case the line has become longer."""
    x0, y0, x1, y1 = line.box
    beside = y1 - y0
    return int(x0 - beside), int(y0) - 2, int(x1 + beside) + 1, int(y1) + 3


def _union(areas: Sequence[_Rect]) -> _Rect:
    x0, y0, x1, y1 = zip(*areas, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def _compute(given: StageInput) -> tuple[list[Lines], list[Decision]]:
    keyframes, settings = given.get(KEYFRAMES), given.config.read
    if not settings.enabled:
        return [() for _ in keyframes], []
    models = given.models
    lines, decisions = read(
        given.video.video_id, keyframes, models.ocr, models.embedded_ocr, settings
    )
    if given.config.privacy.mask:
        return [mask_lines(shown) for shown in lines], mask_decisions(decisions)
    return lines, decisions


READ = Stage(
    name="read",
    result=list[Lines],
    compute=_compute,
    needs=(KEYFRAMES,),
    settings=(
        "read.enabled",
        "read.backend",
        "read.llm",
        "read.tesseract_language",
        "read.reuse",
        "privacy.mask",
    ),
    models=("ocr", "embedded_ocr"),
)
