"""Finding videos in a corpus by their ids or by where they come from: an address, a channel, an
uploader."""

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
from vid2book.store import write_atomically

from .changes import Row, Videos
from .versions import Versioned, open_versioned

NOTHING_ASKED = "name the videos by their ids, or by --channel, --uploader or --url"

# Names of yt-dlp, which a manifest's unknown columns keep.
_CHANNEL = ("channel", "channel_id", "channel_url")
_UPLOADER = ("uploader", "uploader_id", "uploader_url")
_ADDRESSES = ("webpage_url", "original_url", "url")
_YOUTUBE = ("youtube.com", "youtube-nocookie.com", "youtu.be")


@dataclass(frozen=True)
class Query:
    """Which videos; whatever is given has to fit.

    Attributes:
        channel, uploader: its name, id or address.
        url: the address of a video, or a pattern of addresses with `*`.
    """

    channel: str | None = None
    uploader: str | None = None
    url: str | None = None

    def __bool__(self) -> bool:
        return any((self.channel, self.uploader, self.url))

    def fits(self, row: Row) -> bool:
        """Whether a row of `videos` is of such a video."""
        known = {**_metadata(row), "author": row.get("author")}
        if self.channel and not _is_named(self.channel, known, _CHANNEL):
            return False
        if self.uploader and not _is_named(self.uploader, known, (*_UPLOADER, "author")):
            return False
        if self.url and not any(is_at(self.url, url) for url in _addresses(row, known)):
            return False
        return bool(self)


@dataclass(frozen=True)
class Match:
    """A video in a corpus, or one that was removed from it: its status is then "removed", and
    nothing is known of it but when."""

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
    """The videos of a corpus with these ids, and those that come from there, whatever became of
    them.

    Args:
        corpus: a corpus folder, or ORG/NAME or ORG/NAME@VERSION on the Hub.
        video_ids: of the videos; those that were removed are found too.
        url: the address of a video, or a pattern of addresses with `*`.
        channel, uploader: a name, an id or an address.

    Raises:
        CorpusError: no corpus, or nothing is asked for.
    """
    ids, wanted = list(video_ids), Query(channel, uploader, url)
    if not (ids or wanted):
        raise CorpusError(NOTHING_ASKED)
    opened = open_versioned(corpus)
    found = dict.fromkeys([*ids, *(matching(opened.videos, wanted) if wanted else ())])
    return [match for video_id in found if (match := _match(video_id, opened))]


def _match(video_id: str, opened: Versioned) -> Match | None:
    if row := opened.videos.get(video_id):
        title, status = str(row.get("title") or ""), str(row.get("status") or "")
        return Match(video_id, title, status, int(row.get("samples") or 0))
    if date := opened.removed.get(video_id):
        return Match(video_id, "", "removed", 0, date)
    return None


def matching(videos: Videos, wanted: Query) -> list[str]:
    """The ids of such videos."""
    return [video_id for video_id, row in videos.items() if wanted.fits(row)]


def is_at(pattern: str, url: str) -> bool:
    """Whether an address is the one meant, however it is written, or fits a pattern with `*`."""
    if "*" not in pattern:
        return bool(url) and address(pattern) == address(url)
    short = re.sub(r"^(\w+|\*)://(www\.|m\.)?", "", pattern)
    plain = re.sub(r"^\w+://(www\.|m\.)?", "", url)
    return any(fnmatchcase(name, short) for name in (plain, address(url)))


def address(url: str) -> str:
    """An address without what does not tell where it leads."""
    text = url.strip()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    host = re.sub(r"^(www|m|music)\.", "", (parts.hostname or "").lower())
    asked = parse_qs(parts.query)
    if host in _YOUTUBE:
        path = parts.path.strip("/").split("/")
        one = asked["v"][0] if "v" in asked else path[-1]
        if "v" in asked or host == "youtu.be" or path[0] in ("embed", "shorts", "live", "v"):
            return f"youtube.com/watch?v={one}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def put_on_record(corpus: Path, video_ids: Iterable[str]) -> None:
    """Note in REMOVED.csv that videos are removed; those that are there keep their date."""
    today = datetime.now(UTC).date().isoformat()
    known = removals(corpus)
    whole = dict.fromkeys(video_ids, today) | known
    if whole != known:
        write_atomically(corpus / REMOVED, removed_text(whole).encode())


def take_off_record(corpus: Path, video_ids: Iterable[str]) -> None:
    """Take videos off REMOVED.csv, for they are in the corpus again; an empty one is deleted."""
    known = removals(corpus)
    left = {name: date for name, date in known.items() if name not in set(video_ids)}
    if not left:
        (corpus / REMOVED).unlink(missing_ok=True)
    elif left != known:
        write_atomically(corpus / REMOVED, removed_text(left).encode())


def _metadata(row: Row) -> dict[str, object]:
    try:
        found = json.loads(row.get("metadata") or "{}")
    except (ValueError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_named(name: str, known: Mapping[str, object], fields: Iterable[str]) -> bool:
    """Whether one of the fields is this name, in whatever case, or this address."""
    values = [str(known[field]) for field in fields if known.get(field)]
    return any(
        value.casefold() == name.casefold() or ("/" in name and is_at(name, value))
        for value in values
    )


def _addresses(row: Row, known: Mapping[str, object]) -> list[str]:
    return [str(row.get("source_url") or ""), *(str(known.get(name) or "") for name in _ADDRESSES)]
