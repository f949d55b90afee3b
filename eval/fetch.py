"""Images of web corpora by their URLs: asked for politely, kept, and no more than are needed.

What a site's robots.txt forbids is not asked for. A host is asked once a second, an answer has ten
seconds and 10 MB, and a host that did not answer three times is left alone. What was fetched is
kept in the cache folder, by the hash of its URL, and so is that nothing came.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from urllib.robotparser import RobotFileParser

from vid2book.store import write_atomically

AGENT = "vid2book"
MOST = 5000  # images that one run asks for
LARGEST = 10_000_000  # bytes
_SECONDS = 10.0  # for an answer
_PAUSE = 1.0  # seconds between two requests to a host
_FAILURES = 3
_NOTHING = ["User-agent: *", "Disallow: /"]

FORBIDDEN = "an image whose site forbids fetching it (robots.txt)"
GONE = "an image that could not be fetched"
TOO_MANY = f"an image beyond the {MOST:,} that one run fetches"
NO_URL = "an image whose URL is neither http nor https"


class Fetcher:
    """Fetches images for one run.

    Args:
        cache: folder; by default `vid2book/images` in the user's cache folder.
        most: images to ask for; those in the cache do not count.
        pause: seconds between two requests to one host.
    """

    def __init__(self, cache: Path | None = None, most: int = MOST, pause: float = _PAUSE) -> None:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self._cache = cache or root / "vid2book" / "images"
        self._left = most
        self._pause = pause
        self._robots: dict[str, RobotFileParser] = {}
        self._asked: dict[str, float] = {}  # host to when it was last asked
        self._failures: Counter[str] = Counter()
        self._opener = build_opener(_SameRules(self))

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
        if not self.allows(url):
            return FORBIDDEN
        if self._left <= 0:
            return TOO_MANY
        self._left -= 1
        try:
            content = self._read(url, LARGEST)
        except HTTPError as error:
            if error.code in (401, 403, 404, 410):  # and it will stay so
                write_atomically(file, b"")
            return GONE
        except (OSError, ValueError):
            self._failures[parts.netloc] += 1
            return GONE
        write_atomically(file, content)
        return content or GONE

    def allows(self, url: str) -> bool:
        """Whether the site's robots.txt lets us; where it cannot be read, by RFC 9309."""
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
        except (OSError, ValueError):
            lines = _NOTHING
        rules = RobotFileParser()
        rules.parse(lines)
        return rules

    def _read(self, url: str, most: int) -> bytes:
        """Raises OSError, ValueError: nothing came, or more than `most`."""
        host = urlsplit(url).netloc
        wait = self._asked.get(host, -self._pause) + self._pause - time.monotonic()
        if wait > 0 and host in self._asked:
            time.sleep(wait)
        self._asked[host] = time.monotonic()
        request = Request(url, headers={"User-Agent": AGENT})
        with self._opener.open(request, timeout=_SECONDS) as answer:
            content: bytes = answer.read(most + 1)
        if len(content) > most:
            raise ValueError(f"{url}: more than {most:,} bytes")
        return content


class _SameRules(HTTPRedirectHandler):
    """Where an image has moved to another site, that site's rules hold."""

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
