"""Reads the sources of a corpus, of every kind, into videos."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from ..errors import UserError
from ..intake import SUFFIXES, IntakeError, Unread, kind_of, read_rows
from ..intake.values import whole_text
from ..media.container import EXTENSIONS
from ..public import public_url
from ..quantities import number_of
from ..records import Video
from ..remote.urls import as_url, is_url, name_of, parent_of
from .archive import address, read_archive
from .columns import Columns
from .drafts import Draft, draft, unreadable, with_unique_ids
from .ids import given_id, id_in_name
from .info import look_beside
from .remote_sources import ListingError, list_folder, temporary_copy, with_notes
from .unnamed import UnnamedCaptions
from .walk import PassedOver, names_in, walk

_SHEETS = {".xlsx", ".xls", ".ods", ".numbers"}


class ManifestError(UserError):
    """A source that is not a manifest; the message says what was expected where."""


@dataclass(frozen=True)
class Manifest:
    """Everything that the sources hold.

    Attributes:
        videos: in order of the sources; one that cannot be used has a `problem`.
        passed_over: files that look like videos but were left out.
        notes: columns of tables, and names of splits, that were probably mistyped, and captions
            that a table does not name.
    """

    videos: list[Video] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_manifest(*sources: str | Path) -> list[Video]:
    """The videos of one or several sources, in order; see `read_sources`."""
    return read_sources(sources).videos


def read_sources(sources: Sequence[str | Path]) -> Manifest:
    """Everything that the sources hold.

    Args:
        sources: each a table (.json, .jsonl, .csv, .tsv, .parquet), a folder, a video file, or a
            download archive of yt-dlp (.txt) with its videos beside it. A folder with a table named
            `manifest` is described by this table; otherwise all its videos are taken, including
            subfolders, in order of their paths. All but archives may also be URLs that fsspec
            knows.

    Raises:
        ManifestError: there is no such source, or no video in it.
    """
    drafts: list[Draft] = []
    found = Manifest()
    for source in sources:
        if is_url(source):
            more = list(_from_elsewhere(as_url(source), found))
        else:
            more = list(_drafts(Path(source), found))
        if not more:
            raise ManifestError(_empty_source(source, found.passed_over))
        drafts += more
    return replace(found, videos=with_unique_ids(drafts))


def _empty_source(source: str | Path, passed_over: Sequence[PassedOver]) -> str:
    """The error message for a source without videos."""
    name = whole_text(str(source))
    if is_url(source):
        name = public_url(name)
    if kind_of(Path(name_of(str(source)))):
        return f"{name}: no rows in it"
    hint = ""
    if passed_over:
        hint = f"; {number_of(len(passed_over), 'file is', 'files are')} left from downloads"
    return f"{name}: no videos ({', '.join(sorted(EXTENSIONS))}) in it{hint}"


def _drafts(source: Path, found: Manifest) -> Iterator[Draft]:
    suffix, name = source.suffix.lower(), whole_text(str(source))
    if source.is_dir():
        yield from _of_folder(source, found)
    elif not source.exists():
        raise ManifestError(f"{name}: there is no such file or folder")
    elif suffix in EXTENSIONS:
        yield from _of_files(source.parent, [Path(source.name)], names_in(source.parent), {})
    elif kind_of(source):
        yield from _of_table(source, found)
    elif known := read_archive(source):
        yield from _of_archive(source, known, found)
    else:
        sheet = "; save the sheet as CSV" if suffix in _SHEETS else ""
        raise ManifestError(
            f"{name}: not a manifest ({', '.join(SUFFIXES)}), a folder, a download archive of "
            f"yt-dlp or a video ({', '.join(sorted(EXTENSIONS))}){sheet}"
        )


def _from_elsewhere(url: str, found: Manifest) -> Iterator[Draft]:
    name = Path(name_of(url))
    try:
        if name.suffix.lower() in EXTENSIONS:
            row = {"path": url, "title": name.stem}
            yield draft(row, name.name, parent_of(url), PurePath(name))
        elif kind_of(name):
            yield from _of_table_at(url, found)
        else:
            yield from _of_folder_at(url, found)
    except (OSError, ListingError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ManifestError(f"{whole_text(public_url(url))}: {reason}") from error


def _of_table_at(url: str, found: Manifest) -> Iterator[Draft]:
    with temporary_copy(url) as path:
        yield from _of_table(path, found, parent_of(url), public_url(url))


def _of_folder_at(url: str, found: Manifest) -> Iterator[Draft]:
    listing, folder = list_folder(url), f"{url.rstrip('/')}/"
    here = listing.names.get(Path(), [])
    if tables := [name for s in SUFFIXES if (name := f"manifest{s}") in here]:
        found.passed_over.extend(
            PassedOver(t, f"{tables[0]} describes the folder") for t in tables[1:]
        )
        drafts = list(_of_table_at(folder + tables[0], found))
        files = {folder + v.as_posix(): v for v in listing.videos}
        found.passed_over.extend(_unlisted(drafts, files, tables[0]))
        yield from drafts
        return
    found.passed_over.extend(listing.passed_over)
    for base, videos in with_notes(folder, listing.videos, listing.names):
        yield from _of_files(base, videos, listing.names, {}, folder)


def _of_folder(folder: Path, found: Manifest) -> Iterator[Draft]:
    tables = [table for s in SUFFIXES if (table := folder / f"manifest{s}").is_file()]
    if tables:
        others = (PassedOver(t.name, f"{tables[0].name} describes the folder") for t in tables[1:])
        found.passed_over.extend(others)
        drafts, listing = list(_of_table(tables[0], found)), walk(folder)
        base = folder.resolve()  # where the paths of the rows start
        files = {str(base / video): video for video in listing.videos}
        found.passed_over.extend(_unlisted(drafts, files, tables[0].name))
        yield from drafts
        return
    listing = walk(folder)
    found.passed_over.extend(listing.passed_over)
    known: dict[str, str] = {}
    for name in listing.names.get(Path(), ()):
        if name.endswith(".txt"):
            known |= read_archive(folder / name)
    yield from _of_files(folder, listing.videos, listing.names, known)


def _unlisted(drafts: Iterable[Draft], files: dict[str, Path], table: str) -> Iterator[PassedOver]:
    """The videos of a folder (`files`: path to path within it) that its table does not list."""
    paths = (draft.video.path for draft in drafts)
    listed = {path if is_url(path) else os.path.normpath(path) for path in paths}
    for path, inside in files.items():
        if path not in listed:
            yield PassedOver(whole_text(str(inside)), f"{table} does not list it")


def _of_table(path: Path, found: Manifest, base: str = "", shown: str = "") -> Iterator[Draft]:
    """The rows of a table.

    Args:
        found: gets a note on each column that was probably mistyped.
        base: URL of the folder that relative paths start from; empty: the table's own folder.
        shown: what messages call the table; empty: its path.
    """
    columns, captions = Columns(), UnnamedCaptions()
    try:
        for where, row in read_rows(path):
            if isinstance(row, Unread):
                yield from [unreadable(where, row.reason)] * (row.rows or 1)
            else:
                columns.add(row)
                one = draft(row, where, base or path.parent.resolve())
                captions.add(one.video)
                yield one
    except IntakeError as error:
        message = str(error).replace(str(path), shown) if shown else str(error)
        raise ManifestError(message) from error
    table = whole_text(shown or path.name)
    found.notes.extend(columns.notes(table))
    if "captions" not in columns.known:
        found.notes.extend(captions.notes(table))


def _of_archive(path: Path, known: dict[str, str], found: Manifest) -> Iterator[Draft]:
    """The videos that an archive lists, in its order; their files are beside it."""
    listing = walk(path.parent)
    found.passed_over.extend(listing.passed_over)
    drafts = _of_files(path.parent, listing.videos, listing.names, known)
    by_id = {str(d.video.metadata.get("id") or d.video.video_id): d for d in drafts}
    for video_id, site in known.items():
        if video_id in by_id:
            yield by_id[video_id]
        else:
            reason = f"{site} {video_id} has no file here that tells of it"
            row = Video(given_id(video_id), "", problem=f"{path.name}: {reason}")
            yield Draft(row, path.name)


def _of_files(
    folder: Path,
    videos: Sequence[Path],
    names: dict[Path, list[str]],
    known: dict[str, str],
    elsewhere: str = "",
) -> Iterator[Draft]:
    """The videos of a folder, with what the files beside them say.

    Args:
        folder: has the files that describe the videos.
        videos: within it.
        names: of all files, by folder.
        known: ids and sites from download archives.
        elsewhere: URL of the folder, if it is remote and `folder` is only a copy.
    """
    base = folder.resolve()
    for inside in videos:
        row = look_beside(base / inside, names[inside.parent])
        site_id = str(row.get("id") or id_in_name(inside.stem, frozenset(known)))
        if site_id:
            row |= {"id": site_id, "video_id": given_id(site_id)}
            if row["title"] == inside.stem:
                row["title"] = inside.stem.removesuffix(f"[{site_id}]").removesuffix(f"-{site_id}")
            if not row.get("source_url") and site_id in known:
                row["source_url"] = address(known[site_id], site_id)
        if elsewhere:
            files = {name: Path(row[name]) for name in ("path", "captions") if row.get(name)}
            row |= {n: elsewhere + f.relative_to(base).as_posix() for n, f in files.items()}
        yield draft(row, whole_text(str(inside)), elsewhere or base, PurePath(inside))
