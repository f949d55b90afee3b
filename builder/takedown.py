"""Finds videos in a corpus by id, or by their origin: an address, a channel, an uploader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from vid2book.folder.layout import REMOVED
from vid2book.folder.record import CorpusError
from vid2book.folder.removed import removals, removed_text
from vid2book.names import did_you_mean
from vid2book.store import write_atomically

from .changes import Row, Videos
from .versions import Versioned, open_versioned

NO_QUERY = "name the videos by their ids, or by --channel, --uploader or --url"

# Fields of yt-dlp, which a manifest keeps as unknown columns.
_CHANNEL = ("channel", "channel_id", "channel_url")
_UPLOADER = ("uploader", "uploader_id", "uploader_url")
_ADDRESSES = ("webpage_url", "original_url", "url")
_YOUTUBE = ("youtube.com", "youtube-nocookie.com", "youtu.be")


@dataclass(frozen=True)
class Query:
    """Criteria for videos; a video must meet all that are given.

    Attributes:
        channel, uploader: a name, an id or an address.
        url: the address of a video, or a pattern of addresses with `*`.
    """

    channel: str | None = None
    uploader: str | None = None
    url: str | None = None

    def __bool__(self) -> bool:
        return any((self.channel, self.uploader, self.url))

    def fits(self, row: Row) -> bool:
        """Whether the video of this row of `videos` meets the criteria."""
        metadata = {**_metadata(row), "author": row.get("author")}
        if self.channel and not _is_named(self.channel, metadata, _CHANNEL):
            return False
        if self.uploader and not _is_named(self.uploader, metadata, (*_UPLOADER, "author")):
            return False
        if self.url and not any(is_at(self.url, url) for url in _addresses(row, metadata)):
            return False
        return bool(self)


@dataclass(frozen=True)
class Match:
    """A video in a corpus, or one that was removed from it: its status is then "removed", and only
    the date of the removal is known."""

    video_id: str
    title: str
    status: str
    samples: int
    removed_on: str = ""  # a date


def find(
    corpus: str | Path,
    video_ids: Iterable[str] = (),
    *,
    url: str | None = None,
    channel: str | None = None,
    uploader: str | None = None,
) -> list[Match]:
    """The videos with these ids, or from a URL, channel or uploader, whether kept or not.

    Args:
        corpus: a corpus folder, or ORG/NAME or ORG/NAME@VERSION on the Hub.
        video_ids: ids of the videos; removed ones are found too.
        url: the address of a video, or a pattern of addresses with `*`.
        channel, uploader: a name, an id or an address.

    Raises:
        CorpusError: not a corpus, or nothing to look for is given.
    """
    ids, query = list(video_ids), Query(channel, uploader, url)
    if not (ids or query):
        raise CorpusError(NO_QUERY)
    return look_up(open_versioned(corpus), ids, query)


def look_up(versioned: Versioned, video_ids: Iterable[str], query: Query) -> list[Match]:
    """The videos with these ids, or that meet the query, whether kept or not; removed ones are
    found by their ids."""
    matches = matching(versioned.videos, query) if query else ()
    candidates = dict.fromkeys([*video_ids, *matches])
    return [match for video_id in candidates if (match := _match(video_id, versioned))]


def with_hint(versioned: Versioned, unknown: Iterable[str]) -> list[str]:
    """Ids that are not in a corpus, each with those in it that may have been meant: "celll (did you
    mean cell?)"."""
    known = [*versioned.videos, *versioned.removed]
    hints = {name: did_you_mean(name, known) for name in unknown}
    return [f"{name} ({hint})" if hint else name for name, hint in hints.items()]


def _match(video_id: str, versioned: Versioned) -> Match | None:
    if row := versioned.videos.get(video_id):
        title, status = str(row.get("title") or ""), str(row.get("status") or "")
        return Match(video_id, title, status, int(row.get("samples") or 0))
    if date := versioned.removed.get(video_id):
        return Match(video_id, "", "removed", 0, date)
    return None


def matching(videos: Videos, query: Query) -> list[str]:
    """The ids of the videos that meet the query."""
    return [video_id for video_id, row in videos.items() if query.fits(row)]


def is_at(pattern: str, url: str) -> bool:
    """Whether two addresses lead to the same place, or an address fits a pattern with `*`."""
    if "*" not in pattern:
        return bool(url) and address(pattern) == address(url)
    short = re.sub(r"^(\w+|\*)://(www\.|m\.)?", "", pattern)
    plain = re.sub(r"^\w+://(www\.|m\.)?", "", url)
    return any(fnmatchcase(name, short) for name in (plain, address(url)))


def address(url: str) -> str:
    """An address reduced to what determines where it leads."""
    text = url.strip()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    host = re.sub(r"^(www|m|music)\.", "", (parts.hostname or "").lower())
    parameters = parse_qs(parts.query)
    if host in _YOUTUBE:
        path = parts.path.strip("/").split("/")
        one = parameters["v"][0] if "v" in parameters else path[-1]
        if "v" in parameters or host == "youtu.be" or path[0] in ("embed", "shorts", "live", "v"):
            return f"youtube.com/watch?v={one}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def put_on_record(corpus: Path, video_ids: Iterable[str]) -> None:
    """Add removed videos to REMOVED.csv; those that are already there keep their date."""
    today = datetime.now(UTC).date().isoformat()
    recorded = removals(corpus)
    updated = dict.fromkeys(video_ids, today) | recorded
    if updated != recorded:
        write_atomically(corpus / REMOVED, removed_text(updated).encode())


def take_off_record(corpus: Path, video_ids: Iterable[str]) -> None:
    """Delete videos from REMOVED.csv that are in the corpus again, and the file if it is empty."""
    recorded = removals(corpus)
    remaining = {name: date for name, date in recorded.items() if name not in set(video_ids)}
    if not remaining:
        (corpus / REMOVED).unlink(missing_ok=True)
    elif remaining != recorded:
        write_atomically(corpus / REMOVED, removed_text(remaining).encode())


def _metadata(row: Row) -> dict[str, object]:
    try:
        metadata = json.loads(row.get("metadata") or "{}")
    except (ValueError, TypeError):
        return {}
    return metadata if isinstance(metadata, dict) else {}


def _is_named(name: str, metadata: Mapping[str, object], fields: Iterable[str]) -> bool:
    """Whether one of the fields is this name, in any case, or this address."""
    values = [str(metadata[field]) for field in fields if metadata.get(field)]
    return any(
        value.casefold() == name.casefold() or ("/" in name and is_at(name, value))
        for value in values
    )


def _addresses(row: Row, metadata: Mapping[str, object]) -> list[str]:
    return [
        str(row.get("source_url") or ""),
        *(str(metadata.get(name) or "") for name in _ADDRESSES),
    ]
