"""The small model that the study trains, with eyes that have seen slides of both hands.

    python benchmarks/study/learner.py -o EYES [--slides N]
    python benchmarks/study/learner.py -o MODEL --eyes EYES [--seed S]

It is that of `examples/synthetic`: a stock Idefics3 that reads a picture as a few tokens. As LLaVA
begins with a CLIP encoder, its vision encoder has learned to tell the facts of slides apart, by
heads that are thrown away; its language model is random.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from content import ADVERTS, CHAT, EXPLAINED, FAREWELLS, KINDS, NAMES, draw_facts, origin, told
from held_out import draw_look, draw_slide
from lectures import SIZE, draw_theme, slide

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "synthetic"))

from lessons.eyes import Seen, train_eyes
from model import make_model, make_processor, make_tokenizer
from PIL import Image
from rendering.script import Theme
from rendering.slide import Slide
from rendering.timeline import Timed
from studio.pages import Look

VOCABULARY = 800
EPOCHS = 6
UNSEEN = 200  # slides to try the eyes on
EACH = 8  # slides of one design


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write into")
    parser.add_argument("--eyes", type=Path, help="a model that this wrote, whose eyes to take")
    parser.add_argument("--slides", type=int, default=4000, help="that the eyes learn from, if not")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    processor = make_processor(make_tokenizer(_speech(), VOCABULARY))
    model = make_model(processor.tokenizer, args.seed)
    if args.eyes:
        other = type(model).from_pretrained(args.eyes)
        model.model.vision_model.load_state_dict(other.model.vision_model.state_dict())
        model.model.connector.load_state_dict(other.model.connector.state_dict())
    else:
        kinds = [len(KINDS[name]) for name in NAMES]
        slides, unseen = list(_slides(args.slides, "eyes")), list(_slides(UNSEEN, "unseen"))
        seen = train_eyes(
            model, processor.image_processor, slides, unseen, kinds, EPOCHS, args.seed
        )
        print(f"{seen:.0%} of facts on unseen slides seen")
    processor.save_pretrained(args.output)
    model.save_pretrained(args.output)
    print(f"{args.output}: {model.num_parameters() / 1e6:.2f} million parameters")


def _slides(count: int, seed: str) -> Iterator[Seen]:
    """Slides of both hands in turn; of the videos' hand, complete ones."""
    rng = random.Random(seed)
    for number in range(count):
        if number % EACH == 0:
            theme, look = draw_theme(rng), draw_look(rng)
        yield _slide(theme, look, number % 2 == 0, rng)


def _slide(theme: Theme, look: Look, in_a_video: bool, rng: random.Random) -> Seen:
    facts, note = draw_facts(rng), origin(rng)
    if in_a_video:
        scene = slide(facts, note)
        timed = Timed(scene, 0.0, 0.0, 1.0, (), ((0.0, 0.0),) * len(scene.items))
        jpeg = io.BytesIO()
        Image.fromarray(Slide(timed, theme, SIZE).draw(0.0)).save(jpeg, "JPEG", quality=90)
        image = jpeg.getvalue()
    else:
        image = draw_slide(facts, note, look, rng)
    return Seen(image, tuple(KINDS[name].index(getattr(facts, name)) for name in NAMES))


def _speech() -> Iterator[str]:
    rng = random.Random(0)
    for _ in range(300):
        yield " ".join(text for _, text in told(draw_facts(rng), rng))
    for _ in range(20):
        yield from (*EXPLAINED, *CHAT, *ADVERTS, *FAREWELLS)


if __name__ == "__main__":
    main()
