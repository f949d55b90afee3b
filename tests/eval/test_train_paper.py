"""The paper's recipe: labels as the script of the released Multimodal Textbook makes them."""

from __future__ import annotations

import random
import re
from collections import Counter
from itertools import groupby

import pytest

from vid2book.eval.train import load_config
from vid2book.eval.train.pack import IGNORED, Piece, pieces_of
from vid2book.eval.vlm import Vlm, load

from ..support import vlms
from ..support.corpora import png, sample

torch = pytest.importorskip("torch")

PAPER = load_config("paper")
WORDS = "the square of the sum is what we said, 2x + 1 = 5. Été (naïve) 數學 a b c\n".split(" ")
IMAGE = "<image>"

Labelled = list[tuple[int | str, int]]
"""Tokens with their labels, an image being one."""


@pytest.fixture(scope="module")
def vlm(tmp_path_factory: pytest.TempPathFactory) -> Vlm:
    return load(vlms.save("llava", tmp_path_factory.mktemp("model")))


def by_the_rules(vlm: Vlm, parts: list[bytes | str]) -> Labelled:
    """What the script does, from its rules.

    The first twelve images stay where they are and the others go. All is joined by spaces and ends
    with the end of the sequence; beside an image there is no space, unless on its other side is one
    too. Nothing before the first image is learned, and no image.
    """
    text, images = "", 0
    for part in parts:
        images += isinstance(part, bytes)
        if isinstance(part, str) or images <= 12:
            text += f" {IMAGE if isinstance(part, bytes) else part}"
    text = re.sub(rf" *({IMAGE}) *", r"\1", text.strip(" ")) + vlm.tokenizer.eos_token
    text = text.replace(IMAGE * 2, f"{IMAGE} {IMAGE}").replace(IMAGE * 2, f"{IMAGE} {IMAGE}")
    ids = vlm.tokenizer(text)["input_ids"]
    mark = next(iter(vlm.writing.image_ids))
    seen, found = False, Labelled()
    for place, token in enumerate(ids):
        seen |= token == mark
        # The difference that the recipe names: a space between two images.
        between = ids[place - 1] == mark and ids[place + 1 : place + 2] == [mark]
        label = token if seen and token != mark and not between else IGNORED
        found.append((IMAGE if token == mark else token, label))
    return found


def labelled(vlm: Vlm, piece: Piece) -> Labelled:
    """Of a piece, the same; the tokens of an image are neighbours."""
    pairs = zip(*(piece.tokens[name].tolist() for name in ("input_ids", "labels")), strict=True)
    found = Labelled()
    for is_image, run in groupby(pairs, lambda pair: pair[0] == next(iter(vlm.writing.image_ids))):
        there = list(run)
        assert not is_image or {label for _, label in there} == {IGNORED}
        found += [(IMAGE, IGNORED)] if is_image else there
    return found


def made_up(seed: int) -> list[bytes | str]:
    """A sample: up to 16 images, and texts before, between and after them."""
    draw = random.Random(seed)
    parts: list[bytes | str] = [
        png(k, (40, 40)) if draw.random() < 0.6 else " ".join(draw.choices(WORDS, k=5)).strip()
        for k in range(draw.randint(2, 26))
    ]
    return [*parts, png(0), "the end"]


@pytest.mark.parametrize("seed", range(40))
def test_labels_are_those_of_the_released_script(seed: int, vlm: Vlm) -> None:
    parts = made_up(seed)
    (piece,) = pieces_of(vlm, sample("a", parts), PAPER.data, 0, dropped := Counter())
    assert labelled(vlm, piece) == by_the_rules(vlm, parts)
    images = sum(isinstance(part, bytes) for part in parts)
    assert piece.images == min(images, 12)
    assert dropped["an image beyond data.max_images"] == max(0, images - 12)


def test_the_rules_on_a_sample_written_out(vlm: Vlm) -> None:
    (piece,) = pieces_of(
        vlm, sample("a", ["so", png(1), png(2), "we", "said", png(3)]), PAPER.data, 0, Counter()
    )
    ids = piece.tokens["input_ids"].tolist()
    text = "<s>so<image> <image>we said<image></s>"
    assert re.sub(f"({IMAGE})+", IMAGE, vlm.tokenizer.decode(ids)) == text
    learned = piece.tokens["labels"][piece.tokens["labels"] != IGNORED]
    assert vlm.tokenizer.decode(learned) == "we said</s>"


def test_a_row_whose_text_all_stands_before_its_image_is_left_out(vlm: Vlm) -> None:
    dropped = Counter[str]()
    settings = PAPER.data.model_copy(update={"more_images": "cut"})
    assert not pieces_of(vlm, sample("a", ["only text"]), settings, 0, dropped)
    assert dropped == {"a row without text after an image": 1}


def test_the_recipe_has_the_scripts_numbers() -> None:
    assert (PAPER.learning_rate, PAPER.warmup, PAPER.schedule) == (2e-5, 0.03, "constant")
    assert (PAPER.epochs, PAPER.weight_decay, PAPER.max_grad_norm) == (1, 0.0, 1.0)
    assert (PAPER.data.max_tokens, PAPER.data.max_images) == (32768, 12)
    assert (PAPER.weights, PAPER.precision, PAPER.gradient_checkpointing) == (
        "frozen-vision",
        "bfloat16",
        True,
    )
