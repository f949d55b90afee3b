"""Removes samples that contain parts of a benchmark from a corpus folder.

`vid2book measure --benchmark` lists them. Each removal is recorded as a Decision.
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
    """Why a sample is removed."""

    reason: str
    score: float | None
    threshold: float | None


def read_overlaps(path: Path) -> dict[str, Overlap]:
    """The list that `vid2book measure --benchmark` wrote, by the id of the sample.

    Raises:
        CorpusError: it is not such a list, or covers several corpora.
    """
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        overlaps = {
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
    return overlaps


def take_out_samples(corpus: Path, overlaps: Mapping[str, Overlap]) -> tuple[int, Record | None]:
    """Write the corpus again without these samples, and replace the old one in one step.

    Returns:
        The number of samples removed, and the record of the rest; None if the list is empty.

    Raises:
        CorpusError: not a corpus of ours, it has none of the samples, or nothing would be left.
    """
    if not overlaps:
        return 0, None
    swap.recover(corpus)
    old = record.checked_record(corpus)
    if old is None:
        raise CorpusError(
            f"{corpus}: not a complete corpus written by `vid2book build`; build it again"
        )
    with swap.writing(corpus):
        removal = _Removal(corpus, overlaps)
        if not removal.ids:
            raise CorpusError(f"{corpus}: holds none of these samples; nothing was removed")
        videos = read_videos(corpus)
        outcomes = [removal.outcome(outcome_of(row)) for row in videos.values()]
        splits = dict.fromkeys(split for by_split in old.sizes.values() for split in by_split)
        rows = {split: removal.remaining_rows(corpus, split, list(old.sizes)) for split in splits}
        content = f"{old.revision} without samples {sorted(removal.ids)}"
        revision = hashlib.sha256(content.encode()).hexdigest()
        try:
            written = write_rows(rows, outcomes, config_of(corpus), revision, old.removed, corpus)
        except EmptyCorpusError:
            raise CorpusError(f"{corpus}: nothing would be left") from None
    return len(removal.ids), written


class _Removal:
    """The samples to remove, and the changes that follow in the other tables."""

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
        """The outcome of a video after the removal."""
        lost = self._counts.get(before.video.video_id)
        if not lost:
            return before
        counts = {name: max(0, getattr(before, name) - n) for name, n in lost.items()}
        if counts["samples"]:
            return replace(before, **counts)
        return replace(before, **counts, status="filtered", reason=_ALL_GONE)

    def remaining_rows(
        self, corpus: Path, split: str, tables: list[str]
    ) -> Iterator[tuple[str, Row]]:
        """The remaining rows of a split with their tables, and a Decision for each removed row."""
        for table in tables:
            batch = 16 if table in ("default", "clips") else 1024  # they hold images and videos
            rows = (row for file in shards(corpus, table, split) for row in read_rows(file, batch))
            for video, group in groupby(rows, video_of if table == "default" else _video):
                for row in group:
                    if remaining := self._row(table, video, current(table, row)):
                        yield table, remaining
                if table == "decisions":
                    yield from self._decision_rows(video)
        if "decisions" in tables:
            # For videos without any other decision.
            of_split = {
                v
                for f in shards(corpus, "videos", split)
                for v in map(_video, read_rows(f, 1024, {"video_id"}))
            }
            for video in sorted(of_split & self._decisions.keys()):
                yield from self._decision_rows(video)

    def _decision_rows(self, video: str) -> Iterator[tuple[str, Row]]:
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
