"""URLs of files on other machines: `https://host/a.mp4`, `s3://bucket/a.mp4`."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

# As somebody wrote it, or with one slash, as `Path` leaves it. A Windows drive is a single letter.
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):/+(?P<rest>.*)", re.DOTALL)
_HERE = {"file", "local"}
_WEB = {"http", "https"}


def is_url(place: str | Path) -> bool:
    """Whether a place is on another machine."""
    scheme = _scheme(str(place))
    return bool(scheme) and scheme not in _HERE


def as_url(place: str | Path) -> str:
    """The URL with both slashes, one of which `Path` removes; a path as it is."""
    match = _URL.fullmatch(str(place))
    return f"{match['scheme'].lower()}://{match['rest']}" if match else str(place)


def is_web(url: str) -> bool:
    """Whether it is an address of the web, where quoting and queries mean something."""
    return _scheme(url) in _WEB


def scheme_of(url: str) -> str:
    """The scheme of a URL, such as `s3`; empty for a path."""
    return _scheme(url)


def path_of(url: str) -> str:
    """The path as it would be on a disk: without server, query and quoting."""
    if is_web(url):
        return unquote(urlsplit(url).path)
    return url.partition("://")[2] if is_url(url) else url


def name_of(url: str) -> str:
    """The file's name."""
    return posixpath.basename(path_of(url))


def stem_of(url: str) -> str:
    """The file's name without its suffix."""
    return posixpath.splitext(name_of(url))[0]


def parent_of(url: str) -> str:
    """The folder, with a slash at its end."""
    if is_web(url):
        parts = urlsplit(url)
        folder = parts.path.rpartition("/")[0]
        return urlunsplit((parts.scheme, parts.netloc, f"{folder}/", "", ""))
    return f"{url.rstrip('/').rpartition('/')[0]}/"


def join(folder: str, path: str) -> str:
    """The URL of a relative path in a manifest.

    Args:
        folder: a URL with a slash at its end.
        path: as it would be written for a disk, or quoted for the web.
    """
    path = path.replace("\\", "/")
    if is_web(folder):
        # `%20` may be a quoted space; a `#` or a plain space is part of the name.
        return urljoin(folder, quote(path, safe="/%?=&:@+,;~!$'()*"))
    top = folder.rstrip("/")
    start, _, inside = top.partition("://")
    joined = posixpath.normpath(f"/{inside}/{path}").lstrip("/")
    return f"{start}://{joined}"


def _scheme(url: str) -> str:
    match = _URL.fullmatch(url)
    return match["scheme"].lower() if match else ""
