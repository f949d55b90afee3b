"""PeerTube: one instance, or an index of many such as Sepia Search, which has the same API.

https://docs.joinpeertube.org/api-rest-reference.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ..candidate import Candidate, CaptionFile, MediaFile, day
from ..outcomes import Gone, Unfetched
from ..plan import PeerTube as Settings
from ..web import Web
from .base import Page, Source, dicts, inside, listed, number, seconds, text

_AT_ONCE = 100  # the most answers that the API gives
# PeerTube's licence numbers. Instances may translate or rename the labels, but not the numbers.
_LICENCES = {
    "1": "CC BY",
    "2": "CC BY-SA",
    "3": "CC BY-ND",
    "4": "CC BY-NC",
    "5": "CC BY-NC-SA",
    "6": "CC BY-NC-ND",
    "7": "CC0 1.0",
}


class PeerTube(Source):
    def __init__(self, settings: Settings, web: Web) -> None:
        self._settings, self._web = settings, web
        self._base = settings.url.rstrip("/")

    def search(self, query: str, cursor: str) -> Page:
        start = number(cursor)
        count = min(self._settings.results - start, _AT_ONCE)
        params = {"search": query, "start": start, "count": count, "nsfw": "false"}
        answer = self._web.json(f"{self._base}/api/v1/search/videos", params)
        videos = listed(inside(answer, "data"), self._base)
        candidates = [self._candidate(v) for v in videos if v.get("uuid") and not v.get("isLive")]
        end = start + len(videos)
        more = videos and end < min(self._settings.results, number(inside(answer, "total")))
        return Page(candidates, str(end) if more else "")

    def _candidate(self, video: dict[str, Any]) -> Candidate:
        uuid = str(video["uuid"])
        page = str(video.get("url") or f"{self._base}/w/{uuid}")
        parts = urlsplit(page)
        licence = _LICENCES.get(str(inside(video, "licence", "id")), "")
        api = f"{parts.scheme}://{parts.netloc}/api/v1/videos/{uuid}"
        return Candidate(
            url=page,
            source=self._settings.title(),
            given_id=uuid,
            title=text(video.get("name")),
            description=text(video.get("description") or video.get("truncatedDescription")),
            language=text(inside(video, "language", "id")),
            license=licence,
            license_evidence=f"licence in {api}" if licence else "",
            uploader=text(inside(video, "account", "displayName")),
            channel=text(inside(video, "channel", "displayName")),
            channel_url=text(inside(video, "channel", "url")),
            upload_date=day(video.get("originallyPublishedAt") or video.get("publishedAt")),
            duration=seconds(video.get("duration")),
            more={"api": api},
        )

    def details(self, candidate: Candidate) -> list[Candidate]:
        api = candidate.more["api"]
        video = self._web.json(api)
        if not isinstance(video, dict) or not video.get("uuid"):
            raise Gone(f"{candidate.url}: the instance does not know the video")
        details = self._candidate(video)
        listed = list(dicts(video.get("files")))
        for playlist in dicts(video.get("streamingPlaylists")):
            listed += dicts(playlist.get("files"))
        files = tuple(
            MediaFile(
                str(file.get("fileDownloadUrl") or file.get("fileUrl")),
                number(inside(file, "resolution", "id")),
                number(file.get("size")),
            )
            for file in listed
            if (file.get("fileDownloadUrl") or file.get("fileUrl"))
            and number(inside(file, "resolution", "id"))  # 0 is sound alone
        )
        return [
            replace(
                details,
                url=candidate.url,
                source=candidate.source,
                files=files,
                captions=self._captions(api),
                captions_known=True,
                is_complete=True,
            )
        ]

    def _captions(self, api: str) -> tuple[CaptionFile, ...]:
        try:
            listed = inside(self._web.json(f"{api}/captions"), "data")
        except Unfetched:  # captions are optional: the video is worth having without them
            return ()
        parts = urlsplit(api)
        host = f"{parts.scheme}://{parts.netloc}"
        return tuple(
            CaptionFile(address, text(inside(item, "language", "id")))
            for item in dicts(listed)
            if (address := item.get("fileUrl") or _at(host, item.get("captionPath")))
            and not item.get("automaticallyGenerated")
        )


def _at(host: str, path: Any) -> str:
    return f"{host}{path}" if path else ""
