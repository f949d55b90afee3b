"""RSS and Atom: podcasts, and the series of Opencast and other lecture recorders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..candidate import Candidate, MediaFile, day
from ..plan import Feed as Settings
from ..web import Gone, Web
from .base import Page, dicts, number, seconds, text
from .yt import PageSource

_CREATIVE_COMMONS = "creativecommons.org/"


class Feed(PageSource):
    def __init__(self, settings: Settings, web: Web, cookies: Path | None = None) -> None:
        super().__init__(web, cookies)
        self._settings = settings

    def search(self, query: str, cursor: str) -> Page:
        import feedparser  # extra 'collect'

        answer = self._web.get(self._settings.url)
        parsed = feedparser.parse(
            answer.content,
            response_headers={
                "content-type": answer.headers.get("content-type", ""),
                "content-location": str(answer.url),
            },
        )
        if not parsed.get("version"):
            raise Gone(f"{self._settings.url}: no RSS and no Atom")
        return Page([c for entry in parsed.entries if (c := self._candidate(entry, parsed.feed))])

    def _candidate(self, entry: Any, feed: Any) -> Candidate | None:
        files = _files(entry)
        page = str(entry.get("link") or (files[0].url if files else ""))
        if not page.startswith(("http://", "https://")):
            return None
        licence, evidence = _licence(entry, feed, self._settings.url)
        return Candidate(
            url=page,
            source=self._settings.title(),
            given_id=str(entry.get("id") or page),
            title=text(entry.get("title")),
            description=text(entry.get("summary")),
            language=text(entry.get("language") or feed.get("language")),
            license=licence,
            license_evidence=evidence,
            uploader=text(entry.get("author") or feed.get("author") or feed.get("publisher")),
            channel=text(feed.get("title")),
            channel_url=text(feed.get("link")),
            upload_date=_day(entry),
            duration=_duration(entry),
            files=files,
            is_complete=bool(files),
        )


def _files(entry: Any) -> tuple[MediaFile, ...]:
    """Each enclosure once, whichever of the two ways a feed has to name it."""
    found: dict[str, MediaFile] = {}
    listed = [*dicts(entry.get("enclosures")), *dicts(entry.get("media_content"))]
    for item in listed:
        url = str(item.get("href") or item.get("url") or "")
        kind = str(item.get("type") or item.get("medium") or "")
        if url.startswith(("http://", "https://")) and kind.startswith("video"):
            size = number(item.get("length") or item.get("filesize"))
            found.setdefault(url, MediaFile(url, number(item.get("height")), size))
    return tuple(found.values())


def _licence(entry: Any, feed: Any, where: str) -> tuple[str, str]:
    """The licence of an entry, or else that of the whole feed, and where it is stated."""
    for told, name in (
        (entry, f"entry {entry.get('id') or entry.get('title')}"),
        (feed, "the feed"),
    ):
        links = [str(link.get("href")) for link in dicts(told.get("links")) if _is_licence(link)]
        stated = [*links, told.get("license"), told.get("creativecommons_license")]
        rights = text(told.get("rights"))
        # Rights are prose. Taken for a licence are those that name one alone.
        stated.append(rights)
        if licence := next((text(s) for s in stated if s), ""):
            return licence, f"stated by {name} in {where}"
    return "", ""


def _is_licence(link: dict[str, Any]) -> bool:
    return link.get("rel") == "license" and _CREATIVE_COMMONS in str(link.get("href"))


def _day(entry: Any) -> str:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    return (
        f"{parsed[0]:04d}{parsed[1]:02d}{parsed[2]:02d}" if parsed else day(entry.get("published"))
    )


def _duration(entry: Any) -> float | None:
    media = (item.get("duration") for item in dicts(entry.get("media_content")))
    told = [entry.get("itunes_duration"), *media]
    return next((length for value in told if (length := seconds(value))), None)
