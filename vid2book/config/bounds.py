"""The time and memory that a video may take before it fails."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Section, Unit


class Bounds(Section):
    """How long a stage or a call of a model may take, and how much memory a worker may use.

    Work that exceeds a limit is stopped: its video fails in this run, and the next run tries it
    again. Limits change no result, so changing them recomputes nothing.
    """

    least: Annotated[float, Unit("seconds")] = Field(
        600.0,
        gt=0,
        description="Time allowed for a stage or a call of a model, however short the video is.",
    )
    pace: Annotated[float, Unit("seconds per second of video")] = Field(
        10.0, ge=0, description="Time allowed on top of that for each second of the video."
    )
    memory: Annotated[float, Unit("GB")] | None = Field(
        None,
        gt=0,
        description="Memory that a worker may use. null: 90 % of the machine's memory, divided "
        "by the number of workers.",
    )
