"""Duplicates and contamination: what is planted is found, what merely looks alike is not."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vid2book.eval.corpora import Interleaved
from vid2book.eval.lookalikes import Look, Lookalikes
from vid2book.eval.measures.base import Absent, Measure, Measurement, PerSample
from vid2book.eval.measures.contamination import Contamination
from vid2book.eval.measures.duplicates import DuplicateImages, DuplicateTexts
from vid2book.eval.questions import SoughtQuestion, SoughtQuestions, open_sought_questions
from vid2book.eval.seen import Picture, SampleWithImages
from vid2book.eval.tools import Tools

from ..support.corpora import png, sample, write_parquet

QUESTION = "A train leaves the station at noon and travels 60 miles per hour; when does it arrive?"


def slide(*lines: str, size: tuple[int, int] = (640, 360)) -> Image.Image:
    image = Image.new("RGB", (640, 360), (250, 248, 240))
    draw = ImageDraw.Draw(image)
    for n, line in enumerate(lines):
        draw.text((40, 40 + 60 * n), line, (30, 30, 60), ImageFont.load_default(26))
    return image.resize(size)


def encoded(image: Image.Image, kind: str = "JPEG", **how: int) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def share(measure: Measure, name: str, *records: Interleaved) -> tuple[list[float], list[float]]:
    for index, record in enumerate(records):
        measure.see(SampleWithImages(record, index))
    found = measure.finish()[name]
    assert isinstance(found, PerSample)
    return found.total, found.count


def test_copies_of_an_image_within_and_across_samples() -> None:
    first = slide("Work and energy", "Work is force times distance")
    again = encoded(first.resize((480, 270)), quality=40)  # smaller and worse
    other = encoded(slide("Work and energy", "Power is work per second"))  # one line differs
    records = [
        sample("a", [encoded(first), "Text.", again, other]),
        sample("b", [again, "Text."]),
    ]
    assert share(DuplicateImages(Tools()), "duplicate_image_share", *records) == ([1, 1], [3, 1])
    assert share(DuplicateImages(Tools()), "duplicate_image_share_within", *records)[0] == [1, 0]


def test_flat_images_are_no_copies_of_one_another() -> None:
    flat = [encoded(Image.new("RGB", (64, 48), grey)) for grey in ((0, 0, 0), (255, 255, 255))]
    assert share(DuplicateImages(Tools()), "duplicate_image_share", sample("a", flat)) == ([0], [2])


def test_a_likeness_is_found_up_to_four_bits() -> None:
    pixels = np.asarray(Image.open(io.BytesIO(png(1))).convert("RGB"))
    known = Lookalikes()
    known.add(Look.of(Picture(0, pixels)))
    noisy = np.clip(
        pixels.astype(int) + np.random.default_rng(0).integers(-6, 6, pixels.shape), 0, 255
    )
    assert known.find(Look.of(Picture(0, noisy.astype(np.uint8)))) == 0
    assert known.find(Look.of(Picture(0, pixels[:, ::-1]))) is None


def test_copies_of_a_text() -> None:
    long = " ".join(f"word{n}" for n in range(60))
    nearly = long.replace("word30", "another")
    different = " ".join(f"word{n}" for n in range(40, 100))
    records = [
        sample("a", [long, different, "Thank you.", "Thank you."]),
        sample("b", [nearly, long.upper() + "!"]),
    ]
    total, count = share(DuplicateTexts(Tools()), "duplicate_text_share", *records)
    assert (total, count) == ([0, 2], [2, 2])


def exam() -> SoughtQuestions:
    return SoughtQuestions(
        "exam",
        (
            SoughtQuestion(QUESTION, (encoded(slide("Figure 1", "A train")),)),
            SoughtQuestion("What is the speed of light?", ()),
            SoughtQuestion("Why?", ()),
        ),
    )


def test_a_planted_leak_is_found() -> None:
    clean = [
        "Trains travel at many speeds, and the station is where they stop. Light is fast.",
        "What is the speed of sound? The train leaves at noon.",
    ]
    records = [
        *(sample(f"clean{n}", [png(n), text]) for n, text in enumerate(clean)),
        sample("question", [png(8), f"Consider this. {QUESTION.upper()} We divide."]),
        sample("screen", [png(9), "Look here."], ocr=["What is the speed of light?"]),
        sample("image", [encoded(slide("Figure 1", "A train", size=(320, 180))), "Look here."]),
    ]
    measure = Contamination(Tools(sought_questions=exam()))
    assert share(measure, "contamination", *records) == ([0, 0, 1, 1, 1], [1] * 5)
    found = measure.finish()
    assert found["contamination_text"].total == [0, 0, 1, 1, 0]
    assert found["contamination_image"].total == [0, 0, 0, 0, 1]
    assert measure.details()["leaked_questions"] == {
        QUESTION: 1, "What is the speed of light?": 1,
    }  # fmt: skip


def test_half_a_question_is_a_leak_and_its_opening_is_not() -> None:
    words = QUESTION.split()
    records = [
        sample("most", [" ".join(words[:13])]),
        sample("opening", [" ".join(words[:8]) + " of Rome in the rain."]),
    ]
    assert share(Contamination(Tools(sought_questions=exam())), "contamination", *records)[0] == [
        1,
        0,
    ]


def test_without_a_benchmark_it_is_absent() -> None:
    measure = Contamination(Tools())
    measure.see(SampleWithImages(sample("a", ["Text."]), 0))
    found = measure.finish()["contamination"]
    assert isinstance(found, Absent) and "--benchmark" in found.reason


def test_benchmarks_of_any_form(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(png(1))
    row = {"question": QUESTION, "answer": "noon", "image": "a.png", "choices": ["x", "y"]}
    (tmp_path / "exam.jsonl").write_text(json.dumps(row) + "\nbroken\n")
    opened = open_sought_questions(tmp_path / "exam.jsonl", "test")
    assert opened.questions == (SoughtQuestion(QUESTION, (png(1),)),)
    assert list(opened.unread.values()) == [1] and "exam.jsonl line 2" in next(iter(opened.unread))

    rows = [
        {"sentence": QUESTION, "label": "short", "decoded_image": {"bytes": png(2), "path": None}}
    ]
    opened = open_sought_questions(write_parquet(tmp_path / "other" / "x.parquet", rows), "test")
    assert opened.questions == (SoughtQuestion(QUESTION, (png(2),)),)


CASE = Path(__file__).parents[1] / "data" / "cases" / "07-benchmark-unread"
ASKED = "What remains is the equation of a harmonic oscillator with one frequency."


def contamination_of(benchmark: Path) -> Measurement:
    measure = Contamination(Tools(sought_questions=open_sought_questions(benchmark, "test")))
    measure.see(SampleWithImages(sample("a", [f"So we divide. {ASKED}"]), 0))
    return measure.finish()["contamination"]


@pytest.mark.parametrize("name", ["good.jsonl", "bom.jsonl"])
def test_a_benchmark_that_was_read_gives_a_figure(name: str) -> None:
    found = contamination_of(CASE / name)
    assert isinstance(found, PerSample) and found.total == [1]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("damaged.parquet", None, "damaged.parquet cannot be read"),
        ("empty.jsonl", "", "It is empty"),
        ("bad.jsonl", "{bad\n" * 3, "bad.jsonl line 1: this is not JSON"),
        ("half.jsonl", f'{{"question": "{ASKED}"}}\n{{bad\n', "half.jsonl line 2"),
        ("cut.json", f'[{{"question": "{ASKED}"}}, {{"question": "', "unknown number of rows"),
        ("other.jsonl", '{"label": 3, "name": "x"}\n', "no row of other has a question"),
    ],
)
def test_a_benchmark_that_was_not_read_gives_none(
    tmp_path: Path, name: str, content: str | None, told: str
) -> None:
    path = CASE / name
    if content is not None:
        path = tmp_path / name
        path.write_text(content)
    found = contamination_of(path)
    assert isinstance(found, Absent) and told in found.reason


def test_one_unread_row_of_many_is_told_beside_the_figure(tmp_path: Path) -> None:
    rows = [json.dumps({"question": f"{ASKED} Is it number {n}?"}) for n in range(200)]
    (tmp_path / "exam.csv").write_text("question\n" + f'"{ASKED}"\n' * 200 + "a,b\n")
    (tmp_path / "exam.jsonl").write_text("\n".join([*rows, "{bad"]))
    for name in ("exam.csv", "exam.jsonl"):
        found = contamination_of(tmp_path / name)
        assert isinstance(found, PerSample) and "200 rows, 1 unread" in found.scorer
