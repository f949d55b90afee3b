"""Pictures of a demonstration: something happens before a scene that stays as it is.

The ball that rolls down a ramp never stands for long, and the ramp is on a picture already, so that
nothing new seems to be there. Where nothing is written on the screen, what happens is all that
there is to see: each step of some length gets a picture, if its moments differ from every other
picture by a thing, and not by a person alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np

from .cells import Mask, Patches, Plane, all_windows, contrast, patches, same, smooth, windows_of
from .displaced import View
from .follow import History
from .persons import body
from .state import Left, State
from .still import Stills

STEP = "a step of something that happens"

_LENGTH = 15.0  # seconds of a step
_LEAST = 10.0  # of what happens at all
_LOOKS = 5  # moments of a step that are looked at
_OFTEN = 0.4  # share of them at which there must be something else
_THING = 8  # cells that touch: the least that is one
_SCENE = 0.5  # share of what is to be seen; if more is new, the camera moves
_EDGE = 40  # grey levels by which letters stand out
_GAP = 9  # pixels between letters
_LINE = (6, 60)  # pixels that a line of writing is high
_WIDTH = 24  # pixels that it is wide at least,
_ASPECT = 1.8  # and times its height
_FILL = (0.3, 0.9)  # share of its box on which there are edges
_STROKES = 1.5  # edges that are crossed along it, in its height


def steps(
    history: History, left: Sequence[Left], shown: Sequence[View], stills: Stills
) -> tuple[list[State], list[Left]]:
    """Pictures of what happens in long stretches without one, and what is left.

    Args:
        left: stretches without a picture, in order of time.
        shown: the pictures that there are.
        stills: gives pictures.
    """
    if not shown or any(written(view.plane) for view in shown):
        return [], list(left)
    views, states = list(shown), list[State]()
    for start, end in _long(left):
        count = max(1, int((end - start) // _LENGTH))
        for since, until in pairwise(np.linspace(start, end, count + 1).tolist()):
            view = _happens(history, since, until, views, stills)
            if view is not None:
                views.append(view)
                time = float(history.times[view.sample])
                states.append(State(time, since, until, 1.0, 1.0, STEP))
    return states, [rest for stretch in left for rest in _outside(stretch, states)]


def written(plane: Plane) -> bool:
    """Whether something like a line of writing is on a picture: a row of strokes."""
    edges = cv2.morphologyEx(plane, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    ink = (edges > _EDGE).astype(np.uint8)
    lines = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, _GAP), np.uint8))
    for x, y, width, height, _ in cv2.connectedComponentsWithStats(lines)[2][1:]:
        if not _LINE[0] <= height <= _LINE[1] or width < max(_WIDTH, _ASPECT * height):
            continue
        box = ink[y : y + height, x : x + width]
        middle = box[height // 4 : max(height // 4 + 1, 3 * height // 4)].astype(np.int8)
        strokes = np.abs(np.diff(middle, axis=1)).sum(axis=1).mean() * height / width
        if _FILL[0] < box.mean() < _FILL[1] and strokes > _STROKES:
            return True
    return False


def _long(left: Sequence[Left]) -> Iterator[tuple[float, float]]:
    """Start and end of what follows each other without a picture for long."""
    start = end = -1.0
    for stretch in [*left, Left(np.inf, np.inf, "")]:
        if stretch.start > end:
            if end - start >= _LEAST:
                yield start, end
            start = stretch.start
        end = stretch.end


def _happens(
    history: History, start: float, end: float, views: Sequence[View], stills: Stills
) -> View | None:
    """A moment of a step at which as much is new as at most of its moments, if anything is."""
    first, last = np.searchsorted(history.times, (start, end - 1e-6))
    if not history.unrest[first:last].any():
        return None
    samples = np.linspace(first, last - 1, _LOOKS + 2).astype(int)[1:-1]
    looks = stills.at(float(history.times[k]) for k in samples)
    if any(written(look.plane) for look in looks):
        return None
    found: list[tuple[int, int]] = []
    for i, look in enumerate(looks):
        new = np.all([_new(history, look.plane, view.plane) for view in views], axis=0)
        size = _largest(new, history)
        # To look for faces takes long.
        if size >= _THING and look.faces:
            size = _largest(new & ~body(look.faces, history.grid), history)
        if size >= _THING:
            found.append((size, i))
    if len(found) < _OFTEN * len(looks):
        return None
    size, i = sorted(found)[len(found) // 2]
    content = contrast(_patches(history, looks[i].plane)) > 0
    if size > _SCENE * content.sum():
        return None
    return View(history, int(samples[i]), looks[i].plane)


def _patches(history: History, plane: Plane) -> Patches:
    cells = np.arange(history.grid.size, dtype=np.int32)
    return patches(windows_of(all_windows(smooth(plane), history.grid), history.grid, cells))


def _new(history: History, plane: Plane, other: Plane) -> Mask:
    """Cells that show something that the other picture does not have there."""
    grid = history.grid
    cells = np.arange(grid.size, dtype=np.int32)
    known = _patches(history, plane)
    there = windows_of(all_windows(smooth(other), grid), grid, cells)
    return np.asarray((contrast(known) > 0) & ~same(there, known))


def _largest(cells: Mask, history: History) -> int:
    """Cells of the largest group that touch."""
    there = cells.astype(np.uint8).reshape(tuple(history.grid))
    stats = cv2.connectedComponentsWithStats(there, connectivity=8)[2]
    return int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))


def _outside(stretch: Left, states: Sequence[State]) -> Iterator[Left]:
    """What of a stretch lies within no state."""
    start = stretch.start
    for state in states:
        if state.end > start and state.start < stretch.end:
            if state.start > start:
                yield Left(start, state.start, stretch.reason, stretch.score)
            start = state.end
    if start < stretch.end:
        yield Left(start, stretch.end, stretch.reason, stretch.score)
