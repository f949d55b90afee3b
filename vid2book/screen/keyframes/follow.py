"""Every cell of the screen by its own clock: what stood on it, and when.

A lecturer walks through the picture, a clip plays in a corner, a line is being written: elsewhere
the screen stands. So no sample is asked whether the screen is at rest. Each cell is followed alone:
once it has not changed for three samples, what it shows is a *version* of it. When it changes and
settles again, it has a new version, or one that it had before. A camera that drifts or zooms
slowly takes its versions along.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    patches,
    same,
    smooth,
    windows_of,
)

_SETTLED = 2  # samples without change after the first that make a version
_REMEMBERED = 24  # versions of a cell that a new one is compared with, the newest first
_REFRESH = 5  # samples after which what drifts slowly is looked at again
_CHANGE = 0.05  # share of cells that change at once where the screen does
_MOVING = 0.2  # share of cells that change, from which on it matters how sharp the picture is
_THUMB = (16, 9)
_STILL_IT = 0.8  # of a pattern's deviation; who has drifted further shows something else
_DRIFTED = 12  # grey levels of the pixel that differs most


@dataclass(frozen=True)
class History:
    """What stood where, and when.

    Samples are numbered from 0; sample k stands from `times[k]` to `times[k + 1]`.
    """

    grid: Grid
    times: NDArray[np.float64]  # samples + 1: the last is the end
    patch: Patches  # versions x 64: what each version shows
    cell: Ids  # versions: where it stands
    version: Ids  # sightings: of which version
    first: Ids  # sightings: first sample
    last: Ids  # sightings: last sample
    unrest: NDArray[np.float32]  # samples: share of cells that differ from the sample before
    detail: NDArray[np.float32]  # samples: mean strength of edges, 0 where the picture rests
    thumbs: NDArray[np.uint8]  # samples x 9 x 16: the picture, tiny
    unsettled: NDArray[np.float32]  # seconds x cells: share of the time without a version

    @property
    def samples(self) -> int:
        return len(self.times) - 1

    @property
    def rate(self) -> float:
        """Samples a second."""
        return self.samples / max(float(self.times[-1] - self.times[0]), 1e-3)

    def at(self, sample: int) -> Ids:
        """The versions that stand at a sample."""
        return self.version[(self.first <= sample) & (sample <= self.last)]


@dataclass
class _Versions:
    """The versions of all cells, which grow in number."""

    cells: int
    count: int = 0
    patch: Patches = field(default_factory=lambda: np.zeros((4096, CELL * CELL), np.uint8))
    cell: Ids = field(default_factory=lambda: np.zeros(4096, np.int32))
    of: Ids = field(init=False)  # cells x places: the versions of each cell, -1 where none
    number: Ids = field(init=False)  # cells: how many

    def __post_init__(self) -> None:
        self.of = np.full((self.cells, 4), -1, np.int32)
        self.number = np.zeros(self.cells, np.int32)

    def match(self, cell: Ids, windows: Windows) -> Ids:
        """The version that each of the cells shows: a known one, else a new one."""
        found = np.full(len(cell), -1, np.int32)
        left = np.arange(len(cell))
        for back in range(min(_REMEMBERED, int(self.number[cell].max(initial=0)))):
            left = left[self.number[cell[left]] > back]
            if not len(left):
                break
            known = self.of[cell[left], self.number[cell[left]] - 1 - back]
            alike = same(windows[left], self.patch[known])
            found[left[alike]] = known[alike]
            left = left[~alike]
        new = np.flatnonzero(found < 0)
        found[new] = self._add(cell[new], patches(windows[new]))
        return found

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
        self._shown = np.full(cells, -1, np.int32)  # the version that stands; -1: none has settled
        self._since = np.zeros(cells, np.int32)
        self._latest = np.zeros((cells, CELL * CELL), np.uint8)  # the version as it was seen last
        self._still = np.zeros(cells, np.int32)  # samples without change
        self._before: Plane | None = None
        self._times: list[float] = []
        self._unrest: list[float] = []
        self._detail: list[float] = []
        self._thumbs: list[Plane] = []
        self._waiting = np.zeros(cells, np.float32)  # samples of this second without a version
        self._looked = 0  # samples of this second
        self._unsettled: list[NDArray[np.float32]] = []
        none = np.zeros(0, np.int32)  # a video in which nothing settles has no sighting
        self._sightings: list[tuple[Ids, Ids, Ids]] = [(none, none, none)]

    def see(self, plane: Plane, time: float) -> None:
        """One more sample."""
        sample = len(self._times)
        self._times.append(time)
        plane = smooth(plane)
        windows = all_windows(plane, self._grid)
        self._still += 1
        moved = np.zeros(0, np.int32)
        if self._before is not None:
            moved = changed(plane, self._before, self._grid)
            self._close(moved[~self._stays(moved, windows)], sample - 1)
            self._still[moved[self._shown[moved] < 0]] = 0
        else:
            self._still[:] = 0
        self._unrest.append(len(moved) / self._grid.size)
        moving = self._unrest[-1] > _MOVING
        self._detail.append(float(np.abs(cv2.Laplacian(plane, cv2.CV_16S)).mean() if moving else 0))
        self._thumbs.append(cv2.resize(plane, _THUMB, interpolation=cv2.INTER_AREA))
        self._settle(windows, sample)
        if sample % _REFRESH == 0 or self._has_calmed():
            self._refresh(windows, sample)
        while time - self._times[0] >= len(self._unsettled) + 1:
            self._end_second()
        self._waiting += self._shown < 0
        self._looked += 1
        self._before = plane

    def history(self, end: float) -> History:
        """All that was seen; the last sample stands until `end`, in seconds."""
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
        )

    def _has_calmed(self) -> bool:
        """Whether a great change is over just now: a fade leaves its traces in small steps."""
        return len(self._unrest) > 1 and self._unrest[-2] > _CHANGE >= self._unrest[-1]

    def _end_second(self) -> None:
        share = np.maximum(self._waiting, 0) / np.float32(max(self._looked, 1))
        self._unsettled.append(share.astype(np.float32))
        self._waiting, self._looked = np.zeros_like(self._waiting), 0

    def _stays(self, cell: Ids, windows: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Whether cells that changed show their version still: a codec's pulse, a trembling."""
        stays = self._shown[cell] >= 0
        there = cell[stays]
        stays[stays] = same(windows_of(windows, self._grid, there), self._latest[there])
        return stays

    def _settle(self, windows: NDArray[np.uint8], sample: int) -> None:
        cell = np.flatnonzero((self._shown < 0) & (self._still >= _SETTLED)).astype(np.int32)
        if len(cell):
            self._show(cell, windows_of(windows, self._grid, cell), sample - _SETTLED)
            self._waiting[cell] -= _SETTLED  # it stood already while that was not yet known

    def _refresh(self, windows: NDArray[np.uint8], sample: int) -> None:
        """Take along what drifts, and close what has faded into something else."""
        cell = np.flatnonzero(self._shown >= 0).astype(np.int32)
        now = windows_of(windows, self._grid, cell)
        apart = np.abs(patches(now).astype(np.int16) - self._latest[cell]).max(1)
        slid = apart > _DRIFTED
        cell, now = cell[slid], now[slid]
        first = self._versions.patch[self._shown[cell]]
        stays = same(now, self._latest[cell]) & same(now, first, _STILL_IT)
        self._latest[cell[stays]] = patches(now[stays])
        self._close(cell[~stays], sample - 1)
        self._show(cell[~stays], now[~stays], sample)

    def _show(self, cell: Ids, windows: Windows, since: int) -> None:
        self._shown[cell] = self._versions.match(cell, windows)
        self._since[cell] = since
        self._latest[cell] = patches(windows)

    def _close(self, cell: Ids, last: int) -> None:
        cell = cell[self._shown[cell] >= 0]
        if len(cell):
            ends = np.full(len(cell), last, np.int32)
            self._sightings.append((self._shown[cell], self._since[cell], ends))
            self._shown[cell] = -1


def follow(frames: Iterable[Frame]) -> list[History]:
    """The history of a video; one more where its pictures change their shape.

    Args:
        frames: samples in order of time.
    """
    histories: list[History] = []
    follower: Follower | None = None
    time = 0.0
    for frame in frames:
        plane, time = frame.luma(WIDTH), frame.time
        if follower is None or follower.size != plane.shape:
            if follower is not None:
                histories.append(follower.history(time))
            follower = Follower(plane)
        follower.see(plane, time)
    if follower is not None:
        histories.append(follower.history(time))
    return histories
