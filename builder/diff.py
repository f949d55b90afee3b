"""What differs between two versions of a corpus, video by video, and the command `vid2book diff`.

Only the config `videos` is read: its column `digest` stands for the samples.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from vid2book.folder.record import FOLDERS, CorpusError

Row = dict[str, Any]
Videos = dict[str, Row]  # video_id to its row, in the order of the corpus

_LONG = {"description", "metadata", "reason", "judgement", "versions", "digest"}


@dataclass(frozen=True)
class Change:
    """A video that both versions have, and the columns in which its rows differ."""

    video_id: str
    columns: dict[str, tuple[Any, Any]]  # before, after

    def told(self) -> str:
        """What changed, in words: "samples 3 to 4, content"."""
        return ", ".join(_told(name, *values) for name, values in self.columns.items())


@dataclass(frozen=True)
class Diff:
    """Videos of the new version against those of the old."""

    added: list[str]
    removed: list[str]
    changed: list[Change]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def read_videos(corpus: Path) -> Videos:
    """The rows of the config `videos` of a corpus folder.

    Raises:
        CorpusError: the folder holds no corpus.
    """
    files = sorted((corpus / FOLDERS["videos"]).glob("*.parquet"))
    if not files:
        raise CorpusError(
            f"{corpus}: no corpus, for it has no videos/*.parquet; give a folder that "
            "`vid2book build` wrote"
        )
    return videos_in(files)


def videos_in(files: Iterable[Path | IO[bytes]]) -> Videos:
    """The rows of Parquet files of the config `videos`.

    Raises:
        CorpusError: a file is damaged or holds something else.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq  # slow to import, and the command line needs it for this only

    videos: Videos = {}
    for file in files:
        try:
            for row in pq.read_table(file).to_pylist():
                videos[row["video_id"]] = row
        except (pa.ArrowException, KeyError) as error:
            raise CorpusError(f"{file}: holds no rows of the config 'videos': {error}") from None
    return videos


def diff(old: Videos, new: Videos) -> Diff:
    """What became of each video. A column that only one of the versions has tells nothing."""
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


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A corpus folder, or ORG/NAME@VERSION.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another, taken as the newer one.")],
) -> None:
    """Name the videos that were added, removed and changed between two corpora."""
    try:
        old, new = _open(a), _open(b)
    except CorpusError as error:
        Console(stderr=True).print(f"[red]Error:[/] {escape(str(error))}", soft_wrap=True)
        raise typer.Exit(2) from None
    found = diff(old, new)
    out = Console(highlight=False)
    for video_id in found.added:
        out.print(f"[green]+[/] {video_id}  {escape(_described(new[video_id]))}", soft_wrap=True)
    for video_id in found.removed:
        out.print(f"[red]-[/] {video_id}  {escape(_described(old[video_id]))}", soft_wrap=True)
    for change in found.changed:
        out.print(f"[yellow]~[/] {change.video_id}  {escape(change.told())}", soft_wrap=True)
    out.print(counted(found))


def counted(found: Diff) -> str:
    """The counts in words."""
    if not found:
        return "no video was added, removed or changed"
    return (
        f"{len(found.added):,} added, {len(found.removed):,} removed, "
        f"{len(found.changed):,} changed"
    )


def _open(corpus: str) -> Videos:
    if not Path(corpus).exists() and corpus.count("/") == 1:
        from .hub import Hub

        name, _, version = corpus.partition("@")
        return Hub(name).videos(version or "main")
    return read_videos(Path(corpus))


def _described(row: Row) -> str:
    samples = f", {row['samples']} samples" if row.get("samples") else ""
    return f"{row.get('title') or ''} ({row.get('status')}{samples})".strip()


def _told(name: str, before: Any, after: Any) -> str:
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
