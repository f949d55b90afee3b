"""Any interleaved corpus as a stream of one record: ours, OBELICS, OmniCorpus, MMC4, FineVideo, the
released textbook.

    corpus = open_corpus("textbook")                     # a folder that vid2book built
    corpus = open_corpus("HuggingFaceM4/OBELICS")        # the Hub, streamed
    for sample in corpus.samples(1000, seed=0): ...

Images given as paths are read from the corpus' folder. Images given only as URLs are fetched if
`fetch` says how; otherwise their positions are left out and counted. Unusable rows are counted in
`skipped`, by reason, and reading goes on. The text on an image is known if the rows have a column
`ocr_texts`: a list aligned with `images`, with a string at the position of each image.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from vid2book.folder import record
from vid2book.folder.layout import TABLES, by_split
from vid2book.folder.reader import is_marked
from vid2book.folder.record import CorpusError
from vid2book.intake import SUFFIXES, IntakeError, kind_of, read_rows

from .interleaved import Fetch, Interleaved, RowError, interleaved
from .sources import (
    HubDataset,
    NoSplitError,
    ParquetFiles,
    ReleasedJson,
    Row,
    SavedDataset,
    Source,
    TextFiles,
    Unread,
    describe,
)

__all__ = ["CorpusError", "Interleaved", "InterleavedCorpus", "NoSplitError", "open_corpus"]


_OF_FILES = (ParquetFiles, TextFiles)
_MARKED = "a position that is marked as to be dropped"
_ALIGNED = {"images", "texts", "ocr_texts", "text_ocr_list", "elements"}
_HUB = re.compile(r"[\w.-]+/[\w.-]+(@.+)?")
_SPLITS = ("train", "validation", "valid", "val", "dev", "test")
_NOT_SAMPLES = set(TABLES.values()) - {TABLES["default"]}


@dataclass
class InterleavedCorpus:
    """An opened corpus. `skipped` counts what the last reading left out, by reason; `content`
    identifies the samples of a folder that vid2book built."""

    name: str
    source: Source
    images: Path | None = None  # the folder to which paths of images are relative
    marked: bool = False  # include what a corpus of ours marks to be dropped
    fetch: Fetch | None = None
    content: str | None = None
    skipped: Counter[str] = field(default_factory=Counter)

    def samples(self, samples: int | None = None, seed: int = 0) -> Iterator[Interleaved]:
        """All samples in order, or this many drawn at random; the same for the same seed."""
        self.skipped = Counter()
        for number, row in self.source.rows(samples, seed):
            if sample := self.sample(number, row):
                yield sample

    def count(self, samples: int | None = None) -> int | None:
        """How many rows `samples` goes through; None if only reading can tell."""
        if not isinstance(self.source, ParquetFiles):
            return None
        rows = self.source.count()
        return rows if samples is None else min(samples, rows)

    def only(self, ids: frozenset[str]) -> InterleavedCorpus:
        """The corpus restricted to samples with these ids; nothing is copied.

        Raises:
            CorpusError: the corpus does not consist of Parquet files.
        """
        if not isinstance(self.source, ParquetFiles):
            raise CorpusError(f"{self.name}: samples are chosen by id of Parquet files alone")
        return replace(self, source=replace(self.source, only=ids), skipped=Counter())

    def shares_rows(self, other: InterleavedCorpus) -> bool:
        """Whether both read some of the same files, judged by file names."""
        one, two = self.source, other.source
        if isinstance(one, _OF_FILES) and isinstance(two, _OF_FILES):
            return not {f.resolve() for f in one.files}.isdisjoint(f.resolve() for f in two.files)
        return one == two

    def sample(self, number: int, row: Row | Unread) -> Interleaved | None:
        """The sample in a row of the source; None if there is none, which is counted."""
        if isinstance(row, Unread):
            self.skipped[describe(row, self.skipped)] += 1 if row.rows is None else row.rows
            return None
        try:
            row = row if self.marked else _without_marked(row, self.skipped)
            return interleaved(row, number, self.images, self.fetch, self.skipped)
        except RowError as error:
            self.skipped[str(error)] += 1
            return None


def open_corpus(
    source: str | Path, split: str = "train", config: str | None = None, marked: bool = False
) -> InterleavedCorpus:
    """Open a corpus without reading it yet.

    Args:
        source: a folder (a corpus of ours, Parquet files, `save_to_disk`, MMC4's .jsonl files), a
            .parquet, .jsonl, .json or .csv file, the JSON of the released Multimodal Textbook with
            its images in a folder `images` beside it, or ORG/NAME or ORG/NAME@REVISION on the Hub.
        split: used if the source has splits.
        config: of a dataset on the Hub.
        marked: include what a corpus of ours marks to be dropped (config `decide: mark`).

    Raises:
        CorpusError: there is no such corpus.
    """
    path = Path(source)
    if path.is_dir():
        ours = record.read(path)
        content = ours.content if ours else None
        rows = _folder(path, split)
        return InterleavedCorpus(path.name or str(path), rows, path, marked, content=content)
    if path.is_file():
        return InterleavedCorpus(path.stem, _file(path), path.parent, marked)
    if _HUB.fullmatch(str(source)):
        name, _, revision = str(source).partition("@")
        hub = HubDataset(name, revision or None, config, split)
        return InterleavedCorpus(str(source), hub, None, marked)
    raise CorpusError(
        f"{source}: not a folder or file here, nor the name of a dataset (ORG/NAME) on the Hub"
    )


def _folder(folder: Path, split: str) -> Source:
    if (folder / "dataset_dict.json").is_file():
        return SavedDataset(folder, split)
    if (folder / "state.json").is_file():
        return SavedDataset(folder)
    ours = folder / TABLES["default"]
    inside = ours if any(ours.glob("*.parquet")) else folder
    files = [
        file
        for file in sorted(inside.rglob("*.parquet"))
        if not _NOT_SAMPLES & set(file.relative_to(inside).parts[:-1])
    ]
    if files:
        return ParquetFiles(_of_split(files, split, folder))
    for kinds in ((".jsonl", ".ndjson"), (".csv", ".tsv")):
        names = tuple(f"{kind}{packed}" for kind in kinds for packed in ("", ".gz"))
        if lines := sorted(f for f in folder.rglob("*") if f.name.lower().endswith(names)):
            return TextFiles(_of_split(lines, split, folder))
    raise CorpusError(f"{folder}: holds no Parquet, .jsonl or .csv and no dataset saved to disk")


def _of_split(files: list[Path], split: str, folder: Path) -> list[Path]:
    """Files named after the split; all files if no name mentions a split.

    Names look like train-00000.parquet or, if all files are named that way, test.jsonl.
    """
    splits = by_split(files)
    if list(splits) == [""] and all(file.name.split(".")[0] in _SPLITS for file in files):
        splits = {}
        for file in files:
            splits.setdefault(file.name.split(".")[0], []).append(file)
    if split in splits:
        return splits[split]
    if list(splits) == [""]:
        return files
    names = ", ".join(sorted(name for name in splits if name))
    raise NoSplitError(f"{folder}: has no split '{split}'; it has {names}")


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
    """Whether the first sample has the Multimodal Textbook's format."""
    try:
        rows = (read.row for read in read_rows(path))
        first = next((row for row in rows if not isinstance(row, Unread)), {})
    except IntakeError:
        return False
    return {"images", "texts"} <= first.keys()


def _without_marked(row: Row, skipped: Counter[str]) -> Row:
    """The row without its marked positions.

    Raises:
        RowError: all positions are marked.
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
    return row | aligned | {"token_num": None}  # the count included what is left out now
