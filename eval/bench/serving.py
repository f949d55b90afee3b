"""An image-text model behind a server with OpenAI's API, such as vLLM, SGLang or llama.cpp."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from typing import Any

from vid2book.config import Llm
from vid2book.models.chat import BackendError, ChatError, Messages
from vid2book.models.server import Server

from .answers import Answer, AnswerLog
from .generating import GeneratingLM, Keep, Prompt, Tell
from .rows import Picture
from .turns import Turn, as_text

_MOST_STOPS = 4  # the limit of OpenAI's API
_TOO_LONG = re.compile(
    r"context|too (?:long|large|many)|exceed|max\w* (?:model )?len", re.IGNORECASE
)
_TYPES = {b"\x89PNG\r\n": "png", b"\xff\xd8\xff": "jpeg"}


class ServerLM(GeneratingLM):
    """Answers requests whose third argument holds `turns`, several at a time.

    Each shot is a turn with its pictures. If the server finds a prompt too long, the shot farthest
    from the query is left out, and counted.

    Args:
        settings: the model's name, its server, and the number of concurrent requests.
        log: where answers are saved as they arrive, and looked up.
        tell: called with the number of answers so far and the total.
    """

    def __init__(
        self, settings: Llm, log: AnswerLog | None = None, tell: Tell | None = None
    ) -> None:
        super().__init__(f"{settings.model}, served", log, tell)
        self.name = settings.model
        self._server = Server(settings)
        self._at_once = settings.concurrency
        self._takes_stops = True

    def _answer_all(self, pending: Mapping[str, Prompt], keep: Keep) -> None:
        self._server.check()
        failure: BackendError | None = None
        with ThreadPoolExecutor(self._at_once) as pool:
            futures = {pool.submit(self._ask, *prompt): key for key, prompt in pending.items()}
            for future in as_completed(futures):
                try:
                    keep([(futures[future], future.result())])
                except CancelledError:
                    continue
                except (
                    BackendError
                ) as error:  # requests in progress are awaited, and their answers kept
                    failure = failure or error
                    pool.shutdown(wait=False, cancel_futures=True)
        if failure:
            raise failure

    def _ask(self, turns: Sequence[Turn], settings: Mapping[str, Any]) -> Answer:
        until = list(settings["until"])
        for dropped in range(len(turns)):
            kept = turns[dropped:]
            try:
                text = self._reply(messages(kept), settings["max_gen_toks"], until)
            except OSError as error:
                return Answer("", failure=f"an image cannot be read: {error}")
            except BackendError:
                raise
            except ChatError as error:
                if not _TOO_LONG.search(str(error)) or len(kept) == 1:
                    return Answer("", as_text(kept), dropped, str(error))
            else:
                for stop in until:
                    text = text.split(stop)[0]
                return Answer(text.strip(), as_text(kept), dropped)
        raise AssertionError("unreachable")

    def _reply(self, chat: Messages, length: int, until: Sequence[str]) -> str:
        """The reply; if stop strings make the server fail, it is asked again without them."""
        parameters: dict[str, Any] = {"max_tokens": length}
        if until and self._takes_stops:
            try:
                return self._server.reply(chat, parameters | {"stop": list(until)[:_MOST_STOPS]})
            except BackendError:
                text = self._server.reply(
                    chat, parameters
                )  # if this fails too, it is the server's fault
                self._takes_stops = False
                return text
        return self._server.reply(chat, parameters)


def messages(turns: Sequence[Turn]) -> Messages:
    """A prompt as messages: for each shot, one from the user and one from the assistant.

    Raises:
        OSError: a picture cannot be read.
    """
    chat: Messages = []
    for turn in turns:
        parts: list[dict[str, Any]] = [
            {"type": "image_url", "image_url": {"url": _url(picture)}} for picture in turn.pictures
        ]
        parts.append({"type": "text", "text": turn.question})
        chat.append({"role": "user", "content": parts})
        chat.append({"role": "assistant", "content": turn.answer})
    return chat[:-1]


def _url(picture: Picture) -> str:
    """The picture as a data URL: JPEG and PNG, which all servers read, as they are; else as PNG."""
    image = picture.open()  # fails if damaged: then this question fails, not the server
    data = picture.data()
    kind = next((kind for start, kind in _TYPES.items() if data.startswith(start)), None)
    if kind is None:
        out = io.BytesIO()
        image.convert("RGBA" if "A" in image.getbands() else "RGB").save(out, "PNG")
        data, kind = out.getvalue(), "png"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
