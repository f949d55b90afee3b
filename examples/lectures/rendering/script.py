"""A lecture's script: what stands on the screen, what is said, and what comes with which sentence.

A script is a YAML file; `scripts/` holds examples and the README lists the fields. An unknown or
misspelt field is an error, since it would otherwise be a lecture that lacks something unnoticed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import yaml

Kind = Literal["slide", "board", "code", "diagram", "presenter", "sponsor", "end"]
KINDS = ("slide", "board", "code", "diagram", "presenter", "sponsor", "end")
UNINFORMATIVE = ("presenter", "sponsor", "end")
Stroke = tuple[tuple[float, float], ...]
T = TypeVar("T")


@dataclass(frozen=True)
class Sentence:
    """One spoken sentence. `pause` is the silence before it, in seconds."""

    text: str
    off_topic: bool = False
    pause: float = 0.35


@dataclass(frozen=True)
class Item:
    """One thing that comes onto the screen: a bullet, a line of a board or of code, a wipe.

    `at` is the number (from 1) of the sentence with which it comes; 0 is there from the start.
    `strokes` are polylines in fractions of the width and height; `color` picks a theme colour;
    `scale` makes a bullet's letters smaller or larger.
    """

    text: str = ""
    at: int = 0
    strokes: tuple[Stroke, ...] = ()
    color: int = 0
    indent: int = 0
    wipe: bool = False
    scale: float = 1.0


@dataclass(frozen=True)
class Noise:
    """What a camera adds: grain (sigma in grey levels), flicker (share of the light), vignette."""

    sigma: float = 0.0
    flicker: float = 0.0
    vignette: float = 0.0


@dataclass(frozen=True)
class Transition:
    """How a scene begins: `cut`, or from the last picture by `fade`, through `black`, by `push`."""

    kind: Literal["cut", "fade", "black", "push"] = "cut"
    seconds: float = 0.0


@dataclass(frozen=True)
class Look:
    """The person who presents, and the room behind."""

    skin: str = "#e0ac8a"
    hair: str = "#3a2a20"
    hair_style: Literal["short", "long"] = "short"
    shirt: str = "#35507a"
    room: str = "#8a7f72"


@dataclass(frozen=True)
class Theme:
    """The design of a lecture. Sizes are shares of the picture's height; fonts are file names."""

    background: str = "#ffffff"
    ink: str = "#1d2433"
    accent: str = "#0b5fa5"
    layout: Literal["rule", "band", "side"] = "rule"
    font: str = "DejaVuSans.ttf"
    bold: str = "DejaVuSans-Bold.ttf"
    mono: str = "DejaVuSansMono.ttf"
    hand: str = "URWGothic-Book.otf"
    title_size: float = 0.075
    text_size: float = 0.052
    mono_size: float = 0.043
    hand_size: float = 0.075
    margin: float = 0.09
    footer: str = ""
    board: str = "#23463a"
    chalk: tuple[str, ...] = ("#f1f1e6", "#f4d87a", "#9fd3ee")
    editor: str = "#1e2230"
    look: Look = field(default_factory=Look)


@dataclass(frozen=True)
class Scene:
    """One stretch of the lecture. `lead` and `tail` are silence before and after, in seconds."""

    kind: Kind
    title: str = ""
    subtitle: str = ""
    items: tuple[Item, ...] = ()
    say: tuple[Sentence, ...] = ()
    picture: str = ""
    presenter: Literal["", "corner"] = ""
    pointer: Literal["", "arrow", "laser"] = ""
    noise: Noise | None = None
    transition: Transition = Transition()
    lead: float = 0.6
    tail: float = 0.8
    pace: float = 12.0


@dataclass(frozen=True)
class Lecture:
    """A whole lecture. `size` is width and height in pixels; `speed` that of the voice.

    `voice` is a voice of espeak-ng (`es`, `de`); empty is the English voice of hibari-tts.
    A key frame comes every `key_every` seconds at least; `x264` are other options of the encoder.
    """

    id: str
    meta: Mapping[str, str]
    scenes: tuple[Scene, ...]
    theme: Theme = field(default_factory=Theme)
    size: tuple[int, int] = (1280, 720)
    fps: int = 20
    crf: int = 30
    key_every: float = 12.0
    x264: Mapping[str, str] = field(
        default_factory=lambda: {"preset": "medium", "tune": "stillimage"}
    )
    audio_kbps: int = 40
    speed: float = 1.0
    voice: str = ""
    seed: int = 0
    noise: Noise = field(default_factory=Noise)


def read_script(path: Path) -> Lecture:
    """Read one lecture script.

    Raises:
        ValueError: a field is unknown, missing or names what does not exist.
    """
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        return _lecture(raw)
    except (TypeError, KeyError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def _lecture(raw: dict[str, Any]) -> Lecture:
    theme = dict(raw.pop("theme", {}))
    theme["look"] = _record(Look, theme.get("look", {}))
    theme["chalk"] = tuple(theme.get("chalk", Theme.chalk))
    noise = _record(Noise, raw.pop("noise", {}))
    scenes = tuple(_scene(scene) for scene in raw.pop("scenes"))
    width, height = raw.pop("size", Lecture.size)
    return _record(
        Lecture,
        raw
        | {"scenes": scenes, "theme": _record(Theme, theme)}
        | {"noise": noise, "size": (int(width), int(height))},
    )


def _scene(raw: dict[str, Any]) -> Scene:
    if raw.get("kind") not in KINDS:
        raise ValueError(f"scene kind {raw.get('kind')!r} is none of {', '.join(KINDS)}")
    off_topic = bool(raw.pop("off_topic", False))
    noise = raw.pop("noise", None)
    scene = _record(
        Scene,
        raw
        | {
            "items": tuple(_item(item) for item in raw.pop("items", ())),
            "say": tuple(_sentence(said, off_topic) for said in raw.pop("say", ())),
            "noise": None if noise is None else _record(Noise, noise),
            "transition": _record(Transition, raw.pop("transition", {})),
        },
    )
    late = [item for item in scene.items if item.at > len(scene.say)]
    if late:
        raise ValueError(f"{late[0]} comes at a sentence that the scene does not have")
    return scene


def _sentence(raw: str | dict[str, Any], off_topic: bool) -> Sentence:
    fields = {"text": raw} if isinstance(raw, str) else raw
    return _record(Sentence, {"off_topic": off_topic} | fields)


def _item(raw: str | dict[str, Any]) -> Item:
    fields = {"text": raw} if isinstance(raw, str) else dict(raw)
    strokes = cast(list[list[list[float]]], fields.pop("strokes", []))
    points = tuple(tuple((float(x), float(y)) for x, y in stroke) for stroke in strokes)
    return _record(Item, fields | {"strokes": points})


def _record(cls: type[T], fields: dict[str, Any]) -> T:
    known = {f.name for f in dataclasses.fields(cast(Any, cls))}
    unknown = set(fields) - known
    if unknown:
        raise ValueError(f"{cls.__name__} has no field {', '.join(sorted(unknown))}")
    return cls(**fields)
