"""A video that a source offers, before it is downloaded."""

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
    """A file with the whole video, and its address."""

    url: str
    height: int = 0  # pixels; 0: not known
    size: int = 0  # bytes; 0: not known
    checksum: str = ""  # "md5:..." or "sha1:...", from the source; empty: none given


@dataclass(frozen=True)
class CaptionFile:
    """A caption file, and its address."""

    url: str
    language: str


@dataclass(frozen=True)
class Candidate:
    """What a source says about a video.

    Attributes:
        url: the page that a person would open; it identifies the video.
        source: the name of its source in the plan.
        given_id: what the site calls it, if the site has names for videos.
        license: as the source states it; empty: not stated.
        license_evidence: where the licence is stated, so that a person can check it.
        upload_date: YYYYMMDD; empty: not known.
        duration: seconds; None: not known.
        files: the media, if their addresses are known; otherwise yt-dlp finds them on the page.
        path: a file that is on this machine already.
        is_complete: asking for its details would reveal nothing more.
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
    captions_known: bool = False  # if true, no captions here means that there are none
    path: str = ""
    is_complete: bool = False
    point: str = ""  # the knowledge point, if the source itself names one
    more: dict[str, str] = field(default_factory=dict)  # what the source needs to find it again

    @cached_property
    def key(self) -> str:
        """The canonical address, the same for all addresses of one page."""
        return canonical(self.url)


RECORD = TypeAdapter(Candidate)


def canonical(url: str) -> str:
    """An address in one spelling: host in lower case, no fragment, no tracking parameters."""
    parts = urlsplit(url.strip())
    if not parts.netloc:
        return url.strip()
    host = parts.netloc.lower().removesuffix(":80").removesuffix(":443")
    if video := _youtube_id(host, parts.path, parts.query):
        return f"https://www.youtube.com/watch?v={video}"
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
    match = re.fullmatch(r"/(?:embed|shorts|live|v)/([\w-]{11})/?", path)
    return match[1] if match else ""


def day(text: object) -> str:
    """A date from an API (2024-05-01T10:00:00Z, 20240501) as YYYYMMDD; empty if it has no day."""
    digits = re.match(r"\s*(\d{4})-?(\d\d)?-?(\d\d)?", str(text or ""))
    return "".join(part or "" for part in digits.groups()) if digits and digits[3] else ""
