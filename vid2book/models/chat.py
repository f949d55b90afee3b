"""Asking a language model: what servers (`server.py`) and models in this process share.

An answer is demanded as JSON that fits a schema. What comes back is checked; if it does not fit,
the model sees its answer and the fault once more, and after that it is an `AnswerError`.
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
    """The back end failed. Another time it may not, so what was done instead is provisional."""


class AnswerError(ChatError):
    """The back end works, and its answer to this prompt is of no use. Asking again won't help."""


def _strict(schema: dict[str, Any]) -> None:
    """Close the schema, as OpenAI's strict mode wants it, and leave out what a docstring says."""
    schema["additionalProperties"] = False
    schema.pop("description", None)  # a reader of the code is told, not the model


class Answer(BaseModel):
    """Base of the structures that answers have. Fields that nobody asked for are ignored."""

    model_config = ConfigDict(frozen=True, json_schema_extra=_strict)


A = TypeVar("A", bound=Answer)


@dataclass(frozen=True)
class Prompt:
    """One question. `images` are JPEG or PNG files and come before the text.

    `examples` are questions with their answers, which stand before it as turns of their own.
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
    """A language model. An answer does not depend on what else was asked."""

    identity: str  # what answers depend on besides the prompt; known without loading the model

    @abstractmethod
    def check(self) -> None:
        """See whether the model can be asked, without asking.

        Raises:
            BackendError: it cannot.
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
        """The text that follows each chat; with a schema, JSON if the back end can see to it."""


def _parse(reply: str | ChatError, kind: type[A]) -> A | ChatError:
    if isinstance(reply, ChatError):
        return reply
    start = reply.find("{")
    try:
        # From the first brace, since many a model talks before and after, or fences its JSON.
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
    told = (
        f"That cannot be used: {str(error).split(': {')[0]}. Send only the corrected JSON object."
    )
    return [
        *chat,
        {"role": "assistant", "content": str(reply)},
        {"role": "user", "content": told},
    ]


def without_thoughts(text: str) -> str:
    """The text after the reasoning that some models write before it."""
    return _THOUGHTS.sub("", text).strip()


def _short(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= 80 else text[:77] + "...")


def _url(image: bytes) -> str:
    kind = "png" if image.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
