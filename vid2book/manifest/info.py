"""What yt-dlp says about a video, in the .info.json beside it or in a row of a manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..beside import captions_beside, spoken_language
from ..intake import IntakeError, Row, read_object

# Our names to the keys of yt-dlp's .info.json, of which the first that is filled counts.
_FIELDS = {
    "title": ("title", "fulltitle"),
    "description": ("description",),
    "license": ("license",),
    "source_url": ("webpage_url", "original_url"),
    "author": ("uploader", "channel", "creator"),
}
_METADATA = (
    "chapters", "tags", "categories", "channel", "channel_id", "uploader", "uploader_id",
    "upload_date", "playlist", "playlist_id", "playlist_title", "playlist_index", "extractor",
)  # fmt: skip
_FILES = ("filepath", "_filename", "filename")


def is_info(row: Mapping[str, Any]) -> bool:
    """Whether a row is what `yt-dlp --dump-json` wrote."""
    return "extractor" in row and ("webpage_url" in row or "formats" in row) and "path" not in row


def described_by(info: Mapping[str, Any]) -> Row:
    """The row of a manifest for a video that yt-dlp describes."""
    row: Row = {}
    for ours, theirs in _FIELDS.items():
        if value := next((info[name] for name in theirs if info.get(name)), None):
            row[ours] = value
    row |= {name: info[name] for name in _METADATA if info.get(name) not in (None, "", [])}
    if language := spoken_language(info):
        row["language"] = language
    if (video_id := info.get("id")) and isinstance(video_id, str | int):
        row["id"] = str(video_id)
    return row


def file_of(info: Mapping[str, Any]) -> str:
    """The file that yt-dlp wrote, according to its info; empty if the info does not say."""
    downloads = info.get("requested_downloads")
    entries = [d for d in downloads if isinstance(d, dict)] if isinstance(downloads, list) else []
    names = (entry.get(key) for entry in [*entries, info] for key in _FILES)
    return next((str(name) for name in names if name), "")


def look_beside(path: Path, names: Sequence[str]) -> Row:
    """The row of a video: its file's name, and what the files beside it say.

    Args:
        names: of the files in its folder.
    """
    row: Row = {"path": str(path), "title": path.stem}
    if f"{path.stem}.info.json" in names:
        info = path.with_name(f"{path.stem}.info.json")
        try:
            row |= described_by(read_object(info))
        except IntakeError as error:
            row["info_json"] = str(error).removeprefix(f"{info}: ")
    choice = captions_beside(path, str(row.get("language") or ""), [path.parent / n for n in names])
    if choice.path:
        row |= {"captions": str(choice.path), "captions_language": choice.language}
    elif choice.note:
        row["captions_note"] = choice.note
    return row
