"""States by the writing on the screen: a new one begins where some of it goes.

The watcher (`watch.py`) says at every sample which writing stands and which has gone. A state
lasts while nothing is lost; its picture is the last sample before the loss began, when the slide
was complete and the board full. States that later turn out to show nothing of their own (a step
of a build, a half-wiped board, a slide shown before, a new line of burned-in subtitles) are dropped
once all are known (`choose.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ... import config
from ...media.frames import Frame
from .choose import WrittenState, choose
from .state import Found
from .watch import CELL, WIDTH, Edges, Look, Mask, Plane, Watcher, gone, grow, written

_POINTER = 14  # cells that a moving pointer, a cursor or a typed character may change in a sample
_CELLS_A_CHARACTER = 1.5  # of body text
_OCCLUDER = 10  # cells of writing that a pointer at rest may hide
_TRAIL = 1.6  # seconds in which a pointer shows that it came from somewhere
_ONCE = 2  # samples that a replaced character may take to change
_A_WHILE = 4  # samples that an animation may take
_REACH = 4  # cells around a pointer that it crosses as it comes or goes
_PERSIST = 3  # samples an edge must stand to count as writing


def find(frames: Iterable[Frame], settings: config.Keyframes) -> Found:
    """The states of a video that show something of their own."""
    tolerance = settings.min_change * _CELLS_A_CHARACTER
    return choose(list(find_states(frames, settings, tolerance)), tolerance)


@dataclass
class _Current:
    """The state that stands now."""

    start: float
    ink: Plane  # edges that stood for a while: the writing
    best: tuple[Frame, Look] | None = None  # the latest sample in which nothing is lost
    previous: tuple[Frame, Look] | None = None  # the quiet sample before
    plane: Plane | None = None  # at the latest sample that was at rest
    lost_since: float | None = None
    witnesses: tuple[Plane, ...] = ()


def find_states(
    frames: Iterable[Frame], settings: config.Keyframes, tolerance: float
) -> Iterator[WrittenState]:
    """All states of the screen, build steps and repetitions among them."""
    watcher = Watcher(settings.sample_rate)
    trail: deque[Mask] = deque(maxlen=max(1, round(_TRAIL * settings.sample_rate)))
    recent: deque[Edges] = deque(maxlen=_PERSIST)
    current: _Current | None = None
    rest_since: float | None = None
    time = 0.0
    for frame in frames:
        time = frame.time
        look = watcher.look(frame.luma(WIDTH))
        if current is not None and current.ink.shape != look.plane.shape:
            # The picture has another shape: what stood is gone.
            yield from _close(current, time, written(current.ink), settings)
            current, rest_since = None, None
            trail.clear()
        trail.append(look.changed & ~look.restless)
        if current is None:
            current = _Current(time, np.zeros_like(look.plane))
            recent.clear()
        active = ~grow(look.restless)
        lost = gone(current.ink, current.plane, look.edges, look.plane) & active
        passing = _passing(lost, look, trail)
        current.ink[_pixels(passing, current.ink.shape)] = 0
        lost &= ~passing
        if lost.sum() <= tolerance:
            current.lost_since = None
        elif current.lost_since is None:
            current.lost_since = time
        over = current.lost_since is not None and time - current.lost_since >= settings.min_stable
        quiet = int((look.changed & active).sum()) <= _POINTER and not look.cut
        rest_since = (time if rest_since is None else rest_since) if quiet else None
        if look.cut or over:
            yield from _close(current, time, lost, settings)
            start = time if current.lost_since is None else current.lost_since
            current = _Current(start, np.zeros_like(look.plane))
            recent.clear()
            rest_since = None  # a screen that has just come must stand for a while first
        recent.append(look.edges)
        _follow(current, frame, look, rest_since, settings.min_stable)
        _ink(current, recent)
    if current is not None:
        yield from _close(current, time, None, settings)


def _passing(lost: Mask, look: Look, trail: Sequence[Mask]) -> Mask:
    """Cells that a pointer left, or hides while it rests there: no loss of writing.

    A pointer comes from somewhere or goes there: there is change around the spot a moment before
    or after, or, where it jumps, in one other place at once; and a hand is never quite still. A
    character that is replaced changes where it stands, once. Writing that is hidden is learnt anew
    when it reappears.
    """
    passing = np.zeros_like(lost)
    if not lost.any():
        return passing
    little = lost.sum() <= _OCCLUDER
    # A new line on the slide is no pointer's path: much changes there at once.
    light = [moved if moved.sum() <= _POINTER else np.zeros_like(moved) for moved in trail]
    path = np.any(light, axis=0)
    now = written(look.edges.strong)
    count, labels = cv2.connectedComponents(grow(lost).astype(np.uint8))
    for label in range(1, count):
        around = labels == label
        spot = lost & around
        if spot.sum() > _OCCLUDER:
            continue
        ring = grow(around, _REACH) & ~around
        elsewhere = grow(light[-1] & ~around).astype(np.uint8)
        jumped = (light[-1] & around).any() and cv2.connectedComponents(elsewhere)[0] == 2
        trembles = sum(bool((moved & around).any()) for moved in light) > _ONCE
        # An arm that writes, or a person walking by, is larger and moves for longer.
        moving = sum(bool((moved & (around | ring)).any()) for moved in trail) > _A_WHILE
        left_blank = little and not (now & spot).any()
        if jumped or trembles or moving or left_blank or (path & ring).any():
            passing |= spot
    return passing


def _follow(
    current: _Current, frame: Frame, look: Look, rest_since: float | None, min_stable: float
) -> None:
    """Remember this sample if the screen is at rest and complete."""
    if rest_since is None or current.lost_since is not None:
        current.previous = None
        return
    current.plane = look.plane
    if frame.time - max(rest_since, current.start) > min_stable - 0.01:  # sums of steps vary
        if not current.witnesses:
            current.witnesses = (look.plane,)
        # One sample back: this one may already hold the first trace of a fade.
        current.best = current.previous or (frame, look)
    current.previous = (frame, look)


def _ink(current: _Current, recent: Sequence[Edges]) -> None:
    """Edges that stood for a while become writing."""
    if len(recent) == _PERSIST:
        stands = recent[-1].strong.copy()
        for edges in recent:
            stands &= edges.near
        current.ink |= stands


def _pixels(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """Cells to pixels."""
    return np.kron(mask, np.ones((CELL, CELL), bool))[: shape[0], : shape[1]]


def _close(
    current: _Current, time: float, lost: Mask | None, settings: config.Keyframes
) -> Iterator[WrittenState]:
    if current.best is None:
        return
    frame, look = current.best
    image, width, height = frame.jpeg(settings.max_side, settings.jpeg_quality)
    end = current.lost_since if current.lost_since is not None else time
    lost = lost if lost is not None else np.zeros(look.restless.shape, bool)
    ink = np.where(_pixels(look.restless, current.ink.shape), 0, current.ink)
    yield WrittenState(
        time=frame.time,
        start=current.start,
        end=max(end, frame.time),
        image=image,
        width=width,
        height=height,
        plane=look.plane,
        witnesses=(*current.witnesses, look.plane),
        change=float(lost.sum()) / max(1, int(written(ink).sum())),
        motion=float(look.restless.mean()),
        ink=ink,
        restless=look.restless,
        lost=lost,
    )
