"""When everything happens: sentences one after another, and what comes on the screen with them.

All times on the screen lie on the frame grid, so that the truth is exact to the frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .script import Item, Lecture, Scene, Sentence
from .voice import RATE, Audio, Voice, voice_of

STANDS = 4.0
"""Seconds that a written board or program stands complete at least, as a teacher lets it."""
WIPE = 2.5
"""Seconds that a wipe takes."""
STROKE = 1.0
"""Seconds that one polyline of a board drawing takes."""


@dataclass(frozen=True)
class Spoken:
    """A sentence with its start and end in the lecture, in seconds."""

    sentence: Sentence
    start: float
    end: float


@dataclass(frozen=True)
class Timed:
    """A scene in time. `stable` is when its opening transition is over.

    `steps` holds, for each item, when it begins to come and when it stands.
    """

    scene: Scene
    start: float
    stable: float
    end: float
    spoken: tuple[Spoken, ...]
    steps: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Timeline:
    """The whole lecture in time, with its sound."""

    scenes: tuple[Timed, ...]
    audio: Audio
    duration: float

    @property
    def spoken(self) -> list[Spoken]:
        return [said for timed in self.scenes for said in timed.spoken]


def lay_out(lecture: Lecture) -> Timeline:
    """Speak all sentences and give every scene, sentence and item its time."""
    voice = voice_of(lecture)
    scenes: list[Timed] = []
    pieces: list[tuple[float, Audio]] = []
    now = 0.0
    for scene in lecture.scenes:
        timed, sounds = _time_scene(scene, now, voice, lecture.fps)
        scenes.append(timed)
        pieces += sounds
        now = timed.end
    audio = np.zeros(round(now * RATE), dtype=np.float32)
    for start, sound in pieces:
        at = round(start * RATE)
        audio[at : at + len(sound)] += sound[: len(audio) - at]
    return Timeline(tuple(scenes), audio, now)


def _time_scene(
    scene: Scene, start: float, voice: Voice, fps: int
) -> tuple[Timed, list[tuple[float, Audio]]]:
    fade = scene.transition.seconds if scene.transition.kind != "cut" else 0.0
    stable = _snap(start + fade, fps)
    now = max(start + scene.lead, stable)
    spoken: list[Spoken] = []
    sounds: list[tuple[float, Audio]] = []
    for number, sentence in enumerate(scene.say):
        now += sentence.pause if number else 0.0
        sound = voice.speak(sentence)
        spoken.append(Spoken(sentence, now, now + len(sound) / RATE))
        sounds.append((now, sound))
        now = spoken[-1].end
    steps = _steps(scene, stable, spoken, fps)
    end = now + scene.tail
    if scene.kind in ("board", "code") and steps:
        end = max(end, steps[-1][1] + STANDS)
    return Timed(scene, start, stable, _snap(end, fps), tuple(spoken), tuple(steps)), sounds


def _steps(
    scene: Scene, stable: float, spoken: list[Spoken], fps: int
) -> list[tuple[float, float]]:
    """Start and end of each item: bullets come at once, boards and code are written in turn."""
    steps: list[tuple[float, float]] = []
    free = stable
    for item in scene.items:
        cue = _snap(spoken[item.at - 1].start, fps) if item.at else stable
        if scene.kind not in ("board", "code") or not item.at:
            steps.append((cue, cue))
            continue
        begin = max(cue, free + (STANDS if item.wipe else 0.2))
        end = begin + _writing(item, scene.pace)
        steps.append((_snap(begin, fps), _snap(end, fps)))
        free = steps[-1][1]
    return steps


def _writing(item: Item, pace: float) -> float:
    """Seconds that it takes to write an item at `pace` characters per second."""
    if item.wipe:
        return WIPE
    return max(len(item.text) / pace, 0.1) + STROKE * len(item.strokes)


def _snap(time: float, fps: int) -> float:
    return math.ceil(round(time * fps, 6)) / fps
