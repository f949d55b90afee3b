"""Ink that a hand brings onto a surface, pixel by pixel in the order in which the pen goes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from rendering.draw import Frame, font, rgb

from .textures import Plane

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True)
class Pen:
    """What is written with: a font (file name), its size in pixels, and how unsteady the hand is.

    `grain` is the share of the ink that chalk leaves out at random; `bold` thickens the stroke
    by so many pixels.
    """

    face: str
    size: int
    unsteady: float = 1.0
    grain: float = 0.0
    bold: int = 0
    spread: float = 1.03


class Ink:
    """A surface with all that is ever written on it. Add in order of time, then ask for frames.

    `smear` is the share of the ink that a wipe leaves behind, spread out.
    """

    def __init__(self, ground: Plane, rng: np.random.Generator, smear: float = 0.14) -> None:
        self._rng, self._smear = rng, smear
        self._ground = ground.astype(np.float32)
        self._now = self._ground.copy()
        self._where: list[npt.NDArray[np.int64]] = []
        self._when: list[Plane] = []
        self._what: list[npt.NDArray[np.uint8]] = []
        self.tips: list[tuple[float, float, float]] = []
        self._shown = self._ground.astype(np.uint8)
        self._done = 0
        self._order: tuple[npt.NDArray[np.int64], Plane, npt.NDArray[np.uint8]] | None = None
        grain = cv2.GaussianBlur(
            rng.uniform(0, 1, ground.shape[:2]).astype(np.float32), (0, 0), 0.8
        )
        self._grain = np.clip((grain - 0.5) * 2.2 + 0.5, 0, 1)

    def write(
        self, text: str, at: tuple[float, float], pen: Pen, color: str, start: float, end: float
    ) -> Box:
        """Write a line from `at` (its left upper corner); returns its box."""
        face = font(pen.face, pen.size)
        step = (end - start) / len(text)
        drift, phase = self._rng.uniform(0.3, 1.0), self._rng.uniform(0, 6)
        x = at[0]
        for number, glyph in enumerate(text):
            x = at[0] + face.getlength(text[:number]) * pen.spread
            if not glyph.strip():
                continue
            wave = pen.unsteady * pen.size * 0.03 * np.sin(drift * number * 0.4 + phase)
            y = at[1] + wave + self._rng.normal(0, pen.size * 0.012 * pen.unsteady)
            mask = self._glyph(glyph, pen)
            spot = (round(x - pen.size * 0.5), round(y - pen.size * 0.4))
            when = start + step * (number + 0.92 * flow(mask))
            self._lay(mask, spot, color, when.astype(np.float32), pen.grain)
            for share in (0.0, 0.35, 0.7):
                swing = (0.25, 0.85, 0.45)[round(share / 0.35)]
                tip = (x + pen.size * 0.4 * share, at[1] + pen.size * (0.35 + 0.6 * swing))
                self.tips.append((start + step * (number + share), *tip))
        right = at[0] + face.getlength(text) * pen.spread
        return at[0], at[1] + pen.size * 0.15, right, at[1] + pen.size * 1.25

    def stroke(
        self,
        points: npt.NDArray[np.float64],
        width: int,
        color: str,
        start: float,
        end: float,
        grain: float = 0.0,
    ) -> Box:
        """Draw a polyline with a hand's tremble; returns its box."""
        fine = along(points, 6.0)
        bend = self._rng.normal(0, 1, (max(2, len(fine) // 9), 2))
        trembling = cv2.resize(
            bend.astype(np.float32), (2, len(fine)), interpolation=cv2.INTER_CUBIC
        )
        fine = fine + trembling * 0.9
        height, breadth = self._ground.shape[:2]
        for k, (a, b) in enumerate(pairwise(fine)):
            x0, y0 = np.floor(np.minimum(a, b)).astype(int) - width - 2
            x1, y1 = np.ceil(np.maximum(a, b)).astype(int) + width + 2
            mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
            ends = [tuple(np.round((p - (x0, y0)) * 16).astype(int).tolist()) for p in (a, b)]
            cv2.line(mask, *ends, 255, width, cv2.LINE_AA, 4)
            when = start + (end - start) * k / len(fine)
            times = np.full(mask.shape, when, np.float32)
            self._lay(mask.astype(np.float32) / 255, (x0, y0), color, times, grain)
            self.tips.append((when, float(b[0]), float(b[1])))
        low, high = fine.min(axis=0), fine.max(axis=0)
        box = (max(0.0, low[0]), max(0.0, low[1]), min(breadth, high[0]), min(height, high[1]))
        return float(box[0]), float(box[1]), float(box[2]), float(box[3])

    def wipe(self, box: Box, start: float, end: float) -> None:
        """Take away what is within a box, in rows from left to right and back."""
        x0, y0, x1, y1 = (round(v) for v in box)
        part = np.s_[max(0, y0) : y1, max(0, x0) : x1]
        ground, before = self._ground[part], self._now[part]
        blur = cv2.GaussianBlur(before - ground, (0, 0), self._ground.shape[0] * 0.014)
        after = np.clip(ground + self._smear * blur, 0, 255)
        height, width = after.shape[:2]
        rows = max(1, round(height / (self._ground.shape[0] * 0.16)))
        row = np.minimum(np.arange(height) * rows // height, rows - 1)[:, None]
        along_row = np.linspace(0, 1, width)[None, :]
        along_row = np.where(row % 2 == 0, along_row, 1 - along_row)
        when = start + (end - start) * (row + along_row) / rows
        rows_of, columns = np.mgrid[part]
        self._keep(rows_of, columns, when.astype(np.float32), after)
        for k in range(rows):
            for share in (0.0, 1.0):
                side = share if k % 2 == 0 else 1 - share
                at = (x0 + side * (x1 - x0), y0 + (k + 0.5) / rows * (y1 - y0))
                self.tips.append((start + (end - start) * (k + share) / rows, *at))

    def at(self, time: float) -> Frame:
        """The surface at a time; times must not go back. The caller must not write into it."""
        if self._order is None:
            if not self._when:
                return self._shown
            when = np.concatenate(self._when)
            order = np.argsort(when, kind="stable")
            where, what = np.concatenate(self._where), np.concatenate(self._what)
            self._order = (where[order], when[order], what[order])
        where, when, what = self._order
        until = int(np.searchsorted(when, np.float32(time + 1e-4), side="right"))
        fresh = slice(self._done, until)
        self._shown.reshape(-1, 3)[where[fresh]] = what[fresh]
        self._done = max(self._done, until)
        return self._shown

    @property
    def reached(self) -> int:
        """How many pixels have come or gone so far; the same number means the same picture."""
        return self._done

    def tip(self, time: float) -> tuple[float, float]:
        """Where the pen is, between the places that it is known to pass."""
        times = [t for t, _, _ in self.tips]
        k = int(np.clip(np.searchsorted(times, time), 1, len(times) - 1))
        (t0, x0, y0), (t1, x1, y1) = self.tips[k - 1], self.tips[k]
        share = min(1.0, max(0.0, (time - t0) / max(t1 - t0, 1e-3)))
        return x0 + share * (x1 - x0), y0 + share * (y1 - y0)

    def _glyph(self, glyph: str, pen: Pen) -> Plane:
        """A letter's mask in a tile of twice its size, a little turned, sheared and swollen."""
        side = pen.size * 2
        tile = Image.new("L", (side, side))
        ImageDraw.Draw(tile).text(
            (pen.size * 0.5, pen.size * 0.4), glyph, font=font(pen.face, pen.size), fill=255
        )
        mask = np.asarray(tile, np.float32) / 255
        if pen.bold:
            mask = cv2.dilate(mask, np.ones((pen.bold + 1, pen.bold + 1), np.uint8))
            mask = cv2.GaussianBlur(mask, (0, 0), 0.6)
        turn = cv2.getRotationMatrix2D(
            (side / 2, side / 2),
            self._rng.normal(0, 1.7 * pen.unsteady),
            1 + self._rng.normal(0, 0.025 * pen.unsteady),
        )
        turn[0, 1] += self._rng.normal(0, 0.03 * pen.unsteady)
        return np.asarray(cv2.warpAffine(mask, turn, (side, side), flags=cv2.INTER_CUBIC)).clip(
            0, 1
        )

    def _lay(self, mask: Plane, at: tuple[int, int], color: str, when: Plane, grain: float) -> None:
        height, width = mask.shape
        x0, y0 = max(at[0], 0), max(at[1], 0)
        x1 = min(at[0] + width, self._ground.shape[1])
        y1 = min(at[1] + height, self._ground.shape[0])
        if x0 >= x1 or y0 >= y1:
            return
        part = np.s_[y0 - at[1] : y1 - at[1], x0 - at[0] : x1 - at[0]]
        alpha = mask[part] * (1 - grain * self._grain[y0:y1, x0:x1])
        rows, columns = np.nonzero(alpha > 0.03)
        a = alpha[rows, columns][:, None]
        rows_of, columns_of = rows + y0, columns + x0
        tone = np.array(rgb(color), np.float32)
        now = self._now[rows_of, columns_of]
        self._keep(rows_of, columns_of, when[part][rows, columns], now * (1 - a) + tone * a)

    def _keep(
        self,
        rows: npt.NDArray[np.int64],
        columns: npt.NDArray[np.int64],
        when: Plane,
        what: Plane,
    ) -> None:
        self._now[rows, columns] = what
        self._where.append((rows * self._ground.shape[1] + columns).ravel())
        self._when.append(when.ravel())
        self._what.append(what.reshape(-1, 3).astype(np.uint8))
        self._order = None


def flow(mask: Plane) -> Plane:
    """When ink reaches each pixel of a letter, from 0 to 1: along the strokes, part by part."""
    out = np.zeros(mask.shape, np.float32)
    solid = (mask > 0.03).astype(np.uint8)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(solid)
    clock = 0
    for part in sorted(range(1, count), key=lambda k: int(stats[k, cv2.CC_STAT_LEFT])):
        inside = (parts == part).astype(np.uint8)
        first = int(np.flatnonzero(inside.T)[0])
        reached = np.zeros_like(inside)
        reached[first % mask.shape[0], first // mask.shape[0]] = 1
        while True:
            grown = cv2.dilate(reached, np.ones((5, 5), np.uint8)) & inside
            fresh = grown > reached
            if not fresh.any():
                break
            clock += 1
            out[fresh] = clock
            reached = grown
    return out / max(1, clock)


def along(points: npt.NDArray[np.float64], step: float) -> npt.NDArray[np.float64]:
    """A polyline cut into pieces of about `step` pixels."""
    fine = [points[:1]]
    for a, b in pairwise(points):
        count = max(1, round(float(np.hypot(*(b - a))) / step))
        fine.append(a + (b - a) * (np.arange(1, count + 1) / count)[:, None])
    return np.concatenate(fine)
