"""A chalk or white board that is written on stroke by stroke, wiped, and written on again.

Every pixel knows when the chalk reaches it and when the eraser does, so that a frame is the
pixels whose time has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from .draw import Frame, font, rgb
from .script import Item, Theme
from .shot import State, Stretch
from .timeline import Timed

NEVER = np.float32(1e9)
Plane = npt.NDArray[np.floating[Any]]


@dataclass
class Page:
    """What is written between two wipes: its ink, and when each pixel gets it and loses it."""

    ink: Plane
    color: npt.NDArray[np.float32]
    written: Plane
    erased: Plane
    lines: list[str]
    begin: float
    done: float
    wipe: tuple[float, float] | None = None
    bottom: float = 0.0


@dataclass(frozen=True)
class Layer:
    """A page as pictures: before, complete, and wiped; and its pixels in the order of writing."""

    empty: Frame
    full: Frame
    wiped: Frame
    order: npt.NDArray[np.int64]
    when: Plane


class Board:
    """A board scene. A page's state is the stretch in which it stands complete."""

    def __init__(self, timed: Timed, theme: Theme, size: tuple[int, int], seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._theme, self._size = theme, size
        self._bare = self._surface()
        self._pages = self._write(timed)
        self._layers = self._develop()
        self._still: tuple[tuple[int, str], Frame] | None = None
        self.states: list[State] = []
        self.uninformative: list[Stretch] = []
        blank = timed.stable
        for page in self._pages:
            end = page.wipe[0] if page.wipe else timed.end
            if page.begin > blank:
                self.uninformative.append(Stretch(blank, page.begin))
            self.states.append(State(page.done, end, tuple(page.lines)))
            blank = page.wipe[1] if page.wipe else timed.end

    def draw(self, time: float) -> Frame:
        """The board at a time, with the eraser while it sweeps."""
        number = sum(1 for page in self._pages[1:] if page.begin <= time + 1e-6)
        page = self._pages[number]
        wiping = page.wipe is not None and page.wipe[0] <= time < page.wipe[1]
        stage = "wiped" if page.wipe and time >= page.wipe[1] else "done"
        still = not wiping and (time >= page.done or time < page.begin)
        key = (number, stage if time >= page.begin else "bare")
        if still and self._still and self._still[0] == key:
            return self._still[1]
        out = self._compose(number, time)
        if wiping and page.wipe:
            x, y = self._eraser((time - page.wipe[0]) / (page.wipe[1] - page.wipe[0]))
            w, h = self._eraser_size()
            for part, tone in ((2, (70, 62, 58)), (3, (150, 110, 74))):
                dx, dy = w // part, h // part
                cv2.rectangle(out, (x - dx, y - dy), (x + dx, y + dy), tone, -1)
        if still:
            self._still = (key, out)
        return out

    def _compose(self, number: int, time: float) -> Frame:
        """A page as far as it is written, or as far as it is wiped."""
        layer = self._layers[number]
        page = self._pages[number]
        if page.wipe and time >= page.wipe[0]:
            wiped = (page.erased <= np.float32(time + 1e-4))[..., None]
            return np.where(wiped, layer.wiped, layer.full)
        count = int(np.searchsorted(layer.when, np.float32(time + 1e-4), side="right"))
        out = layer.empty.copy()
        reached = layer.order[:count]
        out.reshape(-1, 3)[reached] = layer.full.reshape(-1, 3)[reached]
        return out

    def _surface(self) -> Plane:
        """The bare board: its colour, a little uneven, in a wooden frame."""
        height = self._size[1]
        cloud = self._rng.normal(0, 1, (18, 32)).astype(np.float32)
        clouds = cv2.resize(cloud, self._size, interpolation=cv2.INTER_CUBIC)[..., None]
        board = np.array(rgb(self._theme.board), np.float32) + np.float32(2.5) * clouds
        edge = round(height * 0.022)
        framed = np.clip(board, 0, 255)
        for strip in (np.s_[:edge], np.s_[-edge:], np.s_[:, :edge], np.s_[:, -edge:]):
            framed[strip] = (122, 88, 56)
        return framed

    def _develop(self) -> list[Layer]:
        """The pictures of each page; what is wiped leaves a faint smear on the board."""
        layers: list[Layer] = []
        ground = self._bare
        for page in self._pages:
            alpha = page.ink[..., None]
            full = ground * (1 - alpha) + page.color * alpha
            smear = 0.12 * cv2.GaussianBlur(page.ink, (0, 0), self._size[1] * 0.012)[..., None]
            after = self._bare * (1 - smear) + page.color * smear
            inked = np.flatnonzero(page.ink)
            when = page.written.ravel()[inked]
            order = np.argsort(when, kind="stable")
            empty, complete, wiped = (shot.astype(np.uint8) for shot in (ground, full, after))
            layers.append(Layer(empty, complete, wiped, inked[order], when[order]))
            ground = after
        return layers

    def _write(self, timed: Timed) -> list[Page]:
        pages: list[Page] = []
        for item, (start, end) in zip(timed.scene.items, timed.steps, strict=True):
            if item.wipe:
                pages[-1].wipe = (start, end)
                pages[-1].erased = self._sweep(start, end)
                continue
            if not pages or pages[-1].wipe:
                pages.append(self._page(start))
            page = pages[-1]
            if item.strokes:
                self._draw_strokes(page, item, start, end)
            if item.text:
                self._write_line(page, item, start, end)
                page.lines.append(item.text)
            page.done = end
        grain = self._rng.uniform(0.62, 1.0, self._size[::-1]).astype(np.float32)
        for page in pages:
            page.ink *= cv2.GaussianBlur(grain, (0, 0), 0.7)
        return pages

    def _page(self, begin: float) -> Page:
        width, height = self._size
        shape = (height, width)
        return Page(
            np.zeros(shape, np.float32),
            np.zeros((*shape, 3), np.float32),
            np.full(shape, NEVER),
            np.full(shape, NEVER),
            [],
            begin,
            begin,
            bottom=height * 0.07,
        )

    def _write_line(self, page: Page, item: Item, start: float, end: float) -> None:
        """Write glyph by glyph, each a little off and turned, as a hand does."""
        height = self._size[1]
        face = font(self._theme.hand, round(self._theme.hand_size * height))
        x = self._theme.margin * self._size[0] + item.indent * height * 0.06
        step = (end - start) / len(item.text)
        for number, glyph in enumerate(item.text):
            advance = face.getlength(glyph)
            if glyph.strip():
                side = round(face.size * 2)
                tile = Image.new("L", (side, side))
                spot = (face.size * 0.5, face.size * 0.4)
                ImageDraw.Draw(tile).text(spot, glyph, font=face, fill=255)
                tile = tile.rotate(self._rng.normal(0, 1.8), Image.Resampling.BICUBIC)
                y = page.bottom + self._rng.normal(0, face.size * 0.02)
                at = (round(x - spot[0]), round(y - spot[1]))
                self._lay(
                    page,
                    np.asarray(tile, np.float32) / 255,
                    at,
                    item.color,
                    start + number * step,
                    step,
                )
            x += advance * 1.04
        page.bottom += face.size * 1.4

    def _lay(
        self, page: Page, mask: Plane, at: tuple[int, int], color: int, start: float, step: float
    ) -> None:
        """Put a glyph's mask on the page; its columns appear from left to right within `step`."""
        height, width = mask.shape
        x0, y0 = max(at[0], 0), max(at[1], 0)
        x1 = min(at[0] + width, self._size[0])
        y1 = min(at[1] + height, self._size[1])
        part = mask[y0 - at[1] : y1 - at[1], x0 - at[0] : x1 - at[0]]
        inked = np.flatnonzero(part.max(axis=0) > 0.02) if part.size else np.array([])
        if not len(inked):
            return
        columns = (np.arange(part.shape[1]) - inked[0]) / max(1, inked[-1] - inked[0])
        when = np.float32(start) + np.clip(columns, 0, 0.95).astype(np.float32) * np.float32(step)
        spot = np.s_[y0:y1, x0:x1]
        fresh = part > page.ink[spot]
        page.ink[spot][fresh] = part[fresh]
        page.color[spot][fresh] = rgb(self._theme.chalk[color])
        page.written[spot] = np.where(fresh, when[None, :], page.written[spot])

    def _draw_strokes(self, page: Page, item: Item, start: float, end: float) -> None:
        width, height = self._size
        step = (end - start) / len(item.strokes)
        for number, stroke in enumerate(item.strokes):
            points = np.array(stroke) * (width, height)
            fine = _along(points, height * 0.01)
            for k, (a, b) in enumerate(pairwise(fine)):
                mask = np.zeros((height, width), np.uint8)
                cv2.line(
                    mask,
                    tuple(map(int, a)),
                    tuple(map(int, b)),
                    255,
                    max(2, round(height * 0.007)),
                    cv2.LINE_AA,
                )
                x, y, w, h = cv2.boundingRect(mask)
                tile = mask[y : y + h, x : x + w].astype(np.float32) / 255
                when = start + step * (number + k / len(fine))
                self._lay(page, tile, (x, y), item.color, when, 0.0)

    def _eraser_size(self) -> tuple[int, int]:
        return round(self._size[0] * 0.09), round(self._size[1] * 0.22)

    def _eraser(self, share: float) -> tuple[int, int]:
        """Where the eraser is after a share of the sweep: five rows, back and forth."""
        row, along = divmod(min(share, 0.9999) * 5, 1)
        x = along if int(row) % 2 == 0 else 1 - along
        return round(x * self._size[0]), round((0.1 + 0.2 * row) * self._size[1])

    def _sweep(self, start: float, end: float) -> Plane:
        erased = np.full(self._size[::-1], NEVER)
        w, h = self._eraser_size()
        for share in np.linspace(1, 0, 160):
            x, y = self._eraser(float(share))
            when = start + share * (end - start)
            erased[max(0, y - h // 2) : y + h // 2 + 1, max(0, x - w // 2) : x + w // 2 + 1] = when
        return np.minimum(erased, np.float32(end)).astype(np.float32)


def _along(points: npt.NDArray[np.float64], step: float) -> npt.NDArray[np.float64]:
    """The polyline cut into pieces of about `step` pixels."""
    fine = [points[:1]]
    for a, b in pairwise(points):
        count = max(1, round(float(np.hypot(*(b - a))) / step))
        fine.append(a + (b - a) * (np.arange(1, count + 1) / count)[:, None])
    return np.concatenate(fine)
