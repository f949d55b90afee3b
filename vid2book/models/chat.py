"""The interface to language models, both on servers (`server.py`) and in this process.

Answers must be JSON that fits a schema. A reply that does not fit is sent back once with the fault;
if the next one does not fit either, the result is an `AnswerError`.
"""

from __future__ import annotations

import base64
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from .error import ModelError

Messages = list[dict[str, Any]]  # of OpenAI's chat completions API
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)


class ChatError(ModelError):
    """There is no answer; the message says why."""


class BackendError(ChatError):
    """The back end failed. It may work another time, so the fallback result is provisional."""


class AnswerError(ChatError):
    """The back end works, but its answer to this prompt is useless. Asking again won't help."""


def _strict(schema: dict[str, Any]) -> None:
    """Close the schema, as OpenAI's strict mode requires, and drop the docstring."""
    schema["additionalProperties"] = False
    schema.pop("description", None)  # meant for readers of the code, not the model


class Answer(BaseModel):
    """Base class for the structure of answers. Unrequested fields are ignored."""

    model_config = ConfigDict(frozen=True, json_schema_extra=_strict)


A = TypeVar("A", bound=Answer)


@dataclass(frozen=True)
class Prompt:
    """One question. `images` are JPEG or PNG files and come before the text.

    `examples` are questions with answers, which precede it as turns of their own.
    """

    system: str
    user: str
    images: tuple[bytes, ...] = ()
    examples: tuple[tuple[str, str], ...] = ()

    def messages(self, schema: dict[str, Any] | None = None) -> Messages:
        system = self.system
        if schema:
            system += f"\n\nAnswer with one JSON object of this schema: {json.dumps(schema)}"
        content: Any = self.user
        if self.images:
            parts = [{"type": "image_url", "image_url": {"url": _url(i)}} for i in self.images]
            content = [*parts, {"type": "text", "text": self.user}]
        before: Messages = [{"role": "system", "content": system}] if system else []
        for user, assistant in self.examples:
            before += [
                {"role": "user", "content": user},
                {"role": "assistant", "content": assistant},
            ]
        return [*before, {"role": "user", "content": content}]


class Chat(ABC):
    """A language model. Answers do not depend on other questions."""

    identity: str  # all that answers depend on besides the prompt; known without loading the model

    @abstractmethod
    def check(self) -> None:
        """Make sure that the model can be used, without a question.

        Raises:
            BackendError: it cannot be used.
        """

    def ask(self, prompts: Sequence[Prompt], kind: type[A]) -> list[A | ChatError]:
        """An answer of this kind to each prompt, or why there is none."""
        schema = kind.model_json_schema()
        chats = [prompt.messages(schema) for prompt in prompts]
        replies = self._complete(chats, schema)
        answers = [_parse(reply, kind) for reply in replies]
        wrong = [
            i
            for i, (reply, answer) in enumerate(zip(replies, answers, strict=True))
            if isinstance(reply, str) and isinstance(answer, ChatError)
        ]
        repaired = [_repair(chats[i], replies[i], answers[i]) for i in wrong]
        for i, reply in zip(wrong, self._complete(repaired, schema), strict=True):
            answers[i] = _parse(reply, kind)
        return answers

    def write(self, prompts: Sequence[Prompt]) -> list[str | ChatError]:
        """Free text for each prompt, or why there is none."""
        return self._complete([prompt.messages() for prompt in prompts], None)

    @abstractmethod
    def _complete(
        self, chats: Sequence[Messages], schema: dict[str, Any] | None
    ) -> list[str | ChatError]:
        """The reply to each chat; with a schema, JSON if the back end can enforce it."""


def _parse(reply: str | ChatError, kind: type[A]) -> A | ChatError:
    if isinstance(reply, ChatError):
        return reply
    start = reply.find("{")
    try:
        # From the first brace, since many models add text around their JSON, or fence it.
        value, _ = json.JSONDecoder().raw_decode(reply, max(0, start))
        return kind.model_validate(value)
    except json.JSONDecodeError as error:
        return AnswerError(f"the answer is no JSON ({error.msg}): {_short(reply)}")
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the whole'}: {fault['msg']}"
            for fault in error.errors()
        )
        return AnswerError(f"the answer does not fit ({faults}): {_short(reply)}")


def _repair(chat: Messages, reply: str | ChatError, error: object) -> Messages:
    request = (
        f"That cannot be used: {str(error).split(': {')[0]}. Send only the corrected JSON object."
    )
    return [
        *chat,
        {"role": "assistant", "content": str(reply)},
        {"role": "user", "content": request},
    ]


def without_thoughts(text: str) -> str:
    """The text without the reasoning that some models put before it."""
    return _THOUGHTS.sub("", text).strip()


def _short(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= 80 else text[:77] + "...")


def _url(image: bytes) -> str:
    kind = "png" if image.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
