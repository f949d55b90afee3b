"""The manifest of a collection and its file of decisions: both are views of the ledger.

Each is written to a temporary file and renamed, so `vid2book build` can read the manifest at any
moment. Rows keep the order in which they came, so a manifest only grows at its end.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .download import video_id
from .facts import PartRow, Verdict
from .ledger import Ledger
from .places import Places
from .review import ReviewedCandidate
from .rights import licence_of

_SHARE = 0.02  # of the time, at most, for writing manifests


class Views:
    """Writes the manifest and the decisions."""

    def __init__(self, manifest: Path, decisions: Path, ledger: Ledger) -> None:
        self._manifest, self._decisions, self._ledger = manifest, decisions, ledger
        self._next = 0.0
        self.lock = threading.RLock()

    def write(self, usable: Mapping[str, ReviewedCandidate], decisions: bool) -> None:
        """Write everything that is known now.

        Args:
            usable: the chosen candidates, by key.
            decisions: also write the file of decisions, which is large.
        """
        with self.lock:
            self._write(usable, decisions)

    def _write(self, usable: Mapping[str, ReviewedCandidate], decisions: bool) -> None:
        started = time.monotonic()
        media = self._ledger.parts("media")
        rows = (
            _row(usable[key], media[key], self._manifest.parent)
            for key in self._ledger.rows()
            if key in usable and not media[key].is_forbidden
        )
        _replace(self._manifest, rows)
        if decisions:
            _write_decisions(self._decisions, self._ledger)
        self._next = time.monotonic() + (time.monotonic() - started) / _SHARE

    def is_due(self) -> bool:
        """Whether writing again would take no more than a small share of the time."""
        return time.monotonic() >= self._next


def write_decisions(at: Places) -> None:
    """Write only the file of decisions, from the ledger, possibly while a collection runs.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    ledger = Ledger(at.ledger)
    try:
        _write_decisions(at.decisions, ledger)
    finally:
        ledger.close()


def _write_decisions(path: Path, ledger: Ledger) -> None:
    urls = ledger.urls()
    _replace(path, (_decision(verdict, urls) for verdict in ledger.decisions()))


def _row(one: ReviewedCandidate, media: PartRow, base: Path) -> dict[str, Any]:
    candidate, point, result = one.candidate, one.point, media.result
    row: dict[str, Any] = {"video_id": video_id(candidate)}
    if media.status == "done":
        row |= {"path": _relative(result["path"], base)}
        if result.get("captions"):
            row |= {"captions": _relative(result["captions"], base)}
            row |= {"captions_language": result.get("captions_language") or ""}
    else:
        row |= {"problem": f"not fetched: {media.reason}"}
    row |= {
        "title": candidate.title,
        "description": candidate.description,
        "subject": point.subject if point else "",
        "course": point.course if point else "",
        "sub_course": point.sub_course if point else "",
        "knowledge_point": point.name if point else "",
        "language": candidate.language or result.get("language") or "",
        "license": licence_of(candidate),
        "license_stated": candidate.license,
        "license_evidence": candidate.license_evidence,
        "source_url": candidate.url if candidate.url.startswith("http") else "",
        "author": candidate.uploader,
        "uploader": candidate.uploader,
        "channel": candidate.channel,
        "channel_url": candidate.channel_url,
        "upload_date": candidate.upload_date,
        "collected_from": candidate.source,
        "sha256": result.get("sha256") or "",
    }
    return {name: value for name, value in row.items() if value}


def _decision(verdict: Verdict, urls: Mapping[str, str]) -> dict[str, Any]:
    fields = {"url": urls.get(verdict.key, verdict.key)} | verdict._asdict()
    del fields["key"]
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _relative(path: str, base: Path) -> str:
    """A path relative to the manifest's folder if inside it, so both can be moved together."""
    file = Path(path)
    root = base.resolve()
    return str(file.resolve().relative_to(root)) if file.resolve().is_relative_to(root) else path


def _replace(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")  # two processes may write this file
    with part.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
