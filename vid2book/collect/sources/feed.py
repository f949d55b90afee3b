"""RSS and Atom: podcasts, and the series of Opencast and other lecture recorders."""

from __future__ import annotations

import json
from collections import Counter
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from ..candidate import Candidate, MediaFile, canonical, day
from ..outcomes import Unusable
from ..plan import Feed as Settings
from ..web import Web
from .base import Page, dicts, is_video_file, number, page_of, seconds, text
from .yt import PageSource

_MEANINGLESS = ("text/html", "application/octet-stream")
_CREATIVE_COMMONS = "creativecommons.org/"


class Feed(PageSource):
    def __init__(self, settings: Settings, web: Web, cookies: Path | None = None) -> None:
        super().__init__(web, cookies)
        self._settings = settings

    def search(self, query: str, cursor: str) -> Page:
        import feedparser  # extra 'collect'

        answer = self._web.get(self._settings.url, headers=_unless_changed(cursor))
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return Page([], again=cursor)
        # Without the feed's address, the parser leaves addresses as they are written; with it, it
        # would turn a guid that is not an address into a page.
        kind = answer.headers.get("content-type", "")
        parsed = feedparser.parse(answer.content, response_headers={"content-type": kind})
        if not parsed.get("version"):
            raise Unusable(f"{self._settings.url}: no RSS and no Atom")
        pages = [_page(entry, str(answer.url), parsed.version) for entry in parsed.entries]
        often = Counter(map(canonical, pages))  # a page of the whole series identifies no video
        return page_of(
            (
                self._candidate(entry, parsed.feed, page, often[canonical(page)] > 1, answer.url)
                for entry, page in zip(parsed.entries, pages, strict=True)
            ),
            again=_validators(answer.headers),
        )

    def _candidate(
        self, entry: Any, feed: Any, page: str, is_shared: bool, base: httpx.URL
    ) -> Candidate | str:
        files = _files(entry, str(base)) or ((MediaFile(page),) if is_video_file(page) else ())
        url = files[0].url if files and (is_shared or not page) else page
        if not files and (is_shared or not page):
            return "a page that other entries have too" if page else _nothing(entry)
        licence, evidence = _licence(entry, feed, self._settings.url)
        return Candidate(
            url=url,
            source=self._settings.title(),
            given_id=str(entry.get("id") or url),
            title=text(entry.get("title")),
            description=text(entry.get("summary")),
            language=text(entry.get("language") or feed.get("language")),
            license=licence,
            license_evidence=evidence,
            uploader=text(entry.get("author") or feed.get("author") or feed.get("publisher")),
            channel=text(feed.get("title")),
            channel_url=_absolute(feed.get("link"), str(base)),
            upload_date=_day(entry),
            duration=_duration(entry),
            files=files,
            is_complete=bool(files),
        )


def _validators(headers: httpx.Headers) -> str:
    """A cursor with which a server can tell whether a feed has changed; empty: it cannot."""
    validators = {name: headers[name] for name in ("etag", "last-modified") if headers.get(name)}
    return json.dumps(validators) if validators else ""


def _unless_changed(cursor: str) -> dict[str, str]:
    validators = json.loads(cursor) if cursor else {}
    names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    return {names[name]: value for name, value in validators.items()}


def _page(entry: Any, base: str, version: str) -> str:
    """The page of an entry: its link, or in RSS a guid that is an address; empty if neither."""
    links = [link for link in dicts(entry.get("links")) if link.get("rel") == "alternate"]
    page = next((_absolute(link.get("href"), base) for link in links), "")
    guid = str(entry.get("id") or "")
    if not page and version.startswith("rss") and entry.get("guidislink") and _is_web(guid):
        return guid
    return page


def _absolute(href: Any, base: str) -> str:
    """An address, resolved against that of the feed; empty if it is not a web address."""
    try:
        url = urljoin(base, str(href or "").strip()) if href else ""
    except ValueError:
        return ""
    return url if _is_web(url) else ""


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _files(entry: Any, base: str) -> tuple[MediaFile, ...]:
    """All enclosures that may be videos, without repeats; feeds can name them in two ways."""
    files: dict[str, MediaFile] = {}
    for item in _enclosures(entry):
        url = _absolute(item.get("href") or item.get("url"), base)
        kind = _kind(item)
        if url and (not kind or kind.startswith("video")):
            size = number(item.get("length") or item.get("filesize"))
            files.setdefault(url, MediaFile(url, number(item.get("height")), size))
    return tuple(files.values())


def _enclosures(entry: Any) -> list[dict[str, Any]]:
    return [*dicts(entry.get("enclosures")), *dicts(entry.get("media_content"))]


def _kind(item: dict[str, Any]) -> str:
    """The kind of an enclosure, by its type or else by its ending; empty if unknown."""
    stated = str(item.get("type") or item.get("medium") or "").strip().lower()
    if stated.startswith(("video", "audio", "image")):
        return stated
    path = urlsplit(str(item.get("href") or item.get("url") or "")).path
    # For a link without a type, feedparser says text/html.
    return guess_type(path)[0] or ("" if stated in _MEANINGLESS else stated)


def _nothing(entry: Any) -> str:
    """Why an entry is not a candidate."""
    kinds = sorted({_kind(item) for item in _enclosures(entry)})
    if not kinds:
        return "neither an enclosure nor a page"
    if any(not kind or kind.startswith("video") for kind in kinds):
        return "an enclosure without a web address"
    return f"no page, and an enclosure that is no video ({', '.join(kinds)})"


def _licence(entry: Any, feed: Any, where: str) -> tuple[str, str]:
    """The licence of an entry, or else of the whole feed, and where it is stated."""
    for part, name in (
        (entry, f"entry {entry.get('id') or entry.get('title')}"),
        (feed, "the feed"),
    ):
        links = [str(link.get("href")) for link in dicts(part.get("links")) if _is_licence(link)]
        stated = [*links, *_elements(part)]
        rights = text(part.get("rights"))
        # Rights are prose; they count as a licence only if they name exactly one.
        stated.append(rights)
        if licence := next((text(s) for s in stated if s), ""):
            return licence, f"stated by {name} in {where}"
    return "", ""


def _elements(part: Any) -> list[Any]:
    """The content of `license` elements in any namespace: addresses first, then words."""
    values = [part.get(name) for name in sorted(part) if name.endswith("license")]
    addresses = [
        value[name]
        for value in values
        if isinstance(value, dict)
        for name in ("href", "url", "rdf:resource")
        if value.get(name)
    ]
    return addresses + [value for value in values if isinstance(value, str)]


def _is_licence(link: dict[str, Any]) -> bool:
    return link.get("rel") == "license" and _CREATIVE_COMMONS in str(link.get("href"))


def _day(entry: Any) -> str:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    return (
        f"{parsed[0]:04d}{parsed[1]:02d}{parsed[2]:02d}" if parsed else day(entry.get("published"))
    )


def _duration(entry: Any) -> float | None:
    media = (item.get("duration") for item in dicts(entry.get("media_content")))
    values = [entry.get("itunes_duration"), *media]
    return next((length for value in values if (length := seconds(value))), None)
