"""Small made-up corpora for the tests of the measures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from vid2book.eval.corpora import Interleaved


def png(seed: int, size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture of coarse noise, different for every seed."""
    noise = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).save(out, "PNG")
    return out.getvalue()


def sample(
    name: str,
    parts: Sequence[bytes | str],
    video_id: str | None = None,
    ocr: Sequence[str] = (),
) -> Interleaved:
    """A sample of images (bytes) and texts, in order; `ocr` is what is written on each image."""
    written = iter(ocr)
    n = len(parts)
    return Interleaved(
        id=name,
        video_id=video_id or name,
        images=tuple(p if isinstance(p, bytes) else None for p in parts),
        texts=tuple(p if isinstance(p, str) else None for p in parts),
        ocr_texts=tuple(next(written, None) if isinstance(p, bytes) else None for p in parts),
        text_ocr_list=(None,) * n,
        elements=(None,) * n,
        language="en",
        license="CC0-1.0",
        own_id=name,
    )


def row(name: str, images: int = 2, video_id: str | None = None) -> dict[str, Any]:
    """A row as a corpus of ours has it, an image before each text."""
    lists: dict[str, list[Any]] = {key: [] for key in ("images", "texts", "ocr_texts", "elements")}
    video = video_id or name
    for k in range(images):
        times = {"clip_start": 10.0 * k, "clip_end": 10.0 * k + 10}
        where = {"video_id": video, "start": 10.0 * k + 1, "end": 10.0 * k + 9, **times}
        picture = {"bytes": png(hash_of(name) + k), "path": None}
        lists["images"] += [picture, None]
        lists["texts"] += [None, f"Paragraph {k} of {name}."]
        lists["ocr_texts"] += [f"Slide {k} of {name}", None]
        lists["elements"] += [
            {"kind": "image", "name": f"{video}#{k}.jpg", **where},
            {"kind": "text", "name": "", **where},
        ]
    told = {"id": name, "video_ids": [video], "language": "en", "license": "CC0-1.0"}
    return {**told, **lists, "token_num": 600 * images}


def hash_of(name: str) -> int:
    return sum(ord(c) * 31**i for i, c in enumerate(name)) % 2**31


def write_parquet(path: Path, rows: list[dict[str, Any]], group: int = 2) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=group)
    return path
