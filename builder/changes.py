"""What differs between two versions of a corpus, video by video.

Only the table `videos` is read: its column `digest` stands for the samples.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from vid2book.folder.layout import shards
from vid2book.folder.record import CorpusError, no_corpus

Row = dict[str, Any]
Videos = dict[str, Row]  # video_id to its row, in the order of the corpus

_LONG = {"description", "metadata", "reason", "judgement", "versions", "digest"}


@dataclass(frozen=True)
class Change:
    """A video that both versions have, and the columns in which its rows differ."""

    video_id: str
    columns: dict[str, tuple[Any, Any]]  # before, after

    def text(self) -> str:
        """What changed, in words: "samples 3 to 4, content"."""
        return ", ".join(_change_text(name, *values) for name, values in self.columns.items())


@dataclass(frozen=True)
class Diff:
    """The videos of a new version compared with those of an old one."""

    added: list[str]
    removed: list[str]
    changed: list[Change]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def read_videos(corpus: Path) -> Videos:
    """The rows of the table `videos` of a corpus folder.

    Raises:
        CorpusError: the folder holds no corpus.
    """
    files = shards(corpus, "videos")
    if not files:
        raise no_corpus(corpus)
    return videos_in(files)


def videos_in(files: Iterable[Path | IO[bytes]]) -> Videos:
    """The rows of Parquet files of the table `videos`.

    Raises:
        CorpusError: a file is damaged or holds something else.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    videos: Videos = {}
    for file in files:
        try:
            for row in pq.read_table(file).to_pylist():
                videos[row["video_id"]] = row
        except (pa.ArrowException, KeyError) as error:
            raise CorpusError(f"{file}: holds no rows of the table 'videos': {error}") from None
    return videos


def ids_in(files: Iterable[Path | IO[bytes]]) -> list[str]:
    """The video ids in Parquet files; no other column is read.

    Raises:
        CorpusError: a file is damaged or has no such column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    ids: list[str] = []
    for file in files:
        try:
            ids += pq.read_table(file, columns=["video_id"])["video_id"].to_pylist()
        except (pa.ArrowException, KeyError) as error:
            raise CorpusError(f"{file}: holds no rows of the table 'videos': {error}") from None
    return ids


def compare(old: Videos, new: Videos) -> Diff:
    """Compare the videos. A column that only one of the versions has is ignored."""
    changed = []
    for video_id, row in new.items():
        before = old.get(video_id)
        if before is not None:
            shared = [name for name in row if name in before]
            columns = {n: (before[n], row[n]) for n in shared if before[n] != row[n]}
            if columns:
                changed.append(Change(video_id, columns))
    return Diff(
        [video_id for video_id in new if video_id not in old],
        [video_id for video_id in old if video_id not in new],
        changed,
    )


def summary(diff: Diff) -> str:
    """The counts in words."""
    if not diff:
        return "no video was added, removed or changed"
    return (
        f"{len(diff.added):,} added, {len(diff.removed):,} removed, {len(diff.changed):,} changed"
    )


def _change_text(name: str, before: Any, after: Any) -> str:
    if name == "digest":
        return "content"
    if name in _LONG:
        return name
    return f"{name} {_short(before)} to {_short(after)}"


def _short(value: Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "..."
