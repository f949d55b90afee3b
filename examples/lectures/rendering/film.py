"""From a lecture's script to its video and its truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from .board import Board
from .cards import Card, TalkingHead
from .draw import Frame
from .editor import Editor
from .encode import encode
from .overlay import Camera, Corner, Pointer, inset_size
from .presenter import Presenter
from .script import Lecture
from .shot import Shot
from .slide import Diagram, Slide
from .timeline import Timed, Timeline, lay_out
from .truth import manifest_row, truth
from .voice import loudness


class Lens(Protocol):
    """What a camera does to a picture."""

    def film(self, frame: Frame) -> Frame:
        """The picture as the camera sees it."""
        ...


class Overlay(Protocol):
    """Something that lies over a scene."""

    def draw(self, frame: Frame, time: float) -> None:
        """Draw in place."""
        ...


class Crew(Protocol):
    """Makes what the scenes of one lecture need."""

    def shot(self, timed: Timed) -> Shot:
        """The scene, ready to be filmed."""
        ...

    def overlays(self, timed: Timed) -> list[Overlay]:
        """What lies over the scene, from below to above."""
        ...

    def camera(self, timed: Timed) -> Lens | None:
        """The camera that films the scene, if one is to be noticed."""
        ...


def render(lecture: Lecture, folder: Path) -> dict[str, str]:
    """Write `<id>.mp4` and `<id>.truth.json`; returns the lecture's manifest row."""
    timeline = lay_out(lecture)
    return film(lecture, timeline, Scenes(lecture, loud(lecture, timeline)), folder)


def loud(lecture: Lecture, timeline: Timeline) -> npt.NDArray[np.float32]:
    """Loudness of the speech at each frame of the lecture, from 0 to 1."""
    return loudness(timeline.audio, lecture.fps, round(timeline.duration * lecture.fps))


def film(lecture: Lecture, timeline: Timeline, crew: Crew, folder: Path) -> dict[str, str]:
    """Film what the crew makes of a lecture, and write it with its truth."""
    folder.mkdir(parents=True, exist_ok=True)
    shots = [crew.shot(timed) for timed in timeline.scenes]
    frames = _frames(lecture, timeline, shots, crew)
    encode(folder / f"{lecture.id}.mp4", lecture, frames, timeline.audio)
    record = json.dumps(truth(lecture, timeline, shots), indent=1, ensure_ascii=False)
    (folder / f"{lecture.id}.truth.json").write_text(record + "\n", encoding="utf-8")
    return manifest_row(lecture)


class Scenes:
    """The scenes that a script names; the presenter is drawn once for all of them."""

    def __init__(self, lecture: Lecture, loud: npt.NDArray[np.float32]) -> None:
        self._lecture, self._loud = lecture, loud
        self._people: dict[tuple[int, int], Presenter] = {}

    def shot(self, timed: Timed) -> Shot:
        """The scene, ready to be filmed."""
        theme, size = self._lecture.theme, self._lecture.size
        match timed.scene.kind:
            case "slide":
                return Slide(timed, theme, size)
            case "diagram":
                return Diagram(timed, theme, size)
            case "board":
                return Board(timed, theme, size, self._lecture.seed)
            case "code":
                return Editor(timed, theme, size)
            case "presenter":
                return TalkingHead(timed, self._presenter(size))
            case _:
                return Card(timed, theme, size)

    def overlays(self, timed: Timed) -> list[Overlay]:
        """What lies over the scene, from below to above."""
        size, found = self._lecture.size, list[Overlay]()
        if timed.scene.presenter:
            found.append(Corner(self._presenter(inset_size(size))))
        if timed.scene.pointer:
            found.append(Pointer(timed.scene.pointer, size, self._lecture.seed))
        return found

    def camera(self, timed: Timed) -> Lens | None:
        """The camera that films the scene, if its noise is to be seen."""
        noise = timed.scene.noise or self._lecture.noise
        if not (noise.sigma or noise.flicker or noise.vignette):
            return None
        return Camera(noise, self._lecture.size, self._lecture.seed)

    def _presenter(self, size: tuple[int, int]) -> Presenter:
        if size not in self._people:
            self._people[size] = Presenter(
                self._lecture.theme.look, size, self._loud, self._lecture.fps, self._lecture.seed
            )
        return self._people[size]


def _frames(lecture: Lecture, timeline: Timeline, shots: list[Shot], crew: Crew) -> Iterator[Frame]:
    last: Frame = np.zeros((lecture.size[1], lecture.size[0], 3), np.uint8)
    for timed, shot in zip(timeline.scenes, shots, strict=True):
        overlays, camera = crew.overlays(timed), crew.camera(timed)
        before = last
        first, end = (round(time * lecture.fps) for time in (timed.start, timed.end))
        for number in range(first, end):
            time = number / lecture.fps
            picture = shot.draw(time)
            if overlays:
                picture = picture.copy()
                for overlay in overlays:
                    overlay.draw(picture, time)
            if time < timed.stable - 1e-6:
                share = (time - timed.start) / (timed.stable - timed.start)
                picture = _blend(before, picture, share, timed.scene.transition.kind)
            last = picture
            yield camera.film(picture) if camera else picture


def _blend(before: Frame, after: Frame, share: float, kind: str) -> Frame:
    """The picture at a share (0 to 1) of a transition."""
    if kind == "fade":
        mixed = cv2.addWeighted(before, 1 - share, after, share, 0)
    elif kind == "push":
        shift = round(share * after.shape[1])
        mixed = np.concatenate([before[:, shift:], after[:, :shift]], axis=1)
    elif share < 0.5:
        mixed = cv2.convertScaleAbs(before, alpha=1 - 2 * share)
    else:
        mixed = cv2.convertScaleAbs(after, alpha=2 * share - 1)
    return np.asarray(mixed, np.uint8)
