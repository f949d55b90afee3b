"""A language model on a server with OpenAI's API, such as vLLM or llama.cpp.

It uses `/models`, `/chat/completions` and `/embeddings`.
API: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import Llm
from .api import Api, RefusedError
from .chat import AnswerError, Chat, ChatError, Messages, without_thoughts

_EMBEDDED_AT_ONCE = 64  # texts per request


class Server(Chat):
    """Asks `settings.concurrency` questions at a time. The first one contacts the server."""

    def __init__(self, settings: Llm) -> None:
        self._settings = settings
        self._api = Api(settings, settings.model, "llm", "llm.model")
        self._takes_schema = True
        self.identity = settings.model

    def check(self) -> None:
        """See `Chat`."""
        self._api.check()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts.

        Returns:
            Array of shape (len(texts), d), rows of length 1; a text without words is all zeros.

        Raises:
            BackendError: the server failed.
            AnswerError: it does not accept these texts.
        """
        if not texts:
            return np.zeros((0, 1), np.float32)
        blank = np.array([not text.strip() for text in texts])
        inputs = [text if text.strip() else "." for text in texts]
        parts = [
            inputs[i : i + _EMBEDDED_AT_ONCE] for i in range(0, len(inputs), _EMBEDDED_AT_ONCE)
        ]  # fmt: skip
        rows: list[Any] = []
        for part in self._api.each(parts, self._embed):
            if isinstance(part, ChatError):
                raise part
            rows += part
        vectors = np.array(rows, np.float32)
        vectors[blank] = 0
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)

    def reply(self, chat: Messages, more: Mapping[str, Any]) -> str:
        """The reply to one chat.

        Args:
            chat: in the API's format.
            more: further fields of the request: `max_tokens`, `stop` and the like. A reply that
                is cut off at its limit counts as a reply.

        Raises:
            BackendError: the server failed.
            AnswerError: it does not accept this chat.
        """
        body = {
            "model": self._settings.model,
            "messages": chat,
            "temperature": self._settings.temperature,
        }
        return self._api.request("POST", "/chat/completions", _any_text, json=body | dict(more))

    def _complete(
        self, chats: Sequence[Messages], schema: dict[str, Any] | None
    ) -> list[str | ChatError]:
        return self._api.each(chats, lambda chat: self._chat(chat, schema))

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
                return self._api.request("POST", "/chat/completions", _text, json=structured)
            except RefusedError:
                # It may object to the schema, which is in the prompt as well.
                text = self._api.request("POST", "/chat/completions", _text, json=body)
                self._takes_schema = False
                return text
        return self._api.request("POST", "/chat/completions", _text, json=body)

    def _embed(self, texts: list[str]) -> list[list[float]]:
        def vectors(reply: Any) -> list[list[float]]:
            items = sorted(reply["data"], key=lambda item: item["index"])
            return [items[i]["embedding"] for i in range(len(texts))]

        body = {"model": self._settings.model, "input": texts}
        return self._api.request("POST", "/embeddings", vectors, json=body)


def _text(reply: Any) -> str:
    choice = reply["choices"][0]
    if choice.get("finish_reason") == "length":
        raise AnswerError("the answer is cut off: it is longer than llm.max_tokens")
    return without_thoughts(choice["message"]["content"] or "")


def _any_text(reply: Any) -> str:
    return without_thoughts(reply["choices"][0]["message"]["content"] or "")
