"""Any interleaved corpus as a stream of one record: ours, OBELICS, OmniCorpus, MMC4, FineVideo, the
released textbook.

    corpus = open_corpus("textbook")                     # a folder that vid2book built
    corpus = open_corpus("HuggingFaceM4/OBELICS")        # the Hub, streamed
    for sample in corpus.samples(1000, seed=0): ...

Images that are paths are read from the corpus' folder. Images that are only URLs are fetched where
`fetch` says how; else their positions are left out and counted. A row that cannot be used is
counted in `skipped`, with its reason, and the rest goes on. What is written on an image is known
where the rows have a column `ocr_texts`: a list beside `images`, a string where an image stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vid2book.folder.layout import TABLES, by_split
from vid2book.folder.reader import is_marked
from vid2book.folder.record import CorpusError
from vid2book.intake import SUFFIXES, IntakeError, kind_of, read_rows
from vid2book.names import inside
from vid2book.records import Element

from .foreign import ForeignError, in_shape, page_of
from .images import image_file
from .sources import (
    HubDataset,
    ParquetFiles,
    ReleasedJson,
    Row,
    SavedDataset,
    Source,
    TextFiles,
    Unread,
    told,
)

__all__ = ["CorpusError", "Interleaved", "InterleavedCorpus", "open_corpus"]

Fetch = Callable[[str], bytes | str]  # an image by its URL; a string says why there is none

_NOT_FETCHED = "an image that is only a URL; `vid2book measure --fetch` downloads it"
_MISSING = "an image whose file is missing"
_MARKED = "a position that is marked as to be dropped"
_ALIGNED = {"images", "texts", "ocr_texts", "text_ocr_list", "elements"}
_PLACE = [name for name in Element.__dataclass_fields__ if name not in ("score", "drop")]
_HUB = re.compile(r"[\w.-]+/[\w.-]+(@.+)?")
_NOT_SAMPLES = set(TABLES.values()) - {TABLES["default"]}


class RowError(ValueError):
    """A row that cannot be used, and why."""


@dataclass(frozen=True)
class Interleaved:
    """One sample of any corpus. The lists are aligned: each position is an image or a text.

    `video_id` names what samples must be resampled together: the video, of a web corpus the
    document. `elements` tell where a position comes from, where that is known. Without a name
    (`is_named`) it is the number of a row, which says nothing of another corpus.
    """

    id: str
    video_id: str
    images: tuple[bytes | None, ...]  # encoded, as the corpus has them
    texts: tuple[str | None, ...]
    ocr_texts: tuple[str | None, ...]  # what is written on the image; None: unknown
    text_ocr_list: tuple[str | None, ...]  # text with the on-screen text of its images
    elements: tuple[Element | None, ...]
    language: str = ""
    license: str = ""
    subject: str = ""
    token_num: int | None = None
    is_named: bool = True

    @property
    def text(self) -> str:
        """All texts, a paragraph each."""
        return "\n".join(text for text in self.texts if text)


@dataclass
class InterleavedCorpus:
    """An opened corpus. `skipped` counts what the last reading left out, by reason."""

    name: str
    source: Source
    images: Path | None = None  # folder that paths of images are relative to
    marked: bool = False  # with what a corpus of ours marks as to be dropped
    fetch: Fetch | None = None
    skipped: Counter[str] = field(default_factory=Counter)

    def samples(self, samples: int | None = None, seed: int = 0) -> Iterator[Interleaved]:
        """All samples in order, or that many drawn at random, the same for the same seed."""
        self.skipped = Counter()
        for number, row in self.source.rows(samples, seed):
            if sample := self.sample(number, row):
                yield sample

    def sample(self, number: int, row: Row | Unread) -> Interleaved | None:
        """The sample of a row of the source; None, and counted, where it has none."""
        if isinstance(row, Unread):
            self.skipped[told(row, self.skipped)] += 1 if row.rows is None else row.rows
            return None
        try:
            row = row if self.marked else _without_marked(row, self.skipped)
            return _record(row, number, self.images, self.fetch, self.skipped)
        except RowError as error:
            self.skipped[str(error)] += 1
            return None


def open_corpus(
    source: str | Path, split: str = "train", config: str | None = None, marked: bool = False
) -> InterleavedCorpus:
    """Open a corpus; nothing of it is read yet.

    Args:
        source: a folder (a corpus of ours, Parquet files, `save_to_disk`, MMC4's .jsonl files), a
            .parquet, .jsonl, .json or .csv file, the JSON of the released Multimodal Textbook with
            its images in a folder `images` beside it, or ORG/NAME or ORG/NAME@REVISION on the Hub.
        split: where the source has splits.
        config: of a dataset of the Hub.
        marked: with what a corpus of ours marks as to be dropped (config `decide: mark`).

    Raises:
        CorpusError: there is no such corpus.
    """
    path = Path(source)
    if path.is_dir():
        return InterleavedCorpus(path.name or str(path), _folder(path, split), path, marked)
    if path.is_file():
        return InterleavedCorpus(path.stem, _file(path), path.parent, marked)
    if _HUB.fullmatch(str(source)):
        name, _, revision = str(source).partition("@")
        hub = HubDataset(name, revision or None, config, split)
        return InterleavedCorpus(str(source), hub, None, marked)
    raise CorpusError(
        f"{source}: no such folder or file, and no name of a dataset (ORG/NAME) on the Hub"
    )


def _folder(folder: Path, split: str) -> Source:
    if (folder / "state.json").is_file() or (folder / "dataset_dict.json").is_file():
        return SavedDataset(folder)
    ours = folder / TABLES["default"]
    inside = ours if any(ours.glob("*.parquet")) else folder
    found = [
        file
        for file in sorted(inside.rglob("*.parquet"))
        if not _NOT_SAMPLES & set(file.relative_to(inside).parts[:-1])
    ]
    if found:
        return ParquetFiles(_of_split(found, split, folder))
    for kinds in ((".jsonl", ".ndjson"), (".csv", ".tsv")):
        names = tuple(f"{kind}{packed}" for kind in kinds for packed in ("", ".gz"))
        if lines := sorted(f for f in folder.rglob("*") if f.name.lower().endswith(names)):
            return TextFiles(lines)
    raise CorpusError(f"{folder}: holds no Parquet, .jsonl or .csv and no dataset saved to disk")


def _of_split(files: list[Path], split: str, folder: Path) -> list[Path]:
    """Files named after the split; all files where no name tells of a split."""
    splits = by_split(files)
    if split in splits:
        return splits[split]
    if list(splits) == [""]:
        return files
    have = ", ".join(sorted(name for name in splits if name))
    raise CorpusError(f"{folder}: has no split '{split}'; it has {have}")


def _file(path: Path) -> Source:
    kind = kind_of(path)
    if kind == "parquet":
        return ParquetFiles([path])
    if kind and path.suffix.lower() == ".json" and _is_released(path):
        images = path.parent / "images"
        return ReleasedJson(path, images if images.is_dir() else path.parent)
    if kind:
        return TextFiles([path])
    raise CorpusError(f"{path}: expected {', '.join(SUFFIXES)}; text may be gzipped (.gz)")


def _is_released(path: Path) -> bool:
    """Whether the first sample is as the Multimodal Textbook has them."""
    try:
        rows = (read.row for read in read_rows(path))
        first = next((row for row in rows if not isinstance(row, Unread)), {})
    except IntakeError:
        return False
    return {"images", "texts"} <= first.keys()


def _without_marked(row: Row, skipped: Counter[str]) -> Row:
    """The row without the positions that are marked.

    Raises:
        RowError: nothing else is in it.
    """
    elements = row.get("elements")
    if not isinstance(elements, list) or not any(map(is_marked, elements)):
        return row
    stay = [n for n, element in enumerate(elements) if not is_marked(element)]
    if not stay:
        raise RowError("a sample of which everything is marked as to be dropped")
    skipped[_MARKED] += len(elements) - len(stay)
    aligned = {
        name: [column[n] for n in stay]
        for name, column in row.items()
        if isinstance(column, list) and len(column) == len(elements) and name in _ALIGNED
    }
    return row | aligned | {"token_num": None}  # which counts what is left out, too


def _record(
    row: Row, number: int, folder: Path | None, fetch: Fetch | None, skipped: Counter[str]
) -> Interleaved:
    """Raises RowError: the row has no aligned `images` and `texts`."""
    try:
        row = in_shape(row)
    except ForeignError as error:
        raise RowError(str(error)) from None
    images, texts = row.get("images"), row.get("texts")
    if not isinstance(images, list) or not isinstance(texts, list):
        raise RowError("a row without lists 'images' and 'texts'")
    if len(images) != len(texts):
        raise RowError("'images' and 'texts' of a row differ in length")
    columns = [
        _column(row, name, len(images)) for name in ("ocr_texts", "text_ocr_list", "elements")
    ]
    if lost := row.get("missing_images"):
        skipped[_MISSING] += lost
    positions: list[tuple[Any, ...]] = []
    for image, text, ocr, both, element in zip(images, texts, *columns, strict=True):
        known = _element(element)
        if image is not None:
            content = _content(image, folder, fetch, skipped)
            if content is not None:
                positions.append((content, None, ocr, None, known))
        if text is not None:
            positions.append((None, str(text), None, both, known))
    if not positions:
        raise RowError("a row without an image and a text that can be read")
    contents, said, written, joined, known_elements = zip(*positions, strict=True)
    name = str(row.get("id") or "")
    video = _video_id(row)
    video_id = video or name or str(number)
    tokens = row.get("token_num")
    return Interleaved(
        id=name or f"{video_id}#{number}",
        video_id=video_id,
        images=contents,
        texts=said,
        ocr_texts=written,
        text_ocr_list=joined,
        elements=known_elements,
        language=str(row.get("language") or ""),
        license=str(row.get("license") or ""),
        subject=str(row.get("subject") or ""),
        token_num=tokens if isinstance(tokens, int) else None,
        is_named=bool(video) or (bool(name) and not name.isdecimal()),
    )


def _column(row: Row, name: str, length: int) -> list[Any]:
    values = row.get(name)
    return values if isinstance(values, list) and len(values) == length else [None] * length


def _content(
    image: Any, folder: Path | None, fetch: Fetch | None, skipped: Counter[str]
) -> bytes | None:
    """The bytes of an image, however the row has them; None, and counted, where it has none."""
    if isinstance(image, bytes):
        return image
    path = image
    if isinstance(image, dict):
        if isinstance(image.get("bytes"), bytes):
            return bytes(image["bytes"])
        path = image.get("path")
    if not isinstance(path, str):
        skipped["an image without bytes and path"] += 1
        return None
    if "://" in path:
        content = fetch(path) if fetch else _NOT_FETCHED
        if isinstance(content, bytes):
            return content
        skipped[content] += 1
        return None
    if file := image_file(path, folder):
        return file.read_bytes()
    leaves = folder is not None and inside(folder, path) is None
    skipped["an image whose path leaves the folder of the corpus" if leaves else _MISSING] += 1
    return None


def _element(value: Any) -> Element | None:
    if not isinstance(value, dict) or any(value.get(name) is None for name in _PLACE):
        return None
    known = {name: value[name] for name in _PLACE}
    return Element(**known, score=value.get("score"), drop=value.get("drop") or "")


def _video_id(row: Row) -> str:
    """What the sample was made from; of OBELICS and MMC4 the page."""
    if ids := row.get("video_ids"):
        return str(ids[0])
    return page_of(row)
