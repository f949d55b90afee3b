"""Correlation: right pairs rise above wrong ones, and a style that all share does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vid2book.eval.corpora import Interleaved
from vid2book.eval.intervals import area_under_curve
from vid2book.eval.measures.base import Absent, PerPair, PerSample
from vid2book.eval.measures.correlation import Correlation
from vid2book.eval.pairs import text_of
from vid2book.eval.seen import SampleWithImages
from vid2book.eval.tools import Tools
from vid2book.records import Element

from ..support.corpora import png, sample

TOPICS = {
    "energy": "Kinetic energy grows with the square of the velocity of a body.",
    "cells": "Ribosomes in the cell build proteins from amino acids.",
    "sorting": "Binary search halves the sorted array at every comparison.",
    "climate": "Carbon dioxide in the atmosphere absorbs infrared radiation.",
}
SLIDES = {
    "energy": "Kinetic energy: half mass times velocity squared",
    "cells": "Ribosomes: amino acids to proteins",
    "sorting": "Binary search in a sorted array",
    "climate": "Carbon dioxide absorbs infrared",
}


def measured(records: list[Interleaved], tools: Tools | None = None) -> dict[str, float]:
    measure = Correlation(tools or Tools())
    for index, record in enumerate(records):
        measure.see(SampleWithImages(record, index))
    values = {}
    for name, found in measure.finish().items():
        if isinstance(found, PerPair):
            values[name] = area_under_curve(found.scores, found.right)
        elif isinstance(found, PerSample):
            assert len(found.total) == len(records)
            values[name] = sum(found.total) / sum(found.count)
    return values


def lectures(spoken: dict[str, str]) -> list[Interleaved]:
    return [
        sample(topic, [png(n), spoken[topic]], ocr=[SLIDES[topic]])
        for n, topic in enumerate(TOPICS)
    ]


def test_right_pairs_are_lifted_and_shuffled_ones_are_not() -> None:
    right = measured(lectures(TOPICS))
    turned = dict(zip(TOPICS, [*list(TOPICS.values())[1:], TOPICS["energy"]], strict=True))
    wrong = measured(lectures(turned))
    assert right["image_text_lift"] > 0.3 and right["image_text_auc"] == 1.0
    assert wrong["image_text_lift"] < 0.05 and wrong["image_text_auc"] < 0.6


def test_a_style_that_all_share_gives_similarity_and_no_lift() -> None:
    said = {topic: f"This lecture is about slides, number {n}." for n, topic in enumerate(TOPICS)}
    records = [
        replace(record, ocr_texts=("A lecture about slides", None)) for record in lectures(said)
    ]
    found = measured(records)
    assert found["image_text_similarity"] > 0.4
    assert abs(found["image_text_lift"]) < 0.05 and 0.4 < found["image_text_auc"] < 0.6


def test_recall_is_among_ten_of_the_same_video() -> None:
    parts = [f"part{n} of the proof of theorem{n * 7}" for n in range(12)]
    positions = [p for n, text in enumerate(parts) for p in (png(n), text)]
    right = sample("video", positions, ocr=parts)
    other = sample("other", [png(99), "Something else altogether, in one place."], ocr=["else"])
    assert measured([right, other])["image_text_recall_at_1"] == 1.0
    turned = replace(right, ocr_texts=right.ocr_texts[2:] + right.ocr_texts[:2])
    assert measured([turned, other])["image_text_recall_at_1"] < 0.3
    # Texts that nothing tells apart share the win: chance, not luck.
    same = replace(right, ocr_texts=tuple(o and "video" for o in right.ocr_texts))
    equal = sample("video", positions, ocr=["energy"] * 12)
    assert measured([same, other])["image_text_recall_at_1"] < 0.3
    assert 0 <= measured([equal, other])["image_text_recall_at_1"] < 0.3


def test_what_has_no_text_on_screen_is_absent() -> None:
    measure = Correlation(Tools())
    measure.see(SampleWithImages(sample("a", [png(1), "Text.", png(2), "More."]), 0))
    found = measure.finish()
    assert set(found) == {figure.name for figure in Correlation.figures}
    assert all(isinstance(f, Absent) and "no CLIP model" in f.reason for f in found.values())


class _Same:
    """Stands for a CLIP model under which a picture's text is the one of its number."""

    name = "stand-in"

    def texts(self, texts: list[str]) -> np.ndarray:
        return np.eye(16, dtype=np.float32)[[int(text) for text in texts]].reshape(-1, 16)


def test_clip_vectors_are_taken_where_there_are_any() -> None:
    measure = Correlation(Tools(open_clip=_Same()))  # type: ignore[arg-type]
    for index in range(3):
        seen = SampleWithImages(sample(f"s{index}", [png(index), str(index)]), index)
        seen.vectors = np.eye(16, dtype=np.float32)[[index]]
        measure.see(seen)
    found = measure.finish()
    lift = found["image_text_lift"]
    assert isinstance(lift, PerSample) and lift.scorer == "stand-in"
    assert lift.total == [1.0, 1.0, 1.0] and lift.count == [1, 1, 1]
    assert isinstance(found["image_text_recall_at_1"], Absent)


def test_the_text_of_an_image_is_that_of_its_clip_else_the_next_else_the_one_before() -> None:
    web = sample("web", ["before", png(1), png(2), "after", png(3)])
    assert [text_of(web, i) for i in (1, 2, 4)] == [3, 3, 3]
    assert text_of(sample("bare", [png(1)]), 0) is None

    def element(kind: str, start: float) -> Element:
        return Element(kind, "v", 0, 0, start, start + 10, "")  # type: ignore[arg-type]

    ours = replace(
        sample("ours", ["first", png(1), "second"]),
        elements=(element("text", 0), element("image", 0), element("text", 10)),
    )
    assert text_of(ours, 1) == 0


def test_equal_seeds_draw_equal_wrong_texts() -> None:
    records = lectures(TOPICS)
    assert measured(records) == measured(records)
    assert measured(records, Tools(seed=1)) == pytest.approx(measured(records), abs=0.2)
