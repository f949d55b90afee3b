"""Pictures of a demonstration: something happens in front of a scene that stays as it is.

A ball that rolls down a ramp never rests for long, and the ramp is on a picture already, so nothing
seems to be new. But where nothing is written on the screen, what happens is all there is to see. So
each phase of it gets a picture, if its moments differ from every other picture by a thing, and not
just by a person. A scene before anything happens is a phase too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from .cells import Mask, Patches, Plane, all_windows, contrast, patches, same, smooth, windows_of
from .displaced import View
from .follow import History
from .persons import body
from .phases import phases
from .state import Gap, State
from .still import Still, Stills
from .strokes import written

STEP = "a step of a demonstration"

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_LEAST = 10.0  # seconds of a scene in which something may happen
_LOOKS = 5  # moments of a phase that are looked at
_OFTEN = 0.4  # share of these moments that must show something new
_LIT = 16.0  # grey levels by which a cell gets lighter or darker, relative to the whole picture
_THING = 8  # fewest cells in contact that count as a thing
_SCENE = 0.5  # share of the visible content; if more is new, the camera moves,
_PART = 0.15  # unless that is less than this share of the picture


def steps(
    history: History,
    states: Sequence[State],
    gaps: Sequence[Gap],
    stills: Stills,
) -> tuple[list[State], list[Gap]]:
    """The states, new ones for what happens included, in order of time; and the remaining gaps.

    Args:
        states: those found so far, in order of time.
        gaps: stretches without a picture, in order of time.
        stills: the source of pictures.
    """
    views = [_view(history, state.time, stills) for state in states]
    new: list[State] = []
    for scene in _scenes(states, views, gaps):
        for start, end in phases(history, *scene):
            if any(start <= state.time < end for state in (*states, *new)):
                continue
            view = _happens(history, start, end, views, stills)
            if view is not None:
                views.append(view)
                time = float(history.times[view.sample])
                new.append(State(time, start, end, 1.0, 1.0, STEP, False))
    if not new:
        return list(states), list(gaps)
    trimmed = [_beside(state, new) for state in states]
    rest = [part for gap in gaps for part in _outside(gap, new)]
    return sorted([*trimmed, *new], key=lambda state: state.time), rest


def _scenes(
    states: Sequence[State], views: Sequence[View], gaps: Sequence[Gap]
) -> Iterator[tuple[float, float]]:
    """Start and end of long scenes on which nothing is written."""
    scenes = [(s.start, s.end) for s, v in zip(states, views, strict=True) if not written(v.plane)]
    if len(scenes) == len(states):
        scenes += [(gap.start, gap.end) for gap in gaps]
    start = end = -1.0
    for since, until in [*sorted(scenes), (np.inf, np.inf)]:
        if since > end:
            if end - start >= _LEAST:
                yield start, end
            start = since
        end = max(end, until)


def _happens(
    history: History, start: float, end: float, views: Sequence[View], stills: Stills
) -> View | None:
    """A typical moment of those that differ from all pictures; None if too few do, or if
    something is written there."""
    first, last = np.searchsorted(history.times, (start, end - 1e-6))
    samples = np.linspace(first, last - 1, _LOOKS + 2).astype(int)[1:-1]
    looks = stills.at(float(history.times[k]) for k in samples)
    if any(written(look.plane) for look in looks):
        return None
    differing: list[tuple[int, int]] = []
    for i, look in enumerate(looks):
        size = _apart(history, look, views)
        if size >= _THING:
            differing.append((size, i))
    if len(differing) < _OFTEN * len(looks):
        return None
    size, i = sorted(differing)[len(differing) // 2]
    return View(history, int(samples[i]), looks[i].plane)


def _patches(history: History, plane: Plane) -> Patches:
    cells = np.arange(history.grid.size, dtype=np.int32)
    return patches(windows_of(all_windows(smooth(plane), history.grid), history.grid, cells))


def _apart(history: History, look: Still, views: Sequence[View]) -> int:
    """The size, in cells, of the largest thing by which a moment differs from every picture.

    0 if there is none, or if so much is new that the camera must have moved.
    """
    others = [_other(history, look.plane, view.plane) for view in views]
    content = _SCENE * (contrast(_patches(history, look.plane)) > 0).sum()
    most = max(content, _PART * history.grid.size)
    if not others or min(other.sum() for other in others) > most:
        return 0
    size = min(_largest(other, history) for other in others)
    # Looking for faces takes long.
    if size >= _THING and look.faces:
        beside = ~body(look.faces, history.grid)
        size = min(_largest(other & beside, history) for other in others)
    return size


def _other(history: History, plane: Plane, view: Plane) -> Mask:
    """Cells that show something on one of two pictures that is not there on the other."""
    grid = history.grid
    cells = np.arange(grid.size, dtype=np.int32)
    here, there = (windows_of(all_windows(smooth(p), grid), grid, cells) for p in (plane, view))
    one, two = patches(here), patches(there)
    differs = (contrast(one) > 0) & ~same(there, one) | (contrast(two) > 0) & ~same(here, two)
    light = one.mean(axis=1) - two.mean(axis=1)
    return np.asarray(differs | (np.abs(light - np.median(light)) > _LIT))


def _view(history: History, time: float, stills: Stills) -> View:
    sample = int(np.searchsorted(history.times, time - 1e-6))
    return View(history, sample, stills.at([time])[0].plane)


def _largest(cells: Mask, history: History) -> int:
    """Number of cells in the largest connected group."""
    there = cells.astype(np.uint8).reshape(tuple(history.grid))
    stats = cv2.connectedComponentsWithStats(there, connectivity=8)[2]
    return int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))


def _beside(state: State, steps: Sequence[State]) -> State:
    """A state, cut to the time between the steps before and after its picture."""
    start = max((step.end for step in steps if step.end <= state.time), default=state.start)
    end = min((step.start for step in steps if step.start > state.time), default=state.end)
    # What goes was measured where the content goes, not where the step begins.
    measured = state.measured and end >= state.end
    return replace(state, start=max(start, state.start), end=min(end, state.end), measured=measured)


def _outside(gap: Gap, states: Sequence[State]) -> Iterator[Gap]:
    """The parts of a gap that no state covers."""
    start = gap.start
    for state in states:
        if state.end > start and state.start < gap.end:
            if state.start > start:
                yield Gap(start, state.start, gap.reason, gap.score)
            start = state.end
    if start < gap.end:
        yield Gap(start, gap.end, gap.reason, gap.score)
