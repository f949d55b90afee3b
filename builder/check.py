"""Checks that the files of a corpus folder match its record and its card.

The damage of an interrupted build, a file copied by hand or a failing disk must not be published
under a card that says otherwise.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from huggingface_hub import DatasetCard

from vid2book.folder import record
from vid2book.folder.layout import ATTRIBUTION, CARD, PICTURE, TABLES, shards
from vid2book.folder.record import CorpusError, Record

from .changes import Videos
from .local import Hashes

_AGAIN = "build the corpus again with `vid2book build`"


def check(corpus: Path, videos: Videos, hashes: Hashes) -> Record:
    """Compare names, sizes and hashes with the record, and the record with the card.

    Args:
        corpus: the folder.
        videos: the rows of its table `videos`.
        hashes: the hashes of its files; missing ones are computed and added.

    Raises:
        CorpusError: something does not match; the message names it.
    """
    written = record.read(corpus)
    if written is None:
        raise CorpusError(f"{corpus}: not a complete corpus: its record is missing; {_AGAIN}")
    _check_files(corpus, written)
    for table, by_split in written.sizes.items():
        for split, size in by_split.items():
            if hashes.joined(shards(corpus, table, split)) != size.sha256:
                raise CorpusError(
                    f"{corpus}: the files of the table '{table}', split '{split}', are not those "
                    f"that were written; {_AGAIN}"
                )
    _check_card(corpus, written)
    _check_attribution(corpus, videos)
    return written


def _check_files(corpus: Path, written: Record) -> None:
    files = [file for table in TABLES for file in shards(corpus, table)]
    files += [corpus / PICTURE] if (corpus / PICTURE).exists() else []
    sizes = {file.relative_to(corpus).as_posix(): file.stat().st_size for file in files}
    for path in sorted(sizes.keys() | written.files.keys()):
        if path not in sizes:
            raise CorpusError(f"{corpus / path}: is missing; {_AGAIN}")
        if path not in written.files:
            raise CorpusError(f"{corpus / path}: was not written by vid2book; move it elsewhere")
        if sizes[path] != written.files[path]:
            raise CorpusError(
                f"{corpus / path}: has {sizes[path]:,} bytes, and {written.files[path]:,} were "
                f"written; {_AGAIN}"
            )


def _check_card(corpus: Path, written: Record) -> None:
    """The counts in the header must be those of the record; the text may be the owner's."""
    try:
        card = DatasetCard((corpus / CARD).read_text(encoding="utf-8"))
        infos: Any = card.data["dataset_info"]
        on_card = {
            info["config_name"]: {
                split["name"]: (split["num_examples"], split["num_bytes"])
                for split in info["splits"]
            }
            for info in (infos if isinstance(infos, list) else [infos])
        }
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise CorpusError(
            f"{corpus / CARD}: its header cannot be read: {error}; {_AGAIN}"
        ) from None
    on_record = {
        table: {split: (size.rows, size.num_bytes) for split, size in by_split.items()}
        for table, by_split in written.sizes.items()
        if by_split
    }
    if on_card != on_record:
        raise CorpusError(f"{corpus / CARD}: is the card of another corpus; {_AGAIN}")


def _check_attribution(corpus: Path, videos: Videos) -> None:
    try:
        with (corpus / ATTRIBUTION).open(encoding="utf-8", newline="") as file:
            listed_ids = {row["video_id"] for row in csv.DictReader(file)}
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise CorpusError(f"{corpus / ATTRIBUTION}: cannot be read: {error}; {_AGAIN}") from None
    present_ids = {
        video_id
        for video_id, row in videos.items()
        if row.get("status") == "kept" or row.get("samples")
    }
    if listed_ids != present_ids:
        one = min(listed_ids ^ present_ids)
        raise CorpusError(
            f"{corpus / ATTRIBUTION}: does not name the videos of the corpus ('{one}'); {_AGAIN}"
        )
