"""Where things lie in a corpus folder, for those who write it and those who read it.

    data/, videos/, decisions/, transcripts/, clips/
                                      a folder for each table, of files SPLIT-00000.parquet
    README.md                         the dataset card
    ATTRIBUTION.csv, croissant.json
    card/                             the picture on the card
    measures/                         what `vid2book measure --card` put on it
    .vid2book.json                    what the folder holds (`record.py`)
    build.log.jsonl, build.errors.log, preview/

A table is what `datasets` calls a config. Nothing else in the project spells these names. Those of
shards do not say how many there are, so they stay when there are more of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

FORMAT = 6  # of the files of a corpus; a change here rewrites corpora that are otherwise current

TABLES = {  # to their folders
    "default": "data",
    "videos": "videos",
    "decisions": "decisions",
    "transcripts": "transcripts",
    "clips": "clips",
}
ON_REQUEST = ("decisions", "transcripts", "clips")  # are pushed only if their owner says so

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
HASHES = ".hashes.json"  # what a push knows of files that did not change
PREVIEW = "preview"

REMOVED = "REMOVED.csv"  # what was taken out, and when; builds leave it as it is

PUBLISHED = (
    ATTRIBUTION,
    CARD,
    CROISSANT,
    METRICS,
    PICTURE,
    PLOT,
    REMOVED,
)  # beside the tables; nothing else leaves the folder
DESCRIPTION = (ATTRIBUTION, CROISSANT, CARD, RECORD)
# What takes the place of what was there. The record goes last: a corpus that has the new one has
# everything new.
PARTS = (*TABLES.values(), PICTURES, MEASURES, *DESCRIPTION)

SHARDS_A_FOLDER = 2000  # of one split; the Hub takes 10,000 entries in a folder
_NUMBER = re.compile(r"-(\d{5,})(?:-of-\d{5,})?\.parquet$")
# Up to format 4, and in most datasets of others, a name says how many shards there are.
_SHARD = re.compile(r"(?P<split>.+?)-\d{5,}(-of-\d{5,})?\.parquet")


def shard(split: str, number: int) -> str:
    """The name of a Parquet file, in the folder of its table."""
    return f"{split}-{number:05d}.parquet"


def shards(corpus: Path, table: str, split: str | None = None) -> list[Path]:
    """The Parquet files of a table in order, of one split or of all."""
    files = sorted((corpus / TABLES[table]).rglob("*.parquet"), key=lambda file: file.name)
    return files if split is None else by_split(files).get(split, [])


def by_split(files: Iterable[Path]) -> dict[str, list[Path]]:
    """The files of each split; '' has those whose names tell of none."""
    splits: dict[str, list[Path]] = {}
    for file in files:
        match = _SHARD.fullmatch(file.name)
        splits.setdefault(match["split"] if match else "", []).append(file)
    return splits


def in_repository(path: str) -> str:
    """Where a file of the folder stands in a repository, whose folders hold few entries.

    The first shards of a split stand where they stand here; of the rest, so many have a folder of
    their own: `data/02000/train-02417.parquet`. So a file never moves when shards are added.
    """
    folder, _, name = path.rpartition("/")
    number = _NUMBER.search(name)
    first = int(number[1]) // SHARDS_A_FOLDER * SHARDS_A_FOLDER if number else 0
    return f"{folder}/{first:05d}/{name}" if first else path


def pattern(table: str, split: str | None = None) -> str:
    """The same as a pattern of paths in the folder, as the card and the Hub take it."""
    return f"{TABLES[table]}/{'*' if split is None else f'{split}-*'}.parquet"


def table_of(path: str) -> str | None:
    """The table that a path in the folder, with forward slashes, is a Parquet file of."""
    folder, _, name = path.partition("/")
    tables = (table for table, place in TABLES.items() if place == folder)
    return next(tables, None) if name.endswith(".parquet") else None
