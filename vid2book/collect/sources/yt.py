"""What yt-dlp can list: a search, a channel, a playlist.

A list tells little of each video; the licence is asked for with the details of those that are
promising.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..candidate import Candidate, day
from ..outcomes import Unusable
from ..plan import YtDlp, YtDlpSearch
from ..web import Web
from .base import Page, Source, page_of, seconds, text


class PageSource(Source):
    """A source that knows of a video no more than its page, on which yt-dlp finds the rest."""

    def __init__(self, web: Web, cookies: Path | None = None) -> None:
        self._web, self._cookies = web, cookies

    def details(self, candidate: Candidate) -> list[Candidate]:
        return _details(self._web, candidate, self._cookies)


class Listing(PageSource):
    def __init__(
        self, settings: YtDlp | YtDlpSearch, web: Web, cookies: Path | None = None
    ) -> None:
        super().__init__(web, cookies)
        self._settings = settings

    def search(self, query: str, cursor: str) -> Page:
        from .. import ytdlp

        if isinstance(self._settings, YtDlpSearch):
            most = self._settings.results
            found = ytdlp.listed(self._web, f"{self._settings.prefix}{most}:{query}", most)
        else:
            found = ytdlp.listed(self._web, self._settings.url)
        title = self._settings.title()
        return page_of(candidate_of(info, title) or "an entry without a page" for info in found)


def _details(web: Web, candidate: Candidate, cookies: Path | None) -> list[Candidate]:
    from .. import ytdlp

    web.visit(candidate.url)
    videos = [v for v in ytdlp.page(web, candidate.url, cookies) if not v.get("is_live")]
    if not videos:
        raise Unusable(f"{candidate.url}: there is no video on the page")
    pages = [str(v.get("webpage_url") or "") for v in videos]
    if len(videos) > 1 and len(set(pages)) < len(videos):
        raise Unusable(f"{candidate.url}: {len(videos)} videos without pages of their own")
    known = [candidate_of(video, candidate.source) for video in videos]
    if len(videos) == 1:
        return [_joined(candidate, known[0])] if known[0] else []
    return [replace(c, is_complete=True) for c in known if c]


def _joined(candidate: Candidate, known: Candidate) -> Candidate:
    """What the source told, and of the page what it did not: a licence comes with its evidence."""
    names = ("title", "description", "language", "uploader", "channel", "channel_url", "duration")
    more = {n: getattr(candidate, n) or getattr(known, n) for n in (*names, "upload_date")}
    if not candidate.license:
        more |= {"license": known.license, "license_evidence": known.license_evidence}
    return replace(candidate, **more, is_complete=True)


def candidate_of(info: dict[str, Any], source: str) -> Candidate | None:
    """A candidate of what yt-dlp tells; None for what has no page."""
    url = str(info.get("webpage_url") or info.get("url") or "")
    if not url.startswith(("http://", "https://")):
        return None
    licence = text(info.get("license"))
    return Candidate(
        url=url,
        source=source,
        given_id=text(info.get("id")),
        title=text(info.get("title")),
        description=text(info.get("description")),
        language=text(info.get("language")),
        license=licence,
        license_evidence=f"license that yt-dlp reads on {url}" if licence else "",
        uploader=text(info.get("uploader") or info.get("channel") or info.get("creator")),
        channel=text(info.get("channel")),
        channel_url=text(info.get("channel_url") or info.get("uploader_url")),
        upload_date=day(info.get("upload_date")),
        duration=seconds(info.get("duration")),
    )
