"""Anything that yt-dlp can list: a search, a channel, a playlist.

A list says little about each video; licences are looked up only with the details of promising
ones.
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
    """A source that knows only the page of a video; yt-dlp finds the rest there."""

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
            videos = ytdlp.listed(self._web, f"{self._settings.prefix}{most}:{query}", most)
        else:
            videos = ytdlp.listed(self._web, self._settings.url)
        title = self._settings.title()
        return page_of(candidate_of(info, title) or "an entry without a page" for info in videos)


def _details(web: Web, candidate: Candidate, cookies: Path | None) -> list[Candidate]:
    from .. import ytdlp

    web.visit(candidate.url)
    videos = [v for v in ytdlp.page(web, candidate.url, cookies) if not v.get("is_live")]
    if not videos:
        raise Unusable(f"{candidate.url}: there is no video on the page")
    pages = [str(v.get("webpage_url") or "") for v in videos]
    if len(videos) > 1 and len(set(pages)) < len(videos):
        raise Unusable(f"{candidate.url}: {len(videos)} videos without pages of their own")
    candidates = [candidate_of(video, candidate.source) for video in videos]
    if len(videos) == 1:
        return [_joined(candidate, candidates[0])] if candidates[0] else []
    return [replace(c, is_complete=True) for c in candidates if c]


def _joined(candidate: Candidate, details: Candidate) -> Candidate:
    """The source's facts, completed from the page; a licence is taken with its evidence."""
    names = ("title", "description", "language", "uploader", "channel", "channel_url", "duration")
    more = {n: getattr(candidate, n) or getattr(details, n) for n in (*names, "upload_date")}
    if not candidate.license:
        more |= {"license": details.license, "license_evidence": details.license_evidence}
    return replace(candidate, **more, is_complete=True)


def candidate_of(info: dict[str, Any], source: str) -> Candidate | None:
    """A candidate from yt-dlp's facts; None if it has no page."""
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
