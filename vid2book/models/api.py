"""A client for servers with OpenAI's API, such as vLLM or llama.cpp.

It retries when the server is busy or fails, and distinguishes a server that is useless for every
request from one that refuses this request only.
API: https://platform.openai.com/docs/api-reference
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, TypeVar

import httpx

from ..config import Served
from ..headers import retry_after
from .chat import AnswerError, BackendError, ChatError

_BUSY = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_NOT_OURS = {401, 402, 403, 404}  # the key, the account, the model's name or the URL is wrong
_SHORTEST_WAIT, _LONGEST_WAIT = 0.5, 60.0  # seconds between tries

T = TypeVar("T")
R = TypeVar("R")


class UnusableError(BackendError):
    """The server is useless for every request, so the rest need not be tried."""


class _LostError(UnusableError):
    """The server cannot be reached or does not answer."""


class RefusedError(AnswerError):
    """The server works but refuses this request."""


class _Retry(Exception):  # noqa: N818 - a signal, not an error
    """The request is worth another try, after `wait` seconds if the server gave a time."""

    def __init__(self, reason: str, wait: float | None = None, lost: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.lost = lost  # the server does not answer


class Api:
    """One model on one server. The server is first contacted by `check`.

    Args:
        settings: where the server is.
        model: as the server names it.
        section: of the config that contains `settings`, for messages.
        model_setting: the setting that names the model, for messages.
    """

    def __init__(self, settings: Served, model: str, section: str, model_setting: str) -> None:
        self._settings = settings
        self._model = model
        self._section = section
        self._model_setting = model_setting
        self._checked = False
        url = httpx.URL(settings.base_url)
        # Without a password, since messages are kept and may be published.
        self._where = f"{url.scheme}://{url.netloc.decode()}{url.path}"

    def check(self) -> None:
        """Make sure that the server is there and has the model.

        Some servers answer for any name, and results would then be stored under the wrong key.

        Raises:
            BackendError: it is not there, or does not have the model.
        """
        if self._checked:
            return
        _ = self._client  # fails without the key
        try:
            names = self.request("GET", "/models", _names)
        except _LostError:
            raise
        except (UnusableError, RefusedError):
            names = set()  # not every server lists its models to everyone
        if names and self._model not in names:
            raise UnusableError(
                f"{self._where} has no model '{self._model}'; "
                f"it has {', '.join(sorted(names)[:5])}: set {self._model_setting} to one of them"
            )
        self._checked = True

    def each(self, items: Sequence[T], ask: Callable[[T], R]) -> list[R | ChatError]:
        """Call `ask` on each item, `concurrency` at a time; errors take the place of results."""
        try:
            self.check()
        except BackendError as error:
            return [error] * len(items)
        unusable: list[UnusableError] = []

        def one(item: T) -> R | ChatError:
            if unusable:
                return unusable[0]
            try:
                return ask(item)
            except UnusableError as error:
                unusable.append(error)
                return error
            except ChatError as error:
                return error

        with ThreadPoolExecutor(self._settings.concurrency) as pool:
            return list(pool.map(one, items))

    def request(self, method: str, path: str, read: Callable[[Any], R], **content: Any) -> R:
        """The result of `read` on the server's reply, with retries.

        Args:
            content: to send, as httpx takes it: `json`, or `data` and `files`.

        Raises:
            BackendError: the server fails, or is not there.
            AnswerError: the server works but refuses this request.
        """
        tries = 1 + self._settings.retries
        for attempt in range(tries):
            try:
                return self._once(method, path, read, content)
            except _Retry as retry:
                if attempt + 1 == tries:
                    kind = _LostError if retry.lost else BackendError
                    raise kind(f"{self._where}{path}: {retry} ({_times(tries)})") from None
                wait = min(_LONGEST_WAIT, _SHORTEST_WAIT * 2**attempt)
                # Jitter, so that clients that were turned away together do not all return at once.
                time.sleep(retry.wait or wait * random.uniform(0.5, 1.0))
        raise AssertionError("unreachable")

    def _once(self, method: str, path: str, read: Callable[[Any], R], content: dict[str, Any]) -> R:
        try:
            reply = self._whole(method, path, content)
        except httpx.TimeoutException:
            raise _Retry(f"no answer within {self._settings.timeout:g} s", lost=True) from None
        except httpx.TransportError as error:
            lost = isinstance(error, httpx.ConnectError)
            raise _Retry(f"{error or type(error).__name__}", lost=lost) from None
        if reply.status_code in _BUSY:
            wait = retry_after(reply.headers.get("retry-after", ""))
            if wait and wait > self._settings.timeout:
                raise BackendError(
                    f"{self._where}{path}: asks to come back in {wait:.0f} s, which is longer than "
                    f"{self._section}.timeout"
                )
            raise _Retry(_reply_text(reply), wait)
        if reply.is_redirect or reply.status_code in _NOT_OURS:
            raise UnusableError(f"{self._where}{path}: {_reply_text(reply)}")
        if reply.is_error:
            raise RefusedError(f"{self._where}{path}: {_reply_text(reply)}")
        try:
            return read(reply.json())
        except AnswerError:  # also a ValueError, but the reply's form is fine
            raise
        except (ValueError, LookupError, TypeError):
            raise _Retry(f"not a reply of OpenAI's API: {reply.text[:80]!r}") from None

    def _whole(self, method: str, path: str, content: dict[str, Any]) -> httpx.Response:
        """The reply with its body, within the timeout even if the server sends it byte by byte.

        Raises:
            httpx.TransportError: there was no reply, or not within the timeout.
        """
        due = time.monotonic() + self._settings.timeout
        parts: list[bytes] = []
        with self._client.stream(method, path, **content) as reply:
            for part in reply.iter_raw():
                parts.append(part)
                if time.monotonic() > due:
                    raise httpx.ReadTimeout("it takes too long", request=reply.request)
            return httpx.Response(
                reply.status_code, headers=reply.headers, content=b"".join(parts),
                request=reply.request,
            )  # fmt: skip

    @cached_property
    def _client(self) -> httpx.Client:
        settings = self._settings
        headers = {}
        if settings.api_key_env:
            key = os.environ.get(settings.api_key_env)
            if not key:
                raise UnusableError(
                    f"the environment variable {settings.api_key_env}, named in "
                    f"{self._section}.api_key_env, "
                    "is not set"
                )
            headers["Authorization"] = f"Bearer {key}"
        limits = httpx.Limits(max_connections=settings.concurrency)
        return httpx.Client(
            base_url=settings.base_url, headers=headers, timeout=settings.timeout, limits=limits
        )


def _names(reply: Any) -> set[str]:
    """The names in a list of models; empty if the reply is not such a list."""
    models = reply.get("data") if isinstance(reply, dict) else None
    if not isinstance(models, list):
        return set()
    return {name for model in models for name in (model["id"], *(model.get("aliases") or ()))}


def _reply_text(reply: httpx.Response) -> str:
    """Status and the server's own message, shortened."""
    try:
        error = reply.json()["error"]
        message = error["message"] if isinstance(error, dict) else error
    except (ValueError, LookupError, TypeError):
        message = reply.text
    return f"status {reply.status_code}, {' '.join(str(message).split())[:200]}"


def _times(n: int) -> str:
    return "tried once" if n == 1 else f"tried {n} times"
