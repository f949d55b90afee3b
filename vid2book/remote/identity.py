"""Whether a remote file is still the same, by what its server tells of it: an ETag.

An ETag says so of one address only, and another server may use the same for another file; so the
address counts, without the keys in it. A server that tells neither an ETag nor a time of change has
its file read and hashed, once in each process.
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
_WORTH_A_LIST = 20  # files of one folder that are asked for
_PAGE = "text/html"

# What file systems call it; the first that is there.
_TAGS = ("ETag", "etag", "md5Hash", "generation", "xet_hash", "blob_id", "content_md5")
_TIMES = ("LastModified", "Last-Modified", "last_modified", "mtime", "updated")


class Identity(NamedTuple):
    """Names the content of a remote file."""

    url: str  # without keys
    stamp: str
    size: int | None  # bytes; None: not told


def identity_of(url: str) -> Identity:
    """What names the content of a remote file, asked once in a process.

    Raises:
        OSError: it cannot be read. `strerror` says why, without the address.
    """
    if url not in _known:
        _known[url] = ask(url)
    return _known[url]


def ask(url: str) -> Identity:
    """What names the content now.

    Raises:
        OSError: it cannot be read.
    """
    with files.errors():
        fs, path = files.filesystem(url)
        told = fs.info(path)
    return _identity(url, told)


def ask_together(urls: Iterable[str]) -> None:
    """Ask for many files at once, so that `identity_of` knows them.

    A bucket is asked for lists where it has many of them in one folder. What cannot be told is left
    to be asked for by itself.
    """
    wanted = [url for url in dict.fromkeys(urls) if url not in _known]
    folders = Counter(parent_of(url) for url in wanted if not is_web(url))
    listed = [folder for folder, count in folders.items() if count >= _WORTH_A_LIST]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for found in threads.map(_list, listed):
            _known.update({url: found[url] for url in wanted if url in found})
        rest = [url for url in wanted if url not in _known]
        if len(rest) > 1:
            _known.update({i[0]: i[1] for i in threads.map(_try, rest) if i[1]})


_known: dict[str, Any] = {}


def _list(folder: str) -> Mapping[str, Identity]:
    """The files in a folder of a bucket."""
    try:
        with files.errors():
            fs, top = files.filesystem(folder.rstrip("/"))
            found = fs.ls(top, detail=True)
        named = ((folder + posixpath.basename(told["name"]), told) for told in found)
        return {url: _identity(url, told) for url, told in named if told["type"] == "file"}
    except (OSError, files.RemoteError):
        return {}


def _try(url: str) -> tuple[str, Identity | None]:
    try:
        return url, ask(url)
    except (OSError, files.RemoteError):
        return url, None


def _identity(url: str, told: Mapping[str, Any]) -> Identity:
    if told.get("type") == "directory":
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if told.get("mimetype") == _PAGE:
        raise OSError(
            errno.EINVAL,
            "it is a web page, and no file; fetch what it shows, with yt-dlp for instance",
        )
    size = told.get("size")
    stamp = next((f"{name} {told[name]}" for name in _TAGS if told.get(name)), "")
    if not stamp and size is not None:
        stamp = next((f"{name} {told[name]}" for name in _TIMES if told.get(name)), "")
    return Identity(public_url(url), stamp or _hash(url), size)


def _hash(url: str) -> str:
    """The hash of a file that is read to its end."""
    digest = hashlib.sha256()
    with files.errors():
        fs, path = files.filesystem(url)
        # As a stream: such servers do not know ranges.
        with fs.open(path, "rb", block_size=0) if is_web(url) else fs.open(path, "rb") as file:
            while data := file.read(1 << 20):
                digest.update(data)
    return f"sha256 {digest.hexdigest()}"
