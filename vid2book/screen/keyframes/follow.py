"""The history of every cell of the screen: what it showed, and when.

While a lecturer walks through the picture, a clip plays in a corner or a line is being written, the
rest of the screen stands still. So there is no test of whether the whole screen is at rest. Each
cell is followed independently: once it has not changed for three samples, what it shows is a
*version* of it. When it changes and settles again, it has a new version, or one that it had before.
Versions follow a camera that drifts or zooms slowly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ...media.frames import Frame
from .cells import (
    CELL,
    WIDTH,
    Grid,
    Ids,
    Patches,
    Plane,
    Windows,
    all_windows,
    changed,
    differing,
    patches,
    put,
    same,
    smooth,
    take,
    windows_of,
)
from .moments import Moments

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_SETTLED = 2  # samples without change after the first that make a version
# Known versions that a new one is compared with: ranges counted from the newest.
_REMEMBERED = ((0, 1), (1, 2), (2, 6), (6, 24))
_REFRESH = 5  # samples after which slow drift is checked again
_CHANGE = 0.05  # share of cells that change at once when the whole screen does
_MOVING = 0.2  # share of changing cells from which on the sharpness of a picture matters
_THUMB = (16, 9)  # width, height of the tiny picture of a sample, in pixels
_STILL_IT = 0.8  # share of a pattern's deviation; beyond it, a cell shows something else
_DRIFTED = 12  # grey levels of the pixel that differs most


@dataclass(frozen=True)
class History:
    """What was where, and when.

    Samples are numbered from 0; sample k lasts from `times[k]` to `times[k + 1]`.
    """

    grid: Grid
    times: NDArray[np.float64]  # samples + 1: the last is the end
    patch: Patches  # versions x 64: what each version shows
    cell: Ids  # versions: the cell of each
    version: Ids  # sightings: the version seen
    first: Ids  # sightings: first sample
    last: Ids  # sightings: last sample
    unrest: NDArray[np.float32]  # samples: share of cells that differ from the sample before
    detail: NDArray[np.float32]  # samples: mean strength of edges, 0 while the picture rests
    thumbs: NDArray[np.uint8]  # samples x 9 x 16: the picture, tiny
    unsettled: NDArray[np.float32]  # seconds x cells: share of the time without a version
    planes: Mapping[int, Plane]  # a few samples, before smoothing
    frames: Mapping[int, Frame]  # a few samples, which need not be decoded again

    @property
    def samples(self) -> int:
        return len(self.times) - 1

    @property
    def rate(self) -> float:
        """Samples per second."""
        return self.samples / max(float(self.times[-1] - self.times[0]), 1e-3)

    def seconds(self, first: int, last: int) -> slice:
        """The rows of `unsettled` from one sample to another."""
        since = float(self.times[0])
        return slice(int(self.times[first] - since), int(self.times[last] - since) + 1)

    def at(self, sample: int) -> Ids:
        """The versions visible at a sample."""
        return self.version[(self.first <= sample) & (sample <= self.last)]


@dataclass
class _Versions:
    """The growing set of the versions of all cells."""

    cells: int
    count: int = 0
    patch: Patches = field(default_factory=lambda: np.zeros((4096, CELL * CELL), np.uint8))
    cell: Ids = field(default_factory=lambda: np.zeros(4096, np.int32))
    of: Ids = field(init=False)  # cells x places: the versions of each cell, then -1
    number: Ids = field(init=False)  # cells: how many versions

    def __post_init__(self) -> None:
        self.of = np.full((self.cells, 4), -1, np.int32)
        self.number = np.zeros(self.cells, np.int32)

    def match(self, cell: Ids, windows: Windows) -> Ids:
        """The version that each of the cells shows: a known one, or else a new one."""
        version = np.full(len(cell), -1, np.int32)
        unknown = np.arange(len(cell))
        for newest, end in _REMEMBERED:
            unknown = unknown[self.number[cell[unknown]] > newest]
            if not len(unknown):
                break
            back = np.arange(newest, min(end, self.of.shape[1]))
            place = self.number[cell[unknown], None] - 1 - back
            which, _ = np.nonzero(place >= 0)
            known = self.of[cell[unknown[which]], place[place >= 0]]
            alike = np.flatnonzero(same(windows[unknown[which]], self.patch[known]))
            which, first = np.unique(which[alike], return_index=True)
            version[unknown[which]] = known[alike[first]]
            unknown = np.delete(unknown, which)
        new = np.flatnonzero(version < 0)
        version[new] = self._add(cell[new], patches(windows[new]))
        return version

    def _add(self, cell: Ids, patch: Patches) -> Ids:
        ids = np.arange(self.count, self.count + len(cell), dtype=np.int32)
        self.count += len(cell)
        while self.count > len(self.cell):
            self.patch = np.concatenate([self.patch, np.zeros_like(self.patch)])
            self.cell = np.concatenate([self.cell, np.zeros_like(self.cell)])
        if len(cell) and self.number[cell].max() == self.of.shape[1]:
            self.of = np.concatenate([self.of, np.full_like(self.of, -1)], axis=1)
        self.patch[ids], self.cell[ids] = patch, cell
        self.of[cell, self.number[cell]] = ids
        self.number[cell] += 1
        return ids


class Follower:
    """Follows the cells of planes of one size, sample by sample."""

    def __init__(self, plane: Plane) -> None:
        self.size = (plane.shape[0], plane.shape[1])
        self._grid = Grid.of(plane)
        cells = self._grid.size
        self._versions = _Versions(cells)
        self._current = np.full(cells, -1, np.int32)  # the current version; -1: none has settled
        self._since = np.zeros(cells, np.int32)
        shape = self._grid.rows * CELL, self._grid.columns * CELL
        self._latest = np.zeros(shape, np.uint8)  # the versions as last seen
        self._still = np.full(cells, -1, np.int32)  # samples without change
        self._plane: Plane | None = None  # of the previous sample
        self._smooth = plane
        self._moments = Moments()
        self._ended = 0  # cells whose version was last seen on the previous sample
        self._times: list[float] = []
        self._unrest: list[float] = []
        self._detail: list[float] = []
        self._thumbs: list[Plane] = []
        self._waiting = np.zeros(cells, np.float32)  # samples of this second without a version
        self._second_samples = 0  # samples of this second
        self._unsettled: list[NDArray[np.float32]] = []
        none = np.zeros(0, np.int32)  # a video in which nothing settles has no sighting
        self._sightings: list[tuple[Ids, Ids, Ids]] = [(none, none, none)]

    def see(self, plane: Plane, time: float, frame: Frame | None = None) -> None:
        """Add a sample, and the frame from which it was made, if there is one."""
        sample = len(self._times)
        self._times.append(time)
        moved = np.zeros(0, np.int32)
        # Decoders reproduce an unchanged picture bit by bit.
        if self._plane is None or not np.array_equal(plane, self._plane):
            moved = self._look(plane, sample)
        self._still += 1
        self._still[moved[self._current[moved] < 0]] = 0
        self._unrest.append(len(moved) / self._grid.size)
        moving = self._unrest[-1] > _MOVING
        self._detail.append(_sharpness(self._smooth) if moving else 0.0)
        self._thumbs.append(self._thumb)
        self._settle(sample)
        if self._is_new and (sample % _REFRESH == 0 or self._has_calmed()):
            self._refresh(sample)
        while time - self._times[0] >= len(self._unsettled) + 1:
            self._end_second()
        self._waiting += self._current < 0
        self._second_samples += 1
        self._moments.end(self._ended)
        self._ended = 0
        self._moments.see(plane, frame)

    def _look(self, plane: Plane, sample: int) -> Ids:
        """Take in a picture that differs from the previous one; returns the cells that changed."""
        first = self._plane is None
        before = self._smooth
        self._plane, self._smooth = plane, smooth(plane)
        self._windows = all_windows(self._smooth, self._grid)
        self._thumb = _thumb(self._smooth)
        self._is_new = True  # since drift was last checked
        if first:
            return np.zeros(0, np.int32)
        moved = changed(self._smooth, before, self._grid)
        lost = moved[~self._stays(moved)]
        self._ended += int((self._current[lost] >= 0).sum())
        self._close(lost, sample - 1)
        return moved

    def history(self, end: float) -> History:
        """Everything seen so far; the last sample lasts until `end`, in seconds."""
        self._end_second()
        self._close(np.arange(self._grid.size, dtype=np.int32), len(self._times) - 1)
        version, first, last = (
            np.concatenate(column) for column in zip(*self._sightings, strict=True)
        )
        count = self._versions.count
        return History(
            grid=self._grid,
            times=np.array([*self._times, max(end, self._times[-1])]),
            patch=self._versions.patch[:count],
            cell=self._versions.cell[:count],
            version=version,
            first=first,
            last=last,
            unrest=np.array(self._unrest, np.float32),
            detail=np.array(self._detail, np.float32),
            thumbs=np.stack(self._thumbs),
            unsettled=np.stack(self._unsettled),
            planes=self._moments.planes(),
            frames=self._moments.frames(),
        )

    def _has_calmed(self) -> bool:
        """Whether a great change has just ended: a fade leaves its traces in small steps."""
        return len(self._unrest) > 1 and self._unrest[-2] > _CHANGE >= self._unrest[-1]

    def _end_second(self) -> None:
        share = np.maximum(self._waiting, 0) / np.float32(max(self._second_samples, 1))
        self._unsettled.append(share.astype(np.float32))
        self._waiting, self._second_samples = np.zeros_like(self._waiting), 0

    def _stays(self, cell: Ids) -> NDArray[np.bool_]:
        """Whether cells that changed still show their version: a codec's pulse, or trembling."""
        stays = self._current[cell] >= 0
        there = cell[stays]
        now = windows_of(self._windows, self._grid, there)
        stays[stays] = same(now, take(self._latest, self._grid, there))
        return stays

    def _settle(self, sample: int) -> None:
        cell = np.flatnonzero((self._current < 0) & (self._still >= _SETTLED)).astype(np.int32)
        if len(cell):
            self._show(cell, windows_of(self._windows, self._grid, cell), sample - _SETTLED)
            self._waiting[cell] -= _SETTLED  # samples in which it was there, but not known to last

    def _refresh(self, sample: int) -> None:
        """Update the versions that drift, and close those that have faded into something else."""
        self._is_new = False
        slid = differing(self._smooth, self._latest, self._grid, _DRIFTED) > 0
        cell = np.flatnonzero(slid & (self._current >= 0)).astype(np.int32)
        now = windows_of(self._windows, self._grid, cell)
        first = self._versions.patch[self._current[cell]]
        stays = same(now, take(self._latest, self._grid, cell)) & same(now, first, _STILL_IT)
        put(self._latest, self._grid, cell[stays], patches(now[stays]))
        self._ended += int((~stays).sum())
        self._close(cell[~stays], sample - 1)
        self._show(cell[~stays], now[~stays], sample)

    def _show(self, cell: Ids, windows: Windows, since: int) -> None:
        self._current[cell] = self._versions.match(cell, windows)
        self._since[cell] = since
        put(self._latest, self._grid, cell, patches(windows))

    def _close(self, cell: Ids, last: int) -> None:
        cell = cell[self._current[cell] >= 0]
        if len(cell):
            ends = np.full(len(cell), last, np.int32)
            self._sightings.append((self._current[cell], self._since[cell], ends))
            self._current[cell] = -1


def _sharpness(plane: Plane) -> float:
    """The mean strength of the edges."""
    return float(cv2.norm(cv2.Laplacian(plane, cv2.CV_16S), cv2.NORM_L1) / plane.size)


def _thumb(plane: Plane) -> Plane:
    sampled = np.ascontiguousarray(plane[1::3, 1::3])  # a smooth plane loses little
    return np.asarray(cv2.resize(sampled, _THUMB, interpolation=cv2.INTER_AREA), np.uint8)


def follow(frames: Iterable[Frame]) -> list[History]:
    """The histories of a video: one for each stretch with the same frame size.

    Args:
        frames: samples in order of time.
    """
    histories: list[History] = []
    follower: Follower | None = None
    previous: Frame | None = None
    time = 0.0
    for frame in frames:
        if previous is None or frame.picture is not previous.picture:
            plane = frame.luma(WIDTH)
        previous, time = frame, frame.time
        if follower is None or follower.size != plane.shape:
            if follower is not None:
                histories.append(follower.history(time))
            follower = Follower(plane)
        follower.see(plane, time, frame)
    if follower is not None:
        histories.append(follower.history(time))
    return histories
