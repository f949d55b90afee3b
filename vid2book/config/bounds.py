"""What a video may take before it is given up."""

from __future__ import annotations

from pydantic import Field

from .base import Section


class Bounds(Section):
    """What passes a bound is ended: its video fails in this run, and the next run tries again.

    Bounds change no result, so they are left out of the store's keys.
    """

    least: float = Field(
        600.0, gt=0, description="seconds that a stage or a call of a model may take at any length"
    )
    pace: float = Field(
        10.0, ge=0, description="seconds that it may take besides, for each second of the video"
    )
    memory: float | None = Field(
        None,
        gt=0,
        description="GB that a worker may take; not set: its share of nine tenths of the machine",
    )
