"""The videos of the study: lectures with speech and all that a pipeline has to deal with.

They are drawn and spoken by the renderer of `examples/lectures`. A lecture opens with chat by a
talking head and goes on with exercises whose slides build up as they are spoken of. In between are
a sponsor's card, more chat, and slides that are shown again; an end card closes it. Some sentences
begin with fillers.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from content import (
    ADVERTS,
    CHAT,
    EXPLAINED,
    FAREWELLS,
    FILLERS,
    SPONSORS,
    Facts,
    draw_facts,
    origin,
    told,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "lectures"))

from rendering.film import render
from rendering.script import Item, Lecture, Look, Scene, Sentence, Theme

SIZE = (480, 360)
EXERCISES = 14  # to a lecture
AGAIN = 2  # of them are shown twice
STANDS = 2.0  # seconds after the last word
FILLED = 0.3  # share of the sentences that begin with a filler
_FONTS = (("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"), ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"))
_PAPERS = ("#ffffff", "#fffdf0", "#f0f4ff", "#eef7ee")
_ACCENTS = ("#d02020", "#2040d0", "#1f9a3a", "#c06a00", "#8a2fb0", "#0a7f8f")
_SKINS = ("#e0ac8a", "#8d5a3c", "#e8b798", "#6b4228")
_ROOMS = ("#8a7f72", "#8f8796", "#7a8f80", "#9a8f7a")


def make_videos(folder: Path, minutes: float, seed: int) -> tuple[int, float]:
    """Render lectures until they last as long as asked for; those that are there are kept.

    Returns:
        How many there are, and how many seconds they last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[str] = []
    seconds = 0.0
    while seconds < 60 * minutes:
        lecture = make_lecture(len(rows), seed)
        row, truth = folder / f"{lecture.id}.row.json", folder / f"{lecture.id}.truth.json"
        if not row.is_file():
            row.write_text(json.dumps(render(lecture, folder)), encoding="utf-8")
        rows.append(row.read_text(encoding="utf-8"))
        seconds += json.loads(truth.read_text(encoding="utf-8"))["duration"]
    (folder / "manifest.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return len(rows), seconds


def make_lecture(number: int, seed: int) -> Lecture:
    """A lecture by chance; it depends on the seed and on its own number alone."""
    rng = random.Random(f"{seed} lecture {number}")
    return Lecture(
        id=f"lecture-{number:03d}",
        meta={
            "title": "Exercises in mechanics",
            "description": "Momentum, energy and work: the mass and the length of objects.",
            "subject": "Physics",
            "course": "Mechanics",
            "knowledge_point": "Momentum and energy",
            "language": "en",
            "license": "CC0-1.0",
        },
        scenes=tuple(_scenes(rng)),
        theme=draw_theme(rng),
        size=SIZE,
        fps=10,
        crf=26,
        x264={"preset": "veryfast", "tune": "stillimage"},
        speed=rng.uniform(1.0, 1.2),
        seed=number,
    )


def draw_theme(rng: random.Random) -> Theme:
    """The design of a lecture; letters are large, to be legible to a small model."""
    plain, bold = rng.choice(_FONTS)
    return Theme(
        background=rng.choice(_PAPERS),
        accent=rng.choice(_ACCENTS),
        font=plain,
        bold=bold,
        layout="band",
        title_size=0.13,
        text_size=0.15,
        margin=0.04,
        look=Look(
            skin=rng.choice(_SKINS),
            hair_style=rng.choice(("short", "long")),
            shirt=rng.choice(_ACCENTS),
            room=rng.choice(_ROOMS),
        ),
    )


def slide(
    facts: Facts, note: str, cues: tuple[int, int] = (0, 0), say: tuple[Sentence, ...] = ()
) -> Scene:
    """An exercise; mass and length come with the sentences `cues`, 0 being there from the start."""
    lines = (Item(text, at) for text, at in zip(facts.lines, cues, strict=True))
    items = (Item(note, scale=0.35), *lines)
    return Scene(
        "slide", title=facts.thing, items=items, picture=facts.drawing, say=say, tail=STANDS
    )


def _scenes(rng: random.Random) -> Iterator[Scene]:
    shown = [(draw_facts(rng), origin(rng)) for _ in range(EXERCISES)]
    chat = rng.sample(CHAT, 7)
    advert, head = rng.sample(range(3, EXERCISES - 2), 2)
    yield _talk(chat[:4])
    for number, exercise in enumerate(shown):
        if number == advert:
            yield _sponsor(rng)
        if number == head:
            yield _talk(chat[4:])
        yield _exercise(*exercise, rng)
    for exercise in rng.sample(shown[:-1], AGAIN):
        yield _again(*exercise, rng)
    yield Scene("end", title="See you soon!", say=_chat(FAREWELLS), tail=2.0)


def _exercise(facts: Facts, note: str, rng: random.Random) -> Scene:
    sentences = told(facts, rng)
    when = [name for name, _ in sentences]
    cues = when.index("mass") + 1, when.index("length") + 1
    texts = [text for _, text in sentences] + [rng.choice(EXPLAINED)]
    return slide(facts, note, cues, tuple(_taught(text, rng) for text in texts))


def _again(facts: Facts, note: str, rng: random.Random) -> Scene:
    texts = ["Let us look at this exercise again.", *(text for _, text in told(facts, rng))]
    return slide(facts, note, say=tuple(_taught(text, rng) for text in texts))


def _taught(text: str, rng: random.Random) -> Sentence:
    if rng.random() < FILLED:
        text = rng.choice(FILLERS) + text[0].lower() + text[1:]
    return Sentence(text)


def _talk(texts: list[str]) -> Scene:
    return Scene("presenter", say=_chat(texts))


def _sponsor(rng: random.Random) -> Scene:
    name, *lines = rng.choice(SPONSORS)
    texts = [ADVERTS[0].format(name=name), *rng.sample(ADVERTS[1:], 2)]
    return Scene("sponsor", title=name, items=tuple(map(Item, lines)), say=_chat(texts))


def _chat(texts: list[str] | tuple[str, ...]) -> tuple[Sentence, ...]:
    return tuple(Sentence(text, off_topic=True) for text in texts)
