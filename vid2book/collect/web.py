"""Asking sites: whether a machine may, how often, and again where they put it off.

Every request of a collection passes here, those of yt-dlp too (`ytdlp.py`), so that no other file
has to think of robots.txt, of pauses or of a 429.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from ..headers import retry_after
from .outcomes import Closed, Gone, Later, Refused, Unfetched, Unusable, Withdrawn
from .plan import Manners
from .reservations import AGENT, Robots, TdmRep, in_headers, in_page
from .terms import TERMS, of_host

BUSY = {408, 425, 429, 500, 502, 503, 504, 529}
GONE = {404, 410}
WALLED = {401, 403, 407, 451}
_REDIRECTS = 8  # that are followed
_LARGEST = 64 << 20  # bytes of an answer of an API
_HEAD = 256 << 10  # bytes of a page in which its head is
_LARGEST_ROBOTS = 500 << 10  # bytes that RFC 9309 asks to read
_SHORTEST_WAIT = 0.5  # seconds before a second try


class Web:
    """Asks with an honest name. May be used by several threads."""

    def __init__(self, manners: Manners, permissions: Mapping[str, str]) -> None:
        self._manners = manners
        self._permissions = permissions
        self.agent = f"{AGENT}/{version('vid2book')}" + (
            f" ({manners.contact})" if manners.contact else ""
        )
        self._client = httpx.Client(
            headers={"User-Agent": self.agent}, timeout=manners.timeout, trust_env=True
        )
        self.timeout = manners.timeout
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._hosts: dict[str, _Host] = {}
        self._origins: dict[str, _Origin] = {}

    def close(self) -> None:
        self._client.close()

    def stop(self) -> None:
        """Ask nobody any more: who waits for his turn, or wants one, gets `Later`."""
        self._stopped.set()

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def get(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        most: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """What stands at an address, redirects followed.

        Args:
            most: bytes after which no more is read; 0: all is, and what is too large is an error.
            headers: of the request, besides; with conditions the answer may be a 304.

        Raises:
            Unfetched: why nothing was had; see its kinds.
        """
        asked = httpx.URL(url, params=params) if params else httpx.URL(url)
        for _ in range(_REDIRECTS):
            self.admit(str(asked))
            answer = self._patiently(str(asked), most, headers)
            if answer.is_error:
                raise _kind_of(answer.status_code)(f"{_short(asked)}: {_status(answer)}")
            if answer.is_redirect and (target := answer.headers.get("location")):
                asked = httpx.URL(urljoin(str(asked), target))
                continue
            self.look(str(asked), answer.headers, answer.content)
            return answer
        raise Unusable(
            f"{_short(httpx.URL(url))}: it leads from one address to another without end"
        )

    def json(self, url: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON at an address. Raises Unfetched."""
        answer = self.get(url, params)
        try:
            return answer.json()
        except ValueError:
            raise Later(f"{_short(answer.url)}: the answer is no JSON") from None

    def visit(self, url: str) -> None:
        """See whether a page is there and reserves nothing. No more of it is read than its head.

        Raises:
            Unfetched: it is gone, or a machine may not use what it shows.
        """
        self.get(url, most=_HEAD)

    def look(self, url: str, headers: Mapping[str, str], content: bytes = b"") -> None:
        """Raises Refused: an answer reserves the rights in what it brings."""
        reserved = in_headers(headers)
        if not reserved and content and "html" in headers.get("content-type", ""):
            reserved = in_page(content.decode("utf-8", "replace"))
        if reserved:
            raise Refused(f"{_short(httpx.URL(url))}: {reserved}", "reserved rights")

    def admit(self, url: str) -> None:
        """See whether a machine may ask for an address; asks nothing but what a site has for this.

        Raises:
            Refused: it may not.
            Later: the site does not say now.
        """
        host = (urlsplit(url).hostname or "").lower()
        permitted = of_host(host, self._permissions)
        if not permitted and (reason := of_host(host, TERMS)):
            raise Refused(
                f"{reason}; if you may all the same, give the reason under permissions: {host}",
                "terms of use",
            )
        origin = self._origin(url)
        if not permitted and (reason := origin.robots.refusal(url)):
            raise Refused(reason, "robots.txt")
        if reason := origin.tdmrep.refusal(url):
            raise Refused(reason, "reserved rights")

    def turn(self, url: str) -> None:
        """Wait for one's turn to ask a host.

        Raises:
            Later: the host wants to be left alone for longer than the plan's patience, or `stop`.
        """
        state = self._host(url)
        with state.lock:
            now = time.monotonic()
            if (wait := state.paused_until - now) > self._manners.patience:
                raise Later(f"{state.name}: {state.reason}")
            wait = max(wait, state.last + state.interval - now, 0)
            state.last = now + wait
        if self._stopped.wait(wait):
            raise Later("it was stopped")

    def put_off(self, url: str, seconds: float, reason: str) -> None:
        """Leave a host alone for a while."""
        state = self._host(url)
        with state.lock:
            state.paused_until = max(state.paused_until, time.monotonic() + seconds)
            state.reason = reason

    def wait_of(self, status: int, headers: Mapping[str, str], attempt: int) -> float | None:
        """Seconds before another try of what was answered like this; None: no further try."""
        if status not in BUSY or attempt + 1 >= self._manners.tries:
            return None
        asked = retry_after(headers.get("retry-after") or headers.get("Retry-After") or "")
        if asked is not None and asked > self._manners.patience:
            return None
        # Jitter, so that those who were turned away together do not come back together.
        return asked or min(60.0, _SHORTEST_WAIT * 2**attempt) * random.uniform(0.75, 1.25)

    def _patiently(
        self, url: str, most: int = 0, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """What an address answers, be it an error, asked until it is not busy any more.

        Raises:
            Later: the tries are used up.
        """
        for attempt in range(self._manners.tries):
            self.turn(url)
            try:
                answer = self._once(url, most, headers)
            except httpx.InvalidURL as error:
                raise Unusable(f"{url[:200]}: no address ({error})") from None
            except httpx.TransportError as error:
                status, reason, told = 503, str(error) or type(error).__name__, {}
            else:
                if answer.status_code not in BUSY:
                    return answer
                status, reason, told = answer.status_code, _status(answer), dict(answer.headers)
            wait = self.wait_of(status, told, attempt)
            self.put_off(url, wait or retry_after(told.get("retry-after", "")) or 0, reason)
            if wait is None:
                raise Later(f"{_short(httpx.URL(url))}: {reason} (asked {attempt + 1} times)")
        raise AssertionError("unreachable")

    def _once(
        self, url: str, most: int, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """An answer whose body is not larger than it should be."""
        with self._client.stream("GET", url, headers=headers) as answer:
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if most and len(body) >= most:
                    break
                if len(body) > _LARGEST:
                    raise Unusable(f"{_short(answer.url)}: larger than {_LARGEST >> 20} MB")
        kept = [
            (name, value)
            for name, value in answer.headers.multi_items()
            if name not in ("content-encoding", "content-length", "transfer-encoding")
        ]
        return httpx.Response(
            answer.status_code, headers=kept, content=bytes(body), request=answer.request
        )

    def _host(self, url: str) -> _Host:
        name = urlsplit(url).netloc.lower()
        with self._lock:
            return self._hosts.setdefault(name, _Host(name, self._manners.seconds_between))

    def _origin(self, url: str) -> _Origin:
        parts = urlsplit(url)
        start = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            origin = self._origins.setdefault(start, _Origin())
        with origin.lock:
            if not origin.known:
                origin.robots = Robots(self._policy(f"{start}/robots.txt"))
                origin.tdmrep = TdmRep(self._policy(f"{start}/.well-known/tdmrep.json"))
                origin.known = True
                host = self._host(url)
                host.interval = max(host.interval, min(origin.robots.delay(), 60.0))
        return origin

    def _policy(self, url: str) -> str:
        """A file about the whole site; empty where it has none.

        A site that says no to the question has none (RFC 9309, 2.3.1.3); one that fails must not be
        taken for one that allows everything (2.3.1.4), and `Later` is raised.
        """
        for _ in range(_REDIRECTS):
            answer = self._patiently(url)
            if answer.is_error:
                return ""
            if not (answer.is_redirect and (target := answer.headers.get("location"))):
                # A byte order mark would hide the first line (RFC 9309, 2.3).
                return answer.content[:_LARGEST_ROBOTS].decode("utf-8-sig", "replace")
            url = urljoin(url, target)
        return ""


class _Host:
    """When a host may be asked again."""

    def __init__(self, name: str, interval: float) -> None:
        self.name = name
        self.lock = threading.Lock()
        self.interval = interval
        self.last = -1e9
        self.paused_until = 0.0
        self.reason = ""


class _Origin:
    """What a site says about machines."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.known = False
        self.robots = Robots("")
        self.tdmrep = TdmRep("")


def _kind_of(status: int) -> type[Unfetched]:
    if status in GONE:
        return Withdrawn if status == httpx.codes.GONE else Gone
    return Closed if status in WALLED else Later


def _status(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.reason_phrase}".strip()


def _short(url: httpx.URL) -> str:
    """For messages, which are kept: without its query, which may hold a key."""
    return f"{url.scheme}://{url.netloc.decode()}{url.path}"
