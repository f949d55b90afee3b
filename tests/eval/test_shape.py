"""Shape counts what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from vid2book.eval.corpora import open_corpus
from vid2book.eval.measures.base import PerSample
from vid2book.eval.measures.shape import Shape
from vid2book.eval.seen import SampleWithImages
from vid2book.eval.tools import Tools

from ..support.corpora import png, row, sample, write_parquet


def test_shape(tmp_path: Path) -> None:
    shape = Shape(Tools())
    ours = open_corpus(write_parquet(tmp_path / "x.parquet", [row("v", images=3)]))
    other = sample("w", [png(1, (200, 100)), b"no image", "Two words"])
    for index, record in enumerate([*ours.samples(), other]):
        shape.see(SampleWithImages(record, index))
    found = shape.finish()
    assert list(found) == [figure.name for figure in shape.figures]
    pairs = {n: (f.total, f.count) for n, f in found.items() if isinstance(f, PerSample)}
    assert pairs["images_per_sample"] == ([3, 2], [1, 1])
    assert pairs["seconds_per_sample"] == ([30.0, 0], [1, 0])
    assert pairs["undecodable_image_share"] == ([0, 1], [3, 2])
    assert pairs["image_megapixels"][0] == pytest.approx([3 * 64 * 48 / 1e6, 0.02])
    assert pairs["image_megapixels"][1] == [3, 1]
    tokens = pairs["tokens_per_sample"][0]
    assert 12 <= tokens[0] <= 40 and 2 <= tokens[1] <= 4
    assert shape.details()["licenses"] == {"CC0-1.0": 2}
