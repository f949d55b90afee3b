"""The format in which the Multimodal Textbook was released: writes and opens it.

A JSON list of samples, whose images are paths into a folder with a subfolder for each video:
`VIDEO/VIDEO@CLIPSTART_CLIPEND#NUMBER.jpg`. See the card of DAMO-NLP-SG/multimodal_textbook.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from datasets import Dataset

from vid2book.folder.record import CorpusError
from vid2book.folder.released import read_released

from ..changes import Videos
from ..features import FEATURES, Row


def write(split: str, rows: Iterable[Row], out: Path, videos: Videos) -> int:
    """Write the rows of a split to OUT/SPLIT.json, its images to OUT/images; their number.

    Paths are relative to OUT/images. `metadata` has an entry for each position: that of `elements`,
    with the OCR text of an image.
    """
    count = 0
    with (out / f"{split}.json").open("w", encoding="utf-8") as file:
        file.write("[")
        for row in rows:
            file.write(",\n" if count else "\n")
            json.dump(_sample(row, out / "images"), file, ensure_ascii=False)
            count += 1
        file.write("\n]\n")
    return count


def open_released(annotations: str | Path, images: str | Path) -> Dataset:
    """The released dataset, or an export, with the columns of the config `default`.

    Columns that the JSON does not have are empty. Images stay where they are, and are read when
    they are accessed. A position whose image is missing from the folder is left out.

    Args:
        annotations: the JSON file; it is read piece by piece.
        images: the folder with a subfolder for each video.

    Raises:
        ReleasedError: the file does not hold such a list.
    """
    arguments = {"annotations": str(annotations), "images": str(images)}
    return Dataset.from_generator(read_released, FEATURES["default"], gen_kwargs=arguments)


def _sample(row: Row, images: Path) -> dict[str, Any]:
    paths: list[str | None] = []
    for image, element in zip(row["images"], row["elements"], strict=True):
        paths.append(image and _save(image["bytes"], element, images))
    metadata = [
        element | {"vid": element["video_id"], "ocr": ocr}
        for element, ocr in zip(row["elements"], row["ocr_texts"], strict=True)
    ]
    names = ("texts", "text_ocr_list", "image_num", "text_num", "token_num")
    return {"images": paths, "metadata": metadata, **{name: row[name] for name in names}}


def _save(content: bytes, element: Row, images: Path) -> str:
    """Write an image under its name, or with the next free number; its path."""
    stem, _, number = element["name"].removesuffix(".jpg").rpartition("#")
    (images / element["video_id"]).mkdir(parents=True, exist_ok=True)
    for k in range(int(number), 10_000):
        path = f"{element['video_id']}/{stem}#{k}.jpg"
        try:
            with (images / path).open("xb") as file:
                file.write(content)
            return path
        except FileExistsError:
            continue
    raise CorpusError(f"{element['name']}: no number is free for this image")
