"""Wikimedia Commons, or another MediaWiki with videos.

https://www.mediawiki.org/wiki/API:Search, https://www.mediawiki.org/wiki/API:Videoinfo
"""

from __future__ import annotations

import json
from typing import Any

from ..candidate import Candidate, MediaFile, day
from ..outcomes import Later
from ..plan import Commons as Settings
from ..web import Web
from .base import Page, Source, dicts, inside, number, seconds, text

_AT_ONCE = 50  # answers that the API gives to anonymous clients


class Commons(Source):
    def __init__(self, settings: Settings, web: Web) -> None:
        self._settings, self._web = settings, web

    def search(self, query: str, cursor: str) -> Page:
        params: dict[str, Any] = {
            "action": "query",
            "format": "json",
            "formatversion": 2,
            "maxlag": 5,  # asks lagging servers to put us off
            "generator": "search",
            "gsrsearch": f"filetype:video {query}",
            "gsrnamespace": 6,
            "gsrlimit": min(self._settings.results, _AT_ONCE),
            "prop": "videoinfo",
            "viprop": "url|size|sha1|mime|user|timestamp|extmetadata|derivatives",
        }
        position: dict[str, Any] = json.loads(cursor) if cursor else {"seen": 0}
        params |= position.get("continue", {})
        answer = self._web.json(self._settings.url, params)
        if error := inside(answer, "error"):
            raise Later(f"{self._settings.url}: {text(inside(error, 'info')) or 'an error'}")
        if not isinstance(answer, dict) or not {"query", "batchcomplete", "continue"} & set(answer):
            raise Later(f"{self._settings.url}: the answer has no list of videos")
        pages = sorted(
            dicts(inside(answer, "query", "pages")), key=lambda p: number(p.get("index"))
        )
        candidates = [c for page in pages if (c := self._candidate(page))]
        count = position["seen"] + len(pages)
        following = inside(answer, "continue")
        if not following or count >= self._settings.results:
            return Page(candidates)
        return Page(candidates, json.dumps({"seen": count, "continue": following}))

    def _candidate(self, page: dict[str, Any]) -> Candidate | None:
        info = next(iter(dicts(page.get("videoinfo"))), None)
        if info is None or not info.get("url") or not str(info.get("mime", "")).startswith("video"):
            return None
        metadata = info.get("extmetadata")
        address = str(info.get("descriptionurl") or info["url"])
        licence = _value(metadata, "LicenseUrl") or _value(metadata, "LicenseShortName")
        return Candidate(
            url=address,
            source=self._settings.title(),
            given_id=f"commons-{page.get('pageid')}",
            title=_value(metadata, "ObjectName")
            or str(page.get("title", "")).removeprefix("File:"),
            description=_value(metadata, "ImageDescription"),
            license=licence,
            license_evidence=f"licence template of {address}" if licence else "",
            uploader=_value(metadata, "Artist") or text(info.get("user")),
            upload_date=day(info.get("timestamp")),
            duration=seconds(info.get("duration")),
            files=_files(info),
            is_complete=True,
        )


def _files(info: dict[str, Any]) -> tuple[MediaFile, ...]:
    sha1 = info.get("sha1")
    own = MediaFile(
        str(info["url"]),
        number(info.get("height")),
        number(info.get("size")),
        f"sha1:{sha1}" if sha1 else "",
    )
    derivatives = (
        MediaFile(str(d["src"]), number(d.get("height")))
        for d in dicts(info.get("derivatives"))
        if d.get("src") and str(d.get("type", "")).startswith("video") and d["src"] != info["url"]
    )
    return (own, *derivatives)


def _value(metadata: Any, name: str) -> str:
    return text(inside(metadata, name, "value"))
