"""Change against a reference: the way of SSIM, pixels and CLIP to cut a video into states.

The first sample of a state is its reference. A sample that differs from it by more than a
threshold begins the next state and is its reference (Zhang et al., "2.5 Years in Class", 2025,
section 3.3). The paper keeps the sample that differs; here, as with `writing`, a state is shown by
its last sample, for it is the more complete one, and states that do not stand are transitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ... import config
from ...media.frames import Frame
from .state import Found, Plane, State
from .watch import WIDTH

T = TypeVar("T")


@dataclass
class _Current(Generic[T]):
    """The state that stands now."""

    first: Frame
    reference: T
    last: Frame


def find_by_reference(
    frames: Iterable[Frame],
    settings: config.Keyframes,
    look: Callable[[Frame], T],
    difference: Callable[[T, T], float],
    threshold: float,
) -> Found:
    """States by one measure of difference.

    Args:
        frames: samples, in order of time.
        settings: section `keyframes` of the config; its `threshold` goes before `threshold`.
        look: what of a frame is compared.
        difference: of two looks, 0 (the same) to 1.
        threshold: the least difference that begins a state.
    """
    least = threshold if settings.threshold is None else settings.threshold
    kept: list[State] = []
    dropped: list[tuple[State, str]] = []

    def close(current: _Current[T], end: float, change: float) -> None:
        state = _state(current.first, current.last, end, change, settings)
        # Sums of steps vary, and a sample stands for the time until the next.
        if end - state.start > settings.min_stable - 0.01:
            kept.append(state)
        else:
            dropped.append((state, "a transition: it does not stand"))

    current: _Current[T] | None = None
    for frame in frames:
        seen = look(frame)
        change = difference(current.reference, seen) if current else 0.0
        if current is None or change > least:
            if current is not None:
                close(current, frame.time, change)
            current = _Current(frame, seen, frame)
        current.last = frame
    if current is not None:
        close(current, current.last.time, 0.0)
    return Found(kept, dropped)


def _state(
    first: Frame, last: Frame, end: float, change: float, settings: config.Keyframes
) -> State:
    image, width, height = last.jpeg(settings.max_side, settings.jpeg_quality)
    plane: Plane = last.luma(WIDTH)
    return State(
        time=last.time,
        start=first.time,
        end=end,
        image=image,
        width=width,
        height=height,
        plane=plane,
        witnesses=(first.luma(WIDTH), plane),
        change=round(change, 4),
        motion=0.0,
    )
