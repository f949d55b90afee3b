"""Removes videos from everything that a corpus folder holds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from vid2book.config import Config
from vid2book.folder import record, swap
from vid2book.folder.layout import CARD, ERRORS, LOG, PREVIEW, shards
from vid2book.folder.reader import read_rows
from vid2book.folder.record import CorpusError, Record
from vid2book.folder.removed import removals
from vid2book.names import did_you_mean

from .changes import read_videos
from .features import Row, current, outcome_of
from .splits import denying
from .takedown import NO_QUERY, Query, matching, put_on_record
from .write import EmptyCorpusError, write_rows


@dataclass(frozen=True)
class Removed:
    """What was removed, and what is left."""

    video_ids: tuple[str, ...]
    samples: int  # removed with them
    left: Record
    book: bool  # whether the book of the corpus was deleted, because it showed the videos


def remove(
    corpus: str | Path,
    video_ids: Iterable[str] = (),
    *,
    channel: str | None = None,
    uploader: str | None = None,
    url: str | None = None,
) -> Removed:
    """Take videos out of a corpus folder, with everything that came from them.

    The new corpus replaces the old one in one step. REMOVED.csv lists the ids with the date, and
    later builds leave the videos out.

    Args:
        corpus: the folder.
        video_ids: ids of the videos.
        channel, uploader: remove all videos from it; its name, id or address.
        url: the address of a video, or a pattern of addresses with `*`.

    Raises:
        CorpusError: not a corpus built by vid2book, no such video, nothing would be left, another
            process is writing to it, or the disk is full.
    """
    corpus = Path(corpus)
    query = Query(channel, uploader, url)
    ids = dict.fromkeys(video_ids)
    if query:
        matches = matching(read_videos(corpus), query)
        if not matches:
            raise CorpusError(f"{corpus}: no video in it matches; nothing was removed")
        ids |= dict.fromkeys(matches)
    before = record.checked_record(corpus)
    book = (corpus / PREVIEW).exists()
    left = take_out(corpus, ids)
    return Removed(tuple(ids), before.samples - left.samples if before else 0, left, book)


def take_out(corpus: Path, video_ids: Iterable[str]) -> Record:
    """Write the corpus again without these videos, and replace the old one in one step.

    The preview is deleted, since it shows the videos.

    Raises:
        CorpusError: see `remove`.
    """
    ids = set(video_ids)
    if not ids:
        raise CorpusError(NO_QUERY)
    swap.recover(corpus)
    old = record.checked_record(corpus)
    if old is None:
        raise CorpusError(
            f"{corpus}: not a complete corpus written by `vid2book build`; build it again"
        )
    with swap.writing(corpus):
        written = _without(corpus, old, ids)
        put_on_record(corpus, written.removed)
    return written


def _without(corpus: Path, old: Record, ids: set[str]) -> Record:
    videos = read_videos(corpus)
    if unknown := sorted(ids - set(videos)):
        problems, before = [], removals(corpus)
        for name in unknown:
            hint = f" ({near})" if (near := did_you_mean(name, videos)) else ""
            problems.append(
                f"{name} was removed on {before[name]}"
                if name in before
                else f"no video {name}{hint}"
            )
        raise CorpusError(f"{corpus}: nothing was removed: {'; '.join(problems)}")
    outcomes = [outcome_of(row) for video_id, row in videos.items() if video_id not in ids]
    splits = dict.fromkeys(split for by_split in old.sizes.values() for split in by_split)
    rows = {split: _remaining_rows(corpus, split, list(old.sizes), ids) for split in splits}
    removed = sorted({*old.removed, *ids})
    revision = hashlib.sha256(f"{old.revision} without {sorted(ids)}".encode()).hexdigest()
    pipeline = denying(config_of(corpus), removed)
    try:
        written = write_rows(rows, outcomes, pipeline, revision, removed, corpus)
    except EmptyCorpusError:
        raise CorpusError(
            f"{corpus}: nothing would be left; delete the folder if that is what you want"
        ) from None
    _clear_log(corpus / LOG, ids)
    (corpus / ERRORS).unlink(missing_ok=True)  # tracebacks name files
    return written


def _remaining_rows(
    corpus: Path, split: str, tables: list[str], ids: set[str]
) -> Iterator[tuple[str, Row]]:
    """The remaining rows of a split, each with its table."""
    mention = re.compile(rf"video ({'|'.join(map(re.escape, sorted(ids)))})(?![\w.-])")
    for table in tables:
        batch = 16 if table in ("default", "clips") else 1024  # they hold images and videos
        for row in (row for file in shards(corpus, table, split) for row in read_rows(file, batch)):
            of = row["video_ids"] if table == "default" else [row["video_id"]]
            if ids & set(of):
                continue
            row = current(table, row)
            # A reason may name the removed video, of which something was a duplicate.
            for holder in row.get("elements") or [row]:
                for name in {"drop", "reason"} & set(holder):
                    holder[name] = mention.sub("a video that was removed", holder[name])
            yield table, row


def config_of(corpus: Path) -> Config:
    """The config in the card of a corpus folder."""
    text = (corpus / CARD).read_text(encoding="utf-8")
    block = re.search(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    try:
        return Config.model_validate(yaml.safe_load(block[1]) if block else {})
    except (yaml.YAMLError, ValueError) as error:
        raise CorpusError(
            f"{corpus / CARD}: its configuration cannot be read ({error}); build the corpus again "
            "with the videos on the deny list"
        ) from None


def _clear_log(log: Path, ids: set[str]) -> None:
    if log.is_file():
        lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
        new = log.with_suffix(".new")
        kept = [line for line in lines if json.loads(line).get("video_id") not in ids]
        new.write_text("".join(kept), encoding="utf-8")
        new.replace(log)
