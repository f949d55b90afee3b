"""The language model that a plan or a command names."""

from __future__ import annotations

from ..config.llm import Llm
from ..errors import UserError
from ..models.chat import Chat, ChatError


def open_chat(settings: Llm) -> Chat:
    """The model, after checking that it answers.

    Raises:
        UserError: it does not. No work has been done yet that could be lost.
    """
    from ..models.lazy import chat_of

    try:
        chat_of(settings.model_copy(update={"retries": 0})).check()
    except ChatError as error:
        raise UserError(f"the language model cannot be asked: {error}") from None
    return chat_of(settings)
