"""Write a corpus: Parquet files, the attribution, the card."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from vid2book.config import Config
from vid2book.folder import record as folder
from vid2book.folder.record import CorpusError, SplitSize, Written
from vid2book.records import Outcome, Video

from . import croissant
from .card import render_card
from .features import FEATURES, Row, rows
from .parquet import Shards
from .splits import splits

if TYPE_CHECKING:
    from vid2book.pipeline.corpus import Corpus


class EmptyCorpusError(CorpusError):
    """No video gave a sample, so there is no corpus to write."""


def write_corpus(
    corpus: Corpus, out: str | Path, tell: Callable[[int, int], object] = lambda done, total: None
) -> Written:
    """Write the corpus into the folder `out`, in one step as seen from outside.

    A corpus already in `out` stays until the new one is complete. Equal corpora give equal bytes.
    Takes memory for one row group and one video's samples.

    Args:
        corpus: its stages have run.
        out: the folder.
        tell: told how many steps of how many are done; each table takes one for each video.

    Raises:
        EmptyCorpusError: no video was kept, or none gave a sample.
        CorpusError: the records make no corpus.
        FolderError: `out` holds something that is no corpus.
    """
    out = Path(out)
    outcomes = [corpus.outcome(video) for video in corpus.videos]
    by_split = splits(corpus)
    steps = count(1)

    def found(config: str, videos: list[Video]) -> Iterator[Row]:
        for video in videos:
            yield from (row for _, row in rows(corpus, config, [video]))
            tell(next(steps), len(FEATURES) * len(outcomes))

    tables = {
        config: {split: found(config, videos) for split, videos in by_split.items()}
        for config in FEATURES
    }
    revision = folder.revision(corpus.fingerprint(), outcomes)
    return write_tables(tables, outcomes, corpus.config, revision, folder.removed(out), out)


def write_tables(
    tables: Mapping[str, Mapping[str, Iterable[Row]]],
    outcomes: list[Outcome],
    pipeline: Config,
    revision: str,
    removed: list[str],
    out: Path,
) -> Written:
    """Write rows as a corpus.

    Args:
        tables: config and split to rows.
        outcomes: what became of the videos, for the card and the attribution.
        pipeline: what the card says of how the corpus was made.
        revision: names the content.
        removed: ids that stay out.
        out: the folder; what is there stays until all is written.
    """
    staged = folder.stage(out)
    try:
        tally = _Tally()
        sizes = {
            config: _write_config(config, by_split, staged, tally)
            for config, by_split in tables.items()
        }
        files = {
            file.relative_to(staged).as_posix(): file.stat().st_size
            for file in sorted(staged.rglob("*.parquet"))
        }
        written = Written(
            revision, tally.images, tally.tokens, sorted(tally.languages), sizes, files, removed
        )
        if not written.samples:
            raise EmptyCorpusError("no video gave a sample, so there is no corpus to write")
        _write_attribution(outcomes, staged / "ATTRIBUTION.csv")
        card = render_card(pipeline, outcomes, written)
        (staged / "README.md").write_text(card, encoding="utf-8")
        kept = [outcome for outcome in outcomes if outcome.status == "kept"]
        described = croissant.render(
            (config for config in sizes if sizes[config]), (o.video.license for o in kept)
        )
        (staged / croissant.NAME).write_text(described, encoding="utf-8")
        folder.save_record(staged, written)
    except BaseException:
        folder.discard(out)
        raise
    folder.publish(out)
    return written


class _Tally:
    """Counts over the rows of `default`, taken as they pass."""

    def __init__(self) -> None:
        self.images = self.tokens = 0
        self.languages: set[str] = set()

    def count(self, row: Row) -> None:
        self.images += row["image_num"]
        self.tokens += row["token_num"]
        self.languages.add(row["language"])


def _write_config(
    config: str, by_split: Mapping[str, Iterable[Row]], staged: Path, tally: _Tally
) -> dict[str, SplitSize]:
    """The sizes of the splits that have rows: `datasets` cannot load others."""
    target = staged / folder.FOLDERS[config]
    target.mkdir()
    sizes = {}
    for split, found in by_split.items():
        shards = Shards(target, split, FEATURES[config])
        for row in found:
            shards.add(row)
            if config == "default":
                tally.count(row)
        size = shards.close()
        if size.rows:
            sizes[split] = size
    return sizes


def _write_attribution(outcomes: list[Outcome], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["video_id", "title", "author", "source_url", "license"])
        for outcome in outcomes:
            if outcome.status == "kept":
                v = outcome.video
                table.writerow([v.video_id, v.title, v.author, v.source_url, v.license])
