"""Small benchmarks with the Hub's columns and pictures of their own, as local Parquet."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Row = dict[str, Any]


def picture(seed: int, size: tuple[int, int] = (60, 40)) -> bytes:
    """Blocks of colour, unlike for every seed."""
    blocks = np.random.default_rng(seed).integers(0, 255, (5, 6, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(blocks).resize(size, Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def write(folder: Path, name: str, split: str, rows: list[Row], image: str = "image") -> None:
    """Write a split; the column `image` holds encoded pictures."""
    from datasets import Dataset
    from datasets import Image as ImageFeature

    cells = [row | {image: {"bytes": row[image], "path": None}} for row in rows]
    path = folder / name / f"{split}-00000-of-00001.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    Dataset.from_list(cells).cast_column(image, ImageFeature()).to_parquet(path)


def slides(n: int, seed: int = 0) -> list[Row]:
    return [
        {"image": picture(seed + i), "question": f"What is word {i}?", "answer": f"word{i}"}
        for i in range(n)
    ]


def _scienceqa(i: int) -> Row:
    return {
        "image": picture(1000 + i),
        "question": f"Which is number {i}?",
        "choices": ["one", "two", "three"],
        "answer": i % 3,
        "hint": "Count." if i % 2 else "",
    }


def _okvqa(i: int) -> Row:
    return {
        "question_id": str(i),
        "image": picture(2000 + i),
        "question": f"what animal is number {i}?",
        "answers": ["dog"] * 7 + ["cat"] * 3,
    }


def _textvqa(i: int) -> Row:
    return {
        "image_id": f"image{i // 2}",  # two questions an image
        "question_id": i,
        "image": picture(3000 + i // 2),
        "question": f"what does sign {i} say?",
        "answers": ["stop"] * 10,
        "ocr_tokens": ["STOP", str(i)],
    }


def _mathvista(i: int) -> Row:
    return {
        "pid": str(i),
        "query": f"Hint: answer with an integer.\nQuestion: how much is {i} and 1?",
        "decoded_image": picture(4000 + i),
        "choices": None if i else ["1", "2"],
        "precision": None,
        "answer": str(i + 1),
        "question_type": "free_form" if i else "multi_choice",
        "answer_type": "integer" if i else "text",
    }


def _mathvision(i: int) -> Row:
    return {
        "id": str(i),
        "question": f"<image1> How long is side {i}?",
        "options": ["5", "6"] if i % 2 else [],
        "decoded_image": picture(5000 + i),
        "answer": "A" if i % 2 else "7",
    }


def _mathverse(i: int) -> Row:
    return {
        "sample_index": str(i),
        "problem_index": str(i // 5),  # five versions a problem
        "query_wo": f"Answer directly. Question: angle {i // 5}?",
        "question_for_eval": f"Angle {i // 5}?\nChoices:\nA:30\nB:60",
        "question_type": "multi-choice",
        "image": picture(6000 + i),
        "answer": "B",
    }


MAKERS: dict[str, tuple[Callable[[int], Row], tuple[str, ...], str]] = {
    "scienceqa": (_scienceqa, ("test", "train"), "image"),
    "okvqa": (_okvqa, ("val2014",), "image"),
    "textvqa": (_textvqa, ("validation", "train"), "image"),
    "mathvista": (_mathvista, ("testmini",), "decoded_image"),
    "mathvision": (_mathvision, ("test",), "decoded_image"),
    "mathverse": (_mathverse, ("testmini",), "image"),
}


def write_all(folder: Path, n: int = 6) -> Path:
    """Every benchmark of the paper, `n` questions a split."""
    for name, (make, splits, image) in MAKERS.items():
        for s, split in enumerate(splits):
            write(folder, name, split, [make(i + 100 * s) for i in range(n)], image)
    return folder
