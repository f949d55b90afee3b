"""A language model behind a server that speaks OpenAI's API, such as vLLM or llama.cpp.

Used are `/models`, `/chat/completions` and `/embeddings`.
API: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, TypeVar

import httpx
import numpy as np
from numpy.typing import NDArray

from ..config import Llm
from .chat import AnswerError, BackendError, Chat, ChatError, Messages, without_thoughts

_BUSY = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_NOT_OURS = {401, 402, 403, 404}  # the key, the account, the model's name or the URL is wrong
_SHORTEST_WAIT, _LONGEST_WAIT = 0.5, 60.0  # seconds between tries
_EMBEDDED_AT_ONCE = 64  # texts in a request

T = TypeVar("T")
R = TypeVar("R")


class _UnusableError(BackendError):
    """The server can be of no use to any request, so that the rest need not be tried."""


class _LostError(_UnusableError):
    """Nobody is there, or nobody answers."""


class _RefusedError(AnswerError):
    """The server works, and will not do this."""


class _Again(Exception):  # noqa: N818 - a wish, not an error
    """This request is worth another try, after `wait` seconds if the server said so."""

    def __init__(self, reason: str, wait: float | None = None, lost: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.lost = lost  # nobody is there


class Server(Chat):
    """Asks `settings.concurrency` questions at a time. The server is looked for at the first."""

    def __init__(self, settings: Llm) -> None:
        self._settings = settings
        self._checked = False
        self._takes_schema = True
        self.identity = settings.model
        url = httpx.URL(settings.base_url)
        # For messages, which are kept and may be published: without a password.
        self._where = f"{url.scheme}://{url.netloc.decode()}{url.path}"

    def check(self) -> None:
        """See `Chat`. A server may answer for any name, and results would go to the wrong key."""
        if self._checked:
            return
        _ = self._client  # needs the key
        try:
            names = self._request("GET", "/models", None, _names)
        except _LostError:
            raise
        except (_UnusableError, _RefusedError):
            names = set()  # not every server lists its models to everyone
        if names and self._settings.model not in names:
            raise _UnusableError(
                f"{self._where} has no model '{self._settings.model}'; "
                f"it has {', '.join(sorted(names)[:5])}: set llm.model to one of them"
            )
        self._checked = True

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts, as the model does.

        Returns:
            Array of shape (len(texts), d), rows of length 1; a text without words is all zeros.

        Raises:
            BackendError: the server failed.
            AnswerError: it takes no such text.
        """
        if not texts:
            return np.zeros((0, 1), np.float32)
        blank = np.array([not text.strip() for text in texts])
        sent = [text if text.strip() else "." for text in texts]
        parts = [
            sent[i : i + _EMBEDDED_AT_ONCE] for i in range(0, len(sent), _EMBEDDED_AT_ONCE)
        ]  # fmt: skip
        rows: list[Any] = []
        for part in self._each(parts, self._embed):
            if isinstance(part, ChatError):
                raise part
            rows += part
        vectors = np.array(rows, np.float32)
        vectors[blank] = 0
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)

    def reply(self, chat: Messages, more: Mapping[str, Any]) -> str:
        """The text that follows one chat.

        Args:
            chat: as the API has it.
            more: what stands in the request besides: `max_tokens`, `stop` and the like. A reply
                that is as long as it may be is a reply.

        Raises:
            BackendError: the server failed.
            AnswerError: it takes no such chat.
        """
        body = {
            "model": self._settings.model,
            "messages": chat,
            "temperature": self._settings.temperature,
        }
        return self._request("POST", "/chat/completions", body | dict(more), _any_text)

    def _complete(
        self, chats: Sequence[Messages], schema: dict[str, Any] | None
    ) -> list[str | ChatError]:
        return self._each(chats, lambda chat: self._chat(chat, schema))

    def _each(self, items: Sequence[T], ask: Callable[[T], R]) -> list[R | ChatError]:
        """`ask` of each item, some at a time; errors stand in place of results."""
        try:
            self.check()
        except BackendError as error:
            return [error] * len(items)
        unusable: list[_UnusableError] = []

        def one(item: T) -> R | ChatError:
            if unusable:
                return unusable[0]
            try:
                return ask(item)
            except _UnusableError as error:
                unusable.append(error)
                return error
            except ChatError as error:
                return error

        with ThreadPoolExecutor(self._settings.concurrency) as pool:
            return list(pool.map(one, items))

    def _chat(self, chat: Messages, schema: dict[str, Any] | None) -> str:
        body: dict[str, Any] = {
            "model": self._settings.model,
            "messages": chat,
            "max_tokens": self._settings.max_tokens,
            "temperature": self._settings.temperature,
        }
        if schema and self._takes_schema:
            form = {"name": schema["title"], "strict": True, "schema": schema}
            structured = body | {"response_format": {"type": "json_schema", "json_schema": form}}
            try:
                return self._request("POST", "/chat/completions", structured, _text)
            except _RefusedError:
                # The schema may be what it minds; it also stands in the prompt.
                text = self._request("POST", "/chat/completions", body, _text)
                self._takes_schema = False
                return text
        return self._request("POST", "/chat/completions", body, _text)

    def _embed(self, texts: list[str]) -> list[list[float]]:
        def vectors(reply: Any) -> list[list[float]]:
            found = sorted(reply["data"], key=lambda item: item["index"])
            return [found[i]["embedding"] for i in range(len(texts))]

        body = {"model": self._settings.model, "input": texts}
        return self._request("POST", "/embeddings", body, vectors)

    def _request(self, method: str, path: str, body: Any, read: Callable[[Any], R]) -> R:
        """What `read` finds in the server's reply, after as many tries as it takes.

        Raises:
            BackendError: the server fails, or is not there.
            AnswerError: the server works, and will not do this.
        """
        tries = 1 + self._settings.retries
        for attempt in range(tries):
            try:
                return self._once(method, path, body, read)
            except _Again as again:
                if attempt + 1 == tries:
                    kind = _LostError if again.lost else BackendError
                    raise kind(f"{self._where}{path}: {again} ({_times(tries)})") from None
                wait = min(_LONGEST_WAIT, _SHORTEST_WAIT * 2**attempt)
                # Jitter, so that those who were turned away together do not come back together.
                time.sleep(again.wait or wait * random.uniform(0.5, 1.0))
        raise AssertionError("unreachable")

    def _once(self, method: str, path: str, body: Any, read: Callable[[Any], R]) -> R:
        try:
            reply = self._whole(method, path, body)
        except httpx.TimeoutException:
            raise _Again(f"no answer within {self._settings.timeout:g} s", lost=True) from None
        except httpx.TransportError as error:
            lost = isinstance(error, httpx.ConnectError)
            raise _Again(f"{error or type(error).__name__}", lost=lost) from None
        if reply.status_code in _BUSY:
            wait = _retry_after(reply.headers.get("retry-after", ""))
            if wait and wait > self._settings.timeout:
                raise BackendError(
                    f"{self._where}{path}: asks to come back in {wait:.0f} s, which is longer than "
                    "llm.timeout"
                )
            raise _Again(_told(reply), wait)
        if reply.is_redirect or reply.status_code in _NOT_OURS:
            raise _UnusableError(f"{self._where}{path}: {_told(reply)}")
        if reply.is_error:
            raise _RefusedError(f"{self._where}{path}: {_told(reply)}")
        try:
            return read(reply.json())
        except AnswerError:  # a ValueError as well, but no fault of the reply's form
            raise
        except (ValueError, LookupError, TypeError):
            raise _Again(f"not a reply of OpenAI's API: {reply.text[:80]!r}") from None

    def _whole(self, method: str, path: str, body: Any) -> httpx.Response:
        """The reply with its body, which a server that sends a byte now and then cannot draw out.

        Raises:
            httpx.TransportError: it did not come, or not within `llm.timeout`.
        """
        due = time.monotonic() + self._settings.timeout
        parts: list[bytes] = []
        with self._client.stream(method, path, json=body) as reply:
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
                raise _UnusableError(
                    f"the environment variable {settings.api_key_env}, named in llm.api_key_env, "
                    "is not set"
                )
            headers["Authorization"] = f"Bearer {key}"
        limits = httpx.Limits(max_connections=settings.concurrency)
        return httpx.Client(
            base_url=settings.base_url, headers=headers, timeout=settings.timeout, limits=limits
        )


def _names(reply: Any) -> set[str]:
    """What a list of models calls them; empty where it is no such list."""
    models = reply.get("data") if isinstance(reply, dict) else None
    if not isinstance(models, list):
        return set()
    return {name for model in models for name in (model["id"], *(model.get("aliases") or ()))}


def _text(reply: Any) -> str:
    choice = reply["choices"][0]
    if choice.get("finish_reason") == "length":
        raise AnswerError("the answer is cut off: it is longer than llm.max_tokens")
    return without_thoughts(choice["message"]["content"] or "")


def _any_text(reply: Any) -> str:
    return without_thoughts(reply["choices"][0]["message"]["content"] or "")


def _told(reply: httpx.Response) -> str:
    """Status and the server's own words, short."""
    try:
        error = reply.json()["error"]
        message = error["message"] if isinstance(error, dict) else error
    except (ValueError, LookupError, TypeError):
        message = reply.text
    return f"status {reply.status_code}, {' '.join(str(message).split())[:200]}"


def _retry_after(value: str) -> float | None:
    """Seconds to wait, of a header that holds seconds or a date (RFC 9110, section 10.2.3)."""
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _times(n: int) -> str:
    return "tried once" if n == 1 else f"tried {n} times"
