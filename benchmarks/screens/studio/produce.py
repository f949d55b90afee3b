"""A film is a list of parts; each part is what is said in it and how its picture is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from rendering.film import Lens, Overlay, film, loud
from rendering.script import Lecture, Scene, Sentence, Transition
from rendering.shot import Shot
from rendering.timeline import Spoken, Timed, lay_out

X264 = {"preset": "veryfast", "tune": "stillimage", "x264-params": "mbtree=0"}
"""The macroblock tree reads memory that it never wrote, so that two runs give other bytes."""
OFF_TOPIC = "~"
"""Begins a line of speech that has nothing to do with the subject."""


class Stage(NamedTuple):
    """What a part's picture is made with, beside its own timing."""

    size: tuple[int, int]
    fps: int
    seed: int
    loud: npt.NDArray[np.float32]
    """Of the speech, at each frame of the lecture."""
    spoken: list[Spoken]
    """All sentences of the lecture."""


Make = Callable[[Timed, Stage], Shot]
Lay = Callable[[Timed, Stage], Overlay]
Aim = Callable[[Stage], Lens]


@dataclass(frozen=True)
class Part:
    """A scene: the speech, a sentence a line, and what makes its picture.

    `over` lies on the picture, `aim` is the camera. `lead` and `tail` are seconds of silence.
    """

    make: Make
    say: str = ""
    over: tuple[Lay, ...] = ()
    aim: Aim | None = None
    lead: float = 0.6
    tail: float = 0.8
    how: Literal["cut", "fade", "black", "push"] = "cut"
    seconds: float = 0.5
    pause: float = 0.35


@dataclass(frozen=True)
class Film:
    """A lecture to be rendered; its name is the kind of screen that it shows."""

    kind: str
    title: str
    description: str
    subject: str
    course: str
    parts: tuple[Part, ...]
    language: str = "en"
    voice: str = ""
    speed: float = 1.0
    size: tuple[int, int] = (1280, 720)
    fps: int = 20
    crf: int = 28
    key_every: float = 10.0
    seed: int = 1


class Crew:
    """Makes the shots of a film from its parts."""

    def __init__(self, parts: dict[Scene, Part], stage: Stage) -> None:
        self._parts, self._stage = parts, stage

    def shot(self, timed: Timed) -> Shot:
        """The part's picture."""
        return self._parts[timed.scene].make(timed, self._stage)

    def overlays(self, timed: Timed) -> list[Overlay]:
        """What lies over the part."""
        return [lay(timed, self._stage) for lay in self._parts[timed.scene].over]

    def camera(self, timed: Timed) -> Lens | None:
        """The part's camera."""
        aim = self._parts[timed.scene].aim
        return aim(self._stage) if aim else None


def produce(made: Film, folder: Path) -> dict[str, str]:
    """Write `<kind>.mp4` and its truth; returns the manifest row."""
    scenes = {_scene(part, number): part for number, part in enumerate(made.parts)}
    meta = {
        "title": made.title,
        "description": made.description,
        "subject": made.subject,
        "course": made.course,
        "language": made.language,
        "license": "CC0-1.0",
        "source_url": f"https://example.org/screens/{made.kind}",
    }
    fields = ("voice", "speed", "size", "fps", "crf", "key_every", "seed")
    kept = {name: getattr(made, name) for name in fields}
    lecture = Lecture(made.kind, meta, tuple(scenes), x264=X264, **kept)
    timeline = lay_out(lecture)
    stage = Stage(made.size, made.fps, made.seed, loud(lecture, timeline), timeline.spoken)
    return film(lecture, timeline, Crew(scenes, stage), folder)


def _scene(part: Part, number: int) -> Scene:
    lines = [" ".join(line.split()) for line in part.say.strip().splitlines()]
    said = tuple(
        Sentence(line.removeprefix(OFF_TOPIC).strip(), line.startswith(OFF_TOPIC), part.pause)
        for line in lines
        if line
    )
    change = Transition(part.how, 0.0 if part.how == "cut" else part.seconds)
    # The title tells apart two parts that are otherwise the same.
    return Scene(
        "slide", title=str(number), say=said, transition=change, lead=part.lead, tail=part.tail
    )
