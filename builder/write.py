"""Write a corpus: Parquet files, the attribution, the card."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from vid2book.config import Config
from vid2book.folder import layout, record, swap
from vid2book.folder.record import CorpusError, Record, SplitSize
from vid2book.public import plain_cell, public_url
from vid2book.records import Outcome, Video

from . import croissant, gather
from .card import render_card, with_samples
from .features import FEATURES, Row
from .parquet import Shards
from .showpiece import choose
from .source import revision
from .splits import splits

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus


class EmptyCorpusError(CorpusError):
    """No video gave a sample, so there is no corpus to write."""


def write_corpus(
    corpus: Corpus,
    out: str | Path,
    tell: Callable[[int, int], object] = lambda done, total: None,
    workers: int = 1,
) -> Record:
    """Write the corpus to the folder `out`, which changes in one step.

    A corpus already in `out` stays until the new one is complete. Equal corpora give equal bytes.
    Needs memory for one row group of each table and the samples of a few videos.

    Args:
        corpus: one whose stages have run.
        out: the folder.
        tell: called with the number of videos written so far, and of all videos.
        workers: processes that make the rows.

    Raises:
        EmptyCorpusError: no video was kept, or none gave a sample.
        CorpusError: the records do not form a corpus.
        FolderError: `out` holds something that is not a corpus, another process is writing to
            it, or the disk is full.
    """
    out = Path(out)
    outcomes = list(gather.outcomes(corpus, workers))
    counter = count(1)

    def rows_of(videos: list[Video]) -> Iterator[tuple[str, Row]]:
        for rows in gather.rows(corpus, videos, workers):
            yield from rows
            tell(next(counter), len(outcomes))

    by_split = {split: rows_of(videos) for split, videos in splits(corpus).items()}
    revision_name = revision(corpus, outcomes)
    present_ids = {video.video_id for video in corpus.videos if not corpus.is_denied(video)}
    removed = [video_id for video_id in record.removed(out) if video_id not in present_ids]
    return write_rows(by_split, outcomes, corpus.config, revision_name, removed, out)


def write_rows(
    by_split: Mapping[str, Iterable[tuple[str, Row]]],
    outcomes: list[Outcome],
    pipeline: Config,
    revision: str,
    removed: list[str],
    out: Path,
) -> Record:
    """Write rows as a corpus.

    Args:
        by_split: the rows of each split, each with its table.
        outcomes: what became of the videos, for the card and the attribution.
        pipeline: the config, from which the card says how the corpus was made.
        revision: names the content.
        removed: ids of removed videos, which stay out.
        out: the folder; its old content stays until the new one is complete.

    Raises:
        EmptyCorpusError: there is no sample.
        FolderError: `out` holds something that is not a corpus, another process is writing to
            it, or the disk is full.
    """
    with swap.new_corpus(out) as new:
        tally = _Tally()
        sizes: dict[str, dict[str, SplitSize]] = {table: {} for table in layout.TABLES}
        for split, rows in by_split.items():
            for table, size in _write_split(new, split, rows, tally).items():
                if size.rows:  # `datasets` cannot load a split without rows
                    sizes[table][split] = size
        parts = [file for table in layout.TABLES for file in layout.shards(new, table)]
        if piece := choose(new):
            parts.append(new / layout.PICTURE)
            parts[-1].parent.mkdir()
            parts[-1].write_bytes(piece.picture)
        files = {file.relative_to(new).as_posix(): file.stat().st_size for file in parts}
        written = Record(
            revision, tally.images, tally.tokens, sorted(tally.languages), sizes, files, removed,
            tally.marked_images, tally.marked_texts,
        )  # fmt: skip
        if not written.samples:
            raise EmptyCorpusError("no video gave a sample, so there is no corpus to write")
        _write_attribution(outcomes, new / layout.ATTRIBUTION)
        card = render_card(pipeline, outcomes, written, piece)
        (new / layout.CARD).write_text(card, encoding="utf-8")
        metadata = croissant.render(
            card,
            (table for table in sizes if sizes[table]),
            (outcome.video.license for outcome in with_samples(outcomes)),
        )
        (new / layout.CROISSANT).write_text(metadata, encoding="utf-8")
        record.save_record(new, written)
    shutil.rmtree(out / layout.PREVIEW, ignore_errors=True)  # the book of the old corpus
    return written


class _Tally:
    """Counts the rows of `default` as they pass."""

    def __init__(self) -> None:
        self.images = self.tokens = self.marked_images = self.marked_texts = 0
        self.languages: set[str] = set()

    def count(self, row: Row) -> None:
        marked = Counter(element["kind"] for element in row["elements"] if element["drop"])
        self.images += row["image_num"] - marked["image"]
        self.marked_images += marked["image"]
        self.marked_texts += marked["text"]
        self.tokens += row["token_num"]
        self.languages.add(row["language"])


def _write_split(
    corpus: Path, split: str, rows: Iterable[tuple[str, Row]], tally: _Tally
) -> dict[str, SplitSize]:
    """Write the rows of one split into the files of their tables; the size of each table."""
    shards = {
        table: Shards(corpus / folder, split, FEATURES[table])
        for table, folder in layout.TABLES.items()
    }
    for table, row in rows:
        shards[table].add(row)
        if table == "default":
            tally.count(row)
    return {table: files.close() for table, files in shards.items()}


def _write_attribution(outcomes: list[Outcome], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["video_id", "title", "author", "source_url", "license"])
        for video in (outcome.video for outcome in with_samples(outcomes)):
            cells = (video.title, video.author, public_url(video.source_url), video.license)
            table.writerow([video.video_id, *map(plain_cell, cells)])
