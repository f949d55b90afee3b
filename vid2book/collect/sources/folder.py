"""A folder of videos on this machine, or a bucket that fsspec reads."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from ...manifest.info import look_beside
from ...manifest.walk import walk
from ...media.container import EXTENSIONS
from ..candidate import Candidate, MediaFile, day
from ..outcomes import Later
from ..plan import Folder as Settings
from .base import Page, Source, text


class Folder(Source):
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def search(self, query: str, cursor: str) -> Page:
        if "://" in self._settings.url:
            return Page(self._of_bucket())
        base = Path(self._settings.url).resolve()
        listing = walk(base)
        rows = (look_beside(base / p, listing.names[p.parent]) for p in listing.videos)
        return Page([self._candidate(row) for row in rows])

    def _candidate(self, row: dict[str, Any]) -> Candidate:
        path = Path(str(row["path"]))
        licence = text(row.get("license"))
        return Candidate(
            url=text(row.get("source_url")) or path.as_uri(),
            source=self._settings.title(),
            given_id=text(row.get("id")) or path.stem,
            title=text(row.get("title")),
            description=text(row.get("description")),
            language=text(row.get("language")),
            license=licence,
            license_evidence=f"license in {path.stem}.info.json" if licence else "",
            uploader=text(row.get("author")),
            channel=text(row.get("channel")),
            upload_date=day(row.get("upload_date")),
            path=str(path),
            is_complete=True,
            more={"captions": text(row.get("captions"))} if row.get("captions") else {},
        )

    def _of_bucket(self) -> list[Candidate]:
        import fsspec

        try:
            files, root = fsspec.core.url_to_fs(self._settings.url)
            entries = sorted(files.find(root, detail=True).items())
        except (OSError, ImportError, ValueError) as error:
            raise Later(f"{self._settings.url}: {error}") from None
        scheme = self._settings.url.partition("://")[0]
        return [
            Candidate(
                url=f"{scheme}://{str(name).lstrip('/')}",
                source=self._settings.title(),
                given_id=PurePosixPath(name).stem,
                title=PurePosixPath(name).stem,
                files=(
                    MediaFile(f"{scheme}://{str(name).lstrip('/')}", 0, int(details["size"] or 0)),
                ),
                is_complete=True,
            )
            for name, details in entries
            if PurePosixPath(name).suffix.lower() in EXTENSIONS
        ]
