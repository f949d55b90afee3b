"""What every kind of scene is to the renderer: pictures in time, and what is true of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .draw import Frame


@dataclass(frozen=True)
class Stretch:
    """A stretch [start, end) of the lecture."""

    start: float
    end: float


@dataclass(frozen=True)
class State:
    """A stretch [start, end) in which the screen stands still, and the lines to be read on it."""

    start: float
    end: float
    text: tuple[str, ...]
    final: bool = True
    clear: tuple[Stretch, ...] | None = None
    """When nothing covers it; `None` for a state that nothing ever covers."""


class Shot(Protocol):
    """A scene ready to be filmed."""

    @property
    def states(self) -> list[State]: ...

    @property
    def uninformative(self) -> list[Stretch]:
        """Where the screen shows nothing worth keeping."""
        ...

    def draw(self, time: float) -> Frame:
        """The picture at a time of the lecture. The caller must not write into it."""
        ...
