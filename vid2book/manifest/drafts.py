"""Turns a row into a `Video`: known columns become its fields, and any fault its `problem`.

Whatever must not leave this machine (paths, passwords and keys in addresses) is removed here.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote, urlsplit

from ..beside import language_of_name
from ..intake import Row
from ..intake.values import whole_text
from ..languages import language_tag
from ..names import is_video_id
from ..public import public_url, public_value, without_folders
from ..records import Video
from ..remote.urls import as_url, is_url, is_web, join, name_of
from .columns import KNOWN, OTHER_NAMES, file_name, names_video, with_known_names
from .ids import file_id, given_id, hashed_id, id_in_name
from .info import described_by, file_of, is_info

_SPLIT = re.compile(r"\w+(\.\w+)*")  # what `datasets` accepts
# How data frames write a missing value as text. A title may well be "None" or "NA".
_MISSING = {"nan", "NaN", "<NA>", "NaT"}
_MISSING_NAMES = _MISSING | {"None", "null", "NULL", "N/A", "NA", "#N/A"}
_HOME = str(Path.home())
_CHAIN = "::"  # fsspec would follow it to any place that the author of a manifest chooses
_PROBLEM = "problem"  # column that says why a row has no file, as `vid2book collect` writes it
_NAMES = {"path", "captions", "language", "license", "source_url", "split", "author", "subject"}


@dataclass(frozen=True)
class Draft:
    """A video whose id may not be unique yet.

    Attributes:
        where: the place of its row.
        exact: what the id was made from; empty if the manifest has an id.
    """

    video: Video
    where: str
    exact: str = ""


def unreadable(where: str, reason: str) -> Draft:
    """The draft of a row that could not be read."""
    return Draft(Video(video_id="", path="", problem=f"{where}: {reason}"), where)


def draft(row: Row, where: str, base: Path | str, inside: PurePath | None = None) -> Draft:
    """The video of a row.

    Args:
        where: the place of the row, for messages.
        base: the folder that relative paths start from, or its URL.
        inside: the video's path in the source, from which its id is made; None: by its name.
    """
    if is_info(row):
        row = {"path": file_of(row), **described_by(row), "video_id": given_id(str(row["id"]))}
    row = with_known_names(row)
    # If the row says why it has no file, the file is not taken from its source address instead.
    row["path"] = row.get("path") or ("" if _text(_PROBLEM, row.get(_PROBLEM)) else _file_in(row))
    written = {name: _text(name, row.get(name)) for name in KNOWN}
    values = {name: value for name, value in written.items() if value}
    folders = (str(base), _HOME) if isinstance(base, Path) else (_HOME,)
    for name in values.keys() - {"path", "captions"}:
        values[name] = without_folders(whole_text(values[name]), folders).strip()
    values["path"] = _absolute(written["path"], base)
    values["captions"] = _absolute(written["captions"], base)
    address = values["path"] if is_web(values["path"]) else ""
    values["source_url"] = public_url(values.get("source_url", "") or address)
    language = values.get("language", "")
    values["language"] = language_tag(language) or language
    if values["captions"] and not values.get("captions_language"):
        captions, video = name_of(values["captions"]), name_of(values["path"])
        values["captions_language"] = language_of_name(Path(captions), Path(video))
    exact = ""
    if not values.get("video_id"):
        path = written["path"]
        exact = whole_text(str(inside or (public_url(path) if is_url(path) else path)))
        values["video_id"] = _id_of(inside or PurePath(name_of(path)))
    if not values.get("split"):
        values["split"] = "train"
    problem = _problem(values, written, where, row, _text(_PROBLEM, row.get(_PROBLEM)))
    others = {
        name: value
        for name, value in row.items()
        if (name not in KNOWN and not (problem and name == _PROBLEM))
        or (name in KNOWN and not written[name] and _is_nested(value))
    }
    metadata = public_value({k: v for k, v in others.items() if v is not None and v != ""})
    return Draft(Video(**values, metadata=metadata, problem=problem), where, exact)


def with_unique_ids(drafts: Iterable[Draft]) -> list[Video]:
    """The videos of drafts, with unique ids.

    If an id made from a name equals one from the manifest, the former changes. A row whose id is
    another's gets a problem and an id of its own, under which the build can report it.
    """
    drafts = list(drafts)
    given = {d.video.video_id for d in drafts if not d.exact}
    taken = {d.video.video_id for d in drafts}
    first: dict[str, int] = {}  # id to the number of the first row that has it
    result = []
    for number, d in enumerate(drafts, 1):
        video = d.video
        if d.exact and (video.video_id in given or video.video_id in first):
            video = replace(video, video_id=hashed_id(video.video_id, d.exact))
        if video.video_id in first and not video.problem:
            problem = (
                f"{d.where}: video_id {video.video_id!r} is already that of row "
                f"{first[video.video_id]}; ids must be unique"
            )
            video = replace(video, problem=problem)
        if video.problem and (not is_video_id(video.video_id) or video.video_id in first):
            video = replace(video, video_id=_free(f"row-{number}", taken))
        first.setdefault(video.video_id, number)
        taken.add(video.video_id)
        result.append(video)
    return result


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "-"
    return name


def _text(name: str, value: Any) -> str:
    """The value of a known column; empty if it is missing, or is not text."""
    if isinstance(value, list | tuple) and value and all(isinstance(v, str) for v in value):
        value = ", ".join(value)
    if value is None or _is_nested(value):
        return ""
    text = str(value).strip()
    return "" if text in (_MISSING_NAMES if name in _NAMES else _MISSING) else text


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list | tuple | bytes)


def _id_of(inside: PurePath) -> str:
    if video_id := id_in_name(inside.stem):
        return given_id(video_id)
    return file_id(inside) if inside.name else ""


def _file_in(row: Row) -> str:
    """The file of a row without a path: from another column with a usual name, or else the only
    address in the row whose name is that of a video."""
    if name := next(filter(None, (file_name(row.get(name)) for name in OTHER_NAMES)), ""):
        return name
    urls = {text.strip() for text in row.values() if names_video(text) and is_url(text.strip())}
    return urls.pop() if len(urls) == 1 else ""


def _absolute(written: str, base: Path | str) -> str:
    """The file that a path means, also with Windows separators, and with é as one character or two.

    A URL stays a URL. If the manifest is remote, a relative path becomes a URL.
    """
    if not written:
        return ""
    if is_url(written):
        return written if _CHAIN in written else as_url(written)
    if isinstance(base, str):
        return written if os.path.isabs(written) else join(base, written)
    if written.lower().startswith("file:"):
        written = unquote(urlsplit(written).path)
    for spelled in (written, written.replace("\\", "/")):
        for form in ("NFC", "NFD"):
            path = base / unicodedata.normalize(form, spelled)
            if _is_file(path):
                return str(path)
    return str(base / written)


def _is_file(path: str | Path) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):  # a name that is too long, or with a null character
        return False


def _page_hint(row: Row) -> str:
    """A hint for a row that has a web page instead of a file; empty if it has neither."""
    texts = (str(row[name]).strip() for name in sorted(row, key=lambda n: n not in OTHER_NAMES))
    page = next((text for text in texts if is_web(text)), "")
    return f", and {public_url(page)[:500]} is none: fetch what it shows first" if page else ""


def _problem(
    values: dict[str, str], written: dict[str, str], where: str, row: Row, stated: str
) -> str:
    """Why the row cannot be used. `stated` is the reason that the row itself gives, if any."""
    video_id = values["video_id"]
    if not values["path"]:
        reason = whole_text(stated)[:500] or f"no 'path' of a video file{_page_hint(row)}"
        return f"{where}: {reason}"
    if not is_video_id(video_id):
        return (
            f"{where}: video_id {video_id[:200]!r} cannot name files; use letters of English, "
            "digits, '.', '_' and '-', no leading dot, at most 128 characters"
        )
    if any(_CHAIN in written[name] and "://" in written[name] for name in ("path", "captions")):
        return f"{where}: a chain of places (`::`) is not followed"
    if not is_url(values["path"]) and not _is_file(values["path"]):
        return f"{where}: there is no file {whole_text(written['path'])[:500]}"
    if values["captions"] and not (is_url(values["captions"]) or _is_file(values["captions"])):
        return f"{where}: there is no caption file {whole_text(written['captions'])[:500]}"
    if not _SPLIT.fullmatch(values["split"]) or values["split"].lower() == "all":
        return f"{where}: {values['split']!r} cannot name a split; use letters, digits and '_'"
    return ""
