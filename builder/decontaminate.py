"""Samples that hold something of a benchmark, taken out of a corpus folder.

`vid2book measure --benchmark` finds them and lists them; here they go, each with a Decision.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from vid2book.folder import record, swap
from vid2book.folder.layout import shards
from vid2book.folder.reader import is_marked, read_rows, video_of
from vid2book.folder.record import CorpusError, Record
from vid2book.records import Decision, Outcome

from .changes import read_videos
from .features import Row, current, outcome_of
from .removal import config_of
from .write import EmptyCorpusError, write_rows

STAGE = "decontaminate"
_ALL_GONE = f"{STAGE}: every sample overlaps with a benchmark"


@dataclass(frozen=True)
class Overlap:
    """Why a sample goes."""

    reason: str
    score: float | None
    threshold: float | None


def read_overlaps(path: Path) -> dict[str, Overlap]:
    """The list that `vid2book measure --benchmark` wrote, by the id of the sample.

    Raises:
        CorpusError: it is no such list, or it is of several corpora.
    """
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        found = {
            str(row["id"]): Overlap(str(row["reason"]), row.get("score"), row.get("threshold"))
            for row in rows
        }
        corpora = {row["corpus"] for row in rows}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(
            f"{path}: not a list of overlaps ({error}); `vid2book measure CORPUS --samples 0 "
            "--benchmark ... -o REPORT` writes REPORT/overlaps.jsonl"
        ) from None
    if len(corpora) > 1:
        raise CorpusError(f"{path}: is of {len(corpora)} corpora; measure this one alone")
    return found


def take_out_samples(corpus: Path, overlaps: Mapping[str, Overlap]) -> tuple[int, Record | None]:
    """Write the corpus again without these samples; in one step, as seen from outside.

    Returns:
        How many samples went, and what is left; None where the list is empty.

    Raises:
        CorpusError: no corpus of ours, none of the samples is in it, or nothing would be left.
    """
    if not overlaps:
        return 0, None
    swap.recover(corpus)
    held = record.checked_record(corpus)
    if held is None:
        raise CorpusError(
            f"{corpus}: not a complete corpus written by `vid2book build`; build it again"
        )
    with swap.writing(corpus):
        gone = _Removal(corpus, overlaps)
        if not gone.ids:
            raise CorpusError(f"{corpus}: holds none of these samples; nothing was removed")
        videos = read_videos(corpus)
        outcomes = [gone.outcome(outcome_of(row)) for row in videos.values()]
        splits = dict.fromkeys(split for by_split in held.sizes.values() for split in by_split)
        left = {split: gone.rows_left(corpus, split, list(held.sizes)) for split in splits}
        named = f"{held.revision} without samples {sorted(gone.ids)}"
        revision = hashlib.sha256(named.encode()).hexdigest()
        try:
            written = write_rows(left, outcomes, config_of(corpus), revision, held.removed, corpus)
        except EmptyCorpusError:
            raise CorpusError(f"{corpus}: nothing would be left") from None
    return len(gone.ids), written


class _Removal:
    """What goes, and what that changes in the other tables."""

    def __init__(self, corpus: Path, overlaps: Mapping[str, Overlap]) -> None:
        self.ids: set[str] = set()
        self._decisions: dict[str, list[Decision]] = defaultdict(list)
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        for file in shards(corpus, "default"):
            for row in read_rows(file, 64, {"id", "video_ids", "elements", "texts"}):
                if overlap := overlaps.get(str(row["id"])):
                    self._note(row, overlap)

    def _note(self, row: Row, overlap: Overlap) -> None:
        video, elements = video_of(row), row["elements"]
        self.ids.add(str(row["id"]))
        start = min(e["clip_start"] for e in elements)
        end = max(e["clip_end"] for e in elements)
        self._decisions[video].append(
            Decision(
                video,
                "clip",
                STAGE,
                start,
                end,
                False,
                f"sample {row['id']} {overlap.reason}",
                overlap.score,
                overlap.threshold,
            )
        )
        counts = self._counts[video]
        counts["samples"] += 1
        for element, text in zip(elements, row["texts"], strict=True):
            if is_marked(element):
                counts["marked"] += 1
            elif text is None:
                counts["keyframes"] += 1
            else:
                counts["clips"] += 1
                counts["words"] += len(text.split())

    def outcome(self, before: Outcome) -> Outcome:
        """What became of a video, now."""
        lost = self._counts.get(before.video.video_id)
        if not lost:
            return before
        left = {name: max(0, getattr(before, name) - n) for name, n in lost.items()}
        if left["samples"]:
            return replace(before, **left)
        return replace(before, **left, status="filtered", reason=_ALL_GONE)

    def rows_left(self, corpus: Path, split: str, tables: list[str]) -> Iterator[tuple[str, Row]]:
        """The rows of a split that stay, each with its table, and a Decision for each that goes."""
        for table in tables:
            batch = 16 if table in ("default", "clips") else 1024  # they hold images and videos
            rows = (row for file in shards(corpus, table, split) for row in read_rows(file, batch))
            for video, group in groupby(rows, video_of if table == "default" else _video):
                for row in group:
                    if stays := self._row(table, video, current(table, row)):
                        yield table, stays
                if table == "decisions":
                    yield from self._told(video)
        if "decisions" in tables:
            # Of videos about which nothing else was decided.
            of_split = {
                v
                for f in shards(corpus, "videos", split)
                for v in map(_video, read_rows(f, 1024, {"video_id"}))
            }
            for video in sorted(of_split & self._decisions.keys()):
                yield from self._told(video)

    def _told(self, video: str) -> Iterator[tuple[str, Row]]:
        for decision in self._decisions.pop(video, []):
            yield "decisions", current("decisions", asdict(decision))

    def _row(self, table: str, video: str, row: Row) -> Row | None:
        if table == "default":
            return None if str(row["id"]) in self.ids else row
        lost = self._counts.get(video)
        if not lost:
            return row
        if table == "videos":
            now = self.outcome(outcome_of(row))
            content = hashlib.sha256(f"{row['digest']} {sorted(self.ids)}".encode()).hexdigest()
            counts = {name: getattr(now, name) for name in (*lost, "status", "reason")}
            return row | counts | {"digest": content if now.samples else ""}
        return row


def _video(row: Mapping[str, Any]) -> str:
    return str(row["video_id"])
