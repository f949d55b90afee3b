"""Requests to sites: whether they are allowed, how often, and retries if a site is busy.

Every request of a collection goes through here, including those of yt-dlp (`ytdlp.py`), so no other
file has to think about robots.txt, pauses or a 429.
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
_REDIRECTS = 8  # followed at most
_LARGEST = 64 << 20  # bytes of an API's answer
_HEAD = 256 << 10  # bytes at the start of a page that contain its head
_LARGEST_ROBOTS = 500 << 10  # bytes that RFC 9309 requires us to read
_SHORTEST_WAIT = 0.5  # seconds before a second try


class Web:
    """Makes requests under an honest name. May be used by several threads."""

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
        """Stop all requests: whoever waits for a turn, or asks for one, gets `Later`."""
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
        """Get what is at an address, following redirects.

        Args:
            most: stop reading after this many bytes; 0: read all; too large an answer is an error.
            headers: further request headers; with conditions, the answer may be a 304.

        Raises:
            Unfetched: there is no answer; its subclasses say why.
        """
        address = httpx.URL(url, params=params) if params else httpx.URL(url)
        for _ in range(_REDIRECTS):
            self.admit(str(address))
            answer = self._patiently(str(address), most, headers)
            if answer.is_error:
                raise _kind_of(answer.status_code)(f"{_short(address)}: {_status(answer)}")
            if answer.is_redirect and (target := answer.headers.get("location")):
                address = httpx.URL(urljoin(str(address), target))
                continue
            self.look(str(address), answer.headers, answer.content)
            return answer
        raise Unusable(
            f"{_short(httpx.URL(url))}: it leads from one address to another without end"
        )

    def json(self, url: str, params: Mapping[str, Any] | None = None) -> Any:
        """Get the JSON at an address. Raises Unfetched."""
        answer = self.get(url, params)
        try:
            return answer.json()
        except ValueError:
            raise Later(f"{_short(answer.url)}: the answer is no JSON") from None

    def visit(self, url: str) -> None:
        """Check that a page is there and reserves no rights. Only its head is read.

        Raises:
            Unfetched: it is gone, or machines may not use what it shows.
        """
        self.get(url, most=_HEAD)

    def look(self, url: str, headers: Mapping[str, str], content: bytes = b"") -> None:
        """Raises Refused: an answer reserves the rights in its content."""
        reserved = in_headers(headers)
        if not reserved and content and "html" in headers.get("content-type", ""):
            reserved = in_page(content.decode("utf-8", "replace"))
        if reserved:
            raise Refused(f"{_short(httpx.URL(url))}: {reserved}", "reserved rights")

    def admit(self, url: str) -> None:
        """Check whether machines may request an address. Requests only the site's policy files.

        Raises:
            Refused: it may not.
            Later: the site cannot say at the moment.
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
        """Wait until a host may be asked again.

        Raises:
            Later: the host's pause is longer than the plan's patience, or `stop` was called.
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
        """Seconds to wait before retrying after such an answer; None: no further try."""
        if status not in BUSY or attempt + 1 >= self._manners.tries:
            return None
        pause = retry_after(headers.get("retry-after") or headers.get("Retry-After") or "")
        if pause is not None and pause > self._manners.patience:
            return None
        # Jitter, so that clients that were turned away together do not come back together.
        return pause or min(60.0, _SHORTEST_WAIT * 2**attempt) * random.uniform(0.75, 1.25)

    def _patiently(
        self, url: str, most: int = 0, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """The answer of an address, which may be an error; repeats while the site is busy.

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
                status, reason, fields = 503, str(error) or type(error).__name__, {}
            else:
                if answer.status_code not in BUSY:
                    return answer
                status, reason, fields = answer.status_code, _status(answer), dict(answer.headers)
            wait = self.wait_of(status, fields, attempt)
            self.put_off(url, wait or retry_after(fields.get("retry-after", "")) or 0, reason)
            if wait is None:
                raise Later(f"{_short(httpx.URL(url))}: {reason} (asked {attempt + 1} times)")
        raise AssertionError("unreachable")

    def _once(
        self, url: str, most: int, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """One request, whose body is cut off at `most` bytes and refused beyond `_LARGEST`."""
        with self._client.stream("GET", url, headers=headers) as answer:
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if most and len(body) >= most:
                    break
                if len(body) > _LARGEST:
                    raise Unusable(f"{_short(answer.url)}: larger than {_LARGEST >> 20} MB")
        fields = [
            (name, value)
            for name, value in answer.headers.multi_items()
            if name not in ("content-encoding", "content-length", "transfer-encoding")
        ]
        return httpx.Response(
            answer.status_code, headers=fields, content=bytes(body), request=answer.request
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
        """A policy file for the whole site; empty if it has none.

        A client error (4xx) means that there is none (RFC 9309, 2.3.1.3). A failing site must not
        be mistaken for one that allows everything (2.3.1.4), so `Later` is raised.
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
    """An address for messages, without its query: messages are stored, and it may hold a key."""
    return f"{url.scheme}://{url.netloc.decode()}{url.path}"
