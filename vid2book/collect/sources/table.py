"""A table of addresses, with other facts about each: CSV, JSON Lines or Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...intake import FileRow, Unread, read_rows
from ..candidate import Candidate, MediaFile, day
from ..plan import Table as Settings
from ..web import Web
from .base import Page, is_video_file, page_of, seconds, text
from .yt import PageSource

_ADDRESSES = ("url", "source_url", "webpage_url", "link")
_AT_ONCE = 1000  # rows


class Table(PageSource):
    def __init__(self, settings: Settings, web: Web, cookies: Path | None = None) -> None:
        super().__init__(web, cookies)
        self._settings = settings

    def search(self, query: str, cursor: str) -> Page:
        """Raises IntakeError: the file cannot be read."""
        rows = list(read_rows(self._settings.path))
        start = int(cursor or 0)
        part = rows[start : start + _AT_ONCE]
        end = start + len(part)
        return page_of(map(self._candidate, part), str(end) if end < len(rows) else "")

    def _candidate(self, read: FileRow) -> Candidate | str:
        if isinstance(read.row, Unread):
            return "a row that cannot be read"
        row = {str(name).strip().lower().replace(" ", "_"): v for name, v in read.row.items()}
        url = next((text(row[name]) for name in _ADDRESSES if row.get(name)), "")
        if not url.startswith(("http://", "https://")):
            return "no web address in a column url"
        licence = text(row.get("license") or row.get("licence"))
        media = text(row.get("media_url")) or (url if is_video_file(url) else "")
        return Candidate(
            url=url,
            source=self._settings.title(),
            given_id=text(row.get("video_id") or row.get("id")),
            title=text(row.get("title")),
            description=text(row.get("description")),
            language=text(row.get("language")),
            license=licence,
            license_evidence=_evidence(row, read.where) if licence else "",
            uploader=text(row.get("uploader") or row.get("author")),
            channel=text(row.get("channel")),
            upload_date=day(row.get("upload_date")),
            duration=seconds(row.get("duration")),
            files=(MediaFile(media),) if media else (),
            is_complete=bool(media),
            point=text(row.get("knowledge_point")),
        )


def _evidence(row: dict[str, Any], where: str) -> str:
    return text(row.get("license_evidence")) or f"column license of {Path(where).name}"
