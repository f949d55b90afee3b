"""The sources of a corpus, of whatever kind, read into videos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from ..errors import UserError
from ..intake import SUFFIXES, IntakeError, Unread, kind_of, read_rows
from ..intake.values import whole_text
from ..media.container import EXTENSIONS
from ..records import Video
from .archive import address, read_archive
from .drafts import Draft, draft, settled, unreadable
from .ids import given_id, id_in_name
from .info import look_beside
from .walk import PassedOver, names_in, walk

_SHEETS = {".xlsx", ".xls", ".ods", ".numbers"}


class ManifestError(UserError):
    """A source that is no manifest; the message says what was looked for where."""


@dataclass(frozen=True)
class Manifest:
    """All that the sources hold.

    Attributes:
        videos: in order of the sources; one that cannot be used has a `problem`.
        passed_over: files that were not taken for videos.
    """

    videos: list[Video]
    passed_over: list[PassedOver]


def read_manifest(*sources: str | Path) -> list[Video]:
    """The videos of one or several sources, in order; see `read_sources`."""
    return read_sources(sources).videos


def read_sources(sources: Sequence[str | Path]) -> Manifest:
    """All that the sources hold.

    Args:
        sources: each a table (.json, .jsonl, .csv, .tsv, .parquet), a folder, a video file, or a
            download archive of yt-dlp (.txt) with its videos beside it. A folder that holds a table
            named manifest is described by it; otherwise all its videos are taken, subfolders too,
            in order of their paths.

    Raises:
        ManifestError: there is no such source, or no video in it.
    """
    drafts: list[Draft] = []
    passed_over: list[PassedOver] = []
    for source in map(Path, sources):
        found = list(_drafts(source, passed_over))
        if not found:
            raise ManifestError(_nothing(source, passed_over))
        drafts += found
    return Manifest(settled(drafts), passed_over)


def _nothing(source: Path, passed_over: Sequence[PassedOver]) -> str:
    shown = whole_text(str(source))
    if not source.is_dir():
        return f"{shown}: no rows in it"
    left = f"; {len(passed_over)} files are left from downloads" if passed_over else ""
    return f"{shown}: no videos ({', '.join(sorted(EXTENSIONS))}) in it{left}"


def _drafts(source: Path, passed_over: list[PassedOver]) -> Iterator[Draft]:
    suffix, shown = source.suffix.lower(), whole_text(str(source))
    if source.is_dir():
        yield from _of_folder(source, passed_over)
    elif not source.exists():
        raise ManifestError(f"{shown}: there is no such file or folder")
    elif suffix in EXTENSIONS:
        yield from _of_files(source.parent, [Path(source.name)], names_in(source.parent), {})
    elif kind_of(source):
        yield from _of_table(source)
    elif known := read_archive(source):
        yield from _of_archive(source, known, passed_over)
    else:
        sheet = "; save the sheet as CSV" if suffix in _SHEETS else ""
        raise ManifestError(
            f"{shown}: not a manifest ({', '.join(SUFFIXES)}), a folder, a download archive of "
            f"yt-dlp or a video ({', '.join(sorted(EXTENSIONS))}){sheet}"
        )


def _of_folder(folder: Path, passed_over: list[PassedOver]) -> Iterator[Draft]:
    tables = [table for s in SUFFIXES if (table := folder / f"manifest{s}").is_file()]
    if tables:
        others = (PassedOver(t.name, f"{tables[0].name} describes the folder") for t in tables[1:])
        passed_over.extend(others)
        yield from _of_table(tables[0])
        return
    listing = walk(folder)
    passed_over.extend(listing.passed_over)
    known: dict[str, str] = {}
    for name in listing.names.get(Path(), ()):
        if name.endswith(".txt"):
            known |= read_archive(folder / name)
    yield from _of_files(folder, listing.videos, listing.names, known)


def _of_table(path: Path) -> Iterator[Draft]:
    base = path.parent.resolve()
    try:
        for where, row in read_rows(path):
            if isinstance(row, Unread):
                yield from [unreadable(where, row.reason)] * (row.rows or 1)
            else:
                yield draft(row, where, base)
    except IntakeError as error:
        raise ManifestError(str(error)) from error


def _of_archive(
    path: Path, known: dict[str, str], passed_over: list[PassedOver]
) -> Iterator[Draft]:
    """The videos that an archive lists, in its order; their files are beside it."""
    listing = walk(path.parent)
    passed_over.extend(listing.passed_over)
    drafts = _of_files(path.parent, listing.videos, listing.names, known)
    found = {str(d.video.metadata.get("id") or d.video.video_id): d for d in drafts}
    for video_id, site in known.items():
        if video_id in found:
            yield found[video_id]
        else:
            reason = f"{site} {video_id} has no file here that tells of it"
            row = Video(given_id(video_id), "", problem=f"{path.name}: {reason}")
            yield Draft(row, path.name)


def _of_files(
    folder: Path, videos: Sequence[Path], names: dict[Path, list[str]], known: dict[str, str]
) -> Iterator[Draft]:
    base = folder.resolve()
    for inside in videos:
        row = look_beside(base / inside, names[inside.parent])
        told = str(row.get("id") or id_in_name(inside.stem, frozenset(known)))
        if told:
            row |= {"id": told, "video_id": given_id(told)}
            if row["title"] == inside.stem:
                row["title"] = inside.stem.removesuffix(f"[{told}]").removesuffix(f"-{told}")
            if not row.get("source_url") and told in known:
                row["source_url"] = address(known[told], told)
        yield draft(row, whole_text(str(inside)), base, PurePath(inside))
