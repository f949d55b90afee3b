"""Change against a reference: how SSIM, pixels and CLIP cut a video into states.

The first sample of a state is its reference. A sample that differs from it by more than a
threshold begins the next state and becomes its reference (Zhang et al., "2.5 Years in Class", 2025,
section 3.3). The paper keeps the sample that differs. Here, as with `writing`, the last sample of a
state shows it, because it is more complete, unless the config says `shown: first`; and states that
are too short count as transitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ... import config
from ...media.frames import Frame
from .state import Gap, State, Timeline

T = TypeVar("T")


@dataclass
class _Current(Generic[T]):
    """The current state."""

    first: float  # seconds
    reference: T
    last: float


def find_by_reference(
    frames: Iterable[Frame],
    settings: config.Keyframes,
    look: Callable[[Frame], T],
    difference: Callable[[T, T], float],
    threshold: float,
) -> Timeline:
    """States by one measure of difference.

    Args:
        frames: samples, in order of time.
        settings: section `keyframes` of the config; its `threshold` overrides `threshold`.
        look: extracts from a frame what is compared.
        difference: between two of these, 0 (the same) to 1.
        threshold: a greater difference begins a state.
    """
    least = threshold if settings.threshold is None else settings.threshold
    states: list[State] = []
    gaps: list[Gap] = []

    def close(current: _Current[T], end: float, change: float) -> None:
        # A sample stands for the time until the next one; 0.01 allows for rounding in times.
        if end - current.first > settings.min_stable - 0.01:
            time = current.first if settings.shown == "first" else current.last
            states.append(State(time, current.first, end, round(change, 4)))
        else:
            reason = "a transition: it does not stand"
            gaps.append(Gap(current.first, end, reason, round(change, 4)))

    current: _Current[T] | None = None
    for frame in frames:
        sample = look(frame)
        change = difference(current.reference, sample) if current else 0.0
        if current is None or change > least:
            if current is not None:
                close(current, frame.time, change)
            current = _Current(frame.time, sample, frame.time)
        current.last = frame.time
    if current is not None:
        close(current, current.last, 0.0)
    return Timeline(states, gaps)
