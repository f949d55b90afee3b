"""The layout of a corpus folder.

    data/, videos/, decisions/, transcripts/, clips/
                                      a folder for each table, of files SPLIT-00000.parquet
    README.md                         the dataset card
    ATTRIBUTION.csv, croissant.json
    card/                             the picture on the card
    measures/                         the measures that `vid2book measure --card` put on the card
    .vid2book.json                    what the folder holds (`record.py`)
    build.log.jsonl, build.errors.log, preview/

A table is what `datasets` calls a config. Nothing else in the project spells these names. Names of
shards do not include their number, so they do not change when there are more of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

FORMAT = 7  # of the files of a corpus; a change here rewrites corpora that are otherwise current

TABLES = {  # to their folders
    "default": "data",
    "videos": "videos",
    "decisions": "decisions",
    "transcripts": "transcripts",
    "clips": "clips",
}
ON_REQUEST = ("decisions", "transcripts", "clips")  # pushed only on request

CARD = "README.md"
ATTRIBUTION = "ATTRIBUTION.csv"
CROISSANT = "croissant.json"
RECORD = ".vid2book.json"
PICTURES = "card"
PICTURE = f"{PICTURES}/sample.jpg"
MEASURES = "measures"
PLOT, METRICS = f"{MEASURES}/measures.png", f"{MEASURES}/metrics.json"
LOG = "build.log.jsonl"
ERRORS = "build.errors.log"
HASHES = ".hashes.json"  # hashes of files, which a push reuses while they do not change
PREVIEW = "preview"

REMOVED = "REMOVED.csv"  # which videos were removed, and when; builds do not change it

PUBLISHED = (
    ATTRIBUTION,
    CARD,
    CROISSANT,
    METRICS,
    PICTURE,
    PLOT,
    REMOVED,
)  # besides the tables; nothing else is published
DESCRIPTION = (ATTRIBUTION, CROISSANT, CARD, RECORD)
# What a new corpus replaces. The record is last: if it is new, everything is.
PARTS = (*TABLES.values(), PICTURES, MEASURES, *DESCRIPTION)

SHARDS_A_FOLDER = 2000  # of one split; the Hub takes 10,000 entries in a folder
_NUMBER = re.compile(r"-(\d{5,})(?:-of-\d{5,})?\.parquet$")
# Up to format 4, and in most other datasets, names include the number of shards.
_SHARD = re.compile(r"(?P<split>.+?)-\d{5,}(-of-\d{5,})?\.parquet")


def shard(split: str, number: int) -> str:
    """The name of a Parquet file, in the folder of its table."""
    return f"{split}-{number:05d}.parquet"


def shards(corpus: Path, table: str, split: str | None = None) -> list[Path]:
    """The Parquet files of a table in order, of one split or of all."""
    files = sorted((corpus / TABLES[table]).rglob("*.parquet"), key=lambda file: file.name)
    return files if split is None else by_split(files).get(split, [])


def by_split(files: Iterable[Path]) -> dict[str, list[Path]]:
    """The files of each split; '' for those without a split in their name."""
    splits: dict[str, list[Path]] = {}
    for file in files:
        match = _SHARD.fullmatch(file.name)
        splits.setdefault(match["split"] if match else "", []).append(file)
    return splits


def in_repository(path: str) -> str:
    """The path of a file of the folder in a repository, where folders have limited entries.

    The first `SHARDS_A_FOLDER` shards of a split have the same path as here, and the next ones are
    in a subfolder for as many each: `data/02000/train-02417.parquet`. So no file moves when shards
    are added.
    """
    folder, _, name = path.rpartition("/")
    number = _NUMBER.search(name)
    first = int(number[1]) // SHARDS_A_FOLDER * SHARDS_A_FOLDER if number else 0
    return f"{folder}/{first:05d}/{name}" if first else path


def pattern(table: str, split: str | None = None) -> str:
    """The shards of a table as a pattern of paths in the folder, for the card and the Hub."""
    return f"{TABLES[table]}/{'*' if split is None else f'{split}-*'}.parquet"


def table_of(path: str) -> str | None:
    """The table of a Parquet file, by its path in the folder with forward slashes; None for other
    files."""
    folder, _, name = path.partition("/")
    tables = (table for table, place in TABLES.items() if place == folder)
    return next(tables, None) if name.endswith(".parquet") else None
