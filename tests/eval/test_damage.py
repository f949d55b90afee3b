"""When a corpus is damaged every measure moves as it must, or stays: the matrix in damage.yaml."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image

from vid2book.eval import measure
from vid2book.eval.corpora import InterleavedCorpus
from vid2book.eval.intervals import Interval, paired_difference

from ..support.corpora import png
from ..support.lectures import build_lectures

Row = dict[str, Any]
ALIGNED = ("images", "texts", "ocr_texts", "text_ocr_list", "elements")
QUESTION = "A ball rolls down a slope for 7 seconds; how far has it come if it started at rest?"
CHAT = (  # in turn, behind the texts of a video
    "Okay so, um, hey guys, welcome back to my channel, like, thanks so much for watching, you "
    "know, and, uh, yeah, don't forget to smash that like button and subscribe.",
    "So yeah, um, anyway, we were, like, so tired yesterday, you know, and my sister was like, "
    "let's just get some pizza, and I was like, yeah, okay, I mean, why not, uh, it was so good.",
)

_matrix = yaml.safe_load((Path(__file__).parents[1] / "data" / "damage.yaml").read_text())
CELLS = [
    (damage, name, sign)
    for damage, signs in _matrix["damages"].items()
    for name, sign in zip(_matrix["columns"], signs, strict=True)
]


def lists(row: Row) -> list[tuple[Any, ...]]:
    """The positions of a row, each with its value in every aligned list."""
    return list(zip(*(row[name] for name in ALIGNED), strict=True))


def with_lists(row: Row, positions: list[tuple[Any, ...]]) -> Row:
    return row | {n: list(v) for n, v in zip(ALIGNED, zip(*positions, strict=True), strict=True)}


def images_of(row: Row) -> list[int]:
    return [i for i, image in enumerate(row["images"]) if image]


def with_texts(row: Row, change: Callable[[str], str]) -> Row:
    return row | {"texts": [text and change(text) for text in row["texts"]]}


def texts_shuffled_across_samples(rows: list[Row]) -> list[Row]:
    """The n-th text of the corpus goes where the n-th one behind it in another video was."""
    texts = [text for row in rows for text in row["texts"] if text]
    step = len(texts) // len(rows)
    turned = iter(texts[step:] + texts[:step])
    return [with_texts(row, lambda _: next(turned)) for row in rows]


def images_swapped_across_samples(rows: list[Row]) -> list[Row]:
    swapped = []
    for row, other in zip(rows, rows[1:] + rows[:1], strict=True):
        images, written = list(row["images"]), list(row["ocr_texts"])
        for i, j in zip(images_of(row), images_of(other), strict=False):
            images[i], written[i] = other["images"][j], other["ocr_texts"][j]
        swapped.append(row | {"images": images, "ocr_texts": written})
    return swapped


def image_order_shuffled(rows: list[Row]) -> list[Row]:
    shuffled = []
    for row in rows:
        images, written = list(row["images"]), list(row["ocr_texts"])
        places = images_of(row)
        order = places[::2] + places[1::2]
        random.Random(0).shuffle(order)
        for i, j in zip(places, order, strict=True):
            images[i], written[i] = row["images"][j], row["ocr_texts"][j]
        shuffled.append(row | {"images": images, "ocr_texts": written})
    return shuffled


def chat_mixed_in(rows: list[Row]) -> list[Row]:
    return [
        with_texts(row, lambda text, n=n: f"{text} {CHAT[n % 2]}") for n, row in enumerate(rows)
    ]


def words_shuffled(rows: list[Row]) -> list[Row]:
    draw = random.Random(0)

    def shuffle(text: str) -> str:
        words = text.split()
        return " ".join(draw.sample(words, len(words)))

    return [with_texts(row, shuffle) for row in rows]


def samples_copied(rows: list[Row]) -> list[Row]:
    return rows + [row | {"id": f"{row['id']}_again"} for row in rows]


def images_repeated(rows: list[Row]) -> list[Row]:
    def worse(position: tuple[Any, ...]) -> tuple[Any, ...]:
        image = Image.open(io.BytesIO(position[0]["bytes"]))
        out = io.BytesIO()
        image.resize((image.width * 3 // 4, image.height * 3 // 4)).save(out, "JPEG", quality=60)
        return ({"bytes": out.getvalue(), "path": None}, *position[1:])

    return [
        with_lists(row, [p for position in lists(row)
                         for p in ([position, worse(position)] if position[0] else [position])])
        for row in rows
    ]  # fmt: skip


def question_planted(rows: list[Row]) -> list[Row]:
    """Behind the first text of each video."""
    planted = []
    for row in rows:
        rest = iter([f" {QUESTION}"])
        planted.append(with_texts(row, lambda text, rest=rest: text + next(rest, "")))
    return planted


def benchmark_image_planted(rows: list[Row]) -> list[Row]:
    image = {"bytes": png(7, (320, 240)), "path": None}
    return [with_lists(row, [*lists(row), (image, None, "", None, None)]) for row in rows]


DAMAGES = {
    damage.__name__: damage
    for damage in (
        texts_shuffled_across_samples, images_swapped_across_samples, image_order_shuffled,
        chat_mixed_in, words_shuffled, samples_copied, images_repeated, question_planted,
        benchmark_image_planted,
    )
}  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """Rows in memory, as a source."""

    given: list[Row]

    def rows(self, samples: int | None, seed: int) -> Iterator[tuple[int, Row]]:
        return enumerate(self.given)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, tuple[float, Interval]]]:
    """By damage and measure: the value before, and damaged less undamaged."""
    folder = tmp_path_factory.mktemp("lectures")
    files = sorted((build_lectures(folder) / "data").glob("*.parquet"))
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    (folder / "leak.png").write_bytes(png(7, (640, 480)))
    exam = {"question": QUESTION, "image": "leak.png"}
    (folder / "exam.jsonl").write_text(json.dumps(exam))
    corpora = [InterleavedCorpus("built", Rows(rows))]
    corpora += [InterleavedCorpus(name, Rows(change(rows))) for name, change in DAMAGES.items()]
    built, *damaged = measure(*corpora, benchmark=folder / "exam.jsonl").corpora
    found: dict[str, dict[str, tuple[float, Interval]]] = {}
    for one in damaged:
        for name, result in one.results.items():
            before = built.results[name]
            if before.statistic and before.interval and result.statistic:
                difference = paired_difference(result.statistic, before.statistic)
                found.setdefault(one.name, {})[name] = (before.interval.value or 0.0, difference)
    return found


@pytest.mark.parametrize("damage, name, sign", [cell for cell in CELLS if cell[2] != "free"])
def test_damage(
    moved: dict[str, dict[str, tuple[float, Interval]]], damage: str, name: str, sign: str
) -> None:
    before, difference = moved[damage][name]
    assert difference.value is not None
    low, high = difference.low, difference.high
    if low is None or high is None:  # the few lectures all move equally
        assert difference.error == 0
        low = high = difference.value
    if sign == "up":
        assert low > 0
    elif sign == "down":
        assert high < 0
    else:
        assert sign == "unmoved"
        assert abs(difference.value) <= 0.05 * abs(before) + 1e-9


def test_the_matrix_is_whole() -> None:
    assert set(_matrix["damages"]) == set(DAMAGES)
    assert {sign for *_, sign in CELLS} == {"up", "down", "unmoved", "free"}
