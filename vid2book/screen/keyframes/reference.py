"""Change against a reference: the way of SSIM, pixels and CLIP to cut a video into states.

The first sample of a state is its reference. A sample that differs from it by more than a
threshold begins the next state and is its reference (Zhang et al., "2.5 Years in Class", 2025,
section 3.3). The paper keeps the sample that differs; here, as with `writing`, a state is shown by
its last sample, for it is the more complete one, unless the config says `shown: first`, and states
that do not stand are transitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ... import config
from ...media.frames import Frame
from .state import Found, Left, State

T = TypeVar("T")


@dataclass
class _Current(Generic[T]):
    """The state that stands now."""

    first: float  # seconds
    reference: T
    last: float


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
    left: list[Left] = []

    def close(current: _Current[T], end: float, change: float) -> None:
        # Sums of steps vary, and a sample stands for the time until the next.
        if end - current.first > settings.min_stable - 0.01:
            shown = current.first if settings.shown == "first" else current.last
            kept.append(State(shown, current.first, end, round(change, 4)))
        else:
            reason = "a transition: it does not stand"
            left.append(Left(current.first, end, reason, round(change, 4)))

    current: _Current[T] | None = None
    for frame in frames:
        seen = look(frame)
        change = difference(current.reference, seen) if current else 0.0
        if current is None or change > least:
            if current is not None:
                close(current, frame.time, change)
            current = _Current(frame.time, seen, frame.time)
        current.last = frame.time
    if current is not None:
        close(current, current.last, 0.0)
    return Found(kept, left)
