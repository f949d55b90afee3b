"""Equal samples give equal figures and intervals, to the last bit, wherever they are read."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset

from vid2book.eval import measure
from vid2book.eval.corpora import InterleavedCorpus
from vid2book.eval.sources import HubDataset

from ..support.corpora import row, write_parquet

SAID = (
    "The derivative of a product is a sum of two products.",
    "Ribosomes in the cell build proteins from amino acids.",
    "Binary search halves the sorted array at every comparison.",
    "Carbon dioxide in the atmosphere absorbs infrared radiation.",
    "A lens bends light towards its axis and forms an image.",
)
SHOWN = ("product rule", "protein synthesis", "binary search", "greenhouse effect", "optics")


def rows_of(videos: int) -> list[dict[str, Any]]:
    """Samples of lectures, some of which repeat one another; the videos are in no order."""
    words = itertools.cycle(SAID)
    written = itertools.cycle(SHOWN)
    rows = []
    for i in range(videos):
        video = f"v{i * 7 % videos:02d}"
        for part in range(2):
            one = row(f"{video}-{part}", images=2 + (i + part) % 3, video_id=video)
            one["texts"] = [text and f"{next(words)} Part {i % 5}." for text in one["texts"]]
            one["ocr_texts"] = [image and next(written) for image in one["images"]]
            rows.append(one)
    return rows


def folder_of(rows: list[dict[str, Any]], folder: Path) -> Path:
    (folder / "data").mkdir(parents=True)
    half = len(rows) // 2
    write_parquet(folder / "data" / "train-00000.parquet", rows[:half])
    write_parquet(folder / "data" / "train-00001.parquet", rows[half:])
    return folder


def streamed(folder: Path, _: Path) -> InterleavedCorpus:
    """As `datasets` streams it from the Hub."""
    return InterleavedCorpus("org/name", HubDataset(str(folder / "data"), None, None, "train"))


def saved(folder: Path, tmp_path: Path) -> Path:
    load_dataset(str(folder / "data"), split="train").save_to_disk(tmp_path / "saved")
    return tmp_path / "saved"


def one_file(folder: Path, tmp_path: Path) -> Path:
    return write_parquet(tmp_path / "elsewhere.parquet", rows_of(9))


def other_order(folder: Path, tmp_path: Path) -> Path:
    return write_parquet(tmp_path / "turned.parquet", rows_of(9)[::-1])


def without_ids(folder: Path, tmp_path: Path) -> list[Path]:
    """Twice a corpus whose rows have no ids, in two orders."""
    rows = [{k: v for k, v in one.items() if k != "id"} for one in rows_of(9)]
    return [
        write_parquet(tmp_path / "forth.parquet", rows),
        write_parquet(tmp_path / "back.parquet", rows[::-1]),
    ]


def figures(corpus: dict[str, Any]) -> str:
    return json.dumps({k: corpus[k] for k in ("measures", "samples", "videos", "drawn")})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(rows_of(9), tmp_path / "corpus")


@pytest.mark.parametrize("again", [streamed, saved, one_file, other_order])
@pytest.mark.parametrize("samples", [None, 1000, 11])
def test_figures_do_not_tell_where_a_corpus_was_read(
    folder: Path, tmp_path: Path, again: Callable[..., Any], samples: int | None
) -> None:
    first, second = measure(folder, again(folder, tmp_path), samples=samples).to_dict()["corpora"]
    assert first["measures"]["image_text_lift"]["value"] is not None
    assert first["measures"]["duplicate_text_share"]["value"] > 0
    assert figures(first) == figures(second)


def test_figures_do_not_tell_what_stands_beside_a_corpus(folder: Path, tmp_path: Path) -> None:
    other = folder_of(rows_of(5), tmp_path / "other")
    alone = measure(folder, samples=11).to_dict()["corpora"][0]
    after = measure(other, folder, samples=11).to_dict()["corpora"][1]
    assert figures(alone) == figures(after)


def test_rows_without_ids_go_by_what_they_hold(folder: Path, tmp_path: Path) -> None:
    first, second = measure(*without_ids(folder, tmp_path)).to_dict()["corpora"]
    assert figures(first) == figures(second)
