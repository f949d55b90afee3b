"""Resources for the measures: models, benchmark questions, the seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from vid2book.models.embed import WordLlama
from vid2book.models.embed_any import MultilingualE5
from vid2book.models.tokens import TokenCounter

if TYPE_CHECKING:
    from vid2book.models.chat import Chat
    from vid2book.models.ocr_rapid import RapidOcr
    from vid2book.models.open_clip import OpenClip

    from .density.surprise import LanguageModel
    from .questions import SoughtQuestions


Tell = Callable[[str, int, int | None], None]  # what is counted, how many are done, the total


@dataclass
class Tools:
    """Passed to every measure. Models are loaded when a measure first uses them.

    `tell` reports slow work that a measure does after it has seen all samples.
    """

    seed: int = 0
    open_clip: OpenClip | None = None
    sought_questions: SoughtQuestions | None = None
    language_model: LanguageModel | None = None
    judge: Chat | None = None
    tell: Tell | None = None

    @cached_property
    def embed(self) -> WordLlama:
        return WordLlama()

    @cached_property
    def embed_any(self) -> MultilingualE5:
        return MultilingualE5()

    @cached_property
    def count_tokens(self) -> TokenCounter:
        return TokenCounter()

    @cached_property
    def ocr(self) -> RapidOcr:
        from vid2book.models.ocr_rapid import RapidOcr

        return RapidOcr()
