"""Fetches images of web corpora by URL: politely, once, and no more than needed.

What a site's robots.txt forbids is not requested. Each host gets one request a second; an answer
may take ten seconds and 10 MB; a host that has failed three times is left alone. Images are kept
in the cache folder under the hash of their URL, and so is the fact that there is none.

The URLs come from strangers, so only public addresses are contacted: nothing on this machine or its
own network. This is checked for each connection, wherever a name or a redirect leads.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import os
import socket
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    Request,
    build_opener,
)
from urllib.robotparser import RobotFileParser

from vid2book.store import write_atomically

AGENT = "vid2book"
MOST = 5000  # images that one run requests
LARGEST = 10_000_000  # bytes
_SECONDS = 10.0  # for an answer
_PAUSE = 1.0  # seconds between two requests to a host
_FAILURES = 3
_NOTHING = ["User-agent: *", "Disallow: /"]

FORBIDDEN = "an image whose site forbids fetching it (robots.txt)"
GONE = "an image that could not be fetched"
TOO_MANY = f"an image beyond the {MOST:,} that one run fetches"
NO_URL = "an image whose URL is neither http nor https"
PRIVATE = "an image at an address that is not public"


class PrivateAddressError(OSError):
    """A host name leads to this machine or its own network."""


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast


class Fetcher:
    """Fetches images for one run.

    Args:
        cache: folder; by default `vid2book/images` in the user's cache folder.
        most: images to request; those in the cache do not count.
        pause: seconds between two requests to one host.
    """

    def __init__(self, cache: Path | None = None, most: int = MOST, pause: float = _PAUSE) -> None:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self._cache = cache or root / "vid2book" / "images"
        self._remaining = most
        self._pause = pause
        self._robots: dict[str, RobotFileParser] = {}
        self._last_request: dict[str, float] = {}  # by host, a monotonic time
        self._failures: Counter[str] = Counter()
        self._opener = build_opener(_SameRules(self), _Http(), _Https())

    def get(self, url: str) -> bytes | str:
        """The bytes of an image, or why there are none."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            return NO_URL
        file = self._cache / hashlib.sha256(url.encode()).hexdigest()[:40]
        if file.is_file():
            return file.read_bytes() or GONE
        if self._failures[parts.netloc] >= _FAILURES:
            return GONE
        try:
            if not self.allows(url):
                return FORBIDDEN
        except PrivateAddressError:
            return PRIVATE
        if self._remaining <= 0:
            return TOO_MANY
        self._remaining -= 1
        try:
            content = self._read(url, LARGEST)
        except HTTPError as error:
            if error.code in (401, 403, 404, 410):  # this will not change
                write_atomically(file, b"")
            return GONE
        except (OSError, ValueError) as error:
            if _private(error):
                return PRIVATE
            self._failures[parts.netloc] += 1
            return GONE
        write_atomically(file, content)
        return content or GONE

    def allows(self, url: str) -> bool:
        """Whether the site's robots.txt allows it; if it cannot be read, RFC 9309 decides.

        Raises:
            PrivateAddressError: the site is not a public one.
        """
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            self._robots[site] = self._rules(site)
        return self._robots[site].can_fetch(AGENT, url)

    def _rules(self, site: str) -> RobotFileParser:
        try:
            lines = self._read(f"{site}/robots.txt", 500_000).decode(errors="replace").splitlines()
        except HTTPError as error:
            lines = _NOTHING if error.code >= 500 or error.code in (401, 403) else []
        except (OSError, ValueError) as error:
            if _private(error):
                raise PrivateAddressError(site) from None
            lines = _NOTHING
        rules = RobotFileParser()
        rules.parse(lines)
        return rules

    def _read(self, url: str, most: int) -> bytes:
        """Fetch bytes. Raises OSError, ValueError: there were none, or more than `most`."""
        host = urlsplit(url).netloc
        wait = self._last_request.get(host, -self._pause) + self._pause - time.monotonic()
        if wait > 0 and host in self._last_request:
            time.sleep(wait)
        self._last_request[host] = time.monotonic()
        request = Request(url, headers={"User-Agent": AGENT})
        with self._opener.open(request, timeout=_SECONDS) as answer:
            content: bytes = answer.read(most + 1)
        if len(content) > most:
            raise ValueError(f"{url}: more than {most:,} bytes")
        return content


class _SameRules(HTTPRedirectHandler):
    """If an image has moved to another site, that site's rules apply."""

    max_redirections = 5

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        moved = urlsplit(newurl)
        if moved.scheme not in ("http", "https"):
            raise ValueError(f"{newurl}: neither http nor https")
        if not moved.path.endswith("/robots.txt") and not self._fetcher.allows(newurl):
            raise ValueError(FORBIDDEN)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _private(error: Exception) -> bool:
    """Whether a private address is behind an error; urllib wraps what a connection raises."""
    reason = error.reason if isinstance(error, URLError) else error
    return isinstance(reason, PrivateAddressError)


def _public(host: str, port: int | None) -> str:
    """The first public address of a host.

    Raises:
        PrivateAddressError: it has none.
        OSError: it has no address at all.
    """
    addresses = [
        str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ]
    for address in addresses:
        if is_public(address):
            return address
    raise PrivateAddressError(host)


def _connect(address: tuple[str, int], timeout: Any = None, source: Any = None) -> socket.socket:
    """Like `socket.create_connection`, but only to public addresses."""
    host, port = address
    return socket.create_connection((_public(host, port), port), timeout, source)


class _HttpConnection(http.client.HTTPConnection):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._create_connection = _connect


class _HttpsConnection(http.client.HTTPSConnection):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._create_connection = _connect


class _Http(HTTPHandler):
    def http_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(http.client.HTTPConnection if _by_proxy(req) else _HttpConnection, req)


class _Https(HTTPSHandler):
    def https_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(
            http.client.HTTPSConnection if _by_proxy(req) else _HttpsConnection, req
        )


def _by_proxy(request: Request) -> bool:
    """Whether a proxy makes the connection.

    Raises:
        PrivateAddressError: the host is known here by a private address.
    """
    host = urlsplit(request.full_url).hostname or ""
    if urlsplit(f"//{request.host}").hostname == host:
        return False
    with suppress(socket.gaierror):  # perhaps the proxy knows the name
        _public(host, None)
    return True
