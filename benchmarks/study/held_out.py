"""The held-out lessons of the study, by another hand, and questions about their slides.

    python benchmarks/study/held_out.py -o CORPUS [--lessons N] [--seed S]

Their slides are drawn by the renderer of `benchmarks/screens`, whose layouts, fonts and colours are
others than those of the videos, and no pipeline was at work on them: text and picture are as they
were made, so that no cell of the study is at home.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from content import BEGINNINGS, NAMES, Facts, answer, draw_facts, origin, told

ROOT = Path(__file__).resolve().parents[2]
for folder in ("benchmarks/screens", "examples/synthetic"):
    sys.path.insert(0, str(ROOT / folder))

from lessons.corpus import Writer  # noqa: E402  (the scripts are no package)
from lessons.lesson import Lesson, Slide  # noqa: E402
from lessons.questions import Question, write_questions  # noqa: E402
from PIL import Image  # noqa: E402
from studio.pages import Art, Block, Fill, Look, Text, ground  # noqa: E402

from vid2book.records import Video  # noqa: E402
from vid2book.store import make_key  # noqa: E402

SIZE = (480, 360)
SLIDES = 4  # to a lesson
SHOTS = 10  # lessons whose slides are shown, answered, before a question
_GROUNDS = (("#fff7e0", ""), ("#ffffff", "#e6ecf5"), ("#f4f1fa", ""), ("#eaf6f6", "#ffffff"))
_ACCENTS = ("#1f7a8c", "#b5446e", "#4b6b2f", "#7d4f37", "#3d348b")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write into")
    parser.add_argument("--lessons", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    lessons = [_lesson(number, "test", args.seed) for number in range(args.lessons)]
    shots = [_lesson(number, "shot", args.seed) for number in range(SHOTS)]
    revision = make_key([args.lessons, args.seed])
    rows = [Lesson(video, tuple(one.slide for one in made)) for video, made in lessons]
    Writer(SLIDES).write([], rows, revision, args.output)
    for name, asked in (("train", shots), ("test", lessons)):
        write_questions(
            (question for lesson in asked for question in _questions(*lesson)),
            args.output / "questions" / "slides" / f"{name}.parquet",
        )


def draw_look(rng: random.Random) -> Look:
    """The design of a lesson."""
    light, to = rng.choice(_GROUNDS)
    face = rng.choice(("LiberationSans", "LiberationSerif"))
    return Look(
        light,
        to,
        accent=rng.choice(_ACCENTS),
        face=f"{face}-Regular.ttf",
        bold=f"{face}-Bold.ttf",
    )


def draw_slide(facts: Facts, note: str, look: Look, rng: random.Random) -> bytes:
    """The exercise as a JPEG of `SIZE`."""
    sheet = Image.fromarray(ground(SIZE, look))
    for block in _blocks(facts, note, look, rng):
        block.draw(sheet, look)
    jpeg = io.BytesIO()
    sheet.save(jpeg, "JPEG", quality=90)
    return jpeg.getvalue()


def _blocks(facts: Facts, note: str, look: Look, rng: random.Random) -> list[Block]:
    top = rng.uniform(0.03, 0.08)
    left = rng.uniform(0.05, 0.1)
    mass, length = facts.lines
    first = rng.uniform(0.3, 0.36)
    return [
        Fill((0.0, 0.0, 0.02, 1.0), look.accent),
        Text(facts.thing, (left, top), 0.15, bold=True),
        Text(mass, (left, first), 0.17),
        Text(length, (left, first + rng.uniform(0.22, 0.26)), 0.17),
        Text(note, (left, 0.9), 0.05),
        Art(facts.drawing, (0.52, 0.22, 0.97, 0.82)),
    ]


@dataclass(frozen=True)
class Made:
    """A slide before it becomes a row."""

    facts: Facts
    slide: Slide


def _lesson(number: int, split: str, seed: int) -> tuple[Video, list[Made]]:
    rng = random.Random(f"{seed} {split} {number}")
    look = draw_look(rng)
    video = Video(
        video_id=f"{split}-{number:03d}",
        path="",
        title="Exercises in mechanics",
        subject="Physics",
        course="Mechanics",
        language="en",
        license="CC0-1.0",
        split="test",
    )
    return video, [_made(look, rng) for _ in range(SLIDES)]


def _made(look: Look, rng: random.Random) -> Made:
    facts = draw_facts(rng)
    speech = " ".join(text for _, text in told(facts, rng))
    return Made(facts, Slide(facts, draw_slide(facts, origin(rng), look, rng), speech))


def _questions(video: Video, made: list[Made]) -> Iterator[Question]:
    """A question for each fact, slide by slide."""
    for number, one in enumerate(made):
        for name in NAMES:
            yield Question(
                video.video_id,
                number,
                name,
                BEGINNINGS[name],
                one.slide.image,
                answer(one.facts, name),
            )


if __name__ == "__main__":
    main()
