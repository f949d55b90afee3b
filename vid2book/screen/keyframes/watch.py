"""Watching a screen: which writing stands, and when some of it goes.

A teacher's screen gains writing (bullets, strokes, typed characters) until some of it goes: the
next slide, a wiped board. The state worth keeping is the last moment before writing goes. So
change is measured by direction, after the edge change ratio of Zabih, Miller and Mai ("A feature-
based algorithm for detecting and classifying scene breaks", 1995): an edge that stood and is no
longer near any edge has gone. It is counted in small cells of the screen, never over the whole
frame, because a finished build can differ from what follows by less than noise elsewhere.

What never rests (a presenter, a clip that plays) is watched too, and left out of the count.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
Mask = NDArray[np.bool_]

WIDTH = 640  # longer side of the planes looked at, pixels
CELL = 8  # pixels; a character of body text covers one to three cells

_WEAK, _STRONG = 10, 26  # gradient in grey levels a pixel: an edge stands at all; stands clear
_NEIGHBOURS = np.ones((3, 3), np.uint8)
_CELL_EDGES = 5  # edge pixels that make a cell written on
_CELL_GONE = 0.2  # share of them that must go
_DIFFERS = 18  # grey levels between two pictures of a cell that are not the same
_CELL_CHANGED = 0.2  # share of a cell's pixels that differ
_WINDOW = 9.0  # seconds over which unrest is judged
_UNREST = 5  # seconds of them with change


class Edges(NamedTuple):
    """Edges of one plane, each H x W, uint8: a bit for each direction in which it gets darker.

    Without the direction, any line of small text would cover any other.
    """

    strong: Plane  # clear edges
    near: Plane  # everything within a pixel of a weak edge


@dataclass(frozen=True)
class Look:
    """What one sample shows, against the sample before it."""

    plane: Plane
    edges: Edges
    changed: Mask  # cells that differ from the sample before
    restless: Mask  # cells that never rest around this time
    cut: bool  # nearly everything changed at once


def cells(mask: Mask) -> NDArray[np.float32]:
    """How many pixels of each cell are set: H x W to ceil(H / CELL) x ceil(W / CELL)."""
    height, width = mask.shape
    padded = np.zeros((-(-height // CELL) * CELL, -(-width // CELL) * CELL), np.float32)
    padded[:height, :width] = mask
    small = (padded.shape[1] // CELL, padded.shape[0] // CELL)
    return cv2.resize(padded, small, interpolation=cv2.INTER_AREA) * (CELL * CELL)


def find_edges(plane: Plane) -> Edges:
    """Clear edges of `plane`, and the neighbourhood of all its edges."""
    smooth = cv2.GaussianBlur(plane, (3, 3), 0)
    strong = np.zeros_like(plane)
    near = np.zeros_like(plane)
    for axis in (0, 1):
        slope = cv2.Sobel(smooth, cv2.CV_16S, axis, 1 - axis, scale=0.25)
        for sign in (0, 1):
            bit = 1 << (2 * axis + sign)
            rising = cv2.max(slope if sign else -slope, 0).astype(np.uint8)
            strong |= cv2.threshold(rising, _STRONG, bit, cv2.THRESH_BINARY)[1]
            near |= cv2.threshold(cv2.dilate(rising, _NEIGHBOURS), _WEAK, bit, cv2.THRESH_BINARY)[1]
    return Edges(strong, near)


def written(edges: Plane) -> Mask:
    """Cells that hold writing."""
    return cells(edges != 0) >= _CELL_EDGES


def gone(ink: Plane, before: Plane | None, edges: Edges, now: Plane) -> Mask:
    """Cells whose writing no longer stands.

    Small writing covers other small writing in part, so that few of its edges seem to go; where
    the picture differs too, few are enough.

    Args:
        ink: the writing, as `Edges.strong`.
        before: luma plane on which it stood; None: not known.
        edges: of the plane now.
        now: luma plane now.
    """
    stood = cells(ink != 0)
    left = cells((ink & ~edges.near) != 0)
    went = left > _CELL_GONE * stood
    if before is not None:
        difference = cv2.absdiff(cv2.blur(before, (3, 3)), cv2.blur(now, (3, 3)))
        differs = cells(difference > _DIFFERS) > _CELL_CHANGED * CELL * CELL
        went |= (left > _CELL_GONE / 2 * stood) & differs
        went &= differs | (left > 2 * _CELL_GONE * stood)
    return (stood >= _CELL_EDGES) & went


def grow(mask: Mask, radius: int = 1) -> Mask:
    """`mask` and the cells around it."""
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)


class Watcher:
    """Looks at the samples of one video in turn. Holds a few seconds of cell masks, no pictures."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._smooth: Plane | None = None
        self._recent: deque[Mask] = deque(maxlen=round(_WINDOW * rate))
        self._restless: Mask | None = None
        self._noise = 1.0

    def look(self, plane: Plane) -> Look:
        """The next sample: a luma plane, H x W, all of one size."""
        smooth = cv2.blur(plane, (3, 3))
        if self._smooth is None or self._smooth.shape != smooth.shape:
            self._smooth = smooth
            self._restless = np.zeros(cells(plane > 255).shape, bool)
            self._recent.clear()
        changed, share = self._changes(smooth)
        self._smooth = smooth
        cut = share > 0.6
        if cut:
            self._recent.clear()  # what never rested belongs to the scene before
        self._recent.append(changed)
        self._restless = self._unrest(self._restless, cut)
        return Look(plane, find_edges(plane), changed, self._restless, cut)

    def _changes(self, smooth: Plane) -> tuple[Mask, float]:
        assert self._smooth is not None
        difference = cv2.absdiff(smooth, self._smooth)
        # Most of a screen stands still, so the median difference is the noise of the camera.
        self._noise += 0.1 * (float(np.percentile(difference[::4, ::4], 60)) - self._noise)
        threshold = max(7.0, 5.0 * self._noise)
        changed = cells(difference > threshold) > _CELL_CHANGED * CELL * CELL
        return changed, float(changed.mean())

    def _unrest(self, before: Mask | None, cut: bool) -> Mask:
        """Cells with change in most of the last seconds; once found, they calm down slowly."""
        second = max(1, round(self._rate))
        history = list(self._recent)
        bins = np.zeros(history[-1].shape, np.uint8)
        for i in range(0, len(history), second):
            bins += np.any(history[i : i + second], axis=0)
        busy = grow(bins >= _UNREST) & grow(bins >= 1)
        if cut or before is None:
            return busy
        return busy | (before & (bins >= 1))
