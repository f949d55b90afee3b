"""A video that a source knows of, and that nobody has fetched yet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import TypeAdapter

_YOUTUBE = re.compile(r"(?:www\.|m\.|music\.)?youtube(?:-nocookie)?\.com")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|si|feature|ref|ref_src", re.IGNORECASE)


@dataclass(frozen=True)
class MediaFile:
    """A file that holds the whole video, at an address of its own."""

    url: str
    height: int = 0  # pixels; 0: not known
    size: int = 0  # bytes; 0: not known
    checksum: str = ""  # "md5:..." or "sha1:...", as the source gives it; empty: it gives none


@dataclass(frozen=True)
class CaptionFile:
    """Captions at an address of their own."""

    url: str
    language: str


@dataclass(frozen=True)
class Candidate:
    """What a source tells of a video.

    Attributes:
        url: of the page that a person would open; it names the video.
        source: the name that its source has in the plan.
        given_id: what the site calls it, if the site has names for videos.
        license: as the source states it; empty: it states none.
        license_evidence: where the licence is stated, for a person who checks it.
        upload_date: YYYYMMDD; empty: not known.
        duration: seconds; None: not known.
        files: the media, if their addresses are known; otherwise yt-dlp finds them on the page.
        path: of a file that is on this machine already.
        is_complete: nothing more can be learnt by asking for its details.
    """

    url: str
    source: str
    title: str = ""
    description: str = ""
    given_id: str = ""
    language: str = ""
    license: str = ""
    license_evidence: str = ""
    uploader: str = ""
    channel: str = ""
    channel_url: str = ""
    upload_date: str = ""
    duration: float | None = None
    files: tuple[MediaFile, ...] = ()
    captions: tuple[CaptionFile, ...] = ()
    captions_known: bool = False  # whether no captions means that there are none
    path: str = ""
    is_complete: bool = False
    point: str = ""  # the knowledge point that the source itself names
    more: dict[str, str] = field(default_factory=dict)  # what the source needs to find it again

    @cached_property
    def key(self) -> str:
        """The same for two addresses of one page."""
        return canonical(self.url)


RECORD = TypeAdapter(Candidate)


def canonical(url: str) -> str:
    """One spelling of an address: host in small letters, no fragment, nothing that tracks."""
    parts = urlsplit(url.strip())
    if not parts.netloc:
        return url.strip()
    host = parts.netloc.lower().removesuffix(":80").removesuffix(":443")
    if found := _youtube_id(host, parts.path, parts.query):
        return f"https://www.youtube.com/watch?v={found}"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([(name, value) for name, value in pairs if not _TRACKING.fullmatch(name)])
    return urlunsplit((parts.scheme.lower(), host, parts.path.rstrip("/"), query, ""))


def _youtube_id(host: str, path: str, query: str) -> str:
    if host == "youtu.be":
        return path.strip("/")
    if not _YOUTUBE.fullmatch(host):
        return ""
    if path == "/watch":
        return parse_qs(query).get("v", [""])[0]
    found = re.fullmatch(r"/(?:embed|shorts|live|v)/([\w-]{11})/?", path)
    return found[1] if found else ""


def day(text: object) -> str:
    """YYYYMMDD of a date as APIs write it (2024-05-01T10:00:00Z, 2024-05, 20240501); or empty."""
    digits = re.match(r"\s*(\d{4})-?(\d\d)?-?(\d\d)?", str(text or ""))
    return "".join(part or "" for part in digits.groups()) if digits and digits[3] else ""
