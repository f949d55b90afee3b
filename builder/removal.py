"""Videos taken out of everything that a corpus folder holds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import yaml

from vid2book.config import Config
from vid2book.folder import record, swap
from vid2book.folder.layout import CARD, ERRORS, LOG, shards
from vid2book.folder.reader import read_rows
from vid2book.folder.record import CorpusError, Record
from vid2book.folder.removed import removals

from .changes import read_videos
from .features import Row, current, outcome_of
from .splits import denying
from .takedown import NOTHING_ASKED, Query, matching, put_on_record
from .write import EmptyCorpusError, write_rows


@dataclass(frozen=True)
class Removed:
    """What was taken out, and what is left."""

    video_ids: tuple[str, ...]
    samples: int  # that went with them
    left: Record


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
    wanted = Query(channel, uploader, url)
    gone = dict.fromkeys(video_ids)
    if wanted:
        found = matching(read_videos(corpus), wanted)
        if not found:
            raise CorpusError(f"{corpus}: it has no video from there; nothing was removed")
        gone |= dict.fromkeys(found)
    before = record.checked_record(corpus)
    left = take_out(corpus, gone)
    return Removed(tuple(gone), before.samples - left.samples if before else 0, left)


def take_out(corpus: Path, video_ids: Iterable[str]) -> Record:
    """Write the corpus again without these videos; in one step, as seen from outside.

    The preview goes too: it shows them.

    Raises:
        CorpusError: as `remove`.
    """
    gone = set(video_ids)
    if not gone:
        raise CorpusError(NOTHING_ASKED)
    swap.recover(corpus)
    held = record.checked_record(corpus)
    if held is None:
        raise CorpusError(
            f"{corpus}: not a complete corpus written by `vid2book build`; build it again"
        )
    with swap.writing(corpus):
        written = _without(corpus, held, gone)
        put_on_record(corpus, written.removed)
    return written


def _without(corpus: Path, held: Record, gone: set[str]) -> Record:
    videos = read_videos(corpus)
    if unknown := sorted(gone - set(videos)):
        told, before = [], removals(corpus)
        for name in unknown:
            near = get_close_matches(name, videos, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            told.append(
                f"{name} was removed on {before[name]}"
                if name in before
                else f"no video {name}{hint}"
            )
        raise CorpusError(f"{corpus}: nothing was removed: {'; '.join(told)}")
    outcomes = [outcome_of(row) for video_id, row in videos.items() if video_id not in gone]
    splits = dict.fromkeys(split for by_split in held.sizes.values() for split in by_split)
    left = {split: _remaining_rows(corpus, split, list(held.sizes), gone) for split in splits}
    removed = sorted({*held.removed, *gone})
    revision = hashlib.sha256(f"{held.revision} without {sorted(gone)}".encode()).hexdigest()
    pipeline = denying(config_of(corpus), removed)
    try:
        written = write_rows(left, outcomes, pipeline, revision, removed, corpus)
    except EmptyCorpusError:
        raise CorpusError(
            f"{corpus}: nothing would be left; delete the folder if that is what you want"
        ) from None
    _clear_log(corpus / LOG, gone)
    (corpus / ERRORS).unlink(missing_ok=True)  # tracebacks name files
    return written


def _remaining_rows(
    corpus: Path, split: str, tables: list[str], gone: set[str]
) -> Iterator[tuple[str, Row]]:
    """The rows of a split that stay, each with its table."""
    mention = re.compile(rf"video ({'|'.join(map(re.escape, sorted(gone)))})(?![\w.-])")
    for table in tables:
        batch = 16 if table in ("default", "clips") else 1024  # they hold images and videos
        for row in (row for file in shards(corpus, table, split) for row in read_rows(file, batch)):
            of = row["video_ids"] if table == "default" else [row["video_id"]]
            if gone & set(of):
                continue
            row = current(table, row)
            # Something may have been dropped because the removed video has it too.
            for told in row.get("elements") or [row]:
                for name in {"drop", "reason"} & set(told):
                    told[name] = mention.sub("a video that was removed", told[name])
            yield table, row


def config_of(corpus: Path) -> Config:
    """The pipeline's config, as the card gives it."""
    text = (corpus / CARD).read_text(encoding="utf-8")
    block = re.search(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    try:
        return Config.model_validate(yaml.safe_load(block[1]) if block else {})
    except (yaml.YAMLError, ValueError) as error:
        raise CorpusError(
            f"{corpus / CARD}: its configuration cannot be read ({error}); build the corpus again "
            "with the videos on the deny list"
        ) from None


def _clear_log(log: Path, gone: set[str]) -> None:
    if log.is_file():
        lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
        new = log.with_suffix(".new")
        kept = [line for line in lines if json.loads(line).get("video_id") not in gone]
        new.write_text("".join(kept), encoding="utf-8")
        new.replace(log)
