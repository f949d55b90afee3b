"""Reads a corpus folder piece by piece: at most a few rows with images are in memory.

It uses pyarrow directly. The folder may come from anyone, so its values are not trusted, and a
missing column counts as empty.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Set
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from ..names import VIDEO_ID_RULE, is_video_id
from ..records import Decision
from .layout import shards
from .record import FolderError, no_corpus

Row = dict[str, Any]
Run = tuple[Path, int, int, int]  # file, row group, first row in it, row after the last

SAMPLES_AT_ONCE = 4  # a sample may hold 2 MB of images
GROUPS_KEPT = 2  # row groups of decisions: those of one video may be in two


def card_title(folder: Path) -> str:
    """The name of a corpus on its dataset card; empty if there is no card, or no name on it."""
    try:
        parts = (folder / "README.md").read_text("utf-8").split("---\n", 2)
        header = yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0].strip() else None
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return ""
    title = header.get("pretty_name") if isinstance(header, dict) else ""
    return " ".join(title.split()) if isinstance(title, str) else ""


class CorpusFolder:
    """A corpus folder. `videos` maps each video id to its row, in the order of the manifest."""

    def __init__(self, folder: Path) -> None:
        """Raises FolderError: the folder is missing or is not a corpus."""
        self.folder = folder
        if not shards(folder, "videos"):
            raise no_corpus(folder)
        self.videos: dict[str, Row] = {}
        for row in chain.from_iterable(read_rows(f, batch=1024) for f in shards(folder, "videos")):
            video_id = str(row.get("video_id"))
            if not is_video_id(video_id):
                raise FolderError(
                    f"{folder}/videos: {video_id!r} is not a video id: {VIDEO_ID_RULE}"
                )
            self.videos[video_id] = row
        self.title = card_title(folder) or folder.resolve().name
        self.has_decisions = bool(shards(folder, "decisions"))
        self._runs = self._find_runs()
        self._groups: OrderedDict[tuple[Path, int], pa.Table] = OrderedDict()

    def samples(self) -> Iterator[Row]:
        """All samples, in order."""
        for file in shards(self.folder, "default"):
            yield from read_rows(file, batch=SAMPLES_AT_ONCE)

    def samples_begun_in(self, number: int) -> Iterator[Row]:
        """The samples of the videos that begin in one of the sample files, even if they end in a
        later one."""
        files = shards(self.folder, "default")
        last_before = next(filter(None, map(_last_video, files[:number][::-1])), None)
        video = None
        for place, file in enumerate(files[number:]):
            for row in read_rows(file, batch=SAMPLES_AT_ONCE):
                if place and video_of(row) != video:
                    return
                if place or video is not None or video_of(row) != last_before:
                    video = video_of(row)
                    yield row
            if video is None:
                return

    def words(self, video_id: str) -> Iterator[Row]:
        """The samples of one video without their images; files without the video are skipped."""
        for file in shards(self.folder, "default"):
            names = {"video_ids", "id", "texts", "ocr_texts", "elements"}
            if any(video_of(row) == video_id for row in read_rows(file, 1024, {"video_ids", "id"})):
                yield from (row for row in read_rows(file, 64, names) if video_of(row) == video_id)

    def decisions(self, video_id: str) -> list[Decision]:
        """The decisions about one video, in order of time."""
        return [decision for decision, _ in self.decided(video_id)]

    def decided(self, video_id: str) -> list[tuple[Decision, bytes]]:
        """The decisions about one video, in order of time, each with a small picture of what was
        left out; empty if there is none."""
        rows: list[Row] = []
        for file, group, first, stop in self._runs.get(video_id, []):
            rows += self._group(file, group).slice(first, stop - first).to_pylist()
        pairs = [(_decision(row), (row.get("picture") or {}).get("bytes") or b"") for row in rows]
        return sorted(pairs, key=lambda pair: (pair[0].start, pair[0].end))

    def _find_runs(self) -> dict[str, list[Run]]:
        """Where each video's rows are in the decisions, found by reading one column."""
        runs: dict[str, list[Run]] = defaultdict(list)
        for file in shards(self.folder, "decisions"):
            try:
                with pq.ParquetFile(file) as parquet:
                    for group in range(parquet.num_row_groups):
                        ids = parquet.read_row_group(group, ["video_id"])["video_id"]
                        coded = pc.run_end_encode(ids.combine_chunks().cast(pa.string()))
                        first = 0
                        for video_id, stop in zip(
                            coded.values.to_pylist(), coded.run_ends.to_pylist(), strict=True
                        ):
                            runs[str(video_id)].append((file, group, first, stop))
                            first = stop
            except (pa.ArrowException, OSError, KeyError) as error:
                raise _unreadable(file, error) from None
        return runs

    def _group(self, file: Path, group: int) -> pa.Table:
        key = (file, group)
        if key not in self._groups:
            try:
                self._groups[key] = pq.ParquetFile(file).read_row_group(group)
            except (pa.ArrowException, OSError) as error:
                raise _unreadable(file, error) from None
            if len(self._groups) > GROUPS_KEPT:
                self._groups.popitem(last=False)
        self._groups.move_to_end(key)
        return self._groups[key]


def video_of(sample: Row) -> str:
    """The id of the video that a sample was made from."""
    for ids in (sample.get("video_ids"), [e["video_id"] for e in sample.get("elements") or []]):
        if ids:
            return str(ids[0])
    return str(sample.get("id"))


def is_marked(element: Row | None) -> bool:
    """Whether a position of a sample is marked to be dropped (config `decide: mark`)."""
    return bool(element and element.get("drop"))


def read_rows(file: Path, batch: int, only: Set[str] | None = None) -> Iterator[Row]:
    """The rows of a file, read as they are needed; `only` names the columns to read."""
    try:
        # Without pre_buffer and with a buffer, row groups are not read whole.
        with pq.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False) as parquet:
            columns = [c for c in parquet.schema_arrow.names if only is None or c in only]
            for part in parquet.iter_batches(batch_size=batch, columns=columns):
                yield from part.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(file, error) from None


def _last_video(file: Path) -> str | None:
    """The video of the last sample in a file; None if there is no sample."""
    try:
        with pq.ParquetFile(file) as parquet:
            for group in reversed(range(parquet.num_row_groups)):
                names = {"video_ids", "elements", "id"} & {*parquet.schema_arrow.names}
                table = parquet.read_row_group(group, sorted(names))
                if table.num_rows:
                    return video_of(table.slice(table.num_rows - 1).to_pylist()[0])
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(file, error) from None
    return None


def _decision(row: Row) -> Decision:
    return Decision(
        video_id=str(row.get("video_id")),
        level=row.get("level") or "video",
        stage=row.get("stage") or "",
        start=row.get("start") or 0.0,
        end=row.get("end") or 0.0,
        kept=bool(row.get("kept")),
        reason=row.get("reason") or "",
        score=row.get("score"),
        threshold=row.get("threshold"),
        text=row.get("text") or "",
        raw=row.get("raw") or "",
        provisional=bool(row.get("provisional")),
    )


def _unreadable(file: Path, error: Exception) -> FolderError:
    lines = str(error).splitlines() or [type(error).__name__]
    return FolderError(
        f"{file}: this Parquet file cannot be read: {lines[0]}; build the corpus again"
    )
