"""The Internet Archive: `advancedsearch.php` finds items, `/metadata/ID` describes one.

https://archive.org/developers/md-read.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from ..candidate import Candidate, CaptionFile, MediaFile, day
from ..outcomes import Gone, Unusable
from ..plan import InternetArchive
from ..web import Web
from .base import Page, Source, dicts, inside, listed, number, seconds, text

_FIELDS = ("identifier", "title", "description", "licenseurl", "creator", "date", "language")
_VIDEOS = {".mp4", ".webm", ".ogv", ".mkv", ".m4v", ".mov", ".avi", ".mpg", ".mpeg"}
_CAPTIONS = {".srt", ".vtt"}
_SPECIAL = re.compile(r'([+\-!(){}\[\]^"~*?:\\/&|])')  # of Lucene


class Archive(Source):
    def __init__(self, settings: InternetArchive, web: Web) -> None:
        self._settings, self._web = settings, web
        self._base = settings.url.rstrip("/")

    def search(self, query: str, cursor: str) -> Page:
        words = _SPECIAL.sub(r"\\\1", query)
        params = {
            "q": f"mediatype:movies AND licenseurl:* AND ({words})",
            "fl[]": list(_FIELDS),
            "rows": self._settings.results,
            "page": 1,
            "output": "json",
        }
        answer = self._web.json(f"{self._base}/advancedsearch.php", params)
        items = listed(inside(answer, "response", "docs"), self._base)
        return Page([self._candidate(item) for item in items if item.get("identifier")])

    def _candidate(self, item: dict[str, Any]) -> Candidate:
        name = str(item["identifier"])
        license_url = text(item.get("licenseurl"))
        page = f"{self._base}/details/{quote(name)}"
        return Candidate(
            url=page,
            source=self._settings.title(),
            given_id=name,
            title=text(item.get("title")),
            description=text(item.get("description")),
            language=text(item.get("language")),
            license=license_url,
            license_evidence=f"licenseurl in the metadata of {page}" if license_url else "",
            uploader=text(item.get("creator")),
            upload_date=day(text(item.get("date"))),
            more={"identifier": name},
        )

    def details(self, candidate: Candidate) -> list[Candidate]:
        name = candidate.more["identifier"]
        item = self._web.json(f"{self._base}/metadata/{quote(name)}")
        if not isinstance(item, dict) or not item.get("files") or item.get("is_dark"):
            raise Gone(f"{candidate.url}: the item is not there any more")
        known = self._candidate({"identifier": name, **(inside(item, "metadata") or {})})
        groups = _videos(list(dicts(item["files"])))
        if not groups:
            raise Unusable(f"{candidate.url}: there is no video in it")
        return [
            self._video(known, stem, files, len(groups) > 1, list(dicts(item["files"])))
            for stem, files in groups.items()
        ]

    def _video(
        self,
        known: Candidate,
        stem: str,
        files: list[dict[str, Any]],
        is_one_of_many: bool,
        everything: list[dict[str, Any]],
    ) -> Candidate:
        name = known.more["identifier"]
        media = tuple(
            MediaFile(
                self._address(name, file["name"]),
                number(file.get("height")),
                number(file.get("size")),
                f"md5:{file['md5']}" if file.get("md5") else "",
            )
            for file in files
        )
        captions = tuple(
            CaptionFile(self._address(name, file["name"]), _language(str(file["name"]), stem))
            for file in everything
            if PurePath(str(file.get("name", ""))).suffix.lower() in _CAPTIONS
            and str(file["name"]).startswith(stem)
        )
        lengths = [length for file in files if (length := seconds(file.get("length")))]
        own = text(next((file.get("title") for file in files if file.get("title")), ""))
        several = {
            "url": f"{known.url}/{quote(stem)}",
            "given_id": f"{name}/{stem}",
            "title": " - ".join(filter(None, (known.title, own or PurePath(stem).name))),
        }
        return replace(
            known,
            files=media,
            captions=captions,
            captions_known=True,
            duration=lengths[0] if lengths else None,
            is_complete=True,
            **(several if is_one_of_many else {}),  # type: ignore[arg-type]
        )

    def _address(self, name: str, file: str) -> str:
        return f"{self._base}/download/{quote(name)}/{quote(file)}"


def _videos(files: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Video files, grouped by the stem of their original: it and its derivatives."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for file in files:
        path = PurePath(str(file.get("name", "")))
        if path.suffix.lower() not in _VIDEOS or file.get("private") == "true":
            continue
        original = file.get("original") if file.get("source") == "derivative" else None
        stem = str(PurePath(str(original or path)).with_suffix(""))
        groups.setdefault(stem, []).append(file)
    return groups


def _language(name: str, stem: str) -> str:
    """The language in a name: `en` in `lecture.en.vtt`."""
    return name.removeprefix(stem).rpartition(".")[0].strip("._-")
