"""The identity of a remote file: tells by the ETag that its server sends whether it has changed.

An ETag is valid for one address only (another server may use the same for another file), so the
address counts too, without the keys in it. If a server sends neither an ETag nor a time of change,
the file is read and hashed, once in each process.
"""

from __future__ import annotations

import errno
import hashlib
import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from ..public import public_url
from . import files
from .urls import is_web, parent_of

_AT_ONCE = 32  # requests
_WORTH_A_LIST = 20  # files in one folder from which on the folder is listed
_PAGE = "text/html"

# What file systems call it; the first that is filled counts.
_TAGS = ("ETag", "etag", "md5Hash", "generation", "xet_hash", "blob_id", "content_md5")
_TIMES = ("LastModified", "Last-Modified", "last_modified", "mtime", "updated")


class Identity(NamedTuple):
    """Identifies the content of a remote file."""

    url: str  # without keys
    stamp: str
    size: int | None  # bytes; None: unknown


def identity_of(url: str) -> Identity:
    """The identity of a remote file, requested once per process.

    Raises:
        OSError: it cannot be read. `strerror` says why, without the address.
    """
    if url not in _known:
        _known[url] = ask(url)
    return _known[url]


def ask(url: str) -> Identity:
    """The identity of a remote file, requested now.

    Raises:
        OSError: it cannot be read.
    """
    with files.errors():
        fs, path = files.filesystem(url)
        info = fs.info(path)
    return _identity(url, info)


def ask_together(urls: Iterable[str]) -> None:
    """Request the identities of many files at once, for `identity_of`.

    A folder of a bucket with many of the files is listed. Files whose identity cannot be found out
    are left to `identity_of`.
    """
    missing = [url for url in dict.fromkeys(urls) if url not in _known]
    counts = Counter(parent_of(url) for url in missing if not is_web(url))
    folders = [folder for folder, count in counts.items() if count >= _WORTH_A_LIST]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for listing in threads.map(_list, folders):
            _known.update({url: listing[url] for url in missing if url in listing})
        rest = [url for url in missing if url not in _known]
        if len(rest) > 1:
            _known.update({i[0]: i[1] for i in threads.map(_try, rest) if i[1]})


_known: dict[str, Any] = {}


def _list(folder: str) -> Mapping[str, Identity]:
    """The identities of the files in a folder of a bucket; none if it cannot be listed."""
    try:
        with files.errors():
            fs, top = files.filesystem(folder.rstrip("/"))
            infos = fs.ls(top, detail=True)
        entries = ((folder + posixpath.basename(info["name"]), info) for info in infos)
        return {url: _identity(url, info) for url, info in entries if info["type"] == "file"}
    except (OSError, files.RemoteError):
        return {}


def _try(url: str) -> tuple[str, Identity | None]:
    try:
        return url, ask(url)
    except (OSError, files.RemoteError):
        return url, None


def _identity(url: str, info: Mapping[str, Any]) -> Identity:
    if info.get("type") == "directory":
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if info.get("mimetype") == _PAGE:
        raise OSError(
            errno.EINVAL,
            "it is a web page, and no file; fetch what it shows, with yt-dlp for instance",
        )
    size = info.get("size")
    stamp = next((f"{name} {info[name]}" for name in _TAGS if info.get(name)), "")
    if not stamp and size is not None:
        stamp = next((f"{name} {info[name]}" for name in _TIMES if info.get(name)), "")
    return Identity(public_url(url), stamp or _hash(url), size)


def _hash(url: str) -> str:
    """The hash of a file, which is read completely."""
    digest = hashlib.sha256()
    with files.errors():
        fs, path = files.filesystem(url)
        # As a stream: such servers do not support ranges.
        with fs.open(path, "rb", block_size=0) if is_web(url) else fs.open(path, "rb") as file:
            while data := file.read(1 << 20):
                digest.update(data)
    return f"sha256 {digest.hexdigest()}"
