"""The screen as a grid of small cells, and when two pictures of a cell show the same.

Cells are compared by their pattern, not by their brightness: the mean is subtracted from both
pictures first, so a lamp, a fade of the background or the gain of a camera changes nothing. The
rest may differ by noise, or by a share of the pattern's own contrast, as codecs cause it. A pattern
may also be a pixel off, in case the camera is not quite still.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
Patches = NDArray[np.uint8]  # N x 64: cells as rows of pixels
Windows = NDArray[np.uint8]  # N x 10 x 10: cells with a margin of one pixel
Mask = NDArray[np.bool_]
Ids = NDArray[np.int32]
Values = NDArray[np.float32]
_Number = TypeVar("_Number", bound=np.generic)

WIDTH = 640  # longer side of the planes that are compared, pixels
CELL = 8  # pixels; a character of body text covers one to three cells
_MARGIN = 1  # pixels by which a pattern may be off
_PIXELS = CELL * CELL

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_NOISE = 7.0  # grey levels by which two pictures of one thing differ (root mean square),
_CODING = 0.4  # and as a share of the pattern's own deviation; 0.4: a correlation of 0.92
_INK = 20  # grey levels between writing and its background
_INK_NOISE = 10.0  # grey levels; like _NOISE, for the pixels of a drawing
_INK_FAINT = 0.7  # share of a drawing's contrast; noise hides no more of it
_INK_CODING = 0.45  # share of a drawing's contrast; like _CODING
_STILL_DRAWN = 0.9  # share of the strokes' pixels that must still be strokes
_CROSSED = 0.8  # the same, where something is drawn over them
_AS_CLEAR = 0.5  # share of a stroke's contrast that must remain
_FILLED = 0.7  # share of a cell; more is not a drawing but something that covers it
_LEAST_RANGE = 24  # grey levels between the darkest and the lightest pixel of a cell with content
_LEAST_DEVIATION = _NOISE  # a cell with less looks the same as a blank one
_SHIFTS = [(0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)]
_AT_ONCE = 512  # windows; this many stay in the processor's cache
_ONES = np.ones(_PIXELS, np.float32)


class Grid(NamedTuple):
    """The size of a plane in cells, which are numbered row by row."""

    rows: int
    columns: int

    @classmethod
    def of(cls, plane: Plane) -> Grid:
        """The cells that cover `plane`; those at the right and the bottom may reach beyond it."""
        height, width = plane.shape
        return cls(-(-height // CELL), -(-width // CELL))

    @property
    def size(self) -> int:
        return self.rows * self.columns

    def row(self, cell: Ids) -> Ids:
        return cell // self.columns

    def column(self, cell: Ids) -> Ids:
        return cell % self.columns


def smooth(plane: Plane) -> Plane:
    """The plane without the noise of single pixels."""
    return np.asarray(cv2.blur(plane, (3, 3)), np.uint8)


def half(plane: Plane) -> Plane:
    """The plane at half the size."""
    size = max(1, plane.shape[1] // 2), max(1, plane.shape[0] // 2)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)


def changed(plane: Plane, before: Plane, grid: Grid) -> Ids:
    """Cells in which two smooth planes differ clearly: by more than 18 grey levels in at least 4
    of 64 pixels, set by eye."""
    return np.flatnonzero(differing(plane, before, grid, 18) >= 4).astype(np.int32)


def differing(plane: Plane, before: Plane, grid: Grid, levels: int) -> NDArray[np.uint8]:
    """cells: how many pixels differ by more than `levels` grey levels. `before` may be larger."""
    before = before[: plane.shape[0], : plane.shape[1]]
    differs = cv2.threshold(cv2.absdiff(plane, before), levels, 1, cv2.THRESH_BINARY)[1]
    below, right = grid.rows * CELL - plane.shape[0], grid.columns * CELL - plane.shape[1]
    if below or right:
        differs = cv2.copyMakeBorder(differs, 0, below, 0, right, cv2.BORDER_CONSTANT)
    # Eight pixels make one 64-bit number. Its bytes do not overflow when eight rows are added, and
    # the multiplication sums them in the highest byte.
    rows = differs.view(np.uint64).reshape(grid.rows, CELL, grid.columns).sum(1)
    return np.asarray((rows * np.uint64(0x0101010101010101) >> 56).reshape(-1), np.uint8)


def all_windows(plane: Plane, grid: Grid) -> NDArray[np.uint8]:
    """rows x columns x 10 x 10: every cell of a smooth plane with its margin (a view)."""
    below = grid.rows * CELL - plane.shape[0] + _MARGIN
    right = grid.columns * CELL - plane.shape[1] + _MARGIN
    wide = cv2.copyMakeBorder(plane, _MARGIN, below, _MARGIN, right, cv2.BORDER_REPLICATE)
    down, along = wide.strides
    side = CELL + 2 * _MARGIN
    return np.lib.stride_tricks.as_strided(
        wide,
        (grid.rows, grid.columns, side, side),
        (CELL * down, CELL * along, down, along),
        writeable=False,
    )


def windows_of(windows: NDArray[np.uint8], grid: Grid, cell: Ids) -> Windows:
    """A copy of the windows of the given cells."""
    return np.asarray(windows[grid.row(cell), grid.column(cell)])


def patches(windows: Windows) -> Patches:
    """The cells without their margins, N x 64."""
    return _shift(windows, 0, 0)


def take(plane: Plane, grid: Grid, cell: Ids) -> Patches:
    """The given cells of a plane that consists of whole cells."""
    cells = plane.reshape(grid.rows, CELL, grid.columns, CELL)
    return np.asarray(cells[grid.row(cell), :, grid.column(cell)].reshape(-1, _PIXELS))


def put(plane: Plane, grid: Grid, cell: Ids, patch: Patches) -> None:
    """Set the given cells of a plane that consists of whole cells."""
    cells = plane.reshape(grid.rows, CELL, grid.columns, CELL)
    cells[grid.row(cell), :, grid.column(cell)] = patch.reshape(-1, CELL, CELL)


def same(windows: Windows, known: Patches, coding: float = _CODING) -> Mask:
    """Whether each window shows the pattern of the corresponding patch, at most a pixel off.

    Args:
        coding: how much they may differ, as a share of the pattern's deviation.
    """
    patterns = _Patterns.of(known.astype(np.float32), coding)
    inner = windows[:, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN].astype(np.float32)
    matches = patterns.match(inner.reshape(-1, _PIXELS))
    # A blank cell must match in place: a shift away from a stroke at the edge always gives one.
    unmatched = np.flatnonzero(~matches & (patterns.spread > _NOISE**2))
    for i in range(0, len(unmatched), _AT_ONCE):
        batch = unmatched[i : i + _AT_ONCE]
        matches[batch] = patterns.subset(batch).match_shifted(windows[batch])
    return matches


class _Patterns(NamedTuple):
    """The patterns with which windows are compared, one each.

    The deviation of a difference follows from the sums of pixels, of their squares and of products.
    These are integers below 2 ** 24, which single precision represents exactly.
    """

    pixels: Values  # N x 64
    total: Values  # N: the sum of its pixels
    square: Values  # N: the sum of their squares
    spread: Values  # N: their mean square deviation
    coding: float

    @classmethod
    def of(cls, pixels: Values, coding: float) -> _Patterns:
        total, square = pixels @ _ONES, np.einsum("ij,ij->i", pixels, pixels)
        return cls(pixels, total, square, _spread(square, total), coding)

    def subset(self, which: NDArray[np.int64]) -> _Patterns:
        pixels, total, square, spread = (column[which] for column in self[:-1])
        return _Patterns(pixels, total, square, spread, self.coding)

    def match(self, here: Values) -> Mask:
        """Whether these cells (N x 64) show the patterns in place."""
        square, product = (np.einsum("ij,ij->i", here, x) for x in (here, self.pixels))
        return self._alike(here @ _ONES, square, product)

    def match_shifted(self, windows: Windows) -> Mask:
        """Whether windows show the patterns a pixel off."""
        flat = windows.reshape(len(windows), -1).astype(np.float32)
        wide = flat.reshape(windows.shape)
        product = np.empty((len(_SHIFTS), len(wide)), np.float32)
        for row, shift in zip(product, _SHIFTS, strict=True):
            np.einsum("ij,ij->i", _shift(wide, *shift), self.pixels, out=row)
        alike = self._alike((flat @ _INSIDE).T, (np.square(flat) @ _INSIDE).T, product)
        return np.asarray(alike.any(0))

    def _alike(self, total: Values, square: Values, product: Values) -> Mask:
        apart = _spread(square - 2 * product + self.square, total - self.total)
        widest = np.maximum(self.spread, _spread(square, total))
        return np.asarray(apart <= np.maximum(self.coding**2 * widest, _NOISE**2))


def _spread(square: Values, total: Values) -> Values:
    """The mean square deviation, from the sums of 64 squares and of 64 values."""
    return np.asarray(square / _PIXELS - np.square(total / _PIXELS), np.float32)


def contrast(known: Patches) -> NDArray[np.float32]:
    """0 to 1 for each patch: 0 shows nothing, 1 is writing as clear as on most slides."""
    span = (known.max(1).astype(np.int16) - known.min(1)).astype(np.float32)
    clear = (span >= _LEAST_RANGE) & (known.std(1) > _LEAST_DEVIATION)
    return np.where(clear, np.minimum(1, span / 50), 0).astype(np.float32)


def straightness(known: Patches) -> NDArray[np.float32]:
    """0 to 1 for each patch: 1 has edges in one direction only, as rules and borders have.

    The coherence of the structure tensor (Bigun and Granlund, 1987).
    """
    square = known.reshape(-1, CELL, CELL).astype(np.float32)
    down = square[:, 2:, 1:-1] - square[:, :-2, 1:-1]
    along = square[:, 1:-1, 2:] - square[:, 1:-1, :-2]
    a, b, c = ((x * y).sum((1, 2)) for x, y in ((along, along), (along, down), (down, down)))
    return np.asarray(np.hypot(a - c, 2 * b) / np.maximum(a + c, 1e-6), np.float32)


def holds(later: Patches, earlier: Patches) -> Mask:
    """Whether each `later` patch shows what is drawn on its `earlier` one: writing was added.

    Either the strokes and the pixels next to them are unchanged, whatever was added around them; or
    the strokes are still there, although others touch them (a word that was underlined).
    """
    ink = _ink(earlier)
    near = _dilate(ink).astype(np.float32)
    count = np.maximum(near.sum(1), 1)
    a, b = _centre(earlier, near, count), _centre(later, near, count)
    apart = np.sqrt(np.square(a - b).sum(1) / count)
    drawn = np.sqrt(np.square(a).sum(1) / count)
    # A blank cell differs from a faint drawing only by the drawing itself.
    limit = np.maximum(np.minimum(_INK_NOISE, _INK_FAINT * drawn), _INK_CODING * drawn)
    shows = apart <= limit
    unsure = np.flatnonzero(~shows & ink.any(1))
    shows[unsure] = _still_drawn(later[unsure], earlier[unsure], ink[unsure])
    return np.asarray(shows & ink.any(1))


def _still_drawn(later: Patches, earlier: Patches, ink: Mask) -> Mask:
    """Whether the strokes of `earlier` are strokes of `later`, on the same background."""
    before, after = (np.median(p, axis=1, keepdims=True) for p in (earlier, later))
    stroke = earlier - before
    kept = ((later - after) * np.sign(stroke) > _AS_CLEAR * np.abs(stroke)) & ink
    drawn = np.abs(later - after) > _INK
    share = kept.sum(1) / np.maximum(ink.sum(1), 1)
    alike = np.abs(before - after)[:, 0] <= _INK
    return np.asarray((share >= _STILL_DRAWN) & alike & (drawn.mean(1) <= _FILLED))


def drawn_over(later: Patches, earlier: Patches) -> Mask:
    """Whether `later` still has all strokes of `earlier`, however much is drawn over the cell.

    This may also be true by chance if something else that is dark takes its place, so the
    surroundings must confirm it.
    """
    ink = _ink(earlier)
    ground = np.median(earlier, axis=1, keepdims=True)
    stroke = earlier - ground
    kept = ((later - ground) * np.sign(stroke) > _AS_CLEAR * np.abs(stroke)) & ink
    return np.asarray((kept.sum(1) >= _CROSSED * ink.sum(1)) & ink.any(1))


def _shift(windows: NDArray[_Number], down: int, right: int) -> NDArray[_Number]:
    """N x 64: the pixels of windows, shifted from the middle."""
    top, left = _MARGIN + down, _MARGIN + right
    return windows[:, top : top + CELL, left : left + CELL].reshape(-1, _PIXELS)


def _inside() -> Values:
    """100 x shifts: 1 for the pixels of a window that each shift compares."""
    side = CELL + 2 * _MARGIN
    numbers = np.arange(side * side).reshape(1, side, side)
    chosen = np.zeros((side * side, len(_SHIFTS)), np.float32)
    for i, shift in enumerate(_SHIFTS):
        chosen[_shift(numbers, *shift), i] = 1
    return chosen


_INSIDE = _inside()


def _ink(known: Patches) -> Mask:
    """Pixels that stand out from the cell's background."""
    background = np.median(known, axis=1, keepdims=True)
    return np.asarray(np.abs(known - background) > _INK)


def _dilate(ink: Mask) -> Mask:
    square = ink.reshape(-1, CELL, CELL)
    near = square.copy()
    near[:, 1:] |= square[:, :-1]
    near[:, :-1] |= square[:, 1:]
    near[:, :, 1:] |= square[:, :, :-1]
    near[:, :, :-1] |= square[:, :, 1:]
    return near.reshape(-1, _PIXELS)


def _centre(
    known: Patches, near: NDArray[np.float32], count: NDArray[np.float32]
) -> NDArray[np.float32]:
    values = known.astype(np.float32)
    return np.asarray((values - ((values * near).sum(1) / count)[:, None]) * near)
