"""The format in which the Multimodal Textbook was released, in both directions.

A JSON list of samples, whose images are paths into a folder with a subfolder for each video:
`VIDEO/VIDEO@CLIPSTART_CLIPEND#NUMBER.jpg`. See the card of DAMO-NLP-SG/multimodal_textbook.
"""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from datasets import Dataset

from .features import FEATURES, Row
from .folder import CorpusError

logger = logging.getLogger(__name__)

_NAME = re.compile(r"(?P<video>.+)@(?P<start>[\d.]+)_(?P<end>[\d.]+)#(?P<number>\d+)")
_CHUNK = 1 << 20
_YOUTUBE = re.compile(r"[\w-]{11}")

Position = dict[str, Any]


def write(split: str, rows: Iterable[Row], out: Path) -> int:
    """Write the rows of a split to OUT/SPLIT.json, its images to OUT/images; their number.

    Paths are relative to OUT/images. `metadata` has an entry for each position: those of
    `elements`, and of an image what is written on it.
    """
    count = 0
    with (out / f"{split}.json").open("w", encoding="utf-8") as file:
        file.write("[")
        for row in rows:
            file.write(",\n" if count else "\n")
            json.dump(_exported(row, out / "images"), file, ensure_ascii=False)
            count += 1
        file.write("\n]\n")
    return count


def open_released(annotations: str | Path, images: str | Path) -> Dataset:
    """The released dataset, or an export, with the columns of the config `default`.

    What the JSON does not tell is empty. Images stay where they are and are read when they are
    asked for. A position whose image is missing from the folder is left out.

    Args:
        annotations: the JSON file; it is read bit by bit.
        images: the folder with a subfolder for each video.

    Raises:
        CorpusError: the file is no such list.
    """
    given = {"annotations": str(annotations), "images": str(images)}
    return Dataset.from_generator(read_released, FEATURES["default"], gen_kwargs=given)


def read_released(annotations: str, images: str) -> Iterator[Row]:
    """The rows of `open_released`."""
    ordinals = Counter[str]()
    missing = 0
    for sample in _objects(Path(annotations)):
        row, lost = _imported(sample, Path(images))
        missing += lost
        first = row["video_ids"][0] if row["video_ids"] else "sample"
        row["id"] = f"{first}_{ordinals[first]:04d}"
        ordinals[first] += 1
        yield row
    if missing:
        logger.warning("%s images of %s are not in %s", missing, annotations, images)


def _exported(row: Row, images: Path) -> dict[str, Any]:
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
    """Write an image under its name, or under the next number that is free; the path."""
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


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON list that may be larger than memory."""
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8") as file:
        text = file.read(_CHUNK).lstrip()
        if not text.startswith("["):
            raise CorpusError(f"{path}: expected a JSON list of samples")
        text = text[1:]
        while True:
            text = text.lstrip(" \t\r\n,")
            if text.startswith("]"):
                return
            try:
                value, end = decoder.raw_decode(text)
            except json.JSONDecodeError as error:
                # Twice as much each time, or a long sample would be parsed again and again.
                more = file.read(max(_CHUNK, len(text)))
                if not more:
                    raise CorpusError(f"{path}: not JSON near its end: {error}") from None
                text += more
                continue
            if not isinstance(value, dict) or "images" not in value or "texts" not in value:
                raise CorpusError(f"{path}: a sample without 'images' and 'texts'")
            yield value
            text = text[end:]


def _imported(sample: dict[str, Any], images: Path) -> tuple[Row, int]:
    """A row without its id, and how many images were not found."""
    told = sample.get("metadata") or []
    both = sample.get("text_ocr_list") or sample["texts"]
    columns: dict[str, list[Any]] = {
        name: [] for name in ("images", "texts", "ocr_texts", "text_ocr_list", "elements")
    }
    lost = 0
    clip: Position = {}
    for n, (image, text) in enumerate(zip(sample["images"], sample["texts"], strict=True)):
        known = told[n] if n < len(told) and isinstance(told[n], dict) else {}
        found = None
        if image is not None:
            clip = _clip(image)
            if (found := _find(image, images)) is None:
                lost += 1
                continue
        elif text is None:
            continue
        heard = None if image else text
        columns["images"].append(found)
        columns["texts"].append(heard)
        columns["ocr_texts"].append((known.get("ocr") or "") if image else None)
        columns["text_ocr_list"].append(None if image else both[n] or text)
        columns["elements"].append(_element(clip, known, image))
        if heard is not None:
            _spread_ocr(columns, known)
    videos = dict.fromkeys(e["video_id"] for e in columns["elements"] if e["video_id"])
    numbers = {name: sample.get(name) for name in ("text_num", "token_num")}
    urls = [f"https://www.youtube.com/watch?v={v}" if _YOUTUBE.fullmatch(v) else "" for v in videos]
    unknown = dict.fromkeys(("subject", "course", "knowledge_point", "language", "license"), "")
    image_num = sum(image is not None for image in columns["images"])
    row = {**columns, **numbers, **unknown, "image_num": image_num}
    return row | {"video_ids": list(videos), "source_urls": urls}, lost


def _clip(image: str) -> Position:
    """What the name of an image tells of its clip."""
    match = _NAME.fullmatch(PurePosixPath(image).stem)
    if not match:
        return {"video_id": PurePosixPath(image).parent.name}
    start, end = float(match["start"]), float(match["end"])
    return {"video_id": match["video"], "clip_start": start, "clip_end": end}


def _element(clip: Position, known: Position, image: str | None) -> Position:
    """What is known of a position; of speech, the clip of the image before it."""
    guess = {
        "kind": "image" if image else "text",
        "video_id": clip.get("video_id", ""),
        "start": clip.get("clip_start"),
        "end": clip.get("clip_end"),
        "clip_start": clip.get("clip_start"),
        "clip_end": clip.get("clip_end"),
        "name": PurePosixPath(image).name if image else "",
    }
    return {name: known.get(name, value) for name, value in guess.items()}


def _spread_ocr(columns: dict[str, list[Any]], known: Position) -> None:
    """Give what stands behind the speech in `text_ocr_list` to the image before it."""
    text, both = columns["texts"][-1], columns["text_ocr_list"][-1]
    if "ocr" in known or len(columns["images"]) < 2 or columns["images"][-2] is None:
        return
    if both.startswith(text):
        columns["ocr_texts"][-2] = both[len(text) :].strip()


def _find(image: str, images: Path) -> str | None:
    """The file of an image, whose path begins with a folder of the machine that made it."""
    parts = PurePosixPath(image).parts
    for kept in (2, 1, 3):
        path = images.joinpath(*parts[-kept:])
        if ".." not in parts[-kept:] and path.is_file():
            return str(path)
    return None
