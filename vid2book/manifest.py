"""Manifests: what videos there are and what is known of them.

A manifest is JSON Lines, CSV or Parquet, or a folder of videos, or one video. A row that cannot be
used becomes a `Video` with a `problem`, so that it costs itself only and is told of at the end.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from .errors import UserError
from .media.container import EXTENSIONS
from .names import is_video_id
from .records import Video

TABLES = (".jsonl", ".csv", ".parquet")
_CAPTIONS = (".vtt", ".srt")
_SPLIT = re.compile(r"\w+(\.\w+)*")  # what `datasets` takes
_KNOWN = {f.name for f in fields(Video)} - {"metadata", "problem"}
# Keys of yt-dlp's .info.json, by our names.
_INFO = {
    "title": "title",
    "description": "description",
    "language": "language",
    "license": "license",
    "source_url": "webpage_url",
    "author": "uploader",
}


class ManifestError(UserError):
    """A source that is no manifest; the message says what was looked for where."""


def read_manifest(source: str | Path) -> list[Video]:
    """The videos of `source`, in order.

    Args:
        source: a .jsonl, .csv or .parquet file, a folder, or a video file. A folder that holds a
            file named manifest.jsonl (.csv, .parquet) is described by it; otherwise all its videos
            are taken, subfolders too, in order of their paths.

    Raises:
        ManifestError: there is no such source, or no video in it.
    """
    source = Path(source)
    rows: Iterator[tuple[str, dict[str, Any] | str]]
    if source.is_dir():
        for suffix in TABLES:
            if (source / f"manifest{suffix}").is_file():
                return read_manifest(source / f"manifest{suffix}")
        rows = _folder_rows(source)
    elif not source.exists():
        raise ManifestError(f"{source}: there is no such file or folder")
    elif source.suffix.lower() in TABLES:
        rows = _table_rows(source)
    elif source.suffix.lower() in EXTENSIONS:
        rows = iter([(source.name, _described(source))])
    else:
        raise ManifestError(
            f"{source}: not a manifest ({', '.join(TABLES)}), a folder or a video "
            f"({', '.join(sorted(EXTENSIONS))})"
        )
    base = source if source.is_dir() else source.parent
    videos = _unique(_video(row, where, base.resolve()) for where, row in rows)
    if not videos:
        looked = "videos (" + ", ".join(sorted(EXTENSIONS)) + ")" if source.is_dir() else "rows"
        raise ManifestError(f"{source}: no {looked} in it")
    return videos


def _table_rows(path: Path) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Rows as (where, row); a row that cannot be parsed is a string that says why."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".jsonl":
            with path.open(encoding="utf-8-sig") as file:
                for number, line in enumerate(file, 1):
                    if line.strip():
                        yield f"{path.name} line {number}", _parse(line)
        elif suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                for row in reader:
                    extra = row.pop(None, None)
                    where = f"{path.name} line {reader.line_num}"
                    yield where, "more cells than the header has columns" if extra else row
        else:
            import pyarrow.parquet as pq

            number = 0
            for batch in pq.ParquetFile(path).iter_batches():
                for row in batch.to_pylist():
                    number += 1
                    yield f"{path.name} row {number}", row
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise ManifestError(f"{path}: cannot be read as {suffix[1:]}: {error}") from None
    except ValueError as error:  # pyarrow's ArrowInvalid
        raise ManifestError(f"{path}: cannot be read as {suffix[1:]}: {error}") from None


def _parse(line: str) -> dict[str, Any] | str:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        return f"this is not JSON: {error}"
    return row if isinstance(row, dict) else "expected a JSON object"


def _folder_rows(folder: Path) -> Iterator[tuple[str, dict[str, Any] | str]]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.suffix.lower() in EXTENSIONS and path.is_file() and not hidden:
            name = "-".join(inside.with_suffix("").parts)
            yield str(inside), {"video_id": _safe_id(name), **_described(path)}


def _described(path: Path) -> dict[str, Any]:
    """A video's row from what stands beside it: yt-dlp's .info.json, captions."""
    row: dict[str, Any] = {"path": str(path.resolve()), "title": path.stem}
    info = path.with_suffix(".info.json")
    if info.is_file():
        try:
            known = json.loads(info.read_text(encoding="utf-8"))
            row |= {ours: known[theirs] for ours, theirs in _INFO.items() if known.get(theirs)}
        except (json.JSONDecodeError, UnicodeDecodeError, AttributeError):
            row["info_json"] = "not readable"
    beside = sorted(path.parent.glob(f"{_escape(path.stem)}*"))
    captions = [p for p in beside if p.suffix.lower() in _CAPTIONS and _is_for(p, path)]
    if captions:
        row["captions"] = str(captions[0].resolve())
    return row


def _is_for(captions: Path, video: Path) -> bool:
    """lecture.vtt and lecture.en.vtt are captions of lecture.mp4; lecture-2.vtt is not."""
    return captions.stem == video.stem or captions.stem.startswith(video.stem + ".")


def _escape(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)


def _safe_id(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).lstrip(".")[:128] or "video"


def _video(row: dict[str, Any] | str, where: str, base: Path) -> Video:
    if isinstance(row, str):
        return Video(video_id="", path="", problem=f"{where}: {row}")
    values = {k: _text(v) for k, v in row.items() if k in _KNOWN and v is not None}
    values["path"] = _absolute(values.get("path", ""), base)
    values["captions"] = _absolute(values.get("captions", ""), base)
    if not values.get("video_id"):
        values["video_id"] = _safe_id(Path(values["path"]).stem) if values["path"] else ""
    if not values.get("split"):
        values["split"] = "train"
    metadata = {k: v for k, v in row.items() if k not in _KNOWN and v is not None}
    return Video(**values, metadata=metadata, problem=_problem(values, where))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _absolute(path: str, base: Path) -> str:
    return str(base / path) if path else ""


def _problem(values: dict[str, str], where: str) -> str:
    video_id = values.get("video_id", "")
    if not values["path"]:
        return f"{where}: no 'path' of a video file"
    if not is_video_id(video_id):
        return (
            f"{where}: video_id {video_id!r} cannot name files; use letters, digits, '.', '_' and "
            "'-', no leading dot, at most 128 characters"
        )
    if not Path(values["path"]).is_file():
        return f"{where}: there is no file {values['path']}"
    if values["captions"] and not Path(values["captions"]).is_file():
        return f"{where}: there is no caption file {values['captions']}"
    if not _SPLIT.fullmatch(values["split"]) or values["split"].lower() == "all":
        return f"{where}: {values['split']!r} cannot name a split; use letters, digits and '_'"
    return ""


def _unique(videos: Iterator[Video]) -> list[Video]:
    """Give rows with a bad or taken id one of their own, so that they can be told of."""
    result: list[Video] = []
    first: dict[str, int] = {}
    for number, video in enumerate(videos, 1):
        if video.video_id in first and not video.problem:
            problem = (
                f"row {number}: video_id {video.video_id!r} is already that of row "
                f"{first[video.video_id]}; ids must be unique"
            )
            video = replace(video, problem=problem)
        if video.problem and (not is_video_id(video.video_id) or video.video_id in first):
            video = replace(video, video_id=f"row-{number}")
        first.setdefault(video.video_id, number)
        result.append(video)
    return result
