"""What is elsewhere on another picture: a page that scrolled, a slide that was zoomed into.

Two pictures are aligned by what both show (SIFT features, a similarity transform by RANSAC). Then
each cell of the first is compared with the place where it should be on the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .cells import (
    CELL,
    Grid,
    Ids,
    Mask,
    Patches,
    Plane,
    all_windows,
    contrast,
    patches,
    same,
    smooth,
    windows_of,
)
from .follow import History

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_FEATURES = 1500  # the most per picture, strongest first
_SCALE = 0.7  # of the pictures on which they are detected
_RATIO = 0.75  # of the distances to the nearest and the second nearest feature (Lowe, 2004)
_UNKNOWN = -2  # for a feature that has not been matched yet
_LEAST_PAIRS = 8  # pairs of features that must agree; two would determine a transform
_REPROJECTION = 2.0  # pixels
_LOOSE = 0.9  # share of a pattern's deviation; a correlation of 0.6
_SUPPORT = 0.4  # share of the surrounding cells that are surely there
_CERTAIN = 0.8  # share from which on the cell between them is there too
_AROUND = 9  # width of the neighbourhood, cells
_ZOOM = 1.4  # beyond it, the larger view shows details that the smaller one does not
_UPRIGHT = 0.01  # a transform this close to a shift is one
_STRAIGHT = 1.0  # pixels to the side by which text that moves up or down may seem to move
_STRONGEST = 300  # features that show whether the whole picture moved
_WHOLE = 0.8  # share of their pairs that must agree on the transform,
_PAIRED = 0.4  # and share of the features that must have a pair
_WIDE = 0.3  # share of the width and height that the agreeing pairs must span
_MOVED = 2.0  # pixels by which half of them must have moved; otherwise the picture stands still


@dataclass(frozen=True, eq=False)
class View:
    """A sample that can be aligned with others."""

    history: History
    sample: int
    plane: Plane  # luma

    @cached_property
    def features(self) -> tuple[Sequence[cv2.KeyPoint], NDArray[np.float32] | None]:
        # SIFT doubles the picture first, which is slow and finds grain.
        height, width = self.plane.shape
        size = max(1, round(_SCALE * width)), max(1, round(_SCALE * height))
        small = cv2.resize(self.plane, size, interpolation=cv2.INTER_AREA)
        points, descriptors = cv2.SIFT.create(_FEATURES).detectAndCompute(small, None)
        for point in points:
            x, y = ((at + 0.5) / _SCALE - 0.5 for at in point.pt)
            point.pt = min(max(x, 0.0), width - 1.0), min(max(y, 0.0), height - 1.0)
        return points, descriptors

    @cached_property
    def _matches(self) -> dict[View, Ids]:
        return {}

    def match(self, own: Ids, other: View) -> Ids:
        """For each of its features `own`: the one of `other` that shows the same, or -1.

        Results are kept, because calls for the same picture have many features in common.
        """
        descriptors, others = self.features[1], other.features[1]
        if descriptors is None or others is None:
            return np.full(len(own), -1, np.int32)
        known = self._matches.setdefault(other, np.full(len(descriptors), _UNKNOWN, np.int32))
        new = own[known[own] == _UNKNOWN]
        known[new] = -1
        pairs = cv2.BFMatcher().knnMatch(descriptors[new], others, k=2) if len(new) else ()
        for pair in pairs:
            if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance:
                known[new[pair[0].queryIdx]] = pair[0].trainIdx
        return known[own]


class Elsewhere(NamedTuple):
    """What another picture shows in other places."""

    found: Mask  # for each version that was looked for
    transform: NDArray[np.float64]  # 2 x 3, from pixels of the first picture to the other's
    whole: bool  # everything moved: by a camera, or a zoom into a photograph

    @property
    def is_vertical(self) -> bool:
        """Whether everything moved straight up or down."""
        (scale, skew, right), _ = self.transform
        return bool(scale == 1 and skew == 0 and abs(right) <= _STRAIGHT)

    def shift(self, history: History, version: Ids) -> NDArray[np.float64]:
        """How far each of the versions would move, in pixels."""
        cell = history.cell[version]
        place = np.stack([history.grid.column(cell), history.grid.row(cell)]) * CELL + CELL / 2
        moved = self.transform[:, :2] @ place + self.transform[:, 2:]
        return np.asarray(np.hypot(*(moved - place)))


def seen_elsewhere(view: View, version: Ids, other: View) -> Elsewhere | None:
    """Which versions on `view` the picture `other` shows in another place; None if none."""
    history = view.history
    elsewhere = _find(view, history.cell[version], history.patch[version], other)
    return elsewhere if elsewhere and elsewhere.found.any() else None


def content_cells(view: View) -> Ids:
    """The cells of a view that are not blank, whether they are still or not."""
    known = _patches(view)
    return np.flatnonzero(contrast(known) > 0).astype(np.int32)


def seen_cells(view: View, cell: Ids, other: View) -> Mask:
    """For each of these cells of `view`: whether `other` shows its content, wherever."""
    elsewhere = _find(view, cell, _patches(view)[cell], other)
    return elsewhere.found if elsewhere else np.zeros(len(cell), bool)


def _patches(view: View) -> Patches:
    grid = view.history.grid
    everywhere = np.arange(grid.size, dtype=np.int32)
    return patches(windows_of(all_windows(smooth(view.plane), grid), grid, everywhere))


def _find(view: View, cell: Ids, known: Patches, other: View) -> Elsewhere | None:
    """Which cells of `view`, with the `known` content, `other` shows."""
    transform = _whole_transform(view, other)
    whole = transform is not None
    if transform is None:
        transform = _transform(view, cell, other)
    if transform is None:
        return None
    grid, (height, width) = view.history.grid, view.plane.shape
    flags = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
    moved = cv2.warpAffine(
        smooth(other.plane), transform, (width, height), flags=flags, borderValue=(128,)
    )
    windows = windows_of(all_windows(np.asarray(moved, np.uint8), grid), grid, cell)
    sure = same(windows, known)
    # Codecs render small letters a little differently in each place.
    likely = same(windows, known, _LOOSE)
    around = support(grid, cell, cell[sure])[cell]
    place = np.stack([grid.column(cell), grid.row(cell)]) * CELL + CELL / 2
    x, y = transform[:, :2] @ place + transform[:, 2:]
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    # If the whole picture moved, the place is certain, and smooth shades match as well.
    near = likely if whole else likely & (around >= _SUPPORT)
    return Elsewhere(sure | near | (inside & (around >= _CERTAIN)), transform, whole)


def support(grid: Grid, sought: Ids, found: Ids) -> NDArray[np.float32]:
    """For each cell of the grid: the share of the cells sought around it that were found."""
    there, known = np.zeros(tuple(grid), np.float32), np.zeros(tuple(grid), np.float32)
    there.reshape(-1)[sought] = 1
    known.reshape(-1)[found] = 1
    around = (_AROUND, _AROUND)
    share = cv2.blur(known, around) / np.maximum(cv2.blur(there, around), 1e-6)
    return np.asarray(share.reshape(-1), np.float32)


def _whole_transform(view: View, other: View) -> NDArray[np.float64] | None:
    """The transform from `view` to `other`, if the whole picture moved."""
    response = [-point.response for point in view.features[0]]
    strongest = np.argsort(response)[:_STRONGEST].astype(np.int32)
    pairs = _pairs(view, strongest, other)
    if pairs is None or len(pairs[0]) < _PAIRED * len(strongest):
        return None
    fit = _fit(*pairs)
    if fit is None:
        return None
    transform, agree = fit
    here, there = pairs[0][agree], pairs[1][agree]
    wide = np.ptp(here, axis=0) >= _WIDE * np.array(view.plane.shape[::-1])
    moved = np.median(np.hypot(*(there - here).T)) >= _MOVED
    return transform if agree.mean() >= _WHOLE and wide.all() and moved else None


def _transform(view: View, cell: Ids, other: View) -> NDArray[np.float64] | None:
    """The transform from `view` to `other`, by the features in the cells; None if unknown."""
    inside = np.zeros(view.history.grid.size, bool)
    inside[cell] = True
    columns = view.history.grid.columns
    own = [
        i for i, p in enumerate(view.features[0])
        if inside[int(p.pt[1]) // CELL * columns + int(p.pt[0]) // CELL]
    ]  # fmt: skip
    pairs = _pairs(view, np.array(own, np.int32), other)
    fit = _fit(*pairs) if pairs else None
    return fit[0] if fit else None


def _pairs(
    view: View, own: Ids, other: View
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Where the features `own` are on `view` and on `other`; None if too few pairs match."""
    points, others = view.features[0], other.features[0]
    if min(len(own), len(others)) < _LEAST_PAIRS:
        return None
    match = view.match(own, other)
    if (match >= 0).sum() < _LEAST_PAIRS:
        return None
    here = np.array([points[i].pt for i in own[match >= 0]])
    there = np.array([others[i].pt for i in match[match >= 0]])
    return here, there


def _fit(
    here: NDArray[np.float64], there: NDArray[np.float64]
) -> tuple[NDArray[np.float64], Mask] | None:
    """The transform on which most pairs agree, and which pairs do."""
    transform, inliers = cv2.estimateAffinePartial2D(
        here, there, ransacReprojThreshold=_REPROJECTION
    )
    if transform is None or inliers.sum() < _LEAST_PAIRS:
        return None
    if not 1 / _ZOOM < np.hypot(transform[0, 0], transform[1, 0]) < _ZOOM:
        return None
    agree = np.asarray(inliers[:, 0] > 0)
    if abs(transform[0, 0] - 1) < _UPRIGHT and abs(transform[1, 0]) < _UPRIGHT:
        right, down = np.median((there - here)[agree], axis=0)
        return np.array([[1, 0, right], [0, 1, down]]), agree
    return np.asarray(transform, np.float64), agree
